"""What a source promises: how often it delivers, how fresh it is, how much it sends, and what it counted itself."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from cdp_lake.config.durations import Duration
from cdp_lake.config.strict import Strict


class Expects(Strict):
    """What is expected of each delivery; a source that keeps it not is told of and served all the same.

    every: a file at least so often. at_most_behind: its newest record is no older than this. records: fewest and most
    of one delivery, `null` for no limit.
    """

    every: Duration | None = None
    at_most_behind: Duration | None = None
    records: tuple[int | None, int | None] = (None, None)

    @model_validator(mode="after")
    def _records_in_order(self) -> Expects:
        fewest, most = self.records
        if fewest is not None and most is not None and fewest > most:
            raise ValueError(f"records: the fewest, {fewest}, are more than the most, {most}")
        return self


class Counts(Strict):
    """Control files in which the source says how many records each of its files has: lines of `file name,records`.

    A file that has landed with another number breaks the promise: `error` refines nothing until it is mended.
    """

    files: str
    severity: Literal["error", "warning"] = "warning"
