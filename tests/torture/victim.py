"""A run that kills itself at a point: `python -m tests.torture.victim POINT ARGUMENT...`, the arguments of cdp-lake."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from cdp_lake.adapters.delta_tables import DeltaTables
from cdp_lake.adapters.lake import Lake
from cdp_lake.cli import main
from tests.torture.points import POINTS, Point

# Rows go in by either, as the lake finds it cheaper.
WRITES = ("append", "merge")


def die(*_: object) -> None:
    """As the power switch does it: nothing is cleaned up, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


def armed(point: Point) -> None:
    """Lets the process die at the point."""
    if point.method == "publish":
        Lake.publish = _dying(Lake.publish, point, lambda arguments: arguments[1])  # type: ignore[method-assign]
        return
    for method in WRITES if point.method == "write" else (point.method,):
        write = getattr(DeltaTables, method)
        setattr(DeltaTables, method, _dying(write, point, lambda arguments: arguments[0].name))


def _dying(write: Callable[..., Any], point: Point, about: Callable[[tuple[Any, ...]], str]) -> Callable[..., Any]:
    def dies(owner: object, *arguments: Any, **named: Any) -> Any:
        mine = about(arguments) == point.what
        if mine and point.when == "before":
            die()
        done = write(owner, *arguments, **named)
        if mine:
            die()
        return done

    return dies


if __name__ == "__main__":
    armed(POINTS[sys.argv[1]])
    sys.exit(main(sys.argv[2:]))
