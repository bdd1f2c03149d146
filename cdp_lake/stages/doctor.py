"""Doctor: can this machine run the lake, and what to do where it cannot."""

from __future__ import annotations

from pathlib import Path

from cdp_lake.adapters.handshake import Check, check
from cdp_lake.adapters.spark import build_session
from cdp_lake.config.settings import Settings


def examined(settings: Settings) -> list[Check]:
    """Every check; a session is started to ask it what it really is, unless something would keep it from starting."""
    lake = Path(settings.lake.path)
    before = check(None, settings.spark, lake)
    if not all(one.ok for one in before if one.name != "Lake lock"):
        return before
    return check(build_session(settings.spark, "cdp-lake doctor"), settings.spark, lake)
