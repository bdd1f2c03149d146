"""Field maps: what the columns of somebody's table mean, and what is wrong with a map, all at once with its lines."""

import pytest

from cdp_lake.config.field_map import FIELD_TYPES, FieldMap, load_field_map
from cdp_lake.errors import ConfigError

HEADER = ["id", "shop", "first", "last", "mail", "2"]


@pytest.fixture
def loaded(tmp_path):
    """loaded(text): the map of a file with that text, for a table with the columns above."""

    def load(text: str | bytes) -> FieldMap:
        path = tmp_path / "people.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_field_map(path, HEADER)

    return load


@pytest.fixture
def problems(loaded):
    """problems(text): the lines of the error, without the folder."""

    def lines(text: str | bytes) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loaded(text)
        return [line.rpartition("/")[2] for line in str(caught.value).splitlines()]

    return lines


def test_a_map_says_what_columns_mean_in_the_order_of_the_file(loaded):
    found = loaded("record_id: id\nsource: shop\nfields:\n  last: family_name\n  first: given_name\n  mail: email\n")
    assert (found.record_id, found.source) == ("id", "shop")
    assert list(found.fields.items()) == [("last", "family_name"), ("first", "given_name"), ("mail", "email")]


def test_a_source_may_be_missing_types_may_repeat_and_names_may_be_numbers(loaded):
    found = loaded("record_id: id\nfields: {first: text, last: text, 2: code}\n")
    assert found.source is None
    assert found.fields == {"first": "text", "last": "text", "2": "code"}


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_every_type_is_accepted(loaded, kind):
    assert loaded(f"record_id: id\nfields: {{first: {kind}}}\n").fields == {"first": kind}


def test_an_unknown_type_names_its_line_the_known_ones_and_the_one_that_was_meant(problems):
    (line,) = problems("record_id: id\nfields:\n  mail: emial\n")
    assert line.startswith("people.yml:3: fields.mail: unknown type 'emial'; known: birth_date, birth_day, ")
    assert line.endswith(", street_address, text. Did you mean 'email'?")


def test_a_column_the_table_lacks_names_its_line_the_columns_and_the_one_that_was_meant(problems):
    assert problems("record_id: id\nfields:\n  frist: given_name\n") == [
        "people.yml:3: fields.frist: the file has no column 'frist'; "
        "known: 2, first, id, last, mail, shop. Did you mean 'first'?"
    ]


def test_every_problem_is_told_at_once(problems):
    found = problems("record_id: idd\nsource: shpo\nfields:\n  mail: emial\n  nam: full_name\n  shop: sum\n")
    assert [line.split("; ")[0] for line in found] == [
        "people.yml:4: fields.mail: unknown type 'emial'",
        "people.yml:6: fields.shop: unknown type 'sum'",
        "people.yml:1: record_id: the file has no column 'idd'",
        "people.yml:2: source: the file has no column 'shpo'",
        "people.yml:5: fields.nam: the file has no column 'nam'",
    ]


def test_what_names_a_record_is_no_evidence(problems):
    assert problems("record_id: id\nsource: shop\nfields:\n  id: code\n  shop: text\n  mail: email\n") == [
        "people.yml:4: fields.id: 'id' is the record_id: it names a record and is no evidence",
        "people.yml:5: fields.shop: 'shop' is the source: it names a record and is no evidence",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recordid: id\nfields: {mail: email}\n", ["1: recordid: unknown key 'recordid'"]),
        ("record_id: id\n", ["1: fields: is needed and not given"]),
        ("", ["1: record_id: is needed and not given", "1: fields: is needed and not given"]),
        ("record_id: id\nfields: {}\n", ["2: fields: Dictionary should have at least 1 item"]),
        ("record_id: id\nfields: [mail]\n", ["2: fields: Input should be a valid dictionary"]),
        ("record_id: 5\nfields: {mail: email}\n", ["1: record_id: YAML reads 5 without quotes as a number"]),
        ("record_id: id\nfields: {mail: }\n", ["2: fields.mail: unknown type 'None'"]),
        ("record_id: id\nfields: {mail: email\n", ["3: not valid YAML"]),
        ("- record_id\n", ["1: a map of settings is expected"]),
        ("record_id: 编号\n".encode("gb18030"), ["1: not text in UTF-8"]),
    ],
)
def test_a_map_of_another_shape_is_explained(problems, text, expected):
    found = problems(text)
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(f"people.yml:{start}")


def test_a_map_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yml: there is no such file"):
        load_field_map(tmp_path / "absent.yml", HEADER)
