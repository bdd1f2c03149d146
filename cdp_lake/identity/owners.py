"""Owners: whose a value is that several people claim, where the rules say that it is one person's.

A person is told by one record alone: by the most trusted value on it that is one person on its own word. For a
device that is any such value, for a value that is not reassignable a unique one of a more trusted namespace.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import Follows
from cdp_lake.identity.namespaces import (
    OF_VALUE,
    is_device_that_follows,
    is_reassignable,
    is_unique,
    names_a_person,
    setting,
)

NOT_REASSIGNABLE, OF_FIRST, OF_LAST = "not_reassignable", "device_of_first_owner", "device_of_last_authenticated"
_HAS_OWNER: tuple[Follows, ...] = ("first_owner", "last_authenticated")
_PERSON = ("priority", *OF_VALUE)
_TOLD = ("_any", "_unique", "_values", "_person", "_since", "_until", "_one", "_other", "_first", "_last", "_owner")
# Whoever was seen with a value at an unknown time was not the first.
_UNKNOWN = "9999-12-31"


def has_owners(rules: IdentityRules) -> bool:
    """True when some value can be one person's against the claims of others."""
    return any(not n.reassignable or n.follows in _HAS_OWNER for n in rules.namespaces)


def with_owners(rows: DataFrame, rules: IdentityRules) -> DataFrame:
    """The same rows with `_claim_why`, the rule by which a value is somebody else's, and `_of_owner`.

    `_of_owner` is set on all rows of a carrier whose own value has an owner: that value, and the id its owner goes by.
    rows: one row per (record, namespace, value) with `_is_claim`, and the record's `name_key` and `carrier_key`.
    """
    owned = rows.transform(_with_claims, rules).transform(_with_owner, rules)
    is_carrier = F.col("carrier_key").eqNullSafe(F.concat_ws(":", *OF_VALUE))
    of_owner = F.array(F.struct(*OF_VALUE), F.struct("_owner.namespace", "_owner.value"))
    own = F.when(is_carrier & F.col("_owner").isNotNull(), of_owner)
    judged = owned.withColumns(
        {
            "_claim_why": F.when(F.col("_is_claim") & _is_foreign(rules) & ~is_carrier, _rule(rules)),
            "_of_owner": F.max(own).over(Window.partitionBy("record_sk")),
        }
    )
    return judged.drop(*_TOLD)


def _with_claims(rows: DataFrame, rules: IdentityRules) -> DataFrame:
    """`_person`, who claims the value on this record, and since when and until when both were seen on it."""
    of_record, is_claim = Window.partitionBy("record_sk"), F.col("_is_claim")
    seen = [F.col("valid_from").alias("since"), F.col("_last_seen").alias("until")]
    one = F.struct(setting(rules, "priority").alias("priority"), *OF_VALUE, *seen)
    told = rows.withColumns(
        {
            "_any": F.min(F.when(is_claim & names_a_person(rules), one)).over(of_record),
            "_unique": F.min(F.when(is_claim & is_unique(rules), one)).over(of_record),
            "_values": F.count_if(is_claim).over(of_record),
        }
    )
    is_told = ~is_reassignable(rules) & (F.col("_unique.priority") < setting(rules, "priority"))
    who = F.when(is_device_that_follows(rules, *_HAS_OWNER), F.col("_any")).when(is_told, F.col("_unique"))
    claimed = told.withColumn("_who", F.when(is_claim, who))
    return claimed.withColumns(
        {
            "_person": F.when(F.col("_who").isNotNull(), F.struct(*[f"_who.{name}" for name in _PERSON])),
            "_since": F.coalesce(F.greatest("valid_from", "_who.since"), F.lit(_UNKNOWN).cast("timestamp")),
            "_until": F.least("_last_seen", "_who.until"),
        }
    ).drop("_who")


def _with_owner(rows: DataFrame, rules: IdentityRules) -> DataFrame:
    """`_owner` of a value that several people claim: the first of them, or the last."""
    of_value, is_told = Window.partitionBy(*OF_VALUE), F.col("_person").isNotNull()
    told = rows.withColumns(
        {
            "_one": F.min("_person").over(of_value),
            "_other": F.max("_person").over(of_value),
            "_first": F.min(F.when(is_told, F.struct("_since", "_person"))).over(of_value)["_person"],
            "_last": F.max(F.when(is_told, F.struct("_until", "_person"))).over(of_value)["_person"],
        }
    )
    owner = F.when(is_device_that_follows(rules, "last_authenticated"), F.col("_last")).otherwise(F.col("_first"))
    return told.withColumn("_owner", F.when(F.col("_one") != F.col("_other"), owner))


def _is_foreign(rules: IdentityRules) -> Column:
    """True when the claim is another person's than the owner's.

    On a device also when it is that of a record which names nobody but has a name, or carries more than the device:
    that may be anybody's. A record without either says only that the device was used, and takes its owner for it.
    """
    tells_more = F.col("name_key").isNotNull() | (F.col("_values") > 1)
    is_anybodys = F.col("_person").isNull() & is_device_that_follows(rules, *_HAS_OWNER) & tells_more
    return F.col("_owner").isNotNull() & (F.coalesce(F.col("_person") != F.col("_owner"), F.lit(False)) | is_anybodys)


def _rule(rules: IdentityRules) -> Column:
    of_device = F.when(is_device_that_follows(rules, "first_owner"), F.lit(OF_FIRST))
    of_device = of_device.when(is_device_that_follows(rules, "last_authenticated"), F.lit(OF_LAST))
    return F.coalesce(of_device, F.lit(NOT_REASSIGNABLE))
