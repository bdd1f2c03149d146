"""Holdings: who held a device, when several people signed in on it one after the other.

Nothing is joined by it: the device's own record stays apart, and what happened on the device counts for whoever held
it at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.guardrails import SHARED_DEVICE
from cdp_lake.identity.identifiers import own_values
from cdp_lake.identity.namespaces import OF_VALUE, is_device_that_follows, names_a_person

_HOLDING = "record_sk BIGINT, holding_no INT, holder_record_sk BIGINT, held_from TIMESTAMP, held_to TIMESTAMP"
# The moment of the last sign-in is still his who signed in.
_NEXT = timedelta(microseconds=1)


class Use(NamedTuple):
    """A record of somebody signed in on the device, from when until when."""

    since: datetime
    until: datetime
    record: int


class Held(NamedTuple):
    """A span of time in which the device was one person's; None is the beginning, and today."""

    record: int
    since: datetime | None
    until: datetime | None


def has_holders(rules: IdentityRules) -> bool:
    """True when some device follows whoever holds it."""
    return any(n.strength == "device" and n.follows == "holder" for n in rules.namespaces)


def holdings(identifiers: DataFrame, people: DataFrame, rules: IdentityRules) -> DataFrame:
    """One row per span in which a record's person held a shared device: identity.holdings without its hash.

    identifiers: one row per (record, namespace, value), guarded. people: one row per record, with `carrier_key`.
    A device is told by its carrier's `record_sk`; one that no fact hangs on has no carrier and no holdings.
    """
    names_one = F.col("refused_by").isNull() & names_a_person(rules)
    # signed_in: one row per record that names a person; devices: one row per carrier.
    signed_in = identifiers.where(names_one).select(F.col("record_sk").alias("holder")).distinct()
    shared = identifiers.where(is_device_that_follows(rules, "holder") & (F.col("refused_by") == SHARED_DEVICE))
    used = shared.where(F.col("valid_from").isNotNull() & F.col("_last_seen").isNotNull()).select(
        *OF_VALUE, F.col("record_sk").alias("holder"), F.col("valid_from").alias("since"), "_last_seen"
    )
    devices = own_values(people).where(is_device_that_follows(rules, "holder"))
    uses = used.join(signed_in, "holder").join(devices, list(OF_VALUE))
    return uses.select("record_sk", "holder", "since", "_last_seen").groupBy("record_sk").applyInPandas(_held, _HOLDING)


def with_holders(facts: DataFrame, holdings: DataFrame, time: str) -> DataFrame:
    """The same facts; one that happened on a shared device has the `record_sk` of whoever held it at its `time`.

    holdings: identity.holdings.
    """
    # spans: one row per span; a moment lies in one span of its device at most.
    spans = holdings.select(F.col("record_sk").alias("_device"), "holder_record_sk", "held_from", "held_to")
    after = F.col("held_from").isNull() | (F.col(time) >= F.col("held_from"))
    before = F.col("held_to").isNull() | (F.col(time) < F.col("held_to"))
    placed = facts.join(spans, (facts["record_sk"] == spans["_device"]) & after & before, "left")
    holder = F.coalesce("holder_record_sk", facts["record_sk"])
    return placed.withColumn("record_sk", holder).select(*facts.columns)


def records_and_devices(records: DataFrame, holdings: DataFrame) -> DataFrame:
    """One row per record: these, and the devices that one of them ever held. holdings: identity.holdings."""
    holders = records.select(F.col("record_sk").alias("holder_record_sk"))
    devices = holdings.join(holders, "holder_record_sk", "left_semi").select("record_sk")
    return records.select("record_sk").union(devices).distinct()


def held_spans(uses: Iterable[Use]) -> list[Held]:
    """Who held the device when, without gaps, from the beginning to today.

    At any moment it is his who signed in on it and is seen on it again later, of several the one who came last; else
    his who was seen on it last; and before anybody signed in, the first one's.
    """
    coming = sorted(uses)
    moments = sorted({use.since for use in coming} | {use.until + _NEXT for use in coming})
    present: list[Use] = []
    gone: list[Use] = []
    spans: list[Held] = []
    for moment, following in zip(moments, [*moments[1:], None], strict=True):
        while coming and coming[0].since <= moment:
            present.append(coming.pop(0))
        gone = [*gone, *(use for use in present if use.until < moment)]
        present = [use for use in present if use.until >= moment]
        # Of those who are gone only the last can hold it; the others are never asked for again.
        gone = [max(gone, key=lambda use: (use.until, use.since, use.record))] if gone else []
        holder = (present[-1] if present else gone[0]).record
        if spans and spans[-1].record == holder:
            spans[-1] = spans[-1]._replace(until=following)
        else:
            spans.append(Held(holder, moment if spans else None, following))
    return spans


def _held(uses: pd.DataFrame) -> pd.DataFrame:
    device = int(uses["record_sk"].iloc[0])
    rows = zip(uses["since"].dt.to_pydatetime(), uses["_last_seen"].dt.to_pydatetime(), uses["holder"], strict=True)
    spans = held_spans(Use(*row) for row in rows)
    table = pd.DataFrame(
        [(device, number, *span) for number, span in enumerate(spans, start=1)],
        columns=["record_sk", "holding_no", "holder_record_sk", "held_from", "held_to"],
    )
    return table.astype({"held_from": "datetime64[us]", "held_to": "datetime64[us]"})
