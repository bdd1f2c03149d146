"""What was set aside is corrected and driven again; the lake is then what a rebuild with the same corrections makes."""

import pytest

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.bronze import bronze_table
from cdp_lake.contracts.ops import CORRECTIONS, FATES, QUARANTINE, REDRIVES
from cdp_lake.contracts.silver import ORDER_LINES, SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.stages.chosen_records import Choice
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.correct_records import Wish, correct
from cdp_lake.stages.redrive_records import redrive
from cdp_lake.stages.show_quarantine import shown
from tests.stages.hard_life import Killed
from tests.stages.lakes import RAW_TO_SILVER, Quiet, fates, opened, run, silver

PEOPLE = """
name: people
kind: person
format: csv
files: people/*.csv
encoding: gbk
key: [id]
version: {column: changed_at, keep: latest}
columns:
  - {name: id, required: true}
  - {name: name, field: full_name}
  - {name: email, field: email}
  - {name: born, field: birth_date, type: date, formats: [yyyy-MM-dd]}
  - {name: changed_at, field: valid_from, type: timestamp, required: true}
identifiers:
  - {namespace: email, column: email}
"""
# One row per line, the date on the first one of an order; no key, so that two equal lines are two.
BASKETS = """
name: baskets
kind: order_rows
format: csv
files: baskets/*.csv
columns:
  - {name: order, field: order_id, required: true}
  - {name: at, field: ordered_at, type: timestamp}
  - {name: sku, field: product_id, required: true}
  - {name: quantity, field: quantity, type: decimal, at_least: 1}
  - {name: price, field: unit_price, type: decimal}
  - {name: email, field: email}
identifiers:
  - {namespace: email, column: email}
"""
FILES = {
    "people/1.csv": (
        "id,name,email,born,changed_at\n"
        "1,李娜,li.na@example.cn,1990-01-01,2024-03-01T09:00:00Z\n"
        "2,王伟,wang@example.cn,not a date,2024-03-01T09:00:00Z\n"
        '3,"Bo, Jr",bo@example.org,1991-13-01,2024-03-01T09:00:00Z\n'
        "1,李娜,li.na@example.cn,1990-02-30,2024-03-02T09:00:00Z\n"
    ),
    "baskets/1.csv": (
        "order,at,sku,quantity,price,email\n"
        "o1,2024-03-01 10:00:00,apple,one,2.00,bo@example.org\n"
        "o1,,pear,1,3.00,\n"
        "o1,,pear,0,3.00,\n"
        "o2,2024-03-02 10:00:00,plum,0.5,3.00,li.na@example.cn\n"
    ),
}


