"""What a stream says: a line per micro-batch, and what it cannot read once, until that changes."""

from datetime import datetime

from cdp_lake.console.streams import micro_batches
from cdp_lake.stages.runner import StageOutcome
from cdp_lake.stages.stream import MicroBatch

AT = datetime(2024, 3, 1, 9, 0, 5)
LANDED = (StageOutcome("land_bronze", "done", 1.5, {"bronze.clicks": 7}),)


def lines(*found):
    return [part.plain for part in micro_batches(found)]


def test_what_cannot_be_read_is_said_once_until_it_changes():
    down = MicroBatch(AT, not_read={"clicks": "no answer"})
    assert lines(down, down, MicroBatch(AT, not_read={"clicks": "no such topic"})) == [
        "09:00:05  clicks was not read: no answer",
        "09:00:05  clicks was not read: no such topic",
        "0 micro-batches, 0 records",
    ]


def test_a_micro_batch_without_one_source_is_counted_and_says_so():
    first, second, last = lines(MicroBatch(AT, 7, 2.0, LANDED, not_read={"pos": "no answer"}))
    assert first == "09:00:05  pos was not read: no answer"
    assert second == "09:00:05  7 records  2.0 s  longest: land_bronze 1.5 s"
    assert last == "1 micro-batches, 7 records"
