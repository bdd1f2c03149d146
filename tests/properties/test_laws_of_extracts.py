"""Tables: however changes, late commits and runs fall, bronze holds every state that a run could see, once."""

from collections import Counter
from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.bronze.extracts import Bounds, Position, batches_to_compare, ceiling, window_after

BEGIN = datetime(2026, 1, 2, tzinfo=timezone.utc)
OVERLAP = timedelta(minutes=10)
# One happening: minutes since the one before; the row; how long its transaction stays open; what its watermark says.
HAPPENINGS = st.lists(
    st.tuples(
        st.integers(0, 15),
        st.integers(0, 3),
        st.integers(0, 9),
        st.sampled_from(["time"] * 8 + ["none", "ahead"]),
        st.booleans(),
    ),
    max_size=30,
)


class Table:
    """A table as its readers see it: a row is its key, its content, and its watermark."""

    def __init__(self):
        self.rows = {}
        self.open = []

    def write(self, now, key, content, minutes_open, says):
        watermark = {"time": now, "none": None, "ahead": now + timedelta(minutes=30)}[says]
        # Two transactions cannot hold one row: the second waits, which to readers is as if it came later.
        self.open = [one for one in self.open if one[1][0] != key]
        self.open.append((now + timedelta(minutes=minutes_open), (key, content, watermark)))

    def at(self, now):
        for _, (key, content, watermark) in [one for one in self.open if one[0] <= now]:
            self.rows[key] = (key, content, text(watermark))
        self.open = [one for one in self.open if one[0] > now]
        return list(self.rows.values())


class Reader:
    """Landing, with the real windows and the real choice of batches, over rows in memory."""

    def __init__(self):
        self.position, self.files, self.bronze = None, [], []

    def run(self, rows, now):
        top = ceiling("moment", now, "UTC")
        dated = [row[2] for row in rows if row[2] is not None]
        bounds = Bounds(
            max((one for one in dated if one <= top), default=None),
            sum(row[2] is None for row in rows),
            sum(one > top for one in dated),
        )
        window = window_after(self.position, bounds, "moment", OVERLAP, top)
        batches = batches_to_compare(self.files, window, "updated_at", "moment")
        known = {row for batch, row in self.bronze if batches is None or batch in batches}
        new = [row for row in rows if is_in(row[2], window) and row not in known]
        if new:
            batch = len(self.files) + 1
            before = self.position.watermark if self.position else None
            at = Position("updated_at", bounds.high or before, bounds.ahead > 0)
            self.files.append({"batch_id": batch, "position": at.text()})
            self.bronze += [(batch, row) for row in new]
            self.position = at if at.watermark else None
        return len(new)


def text(moment):
    return None if moment is None else moment.isoformat(timespec="microseconds")


def is_in(watermark, window):
    if watermark is None:
        return window.undated
    if window.ceiling is not None and watermark > window.ceiling:
        return True
    return window.high is not None and watermark <= window.high and (window.low is None or watermark >= window.low)


@settings(max_examples=500, deadline=None)
@given(happenings=HAPPENINGS)
def test_every_state_that_a_run_could_see_is_landed_once_and_a_run_without_news_lands_nothing(happenings):
    table, reader, seen, now = Table(), Reader(), set(), BEGIN
    for content, (minutes, key, minutes_open, says, is_run) in enumerate(happenings):
        now += timedelta(minutes=minutes)
        table.write(now, key, content, minutes_open, says)
        if is_run:
            now += timedelta(seconds=1)
            rows = table.at(now)
            reader.run(rows, now)
            seen |= set(rows)
            assert reader.run(rows, now) == 0
    now += timedelta(minutes=10)
    rows = table.at(now)
    reader.run(rows, now)
    assert Counter(row for _, row in reader.bronze) == Counter(seen | set(rows))