class Desk:
    """A project with two small feeds, and what somebody does about their quarantine."""

    def __init__(self, spark, folder) -> None:
        self.spark, self.folder = spark, folder
        (folder / "conf" / "sources").mkdir(parents=True)
        for name, text in (("people", PEOPLE), ("baskets", BASKETS)):
            (folder / "conf" / "sources" / f"{name}.yml").write_text(text)
            (folder / "landing" / name).mkdir(parents=True)
        for path, text in FILES.items():
            (folder / "landing" / path).write_text(text, encoding="gbk")
        self.run()

    @property
    def settings(self):
        """The settings as the contracts are now."""
        sets = (f"lake.path={self.folder / 'lake'}", f"lake.landing={self.folder / 'landing'}")
        return configured(self.folder / "conf", None, sets).settings

    @property
    def lake(self) -> Lake:
        """The lake as a reader finds it."""
        return opened(self.spark, self.settings)

    def run(self, *stages: str, rebuild: bool = False):
        """A run of landing and refinement, or of these stages."""
        return run(self.spark, self.settings, *(stages or RAW_TO_SILVER), rebuild=rebuild)

    def fix(self, *ids: str, dry_run: bool = False, **more):
        """A correction."""
        choice = Choice(ids, more.pop("source", None), more.pop("rule", None))
        return correct(self.lake, self.settings, Wish(choice, "asked", "ann", **more), Quiet(), dry_run=dry_run)

    def redrive(self, *ids: str, source=None, rule=None):
        """Drives records again."""
        return redrive(self.lake, self.settings, Choice(ids, source, rule), "ann", Quiet())

    def aside(self) -> dict[str, list[str]]:
        """Which records are set aside: rules by the number of the record in its file."""
        rows = [row for row in self._rows(QUARANTINE) if not row["record_id"].startswith("file:")]
        return {_place(row["record_id"], row["source"]): row["rules"] for row in rows}

    def id_of(self, place: str) -> str:
        """The id of a record by its source and number."""
        return next(r["record_id"] for r in self._rows(FATES) if _place(r["record_id"], r["source"]) == place)

    def redrives(self) -> list[tuple]:
        """What is written down of the redrives."""
        rows = self._rows(REDRIVES)
        return sorted((_place(r["record_id"], r["source"]), r["fate"], r["correction_no"], r["actor"]) for r in rows)

    def births(self) -> dict[tuple, str]:
        """Birth date by person and version."""
        rows = self.lake.read(SOURCE_RECORDS, "evaluation").where("source = 'people'").collect()
        return {(row["source_pk"], row["version_no"]): str(row["birth_date"]) for row in rows}

    def contents(self):
        """Silver and fates in canonical form, and the quarantine with its texts."""
        kept = ("source", "record_id", "file", "line", "rules", "payload")
        aside = sorted(tuple(map(str, (row[name] for name in kept))) for row in self._rows(QUARANTINE))
        return silver(self.lake), fates(self.lake), aside

    def _rows(self, table):
        return self.lake.read(table, "evaluation").collect()


def _place(record_id: str, source: str) -> str:
    return f"{source} {int(record_id.rpartition('-')[2])}"


@pytest.fixture
def desk(spark, tmp_path):
    return Desk(spark, tmp_path)


def test_records_are_corrected_driven_again_and_the_same_after_a_rebuild(desk, monkeypatch):
    assert desk.aside() == {
        "people 2": ["type:born"],
        "people 3": ["type:born"],
        "people 4": ["type:born"],
        "baskets 1": ["type:quantity"],
        "baskets 3": ["at_least:quantity"],
        "baskets 4": ["at_least:quantity"],
    }
    received = {row["_record_id"]: row["payload"] for row in _bronze(desk)}

    # One by its value, which a dry run does not write.
    wang = desk.id_of("people 2")
    assert desk.fix(wang, values={"born": "1985-05-05"}, dry_run=True).passing == 1
    assert CORRECTIONS.name not in desk.lake.versions
    assert desk.fix(wang, values={"born": "1985-05-05"}).passing == 1
    with pytest.raises(ConfigError, match="its fate is passed"):
        desk.fix(desk.id_of("people 1"), values={"born": "1985-05-05"})
    # All that broke a rule, by a default; one of them is right already then, another still has no right price.
    done = desk.fix(source="people", rule="type:born", values={"born": "1985-05-05"})
    assert (done.chosen, done.corrected, dict(done.refused), done.passing) == (3, 2, {"same": 1}, 2)
    # A line that becomes what its neighbour says is a second one like it.
    desk.fix(desk.id_of("baskets 3"), values={"quantity": "1"})
    desk.fix(desk.id_of("baskets 1"), payload=b"o1,2024-03-01 10:00:00,apple,1,2.00,bo@example.org\n")

    # A redrive that dies between its commits and the publication was never there.
    before = desk.contents()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Lake, "publish", _dies)
        desk.redrive(source="people")
    assert desk.contents() == before
    assert desk.lake.has_unpublished(SOURCE_RECORDS)

    assert desk.redrive(source="people", rule="type:born").fates == {"people": {"passed": 3}}
    assert desk.births() == {("1", 1): "1990-01-01", ("1", 2): "1985-05-05",
                             ("2", 1): "1985-05-05", ("3", 1): "1985-05-05"}  # fmt: skip
    again = desk.redrive()
    assert again.fates == {"baskets": {"passed": 2, "quarantined": 1}}
    assert desk.aside() == {"baskets 4": ["at_least:quantity"]}
    # The date of an order's lines is on its first one, so a line alone would not have been enough.
    lines = desk.lake.read(ORDER_LINES, "evaluation").select("product_id", "quantity", "ordered_on").collect()
    assert sorted((line["product_id"], int(line["quantity"]), str(line["ordered_on"])) for line in lines) == [
        ("apple", 1, "2024-03-01"),
        ("pear", 1, "2024-03-01"),
        ("pear", 1, "2024-03-01"),
    ]
    assert {row["_record_id"]: row["payload"] for row in _bronze(desk)} == received
    assert ("people 2", "passed", 1, "ann") in desk.redrives()
    assert ("baskets 4", "quarantined", None, "ann") in desk.redrives()

    # A second time there is nothing to do.
    publication = desk.lake.publication_no
    assert desk.redrive().commits == desk.redrive(wang).commits == 0
    assert desk.run()["refine_silver"].commits == 0
    assert desk.lake.publication_no == publication
    driven = desk.contents()
    assert set(desk.run("refine_silver", rebuild=True)["refine_silver"].rows) <= {"ops.checks"}
    assert desk.contents() == driven


