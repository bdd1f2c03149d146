"""The two shapes of a name on its way through the normalisers."""

from typing import NamedTuple


class RawName(NamedTuple):
    """One name as a source wrote it, in up to four columns."""

    given: str | None
    family: str | None
    full: str | None
    native: str | None


class Parts(NamedTuple):
    """One name told apart: what a person is called, and what the family is called."""

    given: str | None
    family: str | None
