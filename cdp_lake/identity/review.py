"""Review: pairs of profiles that some evidence ties and some rule keeps apart, where a person may know better.

Not asked is what no person could decide from two records: values that are nobody's (blocked, masked, of a crowd, of a
shared device, expired), and what somebody decided already.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.identity.decisions import CANNOT_LINK, ONE, OTHER, in_force
from cdp_lake.identity.names_at_values import AMBIGUOUS_NAME, AMBIGUOUS_RECORD, AMBIGUOUS_VALUE, DISAGREE
from cdp_lake.identity.resemblance import BELOW_AUTOMATIC
from cdp_lake.identity.untangling import LIMIT, SIZE, WINDOW

UNCERTAIN = (BELOW_AUTOMATIC, DISAGREE, AMBIGUOUS_NAME, AMBIGUOUS_VALUE, AMBIGUOUS_RECORD, LIMIT, WINDOW, SIZE)
_PAIR = ("profile_a", "profile_b")
# What a side says of itself; the same kinds of value stand beside each other.
SHOWN = ("names", "birth_dates", "emails", "phones", "addresses", "sources", "records")
_EXAMPLES = 5


def uncertain_pairs(edges: DataFrame, homes: DataFrame, decisions: DataFrame) -> DataFrame:
    """One row per pair of profiles that refused evidence ties and nobody has decided about.

    edges: identity.edges. homes: one row per record (record_sk, profile_id). `record_a` and `record_b` are the ends of
    its strongest evidence, told by `rule`, `refused_by` and, where a model weighed it, `probability`.
    """
    asked = edges.where(F.col("refused_by").isin(*UNCERTAIN))
    # homes: one row per record, for either end.
    one = homes.select(F.col("record_sk").alias("src_record_sk"), F.col("profile_id").alias("_src"))
    other = homes.select(F.col("record_sk").alias("dst_record_sk"), F.col("profile_id").alias("_dst"))
    between = asked.join(one, "src_record_sk").join(other, "dst_record_sk").where("_src != _dst")
    in_order = F.col("_src") < F.col("_dst")
    first, second = F.col("src_record_sk"), F.col("dst_record_sk")
    probability = F.when(F.col("model_version").isNotNull(), F.col("weight"))
    told = F.struct(
        F.coalesce(probability, F.lit(0.0)).alias("_strength"),
        (-first).alias("_first"),
        (-second).alias("_second"),
        F.when(in_order, first).otherwise(second).alias("record_a"),
        F.when(in_order, second).otherwise(first).alias("record_b"),
        "rule",
        "refused_by",
        probability.alias("probability"),
    )
    pair = (F.least("_src", "_dst").alias(_PAIR[0]), F.greatest("_src", "_dst").alias(_PAIR[1]))
    strongest = between.groupBy(*pair).agg(F.max(told).alias("t"), F.count("*").alias("evidence"))
    fields = ("record_a", "record_b", "rule", "refused_by", "probability")
    pairs = strongest.select(*_PAIR, *[f"t.{name}" for name in fields], "evidence")
    return pairs.join(_decided(decisions, homes), list(_PAIR), "left_anti")


def most_telling(pairs: DataFrame, most: int) -> DataFrame:
    """The first pairs, the most probable before those with most evidence."""
    order = (F.col("probability").desc_nulls_last(), F.col("evidence").desc(), *_PAIR)
    return pairs.orderBy(*order).limit(most)


def sides_of(pairs: DataFrame, records: DataFrame, homes: DataFrame) -> DataFrame:
    """One row per profile of the pairs: what its records say of it, as text, several values apart by ` | `.

    pairs: a handful. records: silver.source_records. homes: one row per record (record_sk, profile_id).
    """
    ids = pairs.select(F.explode(F.array(*_PAIR)).alias("profile_id")).distinct()
    own = homes.join(F.broadcast(ids), "profile_id").select("record_sk", "profile_id")
    versions = records.join(own, "record_sk").groupBy("profile_id", "record_sk")
    whole = versions.agg(F.max_by(_said(), "version_no").alias("v")).select("profile_id", "v.*").groupBy("profile_id")
    *told, count = SHOWN
    few = [F.slice(F.array_sort(F.collect_set(name)), 1, _EXAMPLES) for name in told]
    texts = [F.array_join(values, " | ").alias(name) for name, values in zip(told, few, strict=True)]
    return whole.agg(*texts, F.count("*").alias(count))


def with_words(pairs: DataFrame, records: DataFrame) -> DataFrame:
    """The pairs with their two records as a person names them: SOURCE:KEY."""
    ends = pairs.select(F.explode(F.array("record_a", "record_b")).alias("record_sk")).distinct()
    keys = (
        records.join(F.broadcast(ends), "record_sk")
        .select("record_sk", F.concat_ws(":", "source", "source_pk").alias("_word"))
        .distinct()
    )
    # keys: one row per record.
    for end in ("record_a", "record_b"):
        pairs = pairs.join(keys.withColumnsRenamed({"record_sk": end, "_word": f"{end}_word"}), end)
    return pairs


def _said() -> Column:
    """What one version of a record says of a person."""
    name = F.nullif(F.concat_ws(" ", "given_name", "family_name"), F.lit(""))
    address = F.nullif(F.concat_ws(", ", "street", "postcode", "city", "country"), F.lit(""))
    return F.struct(
        F.coalesce(name, "native_name").alias("names"),
        F.col("birth_date").cast("string").alias("birth_dates"),
        F.col("email").alias("emails"),
        F.col("phone").alias("phones"),
        address.alias("addresses"),
        F.col("source").alias("sources"),
    )


def _decided(decisions: DataFrame, homes: DataFrame) -> DataFrame:
    """One row per pair of profiles that somebody said are two people."""
    # homes: one row per record.
    apart = in_force(decisions).where(F.col("kind") == CANNOT_LINK).join(homes, "record_sk")
    ends = [
        apart.where(F.col("side") == side).select("decision_no", F.col("profile_id").alias(name)).distinct()
        for side, name in ((ONE, "_one"), (OTHER, "_other"))
    ]
    # A side may have fallen apart into several profiles: each of them is apart from the other side's.
    both = ends[0].join(ends[1], "decision_no")
    return both.select(
        F.least("_one", "_other").alias(_PAIR[0]), F.greatest("_one", "_other").alias(_PAIR[1])
    ).distinct()
