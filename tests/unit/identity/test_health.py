"""A stitch that went wrong shows itself in a number, and a broken limit is told apart from a kept one."""

from datetime import date, datetime

import pytest

from cdp_lake.config.health import HealthRules
from cdp_lake.contracts.identity import EDGES, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.health import gates, measures, of_last_run, profiles_seen
from cdp_lake.stages.configuration import configured

BORN = date(1990, 1, 1)
# record | profile before | profile now | given name | name | born | key of a carrier
RECORDS = [
    (1, "P1", "P1", "ann", "ann li", BORN, None),
    (2, None, "P1", "ann", "ann li", BORN, None),
    (3, "P9", "P1", None, None, None, "anonymous_id:d1"),  # it was P9's: jitter
    (4, "P1", "P1", "robert", "li robert", date(1985, 5, 5), None),  # two people in one profile
    (5, "P2", "P2", "ann", "ann li", BORN, None),  # P1's twin
    (8, None, "P2", "li", "ann li", BORN, None),  # the parts of the name swapped: nobody else
    (6, None, "P3", None, None, None, "anonymous_id:d2"),
    (7, None, "P4", None, None, None, "loyalty_id:c1"),
]
# record | namespace | live
CARRIED = [(1, "email", True), (1, "phone", False), (2, "email", True), (3, "anonymous_id", True),
           (5, "email", True), (5, "phone", True), (6, "anonymous_id", True)]  # fmt: skip
LINKS = [(1, 2, "email", None), (1, 4, "email", None), (1, 3, "anonymous_id", None), (1, 5, "phone", "blocked_value")]


@pytest.fixture(scope="module")
def measured(spark):
    rules = configured(None, None, ()).settings.identity
    records = [_row(SOURCE_RECORDS, record_sk=r, version_no=1, is_carrier=c is not None, source_pk=c or str(r),
                    given_key=g, name_key=n, birth_date=b) for r, _, _, g, n, b, c in RECORDS]  # fmt: skip
    edges = [_row(EDGES, src_record_sk=a, dst_record_sk=b, rule=r, is_live=not why, refused_by=why)
             for a, b, r, why in LINKS]  # fmt: skip
    held = [_row(IDENTIFIERS, record_sk=r, namespace=n, value="v", is_live=live) for r, n, live in CARRIED]
    frames = [
        spark.createDataFrame(rows, contract.schema)
        for rows, contract in ((records, SOURCE_RECORDS), (edges, EDGES), (held, IDENTIFIERS))
    ]
    place = "record_sk BIGINT, profile_id STRING"
    persons = spark.createDataFrame([(r, now) for r, _, now, *_ in RECORDS], place)
    before = spark.createDataFrame([(r, old) for r, old, *_ in RECORDS if old], place)
    profiles = profiles_seen(frames[0], persons, before, frames[2], rules).persist()
    rows = measures(profiles, persons, frames[1], frames[2]).collect()
    return {(row["measure"], row["subject"]): (row["value"], row["detail"]) for row in rows}


def _row(contract, **values):
    return tuple(values.get(name) for name in contract.column_names)


@pytest.mark.spark
def test_what_is_measured_of_everybody(measured):
    whole = {measure: value for (measure, subject), (value, _) in measured.items() if not subject}

    assert whole == {
        "records": 8,
        "profiles": 4,
        "stitch_rate": 1 / 2,  # of d1 and d2 only d1 is somebody's
        "jitter": 1 / 4,
        "largest_cluster_share": 4 / 8,
        "several_given_names": 1,
        "several_birth_dates": 1,
        "over_merge_share": 1 / 2,  # of the two that tell a name
        "under_merged_pairs": 1,
    }


@pytest.mark.spark
def test_what_is_measured_by_size_rule_and_namespace(measured):
    assert {key: found for key, found in measured.items() if key[1] and key[0] != "largest_clusters"} == {
        ("profiles_by_size", "1"): (2, ""),
        ("profiles_by_size", "2"): (1, ""),
        ("profiles_by_size", "3-5"): (1, ""),
        ("refused_edges", "blocked_value: phone"): (1, ""),
        ("refused_share", "anonymous_id"): (0, ""),
        ("refused_share", "email"): (0, ""),
        ("refused_share", "phone"): (1 / 2, ""),
    }
    assert measured["largest_clusters", "P1"] == (4, "email 2, anonymous_id 1")
    assert measured["largest_clusters", "P2"] == (2, "")


@pytest.mark.spark
def test_the_last_run_is_read_alone(spark):
    rows = [("r1", 1, "jitter"), ("r2", 2, "jitter"), ("r2", 2, "records")]
    kept = [(run, datetime(2017, 1, day), name, "", 0.0) for run, day, name in rows]
    health = spark.createDataFrame(
        kept, "run_id STRING, measured_at TIMESTAMP, measure STRING, subject STRING, value DOUBLE"
    )

    assert [row["measure"] for row in of_last_run(health).collect()] == ["jitter", "records"]


def test_limits_are_judged_where_they_are_set_and_there_is_enough_to_judge():
    found = {"records": 1000.0, "jitter": 0.06, "largest_cluster_share": 0.05, "stitch_rate": 0.4}
    rules = HealthRules(max_jitter=0.05, max_cluster_share=0.05, min_stitch_rate=0.5, max_over_merge_share=None)

    assert {gate.measure: gate.kept for gate in gates(found, rules)} == {
        "jitter": False,
        "largest_cluster_share": True,
        "stitch_rate": False,
    }
    assert gates(found | {"records": 999.0}, rules) == ()
    first_run = {name: value for name, value in found.items() if name != "jitter"}
    assert "jitter" not in {gate.measure for gate in gates(first_run, rules)}
