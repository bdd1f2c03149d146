"""Being asked to stop: the work at hand is finished first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def until_asked_to_stop() -> Iterator[threading.Event]:
    """An event that is set by the first SIGTERM or SIGINT; the second one interrupts as usual."""
    asked = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {one: signal.getsignal(one) for one in signals}

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()
        for one, handler in before.items():
            signal.signal(one, handler)

    for one in signals:
        signal.signal(one, ask)
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def ending_what_was_begun() -> Iterator[None]:
    """SIGTERM interrupts the block as Ctrl-C does, so that whatever it had started is ended."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