def test_a_run_drives_what_was_corrected_and_takes_back_what_was_withdrawn(desk):
    wang = desk.id_of("people 2")
    before = desk.contents()
    desk.fix(wang, values={"born": "1985-05-05"})
    desk.fix(wang, values={"name": "王薇"})
    run_of_silver = desk.run()["refine_silver"]
    assert run_of_silver.rows["ops.quarantine"] == run_of_silver.deleted["ops.quarantine"] == 1
    assert ("2", 1) in desk.births()
    assert desk.redrives() == [("people 2", "passed", 2, "")]
    [one] = shown(desk.lake, desk.settings, Choice((wang,)), 5)
    assert (one.values["name"], one.values["born"], one.fate, len(one.corrections)) == (
        "王薇",
        "1985-05-05",
        "passed",
        2,
    )
    assert "not a date" in one.received

    assert desk.fix(wang, withdraws=True).in_silver
    desk.run()
    assert desk.contents() == before
    with pytest.raises(ConfigError, match="none of these records has a correction in force"):
        desk.fix(wang, withdraws=True)


def test_a_rule_that_was_mended_lets_records_pass_and_a_file_is_looked_at_again(desk):
    conf = desk.folder / "conf" / "sources" / "baskets.yml"
    conf.write_text(BASKETS.replace("at_least: 1", "at_least: 0.5"))
    landing = desk.folder / "landing" / "people" / "2.csv"
    landing.write_text("id,name\n4,Cy\n")
    assert desk.run()["refine_silver"].commits == 0
    assert desk.redrive(rule="at_least:quantity").fates == {"baskets": {"passed": 1, "quarantined": 1}}
    assert set(desk.aside()) >= {"baskets 1", "baskets 3"} and "baskets 4" not in desk.aside()
    driven = desk.contents()
    desk.run("refine_silver", rebuild=True)
    assert desk.contents() == driven

    [whole] = [row["record_id"] for row in desk._rows(QUARANTINE) if row["record_id"].startswith("file:")]
    loosened = PEOPLE.replace("type: timestamp, required: true", "type: timestamp")
    (desk.folder / "conf" / "sources" / "people.yml").write_text(loosened)
    assert [file.state for file in desk.redrive(whole).files] == ["forgotten"]
    desk.run("land_bronze")
    assert not [row for row in desk._rows(QUARANTINE) if row["record_id"].startswith("file:")]


def _bronze(desk):
    return [r for name in ("people", "baskets") for r in desk.lake.read(bronze_table(name), "evaluation").collect()]


def _dies(*_: object) -> None:
    raise Killed
