"""Commands about sources: what feeds there are, what a file holds, what would become of it.

Whatever takes long to import is imported where it is needed: `--help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdp_lake.console.terminal import show
from cdp_lake.errors import InputSetAside

if TYPE_CHECKING:
    from cdp_lake.config.settings import Loaded
    from cdp_lake.stages.session import Options


def listed(loaded: Loaded) -> int:
    """Lists the sources with what has landed and what waits."""
    from cdp_lake.console import sources
    from cdp_lake.stages import show_sources
    from cdp_lake.stages.session import open_lake

    return show(sources.listed(show_sources.sources(open_lake(loaded.settings), loaded.settings)))


def check(loaded: Loaded, file: Path, source: str | None) -> int:
    """Says what would become of a file; 4 when any record of it would be set aside."""
    from cdp_lake.console import sources
    from cdp_lake.stages.check_source import check_source, source_of
    from cdp_lake.stages.session import lakeless

    contract = source_of(loaded.settings, file, source)
    found = check_source(lakeless(loaded.settings), contract, file)
    show(sources.checked(found))
    return InputSetAside.exit_code if any(one.refused or one.passing < one.records for one in found) else 0


def diff(loaded: Loaded, file: Path, source: str | None) -> int:
    """Says where a file and its contract have come apart; 4 when they have."""
    from cdp_lake.console import sources
    from cdp_lake.stages.check_source import differences, source_of

    contract = source_of(loaded.settings, file, source)
    found = differences(loaded.settings, contract, file)
    show(sources.differences(contract.name, found))
    return InputSetAside.exit_code if found else 0


def add(options: Options, file: Path, name: str | None, records: int) -> int:
    """Drafts the contract of an unknown file into the project."""
    from cdp_lake.console import source_report
    from cdp_lake.stages.add_source import add_source

    return show(source_report.report(add_source(options, file, name, records)))


def profile(loaded: Loaded, file: Path, name: str | None, out: Path | None, records: int) -> int:
    """Looks at one unknown file, or table of a database, and drafts its contract."""
    from cdp_lake.console import source_report
    from cdp_lake.stages.profile_table import profile_any

    return show(source_report.report(profile_any(loaded.settings, file, name, out, records)))
