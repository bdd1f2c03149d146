"""Why one value of a text cannot be found or set."""

from __future__ import annotations

UNREADABLE, NO_COLUMN, NO_OBJECT = "unreadable", "no_column", "no_object"
# Where a record ends, or what its bytes mean, is doubtful: one value more does not mend that.
DOUBTFUL = "doubtful"
# The record says so already.
SAME = "same"


class CannotEdit(Exception):
    """Raised for a text in which the place of a value cannot be told; `why` is one of the words above."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
