"""Why somebody is one person, or two people: a handful of rows in, the answer out."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, EDGES, IDENTIFIERS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.contracts.table import TableContract
from cdp_lake.errors import CdpLakeError, ConfigError
from cdp_lake.identity.explaining.answers import Rift, Story
from cdp_lake.stages import case_file
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.explain_identity import as_json, explain

pytestmark = pytest.mark.spark

DAY = datetime(2018, 1, 1, tzinfo=timezone.utc)
ANN, BOB, CAT, OLD = "P000000001", "P000000002", "P000000003", "P000000009"
# Ann: what she typed into a checkout links CRM and shop, an order links shop and web, name and birth date a second
# card. Bob and Cat live at her phone under names of their own; the ledger hangs the phone on Bob, who was first.
RECORDS = {
    1: (ANN, "crm", "C1"),
    2: (ANN, "shop", "email:ann@x.org"),
    3: (ANN, "web", "user_id:u1"),
    4: (ANN, "crm", "C2"),
    5: (BOB, "crm", "C5"),
    6: (CAT, "crm", "C6"),
}
EVIDENCE = [
    (1, 2, "email", 11, None),
    (2, 3, "order_id", 12, None),
    (3, 4, "name_birth_postcode", 0, None),
    (1, 5, "phone", 13, "given_names_disagree"),
    (5, 6, "phone", 13, "given_names_disagree"),
]
HELD = [
    *((1, 11, "email", "ann@x.org", None), (2, 11, "email", "ann@x.org", None), (1, 13, "phone", "+12674476764", None)),
    *((2, 12, "order_id", "O1", None), (3, 12, "order_id", "O1", None), (3, 14, "user_id", "u1", None)),
    *((5, 13, "phone", "+12674476764", None), (6, 13, "phone", "+12674476764", None), (6, 15, "user_id", "u6", None)),
    (4, 16, "email", "test@test.com", "blocked_value"),
]


class FewTables:
    """A lake of a handful of rows, read as the lake is read."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        self._tables = {name: self._table(contract, list(rows)) for name, contract, rows in _tables()}

    def read(self, contract: TableContract, purpose: str) -> DataFrame:
        assert purpose == "show"
        return self._tables[contract.name]

    def _table(self, contract: TableContract, rows: list[dict[str, object]]) -> DataFrame:
        return self.spark.createDataFrame(rows, contract.schema)


def _tables() -> Iterator[tuple[str, TableContract, Iterator[dict[str, object]]]]:
    seen = {sk: DAY + timedelta(days=sk) for sk in RECORDS}
    alike = {"name_key": "ann smith", "birth_date": datetime(1980, 1, 2).date(), "postcode": "10001"}
    yield (
        SOURCE_RECORDS.name,
        SOURCE_RECORDS,
        (
            {"record_sk": sk, "source": source, "source_pk": pk, "version_no": version}
            | {"first_seen_at": seen[sk], "last_seen_at": seen[sk], **(alike if sk in (3, 4) and version == 2 else {})}
            for sk, (_, source, pk) in RECORDS.items()
            for version in (1, 2)
        ),
    )
    yield (
        ASSIGNMENTS.name,
        ASSIGNMENTS,
        (
            {"entity_type": "person", "record_sk": sk, "profile_id": profile, "valid_from": seen[sk], "known_from": DAY}
            for sk, (profile, _, _) in RECORDS.items()
        ),
    )
    yield (
        EDGES.name,
        EDGES,
        (
            {"src_record_sk": one, "dst_record_sk": other, "rule": rule, "identifier_sk": identifier, "weight": 1.0}
            | {"is_live": why is None, "refused_by": why}
            | ({"first_seen_at": seen[other], "last_seen_at": seen[other]} if identifier else {})
            for one, other, rule, identifier, why in EVIDENCE
        ),
    )
    columns = ("record_sk", "identifier_sk", "namespace", "value", "refused_by")
    yield (
        IDENTIFIERS.name,
        IDENTIFIERS,
        (dict(zip(columns, row, strict=True)) | {"is_live": row[-1] is None} for row in HELD),
    )
    what = ("run_id", "change", "profile_id", "other_profile_id", "record_count")
    yield (
        CHANGES.name,
        CHANGES,
        (
            dict(zip(what, row, strict=True)) | {"effective_at": DAY, "actor": "stitch_identity"}
            for row in [("r1", "created", ANN, "", 3), ("r2", "merged", ANN, OLD, 1), ("r2", "split", BOB, ANN, 1)]
        ),
    )


@pytest.fixture(scope="module")
def few(spark):
    """The lake of those rows."""
    return FewTables(spark)


@pytest.fixture(scope="module")
def asked(few):
    """What is found for one or two texts."""
    settings = configured(env="demo").settings
    return lambda *texts: explain(few, settings, *texts)


def test_two_people_are_parted_by_what_was_refused_on_the_way_and_by_the_limits(asked):
    found = asked("crm:C1", "u6")
    assert isinstance(found, Rift)
    assert found.profile_ids == (ANN, CAT)
    assert [(step.one, step.refused_by, step.other) for step in found.path] == [
        ("crm:C1", "given_names_disagree", "crm:C5"),
        ("crm:C5", "given_names_disagree", "crm:C6"),
    ]
    assert found.between == []
    assert [(one.namespace, one.values, one.limit) for one in found.too_many] == [("user_id", 2, 1)]


def test_a_retired_id_tells_the_story_of_who_it_is_now(asked):
    found = asked(OLD)
    assert isinstance(found, Story)
    assert (found.profile_id, found.aliases) == (ANN, [OLD])
    assert [change["change"] for change in found.changes] == ["created", "merged", "split"]
    assert [(joined.record, joined.evidence and joined.evidence.value) for joined in found.records] == [
        ("crm:C1", None),
        ("shop:email:ann@x.org", "ann@x.org"),
        ("web:user_id:u1", "O1"),
        ("crm:C2", "ann smith, 1980-01-02, 10001"),
    ]
    assert [(kind.rule, kind.refused_by, kind.edges) for kind in found.refused] == [
        ("phone", "given_names_disagree", 1)
    ]
    assert [(one.namespace, one.values, one.limit, one.refused) for one in found.holdings] == [
        *(("user_id", 1, 1, {}), ("order_id", 1, None, {}), ("email", 1, 5, {"blocked_value": 1})),
        ("phone", 1, 5, {}),
    ]
    assert found.fragile_edge is not None
    assert found.fragile_edge.evidence[0].rule == "order_id"
    assert found.fragile_edge.split_off == ["crm:C2", "web:user_id:u1"]
    told = json.loads(as_json(found))
    assert told["answer"] == "story"
    assert told["records"][1]["seen_at"] == "2018-01-03T00:00:00+00:00"


def test_a_record_that_is_not_there_is_an_error_that_says_what_it_was_read_as(asked):
    with pytest.raises(ConfigError, match=r"nobody here has the record, id or identifier 'crm:C9'.* user_id, "):
        asked("crm:C9")


def test_a_profile_too_large_for_memory_is_refused_with_what_can_be_done(few, monkeypatch):
    monkeypatch.setattr(case_file, "MOST_RECORDS", 3)
    with pytest.raises(CdpLakeError, match=f"{ANN} has 4 records: too many .* show profile {ANN}"):
        case_file.own_records(few, {ANN})
