"""The records a person means by a word: a profile id, also a retired one, or one record as SOURCE:KEY."""

from __future__ import annotations

from cdp_lake.adapters.lake import Lake
from cdp_lake.contracts.identity import ASSIGNMENTS
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.errors import ConfigError
from cdp_lake.identity.assignments import ever_of, standing_of
from cdp_lake.identity.explaining.rows import record_named
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

    def profiles(self, word: str) -> tuple[str, ...]:
        """The profiles that those records belong to now."""
        rows = standing_of(self._lake.read(ASSIGNMENTS, PURPOSE), self.records(word)).collect()
        return tuple(sorted({row["profile_id"] for row in rows}))

    def _of_profile(self, profile_id: str) -> frozenset[int]:
        rows = ever_of(self._lake.read(ASSIGNMENTS, PURPOSE), profile_id).collect()
        until = {row["record_sk"]: row["known_to"] for row in rows if row["known_to"] is not None}
        now = frozenset(row["record_sk"] for row in rows if row["known_to"] is None)
        return now or frozenset(record for record, last in until.items() if last == max(until.values()))

    def _of_source(self, word: str) -> frozenset[int]:
        source, _, key = word.partition(":")
        asked = self._lake.spark.createDataFrame([(source, key)], "source STRING, source_pk STRING")
        rows = record_named(self._lake.read(SOURCE_RECORDS, PURPOSE), asked).collect()
        return frozenset(row["record_sk"] for row in rows)
