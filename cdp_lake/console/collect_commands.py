"""The command that takes events from client SDKs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdp_lake.config.settings import Loaded


def collect(loaded: Loaded, host: str, port: int) -> int:
    """Serves until it is told to stop (Ctrl-C, SIGTERM)."""
    from cdp_lake.stages.collect_events import collect_events

    collect_events(loaded.settings, host, port, _say)
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
