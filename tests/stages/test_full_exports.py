"""Full exports of people: who is missing is deleted since, who is back stands again, in any order of the files."""

from pathlib import Path

import pytest

from cdp_lake.contracts.silver import SOURCE_RECORDS
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


def office(folder: Path):
    (folder / "conf" / "sources").mkdir(parents=True)
    (folder / "conf" / "sources" / "clients.yml").write_text(CLIENTS)
    (folder / "landing" / "clients").mkdir(parents=True)
    return configured(
        folder / "conf", None, (f"lake.path={folder / 'lake'}", f"lake.landing={folder / 'landing'}")
    ).settings


def export(folder: Path, day: str, rows: list[str]) -> None:
    (folder / "landing" / "clients" / f"clients_{day}.csv").write_text("\n".join(["id,name,changed", *rows, ""]))


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
