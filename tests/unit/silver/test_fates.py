"""One fate per record, whatever the order of arrival: passed, duplicate of one that passed, or set aside."""

from datetime import datetime

import pytest

from cdp_lake.silver.fates import CONFLICT, EXPORTS, FIRST, KEYLESS, VERSIONS, candidates, decided, policies
from tests.unit.silver.feeds import contract

CANDIDATE = (
    "source STRING, record_id STRING, batch_id BIGINT, key_hash STRING, content_hash STRING, version_at TIMESTAMP, "
    "version_seq BIGINT, rules ARRAY<STRING>, _file_id STRING, _record_no BIGINT, _policy STRING"
)
KNOWN = (
    "source STRING, record_id STRING, batch_id BIGINT, key_hash STRING, content_hash STRING, version_at TIMESTAMP, "
    "version_seq BIGINT, fate STRING, duplicate_of STRING, rules ARRAY<STRING>"
)


def row(policy, record, key, content, **more):
    """A candidate: source named after its policy, so one table holds every story."""
    at = datetime(2017, 1, more["day"]) if "day" in more else None
    file, _, number = record.partition("-")
    return (policy, record, 1, key, content, at, more.get("seq"), more.get("rules", []), file, int(number), policy)


def fated(spark, rows, known=()):
    """(source, record) -> (fate, duplicate of, rules)."""
    every = {policy: policy for policy in (KEYLESS, CONFLICT, FIRST, VERSIONS, EXPORTS)}
    found = decided(spark.createDataFrame(rows, CANDIDATE), spark.createDataFrame(list(known), KNOWN), every)
    collected = found.collect()
    fates = {(r["source"], r["record_id"]): (r["fate"], r["duplicate_of"], r["rules"]) for r in collected}
    assert len(fates) == len(collected)
    return fates


STORIES = [
    row(CONFLICT, "a-1", "k", "x"),
    row(CONFLICT, "a-2", "k", "x"),
    row(CONFLICT, "a-3", "k", "y"),
    row(CONFLICT, "a-4", "k", "y"),
    row(CONFLICT, "a-5", "other", "z", rules=["required:id"]),
    row(VERSIONS, "a-1", "k", "x", day=2),
    row(VERSIONS, "a-2", "k", "y", day=1),
    row(VERSIONS, "b-3", "k", "x", day=2),
    row(FIRST, "a-1", "k", "x", day=2),
    row(FIRST, "a-2", "k", "y", day=1),
    row(FIRST, "a-3", "log", "b", day=1, seq=8),
    row(FIRST, "a-4", "log", "a", day=1, seq=9),
    row(KEYLESS, "a-1", "x", "x"),
    row(KEYLESS, "a-2", "x", "x"),
    row(KEYLESS, "b-1", "x", "x"),
    row(EXPORTS, "a-1", "k", "x", day=1),
    row(EXPORTS, "a-2", "k", "y", day=1),
    row(EXPORTS, "b-1", "k", "y", day=2),
    row(EXPORTS, "b-2", "k", "y", day=2),
    row(EXPORTS, "c-1", "k", "x", day=3),
    row(EXPORTS, "d-1", "k", "x", day=4),
    row(EXPORTS, "d-2", "k", "z", day=4, rules=["required:id"]),
]


def test_every_policy_gives_each_record_its_fate(spark):
    passed = ("passed", None, [])
    assert fated(spark, STORIES) == {
        # Two contents under one key and nothing that orders them: one stands, the other is set aside.
        (CONFLICT, "a-1"): passed,
        (CONFLICT, "a-2"): ("duplicate", "a-1", []),
        (CONFLICT, "a-3"): ("quarantined", None, ["same_key_other_content"]),
        (CONFLICT, "a-4"): ("duplicate", "a-3", []),
        (CONFLICT, "a-5"): ("quarantined", None, ["required:id"]),
        # Versions stand in the order of the source's clock; a copy of one is a copy.
        (VERSIONS, "a-1"): passed,
        (VERSIONS, "a-2"): passed,
        (VERSIONS, "b-3"): ("duplicate", "a-1", []),
        # The first by the source's clock stands, and whatever came later is a retry of it.
        (FIRST, "a-1"): ("duplicate", "a-2", []),
        (FIRST, "a-2"): passed,
        # Of one moment the source's own count says which came first.
        (FIRST, "a-3"): passed,
        (FIRST, "a-4"): ("duplicate", "a-3", []),
        # Without a key, two equal lines of one file are two; the same line of another file is a copy of the first.
        (KEYLESS, "a-1"): passed,
        (KEYLESS, "a-2"): passed,
        (KEYLESS, "b-1"): ("duplicate", "a-1", []),
        # Of one export one content stands. Who changes and changes back has three versions; saying no more is a copy.
        (EXPORTS, "a-1"): passed,
        (EXPORTS, "a-2"): ("quarantined", None, ["same_key_other_content"]),
        (EXPORTS, "b-1"): passed,
        (EXPORTS, "b-2"): ("duplicate", "b-1", []),
        (EXPORTS, "c-1"): passed,
        (EXPORTS, "d-1"): ("duplicate", "c-1", []),
        (EXPORTS, "d-2"): ("quarantined", None, ["required:id"]),
    }


def test_the_fates_do_not_depend_on_the_order_of_the_rows(spark):
    assert fated(spark, STORIES[::-1]) == fated(spark, STORIES)


@pytest.mark.parametrize("late", ["a-1", "a-3", "b", "c"])
def test_a_record_that_comes_later_gets_and_gives_the_fate_it_would_have_had(spark, late):
    whole = fated(spark, STORIES)
    # Records of one file come together, and where there is no key that matters.
    second = [r for r in STORIES if r[1].startswith(late) and (r[0] != KEYLESS or late == "b")]
    before = fated(spark, [r for r in STORIES if r not in second])
    known = [(r[0], r[1], 1, _key(r), _content(r), r[5], r[6], *before[r[0], r[1]]) for r in STORIES if r not in second]
    assert before | fated(spark, second, known) == whole


def _content(story):
    """Of equal lines of one file, which one: the second of file a."""
    return story[4] if story[0] != KEYLESS else f"x:{2 if story[1] == 'a-2' else 1}"


def _key(story):
    return story[3] if story[0] != KEYLESS else _content(story)


def test_parts_of_a_key_are_not_run_together(spark):
    feed = contract([{"name": "a"}, {"name": "b"}], key=["a", "b"])
    trace = "_record_id STRING, _batch_id BIGINT, _record_hash STRING, _file_id STRING, _record_no BIGINT"
    rows = [(str(n), 1, "h", "f", n, a, b, []) for n, (a, b) in enumerate([("a", "bc"), ("ab", "c"), (None, "x")])]
    parsed = spark.createDataFrame(rows, f"{trace}, a STRING, b STRING, rules ARRAY<STRING>")
    assert parsed.transform(candidates, feed).select("key_hash").distinct().count() == 3


def test_a_contract_says_how_its_repeated_keys_are_treated():
    columns = [{"name": "id"}, {"name": "at", "type": "timestamp"}]
    feeds = [
        contract(columns, name="keyless"),
        contract(columns, name="conflict", key=["id"]),
        contract(columns, name="first", key=["id"], version={"column": "at", "keep": "first"}),
        contract(columns, name="versions", key=["id"], version={"column": "at"}),
        contract(columns, name="exports", key=["id"], snapshot={}),
    ]
    assert policies(feeds) == {name: name for name in (KEYLESS, CONFLICT, FIRST, VERSIONS, EXPORTS)}
