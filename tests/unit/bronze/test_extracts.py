"""What is read of a table: above where it was left, less the overlap, never past the clock."""

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from cdp_lake.bronze.extracts import (
    Bounds,
    Position,
    Window,
    batches_to_compare,
    ceiling,
    content,
    reached_back,
    unseen,
    window_after,
)
from cdp_lake.bronze.unlanding import position_before

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
TEN_MINUTES = timedelta(minutes=10)


def moment(minute: int) -> str:
    return (NOON + timedelta(minutes=minute)).isoformat(timespec="microseconds")


def read_up_to(minute: int, *, ahead: bool = False) -> Position:
    return Position("updated_at", moment(minute), ahead)


def extract(batch: int, position: Position | None) -> dict:
    return {"batch_id": batch, "fate": "landed", "position": position.text() if position else None}


@pytest.mark.parametrize(
    ("watermark", "kind", "overlap", "reached"),
    [
        ("2026-01-02T12:00:00.000001+00:00", "moment", TEN_MINUTES, "2026-01-02T11:50:00.000001+00:00"),
        ("2026-01-02T00:05:00.000000", "local", TEN_MINUTES, "2026-01-01T23:55:00.000000"),
        ("2026-03-01", "date", TEN_MINUTES, "2026-02-28"),
        ("2026-03-01", "date", 0, "2026-03-01"),
        ("12345678901234567890", "number", 1000, "12345678901234566890"),
    ],
)
def test_the_overlap_is_taken_off_in_the_units_of_the_watermark(watermark, kind, overlap, reached):
    assert reached_back(watermark, kind, overlap) == reached


@pytest.mark.parametrize(("kind", "overlap"), [("number", TEN_MINUTES), ("moment", 1000), ("date", 3)])
def test_an_overlap_of_another_kind_is_told_before_anything_is_read(kind, overlap):
    high = {"number": "7", "moment": moment(0), "date": "2026-01-02"}[kind]
    with pytest.raises(ValueError, match=r"so `overlap` must be a (number|duration) such as"):
        window_after(None, Bounds(high, 0, 0), kind, overlap, None)


def test_now_is_now_in_the_zone_the_source_writes_in():
    assert ceiling("moment", NOON, "Asia/Shanghai") == "2026-01-02T12:00:00.000000+00:00"
    assert ceiling("local", NOON, "Asia/Shanghai") == "2026-01-02T20:00:00.000000"
    assert ceiling("date", NOON, "Pacific/Kiritimati") == "2026-01-03"
    assert ceiling("number", NOON, "UTC") is None


def test_the_first_run_reads_up_to_the_highest_watermark_and_the_next_above_it():
    first = window_after(None, Bounds(moment(-5), 0, 0), "moment", TEN_MINUTES, moment(0))
    assert first == Window(None, moment(-5))
    then = window_after(read_up_to(-5), Bounds(moment(-1), 0, 0), "moment", TEN_MINUTES, moment(0))
    assert then == Window(moment(-15), moment(-1))


def test_rows_without_a_watermark_or_ahead_of_the_clock_are_asked_for_only_where_there_are_any():
    found = window_after(None, Bounds(moment(-5), 2, 1), "moment", TEN_MINUTES, moment(0))
    assert found == Window(None, moment(-5), ceiling=moment(0), undated=True)


def test_a_table_that_was_restored_is_read_whole_again():
    found = window_after(read_up_to(0), Bounds(moment(-60), 0, 0), "moment", TEN_MINUTES, moment(0))
    assert found == Window(None, moment(-60))
    # Within the overlap nothing can have been missed.
    assert window_after(read_up_to(0), Bounds(moment(-9), 0, 0), "moment", TEN_MINUTES, moment(0)).low == moment(-10)


def test_a_table_that_is_empty_now_is_asked_for_nothing():
    assert window_after(read_up_to(0), Bounds(None, 0, 0), "moment", TEN_MINUTES, moment(1)) == Window()


def test_rows_are_compared_with_the_batches_that_had_reached_the_window():
    files = [extract(1, read_up_to(-60)), extract(2, read_up_to(-12)), extract(3, read_up_to(-5))]
    assert batches_to_compare(files, Window(moment(-15), moment(0)), "updated_at", "moment") == [2, 3]
    assert batches_to_compare(files, Window(moment(-4), moment(0)), "updated_at", "moment") == []


@pytest.mark.parametrize(
    "position", [None, Position("updated_at", None), read_up_to(-60, ahead=True), Position("created_at", moment(-60))]
)
def test_an_extract_that_may_have_reached_further_is_always_compared_with(position):
    window = Window(moment(-15), moment(0))
    assert batches_to_compare([extract(1, position)], window, "updated_at", "moment") == [1]


@pytest.mark.parametrize(
    "window",
    [Window(None, moment(0)), Window(moment(-9), moment(0), undated=True), Window(moment(-9), moment(0), moment(0))],
)
def test_whatever_has_no_lower_bound_is_compared_with_everything(window):
    assert batches_to_compare([extract(1, read_up_to(-60))], window, "updated_at", "moment") is None


def test_numbers_are_compared_as_numbers():
    files = [extract(1, Position("id", "9")), extract(2, Position("id", "10"))]
    assert batches_to_compare(files, Window("10", "11"), "id", "number") == [2]


def test_a_batch_taken_back_is_read_again_from_where_the_one_before_had_ended():
    files = [extract(2, read_up_to(-60)), extract(5, read_up_to(-30)), extract(6, read_up_to(-5))]
    assert position_before(files, 6) == read_up_to(-30).text()
    assert position_before([*files[:1], files[1] | {"fate": "unlanded"}, files[2]], 6) == read_up_to(-60).text()
    assert position_before(files, 2) is None


def test_positions_come_back_from_their_text():
    assert Position.of(read_up_to(3, ahead=True).text()) == read_up_to(3, ahead=True)
    assert Position.of(None) is None


def rows(spark, texts: str, **more):
    return spark.createDataFrame(
        [(text, text, *more.values()) for text in texts],
        "payload STRING, _record_hash STRING" + "".join(f", {name} STRING" for name in more),
    )


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ("", "ab", "ab"),
        ("ab", "ab", ""),
        ("ab", "abc", "c"),
        ("aa", "aa", ""),
        # A third copy of a record without a key: all three come, so that silver can count them within one file.
        ("aa", "aaa", "aaa"),
        ("aab", "ab", ""),
    ],
)
def test_only_what_bronze_does_not_hold_is_new(spark, before, now, new):
    bronze = rows(spark, before, _file_id="one") if before else rows(spark, "x", _file_id="one")
    found = unseen(rows(spark, now), bronze).collect()
    assert Counter(row["payload"] for row in found) == Counter(new)


def test_the_same_content_is_told_whatever_its_order_and_one_copy_more_is_another(spark):
    hashes = {"a": "1" * 32, "b": "f" * 32}

    def told(texts: str):
        frame = spark.createDataFrame([(text, hashes[text]) for text in texts], "payload STRING, _record_hash STRING")
        return tuple(content(frame).collect()[0])

    assert told("ab") == told("ba")
    assert len({told(texts) for texts in ("a", "b", "aa", "ab", "bb", "aab", "abb")}) == 7
