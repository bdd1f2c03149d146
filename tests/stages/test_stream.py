"""A stream: runs again and again on what has come since, and the lake is that of one batch."""

import json
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from cdp_lake.adapters.locks import lake_lock
from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.ops import MICRO_BATCHES
from cdp_lake.stages.configuration import configured
from cdp_lake.stages.stream import TO_SEGMENTS, Pace, micro_batches
from tests.stages.lakes import RAW_TO_SILVER, opened, run, silver

CLICKS = "name: clicks\nextends: segment\nfiles: clicks/*.ndjson\n"
WHAT_WAITS = Pace(every=0.1, available_now=True, silver_only=True)


def office(folder: Path):
    """A project with one feed of events and no lake yet."""
    (folder / "conf" / "sources").mkdir(parents=True)
    (folder / "conf" / "sources" / "clicks.yml").write_text(CLICKS)
    (folder / "landing" / "clicks").mkdir(parents=True)
    sets = (f"lake.path={folder / 'lake'}", f"lake.landing={folder / 'landing'}")
    return configured(folder / "conf", None, sets).settings


def event(n: int, received: datetime) -> str:
    when = received.isoformat()
    said = {"type": "track", "event": "Product Viewed", "messageId": f"m{n}", "anonymousId": f"a{n % 3}"}
    return json.dumps(said | {"timestamp": when, "receivedAt": when})


def send(folder: Path, name: str, numbers: range, received: datetime) -> None:
    """A segment of the collector: written aside, then put in its place whole."""
    place = folder / "landing" / "clicks" / f"{name}.ndjson"
    place.with_suffix(".part").write_text("".join(f"{event(n, received)}\n" for n in numbers))
    place.with_suffix(".part").rename(place)


def test_micro_batches_make_the_silver_of_one_batch_and_say_how_long_events_waited(spark, tmp_path):
    received = datetime.now(tz=timezone.utc).replace(microsecond=0) - timedelta(seconds=30)
    folder, settings = tmp_path / "stream", office(tmp_path / "stream")
    send(folder, "one", range(4), received)
    (first,) = micro_batches(settings, WHAT_WAITS, threading.Event())
    # Two events come again with the next ones.
    send(folder, "two", range(2, 9), received)
    (second,) = micro_batches(settings, WHAT_WAITS, threading.Event())
    assert [*micro_batches(settings, WHAT_WAITS, threading.Event())] == []

    assert (first.records, second.records) == (4, 7)
    assert (first.waited.events, second.waited.events) == (4, 5)
    assert 30 <= first.waited.half <= first.waited.longest < 600
    lake = opened(spark, settings)
    assert {row["records"] for row in lake.head(MICRO_BATCHES).collect()} == {4, 7}

    once = office(tmp_path / "batch")
    for name, numbers in (("one", range(4)), ("two", range(2, 9))):
        send(tmp_path / "batch", name, numbers, received)
    run(spark, once, *RAW_TO_SILVER)
    assert silver(opened(spark, settings)) == silver(opened(spark, once))


def test_a_micro_batch_goes_on_to_segments_and_says_what_each_stage_took(spark, tmp_path):
    folder, settings = tmp_path / "stream", office(tmp_path / "stream")
    send(folder, "one", range(6), datetime.now(tz=timezone.utc))
    (found,) = micro_batches(settings, Pace(every=0.1, lasting=0.1), threading.Event())
    assert [outcome.stage for outcome in found.stages] == [*RAW_TO_SILVER, *TO_SEGMENTS]
    assert found.waited.most < found.segment_most
    assert opened(spark, settings).read(PROFILES, "evaluation").count() == 3


def test_a_stream_waits_for_whoever_writes_and_ends_when_it_is_asked_to(tmp_path):
    settings, asked = office(tmp_path / "stream"), threading.Event()
    with lake_lock(Path(settings.lake.path), "rebuild"):
        turns = micro_batches(settings, Pace(every=0.1), asked)
        assert "rebuild (pid" in next(turns).locked_by
        asked.set()
        with pytest.raises(StopIteration):
            next(turns)
