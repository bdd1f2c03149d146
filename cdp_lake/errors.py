"""Every error a person can meet, each with the exit code the command line returns for it.

A message says what went wrong, where, what is known and what to do: it is shown without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CdpLakeError(Exception):
    """Raised when a command cannot go on for a reason the user can act on."""

    exit_code = 1


class ConfigError(CdpLakeError):
    """Raised when configuration or arguments cannot be used; lists every problem found at once."""

    exit_code = 2


class EnvironmentProblem(CdpLakeError):
    """Raised when Python, Java, Spark or the JARs cannot work together on this machine."""

    exit_code = 2


class QualityGateFailed(CdpLakeError):
    """Raised when an expectation of severity `error` fails: nothing of the stage is committed."""

    exit_code = 3


class InvariantBroken(CdpLakeError):
    """Raised when a law of the lake does not hold after a step: nothing of the stage is published."""

    exit_code = 3


class InputSetAside(CdpLakeError):
    """Raised under `--strict` when a run finished but some input went to quarantine."""

    exit_code = 4


class SourceNotRead(CdpLakeError):
    """Raised when a source cannot be read now: no answer, no such thing, no right to it. The other sources go on."""

    exit_code = 4


class TableDamaged(CdpLakeError):
    """Raised when files of a table are broken or gone: nothing of it is served; names what mends it."""

    exit_code = 2


class DiskFull(CdpLakeError):
    """Raised when there was no room to write: what was begun is not published; the next run does it again."""

    exit_code = 2


class LakeLocked(CdpLakeError):
    """Raised when another process is writing to the lake; names the holder."""

    exit_code = 5


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of an error message: what is known, and the nearest known word."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    hint = f". Did you mean '{near[0]}'?" if near else ""
    return f"known: {', '.join(names) or 'none'}{hint}"
