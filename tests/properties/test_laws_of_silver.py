"""Laws of silver against plain oracles: the same records give the same fates and people in any batches and order."""

from collections import defaultdict
from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cdp_lake.silver.fates import CONFLICT, EXPORTS, FIRST, KEYLESS, VERSIONS, decided

# No shrinking: each try is a run of Spark, and one try holds a hundred records of many keys.
SPARK = settings(
    max_examples=2, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
POLICIES = {policy: policy for policy in (KEYLESS, CONFLICT, FIRST, VERSIONS, EXPORTS)}
CANDIDATE = (
    "source STRING, record_id STRING, batch_id BIGINT, key_hash STRING, content_hash STRING, version_at TIMESTAMP, "
    "version_seq BIGINT, rules ARRAY<STRING>, _file_id STRING, _record_no BIGINT, _policy STRING"
)
RECORD = st.tuples(
    st.sampled_from(sorted(POLICIES)),
    st.integers(1, 4),
    st.sampled_from("pqrst"),
    st.sampled_from("xyz"),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from([[], [], [], ["required:id"]]),
)


def candidates(records: list[tuple]) -> list[tuple]:
    """Records in the shape of candidates, numbered within their file; one content has one time and one key."""
    counted: dict[tuple[str, int], int] = defaultdict(int)
    rows = []
    for policy, file, key, content, day, seq, rules in records:
        counted[policy, file] += 1
        number = counted[policy, file]
        # The day of an export is that of its file, and stands in none of its records.
        at = datetime(2017, 1, file if policy == EXPORTS else day) if policy in (FIRST, VERSIONS, EXPORTS) else None
        timed = f"{day}.{seq}" if policy in (FIRST, VERSIONS) else ""
        text = content if policy == KEYLESS else f"{key}{content}{timed}"
        named = (policy, f"f{file}-{number:09d}", file, text if policy == KEYLESS else key, text)
        rows.append((*named, at, seq if timed else None, rules, f"f{file}", number, policy))
    return rows


def by_oracle(rows: list[tuple]) -> dict[tuple[str, str], tuple]:
    """The fates by plain Python: sort the sound records of one key, and the first of each kind stands."""
    fates = {(r[0], r[1]): ("quarantined", None, tuple(r[7])) for r in rows if r[7]}
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    groups = defaultdict(list)
    for policy, record, _, given_key, text, at, seq, rules, file, _, _ in rows:
        seen[policy, file, text] += 1
        content = f"{text}:{seen[policy, file, text]}" if policy == KEYLESS else text
        key = content if policy == KEYLESS else given_key
        if not rules:
            groups[policy, key].append((at or datetime.min, seq or 0, content, record))
    for (policy, _), group in groups.items():
        if policy == EXPORTS:
            fates |= {(policy, record): fate for record, fate in by_export(sorted(group)).items()}
            continue
        first_of: dict[str, str] = {}
        for _, _, content, record in sorted(group):
            alike = content if policy in (CONFLICT, VERSIONS) else ""
            original = first_of.setdefault(alike, record)
            is_other = policy == CONFLICT and content != sorted(group)[0][2]
            fate = ("quarantined", None, ("same_key_other_content",)) if is_other else ("passed", None, ())
            fates[policy, record] = fate if original == record else ("duplicate", original, ())
    return fates


def by_export(group: list[tuple]) -> dict[str, tuple]:
    """Export by export: one content stands, and it is news where it is not what stood before."""
    fates, stood, original, day = {}, None, "", None
    for at, _, content, record in group:
        if at == day and content != stood:
            fates[record] = ("quarantined", None, ("same_key_other_content",))
            continue
        is_copy, day = content == stood, at
        fates[record] = ("duplicate", original, ()) if is_copy else ("passed", None, ())
        stood, original = content, original if is_copy else record
    return fates


@pytest.mark.spark
@SPARK
@given(records=st.lists(RECORD, min_size=80, max_size=100), chance=st.randoms(use_true_random=False))
def test_fates_are_the_same_in_any_number_of_batches_in_any_order(spark, records, chance):
    rows = candidates(records)
    files = sorted({row[2] for row in rows})
    chance.shuffle(files)
    known = spark.createDataFrame([], FATED)
    for batch in (files[: len(files) // 2], files[len(files) // 2 :]):
        coming = [row for row in rows if row[2] in batch]
        chance.shuffle(coming)
        fresh = decided(spark.createDataFrame(coming, CANDIDATE), known, POLICIES).collect()
        merged = {(r["source"], r["record_id"]): r for r in [*known.collect(), *fresh]}
        known = spark.createDataFrame([tuple(r[n] for n in NAMES) for r in merged.values()], FATED)

    found = {key: (r["fate"], r["duplicate_of"], tuple(r["rules"])) for key, r in merged.items()}
    assert found == by_oracle(rows)


FATED = (
    "source STRING, record_id STRING, batch_id BIGINT, key_hash STRING, content_hash STRING, version_at TIMESTAMP, "
    "version_seq BIGINT, fate STRING, duplicate_of STRING, rules ARRAY<STRING>"
)
NAMES = [column.split()[0] for column in FATED.split(", ")]
