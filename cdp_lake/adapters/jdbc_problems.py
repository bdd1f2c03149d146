"""What went wrong between here and a database, in words that hold no password and no value of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import AnalysisException

# What a database says of itself by these classes of SQLSTATE; by others it may quote a value of a row.
_TELLING_STATES = ("08", "0A", "25", "28", "3D", "42", "53", "57")
_ADVICE = {
    "08": "is it running, and are host and port of `url` right?",
    "28": "are `user`, and the password in the variable that `password_env` names, right?",
    "3D": "is the name of the database in `url` right?",
    "42": "are the names right, and may the user read it?",
}
# What Spark throws at a value beyond its types, such as an infinite one.
_ODD_VALUES = ("java.lang.ArithmeticException", "java.time.DateTimeException")
_NO_DRIVER = (
    "no JDBC driver for it: add its JAR to a copy of infra/jars.lock "
    "(python -m cdp_lake.adapters.jars --pin GROUP:ARTIFACT:VERSION), name the copy in CDP_LAKE_JARS_LOCK, "
    "run python -m cdp_lake.adapters.jars"
)


def why(problem: Exception, password: str | None) -> str | None:
    """What the database, or its driver, says went wrong, and what to do; None where neither is to blame."""
    causes = [*_causes(getattr(problem, "java_exception", None) or getattr(problem, "_origin", None))]
    if any("No suitable driver" in message or "ClassNotFound" in name for name, message, _ in causes):
        return _NO_DRIVER
    state, message = next(((state, message) for _, message, state in causes if state), ("", ""))
    if not state:
        condition = problem.getCondition() if isinstance(problem, AnalysisException) else None
        odd = next((name for name, _, _ in causes if name in _ODD_VALUES), None)
        return f"Spark cannot read it: {condition or odd}" if condition or odd else None
    words = message.partition("\n")[0].strip() if state.startswith(_TELLING_STATES) else "it gave an error on its rows"
    words = words.replace(password, "***") if password else words
    advice = _ADVICE.get(state[:2])
    return f"{words} (SQLSTATE {state})" + (f"; {advice}" if advice else "")


def _causes(thrown: Any) -> Iterator[tuple[str, str, str | None]]:
    """(class, message, SQLSTATE of the database's own exceptions) from the outermost to the innermost."""
    while thrown is not None:
        name = str(thrown.getClass().getName())
        yield name, str(thrown.getMessage()), None if name.startswith("org.apache.spark") else _state(thrown)
        thrown = thrown.getCause()


def _state(thrown: Any) -> str | None:
    try:
        return str(thrown.getSQLState())
    except (Py4JError, TypeError):
        return None
