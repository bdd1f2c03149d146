"""What is counted of one column while its values go by: no value is kept, only how values are written."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

from cdp_lake.bronze.assessment.values import DATE, Looker
from cdp_lake.config.header_words import PLACEHOLDERS

# Distinct values, keys and repeats are told of so many records; all else of every record looked at.
HASHED_RECORDS = 100_000
_PATTERNS_KEPT = 1_000
_LONGEST_PLACEHOLDER = max(map(len, PLACEHOLDERS))
OTHER = "(other)"


class ColumnTally:
    """Counts of one column. `path` is its header, or the dotted path in a JSON record."""

    def __init__(self, path: str, looker: Looker, words: frozenset[str] = frozenset(), before: int = 0) -> None:
        self.path = path
        self.filled = 0
        self.records = before
        self.shortest: int | None = None
        self.longest = 0
        self.padded = 0
        self.placeholders: Counter[str] = Counter()
        self.patterns: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.looks: Counter[str] = Counter()
        self.words: set[str] = set()
        self.is_list_of_objects = False
        # One hash per record, 0 where it is empty; eight bytes each.
        self.hashes = array("q", [0]) * min(before, HASHED_RECORDS)
        self._looker = looker
        self._vocabulary = words

    def take(self, values: Sequence[str | None]) -> None:
        """Counts the values of the next records, None or empty text where there is none."""
        texts: Counter[str] = Counter()
        for raw, count in Counter(values).items():
            text = raw.strip() if raw else ""
            if text:
                texts[text] += count
                self.padded += count if len(text) != len(raw or "") else 0
        if texts:
            self._measure(texts)
            for text, count in texts.items():
                self._count(text, count)
        self.records += len(values)
        room = HASHED_RECORDS - len(self.hashes)
        if room > 0:
            self.hashes.extend([hash(v.strip()) if v else 0 for v in values[:room]])

    def _measure(self, texts: Counter[str]) -> None:
        lengths = [*map(len, texts)]
        self.filled += sum(texts.values())
        self.shortest = min(lengths) if self.shortest is None else min(self.shortest, *lengths)
        self.longest = max(self.longest, *lengths)
        self.words |= self._vocabulary & texts.keys()

    def _count(self, text: str, count: int) -> None:
        form, kind, look = self._looker.look(text)
        if form not in self.patterns and len(self.patterns) >= _PATTERNS_KEPT:
            form = OTHER
        self.patterns[form] += count
        is_placeholder = len(text) <= _LONGEST_PLACEHOLDER and text.lower() in PLACEHOLDERS
        if is_placeholder:
            self.placeholders[text.lower()] += count
        # Placeholders say nothing of what a column means.
        if not is_placeholder or kind.startswith(DATE):
            self.types[kind] += count
            self.looks[look] += count

    @property
    def empty(self) -> int:
        """Records without a value."""
        return self.records - self.filled

    @property
    def telling(self) -> int:
        """Values that are no placeholder."""
        return sum(self.types.values())

    def share_looking(self, *looks: str) -> float:
        """The share of telling values that look like one of these."""
        return sum(self.looks[look] for look in looks) / self.telling if self.telling else 0.0

    def share_typed(self, *types: str) -> float:
        """The share of telling values of one of these types."""
        return sum(self.types[name] for name in types) / self.telling if self.telling else 0.0

    def distinct(self) -> int:
        """Different values among the records that were hashed."""
        return len(set(self.hashes) - {0})

    def most_frequent(self) -> int:
        """How many of the hashed records hold the most frequent value."""
        found = Counter(self.hashes)
        found.pop(0, None)
        return found.most_common(1)[0][1] if found else 0
