"""The landing folder: whole files written at once, with the planted bad records among the good ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cdp_lake.synthetic.chance import Ints, Rng, below
from cdp_lake.synthetic.ledger import Ledger

BOM = "\ufeff"


@dataclass(frozen=True)
class Bad:
    """Records planted together; `after` a good record, `at_end` when they would swallow what follows."""

    kind: str
    texts: tuple[str, ...]
    note: str
    after: int | None = None
    at_end: bool = False


@dataclass(frozen=True)
class BadRow:
    """Where a bad record lies: its file, and its number among the data records (0: the whole file)."""

    source: str
    file: str
    kind: str
    record_no: int
    note: str


class Landing:
    """Writes source files, counts their good records and remembers the bad ones."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records: dict[str, int] = {}
        self.bad_rows: list[BadRow] = []

    def write(self, file: str, records: Sequence[str], *, header: str = "", encoding: str = "utf-8") -> None:
        """One file of good records, a header before them when given."""
        self._put(file, ([header] if header else []) + list(records), encoding)
        self._count(file, len(records))

    def write_document(self, file: str, text: str, records: int) -> None:
        """One file that is a whole document, with that many records inside."""
        self._put(file, [text], "utf-8")
        self._count(file, records)

    def write_odd(self, file: str, lines: list[str], kind: str, note: str) -> None:
        """One file that is odd or bad as a whole; none of its records count."""
        self._put(file, lines, "utf-8")
        self._blame(file, Bad(kind, (), note), 0)

    def write_damaged(self, file: str, records: list[str], damage: tuple[list[Bad], Rng], *, header: str = "") -> None:
        """One file of good records with bad ones at seeded places among them."""
        bad, rng = damage
        drawn = [(b, below(rng, len(records) + 1)) for b in bad]
        places = [len(records) if b.at_end else place if b.after is None else b.after + 1 for b, place in drawn]
        mixed: list[str] = []
        done = 0
        for place, *_, n in sorted((place, bad[n].at_end, bad[n].after is None, n) for n, place in enumerate(places)):
            mixed += records[done:place]
            done = place
            for text in bad[n].texts:
                mixed.append(text)
                self._blame(file, bad[n], len(mixed))
        mixed += records[done:]
        self._put(file, ([header] if header else []) + mixed, "utf-8", unfinished=any(b.at_end for b in bad))
        self._count(file, len(records))

    def _blame(self, file: str, bad: Bad, record_no: int) -> None:
        self.bad_rows.append(BadRow(file.partition("/")[0], file, bad.kind, record_no, bad.note))

    def _count(self, file: str, records: int) -> None:
        source = file.partition("/")[0]
        self.records[source] = self.records.get(source, 0) + records

    def _put(self, file: str, records: list[str], encoding: str, *, unfinished: bool = False) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=encoding, newline="", buffering=1 << 22) as target:
            target.writelines(f"{record}\n" for record in records[:-1])
            target.write("".join(records[-1:]) + ("" if unfinished or not records else "\n"))


class Output(NamedTuple):
    """Where a source writes: its files, and the truth about them."""

    landing: Landing
    ledger: Ledger


def csv_field(text: str) -> str:
    """A CSV field, quoted when it must be."""
    if any(mark in text for mark in ',"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def money(cents: Ints) -> list[str]:
    """Amounts of cents as decimal text with two places."""
    texts = [f"{c // 100}.{c % 100:02d}" for c in range(int(cents.max(initial=0)) + 1)]
    return [texts[c] for c in cents.tolist()]


def wall_times(seconds: Ints) -> list[str]:
    """Seconds as `2017-03-01 10:11:12`."""
    return [t.replace("T", " ") for t in np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()]


def utc_times(seconds: Ints) -> list[str]:
    """Seconds as `2017-03-01T10:11:12Z`."""
    return [f"{t}Z" for t in np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()]
