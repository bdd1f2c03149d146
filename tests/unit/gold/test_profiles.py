"""The golden record: which value survives when the systems disagree."""

from datetime import date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from cdp_lake.config.survivorship import ATTRIBUTES, SurvivorshipRules
from cdp_lake.contracts import TableContract
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.identity import ASSIGNMENTS, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.gold import build_profiles

ADDRESS = ("street", "city", "state", "postcode", "country")
RULES = {
    "name": {"rule": "longest", "group": ["given_name", "family_name"]},
    "native_name": {"rule": "oldest"},
    "email": {"rule": "most_recent", "sources": ["crm", "shop"]},
    "phone": {"rule": "priority", "sources": ["crm", "shop"]},
    "birth_date": {"rule": "priority", "sources": ["crm"]},
    "gender": {"rule": "most_recent"},
    "language": {"rule": "most_frequent", "sources": ["crm"]},
    "address": {"rule": "most_recent", "group": list(ADDRESS), "prefer_filled": ["street"]},
}


def record(record_sk: int, source: str, day: int | None, /, version_no: int = 1, **values: Any) -> dict[str, Any]:
    at = None if day is None else datetime(2017, 1, day)
    return {"record_sk": record_sk, "source": source, "version_no": version_no, "valid_from": at, **values}


# One profile per story, its records told by the day they were stated.
RECORDS = {
    "newest_email": [
        record(1, "crm", 5, email="old@x.org"),
        record(2, "shop", 9, email="new@x.org"),
        record(3, "web", 11, email=" "),
        record(4, "app", None, email="undated@x.org"),
    ],
    "same_day": [record(12, "web", 5, email="web@x.org"), record(11, "shop", 5, email="shop@x.org")],
    "same_all": [record(22, "shop", 5, email="b@x.org"), record(21, "shop", 5, email="a@x.org")],
    "corrected": [record(31, "crm", 5, email="a@x.org"), record(31, "crm", 8, 2, email=None, phone="+2")],
    "trusted_phone": [record(41, "web", 9, phone="+9"), record(42, "shop", 8, phone="+8"), record(43, "crm", 2)],
    "most_say": [
        record(51, "crm", 9, language="en"),
        record(52, "web", 1, language="zh"),
        record(53, "web", 2, language="zh"),
    ],
    "evenly_said": [record(61, "web", 9, language="zh"), record(62, "crm", 1, language="en")],
    "moved": [
        record(71, "crm", 2, street="1 Old St", city="Dayton", state="OH", postcode="45401", country="US"),
        record(72, "shop", 5, street="9 New Rd", city="Boston", country="US"),
        record(73, "web", 9, country="CN"),
    ],
    "country_only": [record(81, "web", 9, country="CN")],
    "full_name": [
        record(91, "crm", 2, given_name="Elizabeth", family_name="Lee"),
        record(92, "web", 9, given_name="Liz", family_name="Leeson"),
    ],
    "first_native": [
        record(101, "crm", 5, native_name="李丽"),
        record(102, "social", 2, native_name="李麗"),
        record(103, "web", None, first_seen_at=None, native_name="?"),
    ],
    "visitor": [record(111, "web", 3)],
    "born": [record(121, "crm", 3, birth_date=date(1990, 2, 1)), record(122, "web", 9, birth_date=date(1991, 2, 1))],
}
LIVE = [
    (1, "email", "old@x.org"),
    (2, "email", "old@x.org"),
    (2, "crm_id", "C1"),
    (111, "anonymous_id", "a-1"),
    (121, "email", "refused@x.org"),
]


