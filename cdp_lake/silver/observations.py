"""What each feed tells about people: one shape for a CRM row, a log-in, a receipt or a consent.

An observation is a record of a person as seen in one feed: raw names and raw identifiers in numbered
slots, when it was seen, and `_link`, by which the feed's facts find their source record again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.sources import Identifier, SourceContract
from cdp_lake.silver.fields import field, is_deletion, seen_at, version_of
from cdp_lake.silver.normalise import canonical_email, folded_text
from cdp_lake.silver.traffic import is_human

SLOTS = 8
RAW_ATTRIBUTES = ("given_name", "family_name", "full_name", "native_name", "email", "phone", "birth_date")
PLAIN_ATTRIBUTES = ("gender", "language", "street", "city", "state", "postcode", "country")
PERSON_KINDS = frozenset({"person"})
CARRIER_KINDS = frozenset({"event", "order_rows", "receipt", "campaign_contact", "redemption", "consent"})
_SEPARATOR = "\u001f"
_VALUES: dict[str, Callable[[Column], Column]] = {
    "text": folded_text,
    "lower": lambda raw: F.lower(folded_text(raw)),
    "email": canonical_email,
}


def tells_of_people(contract: SourceContract) -> bool:
    """True when the feed's records hang on a person."""
    return contract.kind in PERSON_KINDS | CARRIER_KINDS


def link_key(contract: SourceContract) -> Column:
    """The raw values by which a record of this feed finds its source record."""
    if contract.kind in PERSON_KINDS:
        parts = [F.col(name).cast("string") for name in contract.key]
    else:
        parts = [value for _, value in _slots(contract, carriers_only=True)]
    return F.concat_ws(_SEPARATOR, *[F.coalesce(part, F.lit("")) for part in parts])


def observations(passed: DataFrame, contract: SourceContract, normalisers: Mapping[str, str]) -> DataFrame:
    """A person feed: one row per record. Other feeds: one row per distinct set of raw values, first to last seen.

    `normalisers` maps a namespace to text, lower, email or phone; phones are left raw for the pass over all feeds.
    """
    return _seen(passed, contract).transform(_with_values, contract, normalisers)


def slot_namespaces(contract: SourceContract) -> list[tuple[str, ...]]:
    """Of each slot of this feed the namespaces it can hold."""
    if contract.kind != "consent":
        return [(identifier.namespace,) for identifier in contract.identifiers]
    subject = contract.column_of("subject_namespace")
    return [subject.one_of if subject else ()]


def _seen(passed: DataFrame, contract: SourceContract) -> DataFrame:
    wide = passed.where(_describes_a_person(contract)).select(
        F.lit(contract.name).alias("source"),
        F.lit(contract.kind not in PERSON_KINDS).alias("is_carrier"),
        F.lit(contract.brand).alias("brand"),
        F.lit(contract.region).cast("string").alias("region"),
        link_key(contract).alias("_link"),
        *_slot_columns(contract),
        *_attributes(contract),
        is_deletion(contract).alias("is_deletion"),
        _version_seq(contract).alias("version_seq"),
        _time(contract).alias("_seen_at"),
        "_record_id",
    )
    if contract.kind in PERSON_KINDS:
        return wide.withColumn("_first_seen", F.col("_seen_at")).withColumnRenamed("_seen_at", "_last_seen")
    keys = [name for name in wide.columns if name not in {"_seen_at", "_record_id"}]
    span = [F.min("_seen_at").alias("_first_seen"), F.max("_seen_at").alias("_last_seen")]
    return wide.groupBy(*keys).agg(*span, F.min("_record_id").alias("_record_id"))


def _time(contract: SourceContract) -> Column:
    return F.col("_occurred_at") if contract.kind == "event" else seen_at(contract)


def _version_seq(contract: SourceContract) -> Column:
    """Of facts only the carrier is kept, and its spans take no order."""
    return version_of(contract)[1] if contract.kind in PERSON_KINDS else F.lit(None).cast("bigint")


def _describes_a_person(contract: SourceContract) -> Column:
    """Only the first row of an order says who ordered, and a fact that its source deleted says nothing of anybody.

    Nor do bots and colleagues: they are no customers.
    """
    if contract.kind in PERSON_KINDS:
        return F.lit(True)
    told = field(contract, "ordered_at").isNotNull() if contract.kind == "order_rows" else is_human(contract)
    return told & ~is_deletion(contract)


def _slots(contract: SourceContract, carriers_only: bool = False) -> list[tuple[Column, Column]]:
    """(namespace, raw value) pairs, the strongest first."""
    if contract.kind == "consent":
        return [(field(contract, "subject_namespace"), field(contract, "subject_value"))]
    listed: list[Identifier] = [i for i in contract.identifiers if i.carrier or not carriers_only]
    return [(F.lit(i.namespace), F.col(i.column).cast("string")) for i in listed]


def _slot_columns(contract: SourceContract) -> list[Column]:
    pairs = _slots(contract)
    pairs += [(F.lit(None).cast("string"), F.lit(None).cast("string"))] * (SLOTS - len(pairs))
    columns: list[Column] = []
    for n, (namespace, raw) in enumerate(pairs):
        columns += [namespace.alias(f"_namespace_{n}"), raw.alias(f"_raw_{n}")]
    carries = [i.carrier for i in contract.identifiers] or [True]
    return [*columns, F.lit(sum(carries)).alias("_carrier_slots")]


def _with_values(wide: DataFrame, contract: SourceContract, normalisers: Mapping[str, str]) -> DataFrame:
    """Each raw slot as `_value_n`, comparable already, or as `_phone_text_n`."""
    values = {}
    for n in range(SLOTS):
        kinds = _kinds(contract, n, normalisers)
        raw, namespace = F.col(f"_raw_{n}"), F.col(f"_namespace_{n}")
        value = F.lit(None).cast("string")
        for kind, names in kinds.items():
            value = F.when(namespace.isin(*names), _VALUES[kind](raw)).otherwise(value) if kind in _VALUES else value
        values[f"_value_{n}"] = value
        values[f"_phone_text_{n}"] = F.when(namespace.isin(*kinds.get("phone", [])), raw)
    return wide.withColumns(values).drop(*[f"_raw_{n}" for n in range(SLOTS)])


def _kinds(contract: SourceContract, n: int, normalisers: Mapping[str, str]) -> dict[str, list[str]]:
    """Normaliser to the namespaces that slot n of this feed can hold."""
    slots = slot_namespaces(contract)
    found: dict[str, list[str]] = {}
    for name in slots[n] if n < len(slots) else ():
        found.setdefault(normalisers.get(name, "text"), []).append(name)
    return found


def _attributes(contract: SourceContract) -> list[Column]:
    raw = [field(contract, name).alias(f"raw_{name}") for name in RAW_ATTRIBUTES]
    return [*raw, *[field(contract, name) for name in PLAIN_ATTRIBUTES], field(contract, "birth_date", "date")]
