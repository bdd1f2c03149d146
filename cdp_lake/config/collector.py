"""Who may send events to the collector, into which source they go, and how much it takes: conf/collector.yml."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Literal, get_args

from pydantic import Field, SecretStr, field_validator, model_validator

from cdp_lake.config.sources import SourceContract
from cdp_lake.config.strict import Strict
from cdp_lake.errors import did_you_mean

Protocol = Literal["segment", "rudderstack", "jitsu", "snowplow", "sensorsdata", "posthog"]
PROTOCOLS: tuple[str, ...] = get_args(Protocol)
# What one request may hold, unpacked, where its key says nothing else: the limits its own server has.
BATCH_BYTES = {"rudderstack": 4_194_304}
# Below the landing folder: what the collector refused of a request that it took. No source may read it.
REFUSED = "refused"
FILE_PATTERN = "collector-*.ndjson"
_SOME_FILE = FILE_PATTERN.replace("*", "20260101T000000-1-1")
_GREEDY = f"takes in {REFUSED}/, where the collector puts what it refused; write a pattern like clicks/*.ndjson"
Problem = tuple[tuple[str, ...], str]


class WriteKey(Strict):
    """One sender: its events land in the folder of `source`, in the words of `protocol`.

    The key itself is in `key`, or in the environment variable `key_env`. No `origins`: pages of any site may send.
    `protocol` is that of the preset the source extends, unless it is said.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    source: str
    protocol: Protocol | None = None
    key: SecretStr | None = None
    key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    expires_at: datetime | None = None
    origins: tuple[str, ...] = ()
    batch_bytes: int | None = Field(default=None, ge=1024)
    events_per_second: int | None = Field(default=None, ge=1)

    @field_validator("expires_at")
    @classmethod
    def _in_utc(cls, moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=timezone.utc) if moment and moment.tzinfo is None else moment

    @model_validator(mode="after")
    def _one_key(self) -> WriteKey:
        if (self.key is None) == (self.key_env is None):
            raise ValueError("say `key_env` (the environment variable that holds the key), or else `key`")
        if self.key is not None and not self.key.get_secret_value().strip():
            raise ValueError("`key` is empty")
        return self


class CollectorSettings(Strict):
    """Sizes are in bytes of what a request holds when it is unpacked."""

    write_keys: tuple[WriteKey, ...] = ()
    event_bytes: int = Field(default=32_768, ge=256)
    batch_bytes: int = Field(default=512_000, ge=1024)
    batch_events: int = Field(default=2_500, ge=1)
    pending_bytes: int = Field(default=67_108_864, ge=1024)
    pending_requests: int = Field(default=1_000, ge=1)
    request_seconds: float = Field(default=30, gt=0)
    retry_after_seconds: int = Field(default=5, ge=1)
    segment_seconds: float = Field(default=60, gt=0)
    segment_bytes: int = Field(default=67_108_864, ge=1)
    refused_event_bytes: int = Field(default=65_536, ge=0)
    refused_bytes: int = Field(default=104_857_600, ge=0)
    consent_header: str | None = None
    record_ip: bool = True
    access_log: bool = False

    def batch_bytes_of(self, key: WriteKey, protocol: str) -> int:
        """The most one request of this sender may hold."""
        return key.batch_bytes or max(self.batch_bytes, BATCH_BYTES.get(protocol, 0))


def protocol_of(key: WriteKey, source: SourceContract) -> str | None:
    """The protocol a sender speaks; None when neither it nor its source says."""
    return key.protocol or (source.extends if source.extends in PROTOCOLS else None)


def folder_of(source: SourceContract) -> PurePosixPath:
    """The folder, below the landing folder, whose files the source reads."""
    return PurePosixPath(source.files or "").parent


def check_collector(collector: CollectorSettings, sources: Sequence[SourceContract]) -> list[Problem]:
    """(setting, problem) of every write key whose events no source would read."""
    known = {source.name: source for source in sources}
    problems = []
    for key in collector.write_keys:
        where = ("collector", "write_keys", key.name)
        if key.source not in known:
            problems.append(((*where, "source"), f"no source '{key.source}'; {did_you_mean(key.source, known)}"))
        elif found := _unfit(key, known[key.source]):
            problems.append(((*where, "source"), f"source '{key.source}' {found}"))
    greedy = [source for source in sources if collector.write_keys and _reads_refused(source)]
    return problems + [(("sources", source.name, "files"), _GREEDY) for source in greedy]


def _reads_refused(source: SourceContract) -> bool:
    """True for a source whose pattern takes in LANDING/refused/SOURCE/FILE."""
    first, *below = PurePosixPath(source.files or "-").parts
    return first == "**" or (fnmatchcase(REFUSED, first) and len(below) == len(("SOURCE", "FILE")))


def _unfit(key: WriteKey, source: SourceContract) -> str | None:
    """Why the source would not read what the collector writes."""
    if source.files is None:
        return f"comes from {source.comes_from}; the collector writes files: say `files:`"
    folder, pattern = folder_of(source), PurePosixPath(source.files).name
    if protocol_of(key, source) is None:
        return f"extends no preset that is a protocol: say `protocol:`, one of {', '.join(PROTOCOLS)}"
    if source.format != "ndjson" or source.encoding.lower().replace("-", "") not in ("utf8", "utf8sig"):
        return f"reads {source.format} in {source.encoding}; the collector writes ndjson in utf-8"
    if any(mark in folder.as_posix() for mark in "*?[") or folder.as_posix() == ".":
        return f"has files '{source.files}', which name no one folder; write a pattern like clicks/*.ndjson"
    if not fnmatchcase(_SOME_FILE, pattern):
        return f"has files '{source.files}', which match no file called {FILE_PATTERN}; write *.ndjson"
    return None