@pytest.fixture(scope="module")
def built(spark: SparkSession) -> dict[str, Row]:
    rules = SurvivorshipRules.model_validate({"known_namespaces": ["email", "crm_id"], "attributes": RULES})
    records = [
        {"first_seen_at": datetime(2017, 1, 1), "last_seen_at": r["valid_from"], **r}
        for rs in RECORDS.values()
        for r in rs
    ]
    owners = {r["record_sk"]: profile for profile, rs in RECORDS.items() for r in rs}
    owned = [{"entity_type": "person", "record_sk": sk, "profile_id": profile} for sk, profile in owners.items()]
    # Assigned, but silver knows no record: the profile is there all the same.
    owned.append({"entity_type": "person", "record_sk": 999, "profile_id": "bare"})
    past = [{"entity_type": "person", "record_sk": 1, "profile_id": "retired", "known_to": datetime(2017, 1, 2)}]
    housed = [
        (71, "H1", None),
        (72, "H1", None),
        (91, "H1", None),
        (101, "H2", None),
        (101, "H1", datetime(2017, 1, 2)),
    ]
    past += [
        {"entity_type": "household", "record_sk": sk, "profile_id": home, "known_to": end} for sk, home, end in housed
    ]
    live = [{"record_sk": sk, "namespace": n, "value": v, "is_live": not v.startswith("refused")} for sk, n, v in LIVE]
    profiles = build_profiles(
        table(spark, SOURCE_RECORDS, records),
        table(spark, ASSIGNMENTS, owned + past),
        table(spark, IDENTIFIERS, live),
        rules,
    )
    assert profiles.schema.fieldNames() == list(PROFILES.column_names)
    rows = profiles.collect()
    assert len(rows) == len({row["profile_id"] for row in rows})
    return {row["profile_id"]: row for row in rows}


def table(spark: SparkSession, contract: TableContract, rows: list[dict[str, Any]]) -> DataFrame:
    return spark.createDataFrame([tuple(r.get(c) for c in contract.column_names) for r in rows], contract.schema)


@pytest.mark.spark
@pytest.mark.parametrize(
    ("profile", "attribute", "expected"),
    [
        ("newest_email", "email", "new@x.org"),
        ("same_day", "email", "shop@x.org"),
        ("same_all", "email", "a@x.org"),
        ("corrected", "email", None),
        ("corrected", "phone", "+2"),
        ("trusted_phone", "phone", "+8"),
        ("most_say", "language", "zh"),
        ("evenly_said", "language", "en"),
        ("first_native", "native_name", "李麗"),
        ("born", "birth_date", date(1990, 2, 1)),
        ("country_only", "country", "CN"),
        ("visitor", "email", None),
    ],
)
def test_the_declared_rule_says_which_value_survives(
    built: dict[str, Row], profile: str, attribute: str, expected: object
) -> None:
    assert built[profile][attribute] == expected


@pytest.mark.spark
def test_a_household_and_how_many_live_there(built: dict[str, Row]) -> None:
    homes = {name: (row["household_id"], row["household_size"]) for name, row in built.items() if row["household_id"]}
    assert homes == {"moved": ("H1", 2), "full_name": ("H1", 2), "first_native": ("H2", 1)}


@pytest.mark.spark
def test_an_address_and_a_name_move_as_a_unit(built: dict[str, Row]) -> None:
    assert [built["moved"][part] for part in ADDRESS] == ["9 New Rd", "Boston", None, None, "US"]
    assert (built["full_name"]["given_name"], built["full_name"]["family_name"]) == ("Elizabeth", "Lee")


@pytest.mark.spark
def test_every_current_profile_has_a_row_known_or_not(built: dict[str, Row]) -> None:
    assert set(built) == {*RECORDS, "bare"}
    assert {name for name, row in built.items() if row["is_known"]} == {"newest_email"}
    assert built["bare"]["record_count"] == 1
    assert built["bare"]["sources"] == []


@pytest.mark.spark
def test_identifiers_are_live_sorted_and_listed_once(built: dict[str, Row]) -> None:
    assert [tuple(i) for i in built["newest_email"]["identifiers"]] == [("crm_id", "C1"), ("email", "old@x.org")]
    assert built["born"]["identifiers"] == []


@pytest.mark.spark
def test_a_profile_counts_records_not_versions(built: dict[str, Row]) -> None:
    assert (built["corrected"]["record_count"], built["corrected"]["source_count"]) == (1, 1)
    assert (built["newest_email"]["record_count"], built["newest_email"]["sources"]) == (
        4,
        ["app", "crm", "shop", "web"],
    )
    assert built["corrected"]["first_seen_at"] == datetime(2017, 1, 1)
    assert built["corrected"]["last_seen_at"] == datetime(2017, 1, 8)


def test_the_stories_speak_of_every_attribute_but_gender() -> None:
    told = {name for rs in RECORDS.values() for r in rs for name in r}
    assert set(ATTRIBUTES) - told == {"gender"}
