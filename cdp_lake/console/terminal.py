"""What every command needs: the lake it asks, the progress it shows, the screen it answers on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdp_lake.errors import CdpLakeError, ConfigError

if TYPE_CHECKING:
    from cdp_lake.adapters.lake import Lake
    from cdp_lake.config.settings import Settings
    from cdp_lake.console.progress import Display


def explained(problem: Exception) -> CdpLakeError | None:
    """The problem as one the user can act on; None for any other, which is a crash."""
    if isinstance(problem, CdpLakeError):
        return problem
    from cdp_lake.adapters.file_problems import told

    return told(problem)


def lake_of(settings: Settings) -> Lake:
    """The published lake. Raises ConfigError where there is none."""
    from cdp_lake.stages.session import open_lake

    require_lake(settings)
    return open_lake(settings)


def require_lake(settings: Settings) -> None:
    """Raises ConfigError where there is no lake."""
    root = settings.lake.path
    if "://" not in root and not (Path(root) / "ops").is_dir():
        raise ConfigError(f"there is no lake at {root}; make one with: cdp-lake run, or cdp-lake demo")


def display(*, errors: bool = False) -> Display:
    """Where progress is shown while the block runs."""
    from cdp_lake.console import screen
    from cdp_lake.console.progress import Display

    return Display(screen(errors=errors))


def show(parts: Iterable[Any]) -> int:
    """Prints an answer; the exit code of a command that ended well."""
    from cdp_lake.console import screen

    console = screen()
    for part in parts:
        console.print(part)
    return 0
