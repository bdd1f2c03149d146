"""Who held a device at any moment: told against a plain question, moment by moment."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import Namespace
from cdp_lake.identity.holdings import Use, held_spans, holdings, with_holders

DAY = datetime(2017, 3, 1, tzinfo=timezone.utc)
TICK = timedelta(microseconds=1)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


_use = st.builds(
    lambda start, hours, record: Use(at(start), at(start + hours), record),
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(1, 4),
)


def holder_by_asking(uses, moment):
    """The definition itself: the last to come of those present, else the last to go, else the first."""
    present = [use for use in uses if use.since <= moment <= use.until]
    if present:
        return max(present).record
    gone = [use for use in uses if use.until < moment]
    if gone:
        return max(gone, key=lambda use: (use.until, use.since, use.record)).record
    return holder_by_asking(uses, min(use.since for use in uses))


@given(st.lists(_use, min_size=1, max_size=8))
def test_every_moment_is_held_by_whom_the_definition_says(uses):
    spans = held_spans(uses)
    assert spans[0].since is None and spans[-1].until is None
    assert all(one.until == other.since for one, other in pairwise(spans))
    assert all(one.record != other.record for one, other in pairwise(spans))
    for hour in range(-1, 26):
        for moment in (at(hour) - TICK, at(hour), at(hour) + TICK):
            [held] = [
                s.record for s in spans if (s.since or moment) <= moment and (s.until is None or moment < s.until)
            ]
            assert held == holder_by_asking(uses, moment), moment


def test_who_lends_his_tablet_for_an_afternoon_has_it_before_and_after():
    spans = held_spans([Use(at(0), at(20), 1), Use(at(9), at(11), 2)])
    assert [(s.record, s.since, s.until) for s in spans] == [
        (1, None, at(9)),
        (2, at(9), at(11) + TICK),
        (1, at(11) + TICK, None),
    ]


RULES = IdentityRules(
    namespaces=(
        Namespace(name="user_id", priority=1, unique=True),
        Namespace(name="tablet", priority=2, strength="device", follows="holder"),
    )
)
IDENTIFIERS = [
    # Ana signs in on the shared tablet, then Bo; both carry it. The third record is the tablet's own.
    (1, "user_id", "ana", at(0), at(9), None),
    (1, "tablet", "t1", at(0), at(4), "device_of_several_people"),
    (2, "user_id", "bo", at(6), at(9), None),
    (2, "tablet", "t1", at(6), at(9), "device_of_several_people"),
    (3, "tablet", "t1", at(0), at(12), "device_of_several_people"),
    # A tablet of one person links as ever and is held by nobody.
    (4, "user_id", "cleo", at(0), at(9), None),
    (4, "tablet", "t2", at(0), at(9), None),
    (5, "tablet", "t2", at(0), at(9), None),
]
PEOPLE = [(1, "user_id:ana"), (2, "user_id:bo"), (3, "tablet:t1"), (4, "user_id:cleo"), (5, "tablet:t2")]


@pytest.mark.spark
def test_what_happened_on_a_shared_device_counts_for_whoever_held_it(spark):
    schema = "record_sk BIGINT, namespace STRING, value STRING, valid_from TIMESTAMP, _last_seen TIMESTAMP"
    identifiers = spark.createDataFrame(IDENTIFIERS, f"{schema}, refused_by STRING")
    people = spark.createDataFrame(PEOPLE, "record_sk BIGINT, carrier_key STRING")
    held = holdings(identifiers, people, RULES).orderBy("holding_no")
    facts = [(1, at(1)), (3, at(-2)), (3, at(5)), (3, at(6)), (3, at(11)), (5, at(3)), (None, at(3))]
    visits = spark.createDataFrame(facts, "record_sk BIGINT, happened_at TIMESTAMP")

    assert [(row["record_sk"], row["holding_no"], row["holder_record_sk"]) for row in held.collect()] == [
        (3, 1, 1),
        (3, 2, 2),
    ]
    told = {(row["happened_at"].hour, row["record_sk"]) for row in with_holders(visits, held, "happened_at").collect()}
    assert told == {(1, 1), (22, 1), (5, 1), (6, 2), (11, 2), (3, 5), (3, None)}
