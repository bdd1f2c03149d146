"""Full exports of people: who is missing is deleted since, who is back stands again, in any order of the files."""

from pathlib import Path

import pytest

from cdp_lake.contracts.ops import QUARANTINE
from cdp_lake.contracts.silver import CONSENTS, SOURCE_RECORDS
from cdp_lake.errors import QualityGateFailed
from cdp_lake.stages.configuration import configured
from tests.stages.lakes import RAW_TO_SILVER, opened, run, silver

CLIENTS = """
name: clients
kind: person
format: csv
files: clients/*.csv
snapshot: {at: yyyy-MM-dd, most_gone: 0.5}
key: [id]
version: {column: changed, keep: latest}
columns:
  - {name: id, required: true}
  - {name: name, field: full_name}
  - {name: changed, field: valid_from, type: timestamp, required: true}
identifiers: [{namespace: crm_id, column: id}]
"""
ANN, BO, CY = "1,Ann Lee,2024-01-01", "2,Bo Tan,2024-01-01", "3,Cy Roe,2024-01-01"
# On the third day everything is as on the first.
EXPORTS = {"2024-02-01": [ANN, BO, CY], "2024-02-02": [ANN, BO], "2024-02-03": [ANN, BO, CY], "2024-02-04": [BO, CY]}

# Nothing in these records says when they changed, and each says whether its person wants the newsletter.
TIMELESS = """
name: clients
kind: person
format: csv
files: clients/*.csv
snapshot: {at: yyyy-MM-dd, most_gone: 0.5}
key: [id]
columns:
  - {name: id, required: true}
  - {name: name, field: full_name}
  - {name: news}
identifiers: [{namespace: crm_id, column: id}]
consents: [{column: news, purpose: marketing, channel: email, granted: ["yes"]}]
"""
DAYS = {
    "2024-02-01": ["1,Ann Lee,YES", "2,Bo Tan,no", "3,Cy Roe,"],
    "2024-02-02": ["1,Ann Low,YES", "2,Bo Tan,perhaps", "3,Cy Roe,"],
    "2024-02-03": ["1,Ann Lee,YES", "3,Cy Roe,"],
    "2024-02-04": ["1,Ann Lee,YES", "2,Bo Tan,yes", "3,Cy Roe,"],
}


def office(folder: Path, contract: str = CLIENTS):
    (folder / "conf" / "sources").mkdir(parents=True)
    (folder / "conf" / "sources" / "clients.yml").write_text(contract)
    (folder / "landing" / "clients").mkdir(parents=True)
    return configured(
        folder / "conf", None, (f"lake.path={folder / 'lake'}", f"lake.landing={folder / 'landing'}")
    ).settings


def export(folder: Path, day: str, rows: list[str], header: str = "id,name,changed") -> None:
    (folder / "landing" / "clients" / f"clients_{day}.csv").write_text("\n".join([header, *rows, ""]))


def gone(lake) -> dict[str, str | None]:
    rows = lake.read(SOURCE_RECORDS, "evaluation", whole=True).where("source = 'clients'").collect()
    return {row["source_pk"]: row["deleted_at"] and f"{row['deleted_at']:%Y-%m-%d}" for row in rows}


def test_who_is_missing_leaves_and_comes_back_whatever_came_first(spark, tmp_path):
    folder, settings = tmp_path / "daily", office(tmp_path / "daily")
    expected = {
        "2024-02-02": {"1": None, "2": None, "3": "2024-02-02"},
        "2024-02-03": {"1": None, "2": None, "3": None},
        "2024-02-04": {"1": "2024-02-04", "2": None, "3": None},
    }
    # The first export comes late, after the second.
    for day in ("2024-02-02", "2024-02-01", "2024-02-03", "2024-02-04"):
        export(folder, day, EXPORTS[day])
        if day != "2024-02-02":
            run(spark, settings, *RAW_TO_SILVER)
            assert gone(opened(spark, settings)) == expected.get(day, expected["2024-02-02"])

    daily = silver(opened(spark, settings))
    run(spark, settings, "refine_silver", rebuild=True)
    assert silver(opened(spark, settings)) == daily

    # An export that was cut short deletes nobody.
    export(folder, "2024-02-05", [])
    export(folder, "2024-02-06", ["9,Zoe Zee,2024-02-06"])
    with pytest.raises(QualityGateFailed, match=r"2024-02-05 00:00 lacks 2 of 3 records[\s\S]*most_gone=1"):
        run(spark, settings, *RAW_TO_SILVER)
    assert gone(opened(spark, settings)) == expected["2024-02-04"]


def test_where_no_record_has_a_time_the_day_of_its_export_orders_them(spark, tmp_path):
    folder, settings = tmp_path / "timeless", office(tmp_path / "timeless", TIMELESS)
    days = DAYS | {"whenever": DAYS["2024-02-02"], "2024-02-02_again": DAYS["2024-02-02"][::-1]}
    # The second day comes after the third, twice, and so turns a copy into a version.
    for batch in (("2024-02-01", "2024-02-03", "whenever"), ("2024-02-04", "2024-02-02", "2024-02-02_again")):
        for day in batch:
            export(folder, day, days[day], "id,name,news")
        outcomes = run(spark, settings, *RAW_TO_SILVER)
    lake = opened(spark, settings)
    versions = lake.read(SOURCE_RECORDS, "evaluation", whole=True).where("not is_carrier").collect()
    assert sorted((r["source_pk"], r["version_no"], r["raw_full_name"], r["valid_from"].day) for r in versions) == [
        *[("1", 1, "Ann Lee", 1), ("1", 2, "Ann Low", 2), ("1", 3, "Ann Lee", 3)],
        *[("2", 1, "Bo Tan", 1), ("2", 2, "Bo Tan", 2), ("2", 3, "Bo Tan", 4)],
        ("3", 1, "Cy Roe", 1),
    ]
    # An empty cell decides nothing, and a word that nobody gave a meaning is no grant.
    keys = {row["record_sk"]: row["source_pk"] for row in versions}
    rows = lake.read(CONSENTS, "evaluation").collect()
    granted, denied = [("1", 1), ("1", 2), ("1", 3), ("2", 4)], [("2", 1), ("2", 2)]
    expected = dict.fromkeys(granted, "granted") | dict.fromkeys(denied, "denied")
    assert {(keys[row["record_sk"]], row["decided_at"].day): row["status"] for row in rows} == expected
    (warning,) = outcomes["refine_silver"].warnings
    assert "news: every word has a meaning (consents)" in warning
    assert "another one in 2 records, which counts as denied" in warning
    # A file without a day is no use where nothing else orders what it says.
    (aside,) = lake.read(QUARANTINE, "evaluation").collect()
    assert (aside["file"], aside["rules"][0].split(":")[0]) == ("clients/clients_whenever.csv", "no_export_day")

    in_pieces = silver(lake)
    run(spark, settings, "refine_silver", rebuild=True)
    assert silver(opened(spark, settings)) == in_pieces
