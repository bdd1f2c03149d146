"""Commands about sources: files that no contract describes yet.

Whatever takes long to import is imported where it is needed: `--help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdp_lake.console.terminal import show

if TYPE_CHECKING:
    from cdp_lake.config.settings import Loaded


def profile(loaded: Loaded, file: Path, name: str | None, out: Path | None, records: int) -> int:
    """Looks at one unknown file and drafts its contract."""
    from cdp_lake.console import source_report
    from cdp_lake.stages.profile_source import profile_source

    return show(source_report.report(profile_source(loaded.settings, file, name, out, records)))
