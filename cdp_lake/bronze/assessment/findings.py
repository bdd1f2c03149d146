"""What an assessment found of a file and of its columns: nothing here is a value of the file."""

from __future__ import annotations

from dataclasses import dataclass

from cdp_lake.bronze.assessment.columns import HASHED_RECORDS
from cdp_lake.bronze.assessment.keys import KeyGuess
from cdp_lake.bronze.assessment.kinds import KindGuess


@dataclass(frozen=True)
class ReadAs:
    """How the bytes of a file were read, and how sure that is. `delimiter` is None where there is none."""

    format: str
    encoding: str
    encoding_why: str
    delimiter: str | None
    delimiter_why: str = ""


@dataclass(frozen=True)
class Column:
    """One column: counts, the guesses about it, and what a person must look at.

    distinct: different values among the records that were hashed; None of a list or an object.
    patterns: (pattern, values), the most frequent first.
    """

    name: str
    path: str
    records: int
    filled: int
    distinct: int | None
    shortest: int | None
    longest: int
    patterns: tuple[tuple[str, int], ...]
    type: str
    formats: tuple[str, ...] = ()
    meaning: str | None = None
    field: str | None = None
    pii: str | None = None
    required: bool = False
    one_of: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    local_times: bool = False
    columns: tuple[Column, ...] = ()

    @property
    def is_distinct_of_some(self) -> bool:
        """True when different values were counted among the first records only."""
        return self.records > HASHED_RECORDS


@dataclass(frozen=True)
class Tie:
    """A column that identifies a person. carrier: facts may hang on it. is_known: identity.yml has the namespace."""

    namespace: str
    column: str
    carrier: bool = True
    is_known: bool = True
    doubt: str = ""


@dataclass(frozen=True)
class Assessment:
    """One file: what was looked at, what it holds, and the guesses a contract is drafted from."""

    read_as: ReadAs
    records: int
    has_more: bool
    broken: dict[str, int]
    repeated: int
    columns: tuple[Column, ...]
    key: KeyGuess
    kind: KindGuess
    version: str | None = None
    keep: str = "latest"
    ties: tuple[Tie, ...] = ()
    region: str | None = None
    time_zone: str = ""
    remarks: tuple[str, ...] = ()
    unfilled: tuple[str, ...] = ()
