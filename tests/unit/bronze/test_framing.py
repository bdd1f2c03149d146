"""Records are found whatever a file holds: one that is broken spoils itself and no neighbour."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.bronze import csv_header, frames
from cdp_lake.bronze.framing import MAX_QUOTED_LINES

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
# A cell of nothing but quotes, commas and line ends is what framing can get wrong.
NASTY = st.text(st.sampled_from("a\",;\r\n\u2028\x0b\x1c '{}\\"), max_size=8)


def framed(text: str, file_format: str = "csv") -> list[tuple[int, str, str | None]]:
    """What `frames` makes of a text that is read the way a file is: lines end at line feeds only."""
    return [tuple(frame) for frame in frames(io.StringIO(text, newline="\n"), file_format)]


def test_the_header_is_no_record_and_blank_lines_are_none():
    assert framed("id,name\r\n1,Ann\r\n\r\n2,Bo\r\n") == [(2, "1,Ann", None), (4, "2,Bo", None)]


def test_a_file_of_a_header_or_of_nothing_has_no_records():
    assert framed("id,name\n") == []
    assert framed("") == []


def test_a_quoted_line_break_stays_inside_its_record():
    text = 'id,note\n1,"first\nsecond"\n2,plain\n'
    assert framed(text) == [(2, '1,"first\nsecond"', None), (4, "2,plain", None)]


def test_a_quote_that_never_closes_spoils_its_own_line_only():
    text = 'id,note\n1,"open\n2,fine\n3,fine\n'
    assert framed(text) == [(2, '1,"open', "open_quote"), (3, "2,fine", None), (4, "3,fine", None)]


def test_two_lone_quotes_do_not_swallow_the_records_between_them():
    text = 'id,note\n1,"open\n2,fine\n3,5" pipe\n4,fine\n'
    assert [(line, error) for line, _, error in framed(text)] == [
        (2, "open_quote"),
        (3, None),
        (4, "open_quote"),
        (5, None),
    ]


def test_a_quote_that_closes_far_away_is_a_broken_one():
    filler = "".join(f"{n},x\n" for n in range(MAX_QUOTED_LINES + 5))
    found = framed(f'id,note\n0,"open\n{filler}9,close"\n')
    assert len(found) == MAX_QUOTED_LINES + 7
    assert [line for line, _, error in found if error] == [2, MAX_QUOTED_LINES + 8]


def test_a_last_line_without_its_end_is_a_record():
    assert framed("id,name\n1,Ann\n2,B") == [(2, "1,Ann", None), (3, "2,B", None)]


def test_a_byte_order_mark_is_no_part_of_a_name_or_a_record():
    assert csv_header("\ufeffid, name \r\n", ",") == ["id", "name"]
    assert framed('\ufeff{"a": 1}\n', "ndjson") == [(1, '{"a": 1}', None)]
    assert framed('\ufeff[{"a": 1}]', "json") == [(1, '{"a": 1}', None)]


def test_every_line_of_ndjson_is_a_record_also_a_half_written_one():
    assert framed('{"a": 1}\n\n{"a": 2}\n{"a": "hal', "ndjson") == [
        (1, '{"a": 1}', None),
        (3, '{"a": 2}', None),
        (4, '{"a": "hal', None),
    ]


def test_two_objects_on_one_line_are_two_records_but_not_braces_in_a_text():
    assert framed('{"a": 1}{"a": 2} {"a": 3}\n{"a": "}{"}\n{"a": 1}{"a"\n', "ndjson") == [
        (1, '{"a": 1}', None),
        (1, '{"a": 2}', None),
        (1, '{"a": 3}', None),
        (2, '{"a": "}{"}', None),
        (3, '{"a": 1}{"a"', None),
    ]


def test_objects_of_an_array_are_records_wherever_lines_end():
    text = '[{"a": {"b": 1}}, {"a": "}{"},\n {"a":\n 3}]'
    assert [(line, json.loads(body), error) for line, body, error in framed(text, "json")] == [
        (1, {"a": {"b": 1}}, None),
        (1, {"a": "}{"}, None),
        (2, {"a": 3}, None),
    ]


def test_an_object_that_never_closes_does_not_swallow_the_next():
    text = '[\n{\n "a": 1\n,\n{\n "a": 2\n}\n]\n'
    found = framed(text, "json")
    assert [(line, error) for line, _, error in found] == [(2, "open_object"), (5, None)]
    assert json.loads(found[1][1]) == {"a": 2}


def test_an_array_cut_short_keeps_what_was_whole():
    found = framed('[\n{"a": 1},\n{"a": 2},\n{"a": "ha', "json")
    assert [(body, error) for _, body, error in found] == [
        ('{"a": 1}', None),
        ('{"a": 2}', None),
        ('{"a": "ha', "open_object"),
    ]


@pytest.mark.parametrize("cells", [CELLS, NASTY], ids=["any text", "quotes and line ends"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_what_a_csv_writer_writes_is_framed_into_the_same_rows(cells, delimiter):
    @given(rows=st.lists(st.lists(cells, min_size=3, max_size=3).filter(lambda row: any(c.strip() for c in row))))
    def holds(rows: list[list[str]]) -> None:
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=delimiter).writerows([["a", "b", "c"], *rows])
        lines = io.StringIO(file.getvalue(), newline="\n")
        found = list(frames(lines, "csv", delimiter))
        assert [frame.error for frame in found] == [None] * len(rows)
        assert [next(csv.reader([frame.text], delimiter=delimiter)) for frame in found] == rows

    holds()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | CELLS | NASTY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3),
    max_leaves=8,
)


@given(objects=st.lists(st.dictionaries(CELLS, JSON, max_size=3)), indent=st.sampled_from([None, 0, 2]))
def test_a_json_array_is_framed_into_the_same_objects_however_it_is_laid_out(objects, indent):
    found = framed(json.dumps(objects, indent=indent, ensure_ascii=False), "json")
    assert [error for _, _, error in found] == [None] * len(objects)
    assert [json.loads(body) for _, body, _ in found] == objects


@given(rows=st.lists(st.text(st.sampled_from('ab1,"\n\r'), min_size=1, max_size=20)))
def test_no_text_of_a_damaged_file_is_lost(rows):
    """Framing may doubt where a record ends; every character that is no line end is still in one of them."""
    text = "a,b\n" + "\n".join(rows)
    kept = "".join(body for _, body, _ in framed(text))
    strip = str.maketrans("", "", "\r\n")
    assert kept.translate(strip) == text.partition("\n")[2].translate(strip)
