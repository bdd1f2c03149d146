"""Which columns are the key of a file's records, judged by the hashes of their values."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from cdp_lake.bronze.assessment import values as v
from cdp_lake.bronze.assessment.columns import ColumnTally
from cdp_lake.bronze.assessment.remarks import counted

# A few bad records must not hide a key: landing sets them aside, one by one.
_TOLERATED = 0.03
_TOLERATED_RECORDS = 2
_SENT_TWICE = 0.05
_FEW_RECORDS = 20
_MOST_PAIRED = 12


@dataclass(frozen=True)
class KeyGuess:
    """Columns of the key (none found: empty), why, and what a person must look at (`""`: nothing)."""

    columns: tuple[str, ...]
    reason: str
    doubt: str = ""


@dataclass(frozen=True)
class _Judged:
    """One candidate: how many records have no value, and how many repeat the value of another record."""

    path: str
    empty: int
    repeats: int

    @property
    def is_exact(self) -> bool:
        return not self.empty and not self.repeats


def likely_key(
    tallies: Mapping[str, ColumnTally], records: array[int], ids: Sequence[str], version: str | None, lines: bool
) -> KeyGuess:
    """The smallest unique, never empty column or pair. A few whole records that repeat count once.

    ids: columns that are called like ids, the likeliest first. version: the column that orders versions.
    lines: the records are lines of orders, where two equal ones are both real.
    """
    firsts = _firsts(records)
    if len(firsts) < 2:  # noqa: PLR2004
        return KeyGuess((), "none found: one record tells nothing of what is unique", "name the key")
    hashes = {path: _chosen(tallies[path].hashes, firsts, len(records)) for path in tallies}
    judged = {path: _judge(path, found) for path, found in hashes.items() if _can_be_key(tallies[path])}
    return (
        _of_ids(judged, ids, len(firsts))
        or _with_versions(hashes, judged, ids, version)
        or _of_others(judged, tallies, len(firsts))
        or (None if lines else _of_pairs(hashes, judged, tallies, ids))
        or _none(lines)
    )


def _of_ids(judged: Mapping[str, _Judged], ids: Sequence[str], records: int) -> KeyGuess | None:
    candidates = [judged[path] for path in ids if path in judged]
    exact = [found for found in candidates if found.is_exact]
    allowed = max(_TOLERATED_RECORDS, int(_TOLERATED * records)) if records >= _FEW_RECORDS else 0
    near = [found for found in candidates if found.empty + found.repeats <= allowed]
    # The first id of a record is its own; a cleaner one further on is somebody else's.
    found = near[0] if near and (not exact or ids.index(near[0].path) < ids.index(exact[0].path)) else None
    if found is None and not exact:
        return None
    if found is None or found.is_exact:
        return KeyGuess((exact[0].path,), "unique and never empty")
    bad = [f"{counted(found.empty, 'record')} without it"] * bool(found.empty)
    bad += [f"{counted(found.repeats, 'record')} with that of another"] * bool(found.repeats)
    return KeyGuess((found.path,), f"an id, unique but for few: {', '.join(bad)}", ", ".join(bad))


def _with_versions(
    hashes: Mapping[str, array[int]], judged: Mapping[str, _Judged], ids: Sequence[str], version: str | None
) -> KeyGuess | None:
    if version is None or version not in hashes:
        return None
    for path in ids:
        if path in judged and not judged[path].empty and _is_unique(hashes, (path, version)):
            reason = f"unique together with the version {version}: one record per version"
            return KeyGuess((path,), reason, "several versions of one key in this file")
    return None


def _of_others(judged: Mapping[str, _Judged], tallies: Mapping[str, ColumnTally], records: int) -> KeyGuess | None:
    if records < _FEW_RECORDS:
        return None
    exact = [found.path for found in judged.values() if found.is_exact and not _is_measured(tallies[found.path])]
    if not exact:
        return None
    return KeyGuess((exact[0],), "unique and never empty", "unique in this file, but not called like an id")


def _of_pairs(
    hashes: Mapping[str, array[int]],
    judged: Mapping[str, _Judged],
    tallies: Mapping[str, ColumnTally],
    ids: Sequence[str],
) -> KeyGuess | None:
    whole = [path for path, found in judged.items() if not found.empty]
    by_id = [path for path in ids if path in whole]
    others = [path for path in whole if path not in by_id and not _is_amount(tallies[path])]
    for pair in _pairs([*by_id, *others][:_MOST_PAIRED], set(by_id)):
        if _is_unique(hashes, pair):
            return KeyGuess(pair, "unique together and never empty", "a pair: unique in this file")
    return None


def _pairs(paths: list[str], ids: set[str]) -> Iterator[tuple[str, str]]:
    """Pairs of two ids first, then of an id and something else."""
    found = [pair for pair in combinations(paths, 2) if ids & set(pair)]
    yield from sorted(found, key=lambda pair: -len(ids & set(pair)))


def _none(lines: bool) -> KeyGuess:
    if lines:
        return KeyGuess((), "none found: two equal lines of one order are both real, so lines need no key")
    return KeyGuess((), "none found: no column and no pair is unique and never empty", "name the key, or leave it out")


def _firsts(records: array[int]) -> list[int]:
    seen: dict[int, int] = {}
    for place, value in enumerate(records):
        seen.setdefault(value, place)
    repeats = len(records) - len(seen)
    # A few records sent twice are an accident; where many are equal, that is what the feed is like.
    return list(seen.values()) if repeats <= max(1, _SENT_TWICE * len(records)) else list(range(len(records)))


def _chosen(hashes: array[int], places: list[int], records: int) -> array[int]:
    return hashes if len(places) == records else array("q", [hashes[place] for place in places])


def _judge(path: str, hashes: array[int]) -> _Judged:
    empty = hashes.count(0)
    distinct = len(set(hashes)) - (1 if empty else 0)
    return _Judged(path, empty, len(hashes) - empty - distinct)


def _is_unique(hashes: Mapping[str, array[int]], paths: tuple[str, str]) -> bool:
    one, other = hashes[paths[0]], hashes[paths[1]]
    return len(set(zip(one, other, strict=True))) == len(one)


def _can_be_key(tally: ColumnTally) -> bool:
    return not tally.share_typed(v.JSON, v.BOOLEAN) and tally.filled > 0


def _is_amount(tally: ColumnTally) -> bool:
    return tally.share_typed(v.DECIMAL, v.GROUPED, v.MONEY, v.COMMA_DECIMAL) > 0


def _is_measured(tally: ColumnTally) -> bool:
    """Numbers and times are unique by chance, names of people until a namesake comes."""
    dated = any(name.startswith(v.DATE) for name in tally.types)
    return dated or _is_amount(tally) or tally.share_looking(v.NAME, v.PHONE, v.CN_MOBILE) > 0
