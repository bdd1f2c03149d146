"""A file that no longer is as its contract says: every difference with what to do, and none where there is none."""

from pathlib import Path

import pytest

from cdp_lake.bronze.assessment import drift
from cdp_lake.config.settings import Settings, load_settings
from cdp_lake.config.sources import SourceContract
from cdp_lake.stages.profile_source import assessed

CONTRACT = {
    "name": "crm",
    "kind": "person",
    "format": "csv",
    "files": "crm/*.csv",
    "columns": [
        {"name": "customer_id", "required": True},
        {"name": "email", "field": "email"},
        {"name": "points", "type": "integer"},
        {"name": "born", "field": "birth_date", "type": "date", "formats": ["yyyy-MM-dd"]},
    ],
}
AS_SAID = "customer_id,email,points,born\n" + "".join(
    f"C{n:04},ann{n}@example.org,{n},19{50 + n}-02-0{1 + n % 9}\n" for n in range(40)
)


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The shipped ones."""
    return load_settings().settings


def told(folder: Path, settings: Settings, text: str, encoding: str = "utf-8") -> list[tuple[str, str]]:
    """(kind of difference, column) of a file of that text."""
    path = folder / "crm.csv"
    path.write_bytes(text.encode(encoding))
    found = drift(assessed(path, settings), SourceContract.model_validate(CONTRACT))
    return [(one.what, one.path) for one in found]


def test_a_file_as_its_contract_says_has_no_drift(tmp_path, settings):
    assert told(tmp_path, settings, AS_SAID) == []


def test_a_new_column_is_told_with_what_it_may_mean(tmp_path, settings):
    text = AS_SAID.replace("\n", ",city\n", 1).replace("\n", ",Bonn\n").replace(",city,Bonn", ",city")
    assert told(tmp_path, settings, text) == [("new column", "city")]


def test_a_column_that_is_called_otherwise_is_one_difference_not_two(tmp_path, settings):
    assert told(tmp_path, settings, AS_SAID.replace("email", "e_mail", 1)) == [("renamed?", "email")]


def test_a_column_that_is_gone_and_one_of_another_type_are_told(tmp_path, settings):
    lines = [line.split(",") for line in AS_SAID.splitlines()]
    text = "\n".join(
        ",".join([one, email, points if points == "points" else "many"]) for one, email, points, _ in lines
    )
    assert told(tmp_path, settings, text) == [("absent column", "born"), ("other type", "points")]


def test_another_delimiter_and_encoding_are_told(tmp_path, settings):
    text = AS_SAID.replace(",", ";").replace("ann1@", "李@")
    found = told(tmp_path, settings, text, encoding="utf-16")
    assert found[:2] == [("read otherwise", "(file)"), ("read otherwise", "(file)")]


def test_what_lies_inside_an_object_taken_whole_is_nothing_new(tmp_path, settings):
    path = tmp_path / "e.ndjson"
    path.write_text("".join(f'{{"id": "{n}", "props": {{"a": {n}}}}}\n' for n in range(5)))
    columns = [{"name": "id"}, {"name": "props", "type": "json"}]
    contract = SourceContract.model_validate(CONTRACT | {"format": "ndjson", "columns": columns})
    assert drift(assessed(path, settings), contract) == ()
