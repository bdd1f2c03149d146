"""The records a person means by a word: a profile id, also a retired one, or one record as SOURCE:KEY."""

from __future__ import annotations

from collections.abc import Iterable

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.identity.assignments import ever_of, standing_of
from cdp_lake.identity.explaining.rows import records_named
from cdp_lake.stages.who_is_meant import is_profile_id

PURPOSE = "identity"


class NamedRecords:
    """Words looked up in the published lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._found: dict[str, frozenset[int]] = {}

    def records(self, word: str) -> frozenset[int]:
        """The records meant, of a retired profile those it had last. Raises ConfigError when there are none."""
        if word not in self._found:
            found = self._of_profile(word) if is_profile_id(word) else self._of_source(word)
            if not found:
                raise ConfigError(
                    f"'{word}' is no profile and no record here. Write a profile id such as P000000012, "
                    "or SOURCE:KEY such as crm:1042"
                )
            self._found[word] = found
        return self._found[word]

    def look_up(self, words: Iterable[str]) -> None:
        """Looks up the records of many SOURCE:KEY words at once; those that name none are told when asked for."""
        wanted = sorted({word for word in words if word not in self._found and not is_profile_id(word)})
        asked = [(word, *_parts(word)) for word in wanted]
        few = self._lake.spark.createDataFrame(asked, "word STRING, source STRING, source_pk STRING")
        for row in records_named(self._lake.read(SOURCE_RECORDS, PURPOSE), few).collect():
            self._found[row["word"]] = frozenset([row["record_sk"]])

    def profiles(self, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By word: the profiles that its records belong to now."""
        records = {word: self.records(word) for word in words}
        every = {record for found in records.values() for record in found}
        rows = standing_of(self._lake.read(ASSIGNMENTS, PURPOSE), every).collect()
        homes = {row["record_sk"]: row["profile_id"] for row in rows}
        return {
            word: tuple(sorted({homes[record] for record in found if record in homes}))
            for word, found in records.items()
        }

    def _of_profile(self, profile_id: str) -> frozenset[int]:
        rows = ever_of(self._lake.read(ASSIGNMENTS, PURPOSE), profile_id).collect()
        until = {row["record_sk"]: row["known_to"] for row in rows if row["known_to"] is not None}
        now = frozenset(row["record_sk"] for row in rows if row["known_to"] is None)
        return now or frozenset(record for record, last in until.items() if last == max(until.values()))

    def _of_source(self, word: str) -> frozenset[int]:
        self.look_up([word])
        return self._found.get(word, frozenset())


def _parts(word: str) -> tuple[str, str]:
    source, _, key = word.partition(":")
    return source, key
