"""What is counted of a whole file while its records go by, batch after batch, in bounded memory."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from cdp_lake.bronze.assessment.columns import HASHED_RECORDS, ColumnTally
from cdp_lake.bronze.assessment.records import (
    MAPS,
    OBJECTS,
    csv_fields,
    flattened,
    is_field_name,
    is_record,
    json_record,
)
from cdp_lake.bronze.assessment.values import Looker
from cdp_lake.bronze.framing import Frame

BATCH = 5_000
MOST_COLUMNS = 400
_MOST_NESTED = 30


class FileTally:
    """Counts of one file: its records, what is broken, its columns, and the columns of its lists."""

    def __init__(self, words: frozenset[str] = frozenset()) -> None:
        self.records = 0
        self.broken: Counter[str] = Counter()
        self.columns: dict[str, ColumnTally] = {}
        self.nested: dict[str, dict[str, ColumnTally]] = {}
        self.others: dict[str, set[str]] = {}
        self.unaddressed = 0
        self.twice: list[str] = []
        self.unnamed: list[int] = []
        self.left_out = 0
        # One hash per good record, for repeats.
        self.hashes = array("q")
        self._looker = Looker()
        self._words = words

    @property
    def good(self) -> int:
        """Records that could be read."""
        return self.records - sum(self.broken.values())

    @property
    def repeated(self) -> int:
        """Records that are, letter for letter, another one of the hashed records."""
        return len(self.hashes) - len(set(self.hashes))

    def take_csv(self, found: Iterable[Frame], header: Sequence[str], delimiter: str) -> None:
        """Counts framed CSV records. A column without a name is counted nowhere: no contract can name it."""
        tallies = [ColumnTally(name, self._looker, self._words) for name in header]
        self.twice = sorted({name for name in header if name and header.count(name) > 1})
        self.unnamed = [place for place, name in enumerate(header, start=1) if not name]
        self.columns = {name: tally for name, tally in zip(header, tallies, strict=True) if name}
        for batch in _batches(found):
            rows = []
            for frame in batch:
                fields = csv_fields(frame.text, delimiter)
                if self._is_good(frame, None if len(fields) == len(header) else "wrong_column_count"):
                    rows.append(fields)
            for tally, values in zip(tallies, zip(*rows, strict=True), strict=False):
                tally.take(values)

    def take_json(self, found: Iterable[Frame]) -> None:
        """Counts framed JSON objects by the paths of their scalars."""
        for batch in _batches(found):
            before, records = self.good, []
            for frame in batch:
                record = json_record(frame.text)
                if self._is_good(frame, None if record is not None else "invalid_json"):
                    records.append(record or {})
            self._take_objects(records, before)

    def _take_objects(self, records: list[dict[str, Any]], before: int) -> None:
        rows = []
        for record in records:
            self.unaddressed += sum(not is_field_name(key) for key in record)
            scalars, others, lists = flattened({k: v for k, v in record.items() if is_field_name(k)})
            rows.append(scalars)
            for path, what in others.items():
                self.others.setdefault(path, set()).add(what)
            for path, items in lists.items():
                self._take_items(path, items)
        for path in dict.fromkeys(path for row in rows for path in row):
            self._column(path, before)
        for path, tally in self.columns.items():
            tally.take([row.get(path) for row in rows])

    def _column(self, path: str, before: int) -> None:
        if path in self.columns:
            return
        if len(self.columns) >= MOST_COLUMNS:
            self.left_out += 1
            return
        self.columns[path] = ColumnTally(path, self._looker, self._words, before)

    def _take_items(self, path: str, items: list[Any]) -> None:
        columns = self.nested.setdefault(path, {})
        for item in items:
            if not is_record(item) or any(isinstance(value, list | dict) for value in item.values()):
                self.others.setdefault(path, set()).add(MAPS)
                return
        seen = max((tally.records for tally in columns.values()), default=0)
        for key in dict.fromkeys(key for item in items for key in item):
            if key not in columns and len(columns) < _MOST_NESTED:
                columns[key] = ColumnTally(key, self._looker, before=seen)
        for key, tally in columns.items():
            tally.take([flattened({key: item.get(key)})[0][key] for item in items])

    def _is_good(self, frame: Frame, shape: str | None) -> bool:
        self.records += 1
        error = frame.error or shape or ("undecodable_bytes" if _has_kept_bytes(frame.text) else None)
        if error:
            self.broken[error] += 1
            return False
        if len(self.hashes) < HASHED_RECORDS:
            self.hashes.append(hash(frame.text))
        return True

    def simple_lists(self) -> dict[str, dict[str, ColumnTally]]:
        """Lists whose items all are objects of scalars, by path."""
        return {path: found for path, found in self.nested.items() if self.others[path] == {OBJECTS} and found}


def _batches(found: Iterable[Frame]) -> Iterator[list[Frame]]:
    frames = iter(found)
    while batch := list(islice(frames, BATCH)):
        yield batch


def _has_kept_bytes(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
