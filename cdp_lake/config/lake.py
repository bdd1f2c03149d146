"""Where the lake is, what time it is there, and where its models are kept."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import field_validator

from cdp_lake.config.strict import Strict


class LakeSettings(Strict):
    """Paths are relative to the working folder; `catalog` true registers the tables as external ones."""

    path: str = "lake"
    landing: str = "landing"
    business_timezone: str = "UTC"
    as_of: datetime | None = None
    catalog: bool = False
    retention_days: int = 30

    @field_validator("business_timezone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except Exception as problem:
            raise ValueError(f"'{zone}' is not a time zone; write one like Europe/Berlin or Asia/Shanghai") from problem
        return zone


class MlflowSettings(Strict):
    """Empty addresses mean a SQLite store inside the lake folder."""

    tracking_uri: str | None = None
    registry_uri: str | None = None
    experiment: str = "cdp-lake"
