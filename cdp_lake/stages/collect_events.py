"""Collect events: what client SDKs send becomes segment files in the landing folders of their sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cdp_lake.adapters.collector_metrics import new_tallies
from cdp_lake.adapters.collector_server import listening, require_server, serve
from cdp_lake.adapters.segment_writer import SegmentSizes, SegmentWriter, Watcher
from cdp_lake.adapters.write_keys import secrets_of
from cdp_lake.bronze.collecting import Sender, Senders
from cdp_lake.bronze.collecting.senders import Allowance
from cdp_lake.config.collector import REFUSED, CollectorSettings, WriteKey, folder_of, protocol_of
from cdp_lake.config.settings import Settings
from cdp_lake.errors import ConfigError

Say = Callable[[str], None]


def collect_events(settings: Settings, host: str, port: int, say: Say) -> None:
    """Serves until it is told to stop, then seals what it has written; `say` gets a line for whoever runs it.

    Raises ConfigError when nobody may send, or a key is missing; EnvironmentProblem when the port cannot be had, or the
    server's packages are not installed.
    """
    require_server()
    from cdp_lake.adapters.collector_intake import Intake

    senders = known_senders(settings)
    tallies = new_tallies()

    def sealed(path: Path) -> None:
        tallies.count("segments_sealed_total")
        say(f"sealed {path.relative_to(landing)}")

    def failed(problem: OSError) -> None:
        tallies.count("disk_errors_total")
        say(f"cannot write: {problem.strerror or problem}; senders are told to come back")

    landing, collector = Path(settings.lake.landing), settings.collector
    refused = landing / REFUSED
    sources = {key.source for key in collector.write_keys}
    folders = [landing / folder_of(settings.source(name)).as_posix() for name in sorted(sources)]
    writer = SegmentWriter(
        list(dict.fromkeys([*folders, *(refused / name for name in sorted(sources))])),
        SegmentSizes(collector.segment_seconds, collector.segment_bytes),
        Watcher(lambda seconds: tallies.observe("fsync_seconds", seconds), sealed, failed),
    )
    bound = listening(host, port)
    try:
        for path in writer.start():
            say(f"sealed {path.relative_to(landing)}, which a collector that died had left")
        room = {name: collector.refused_bytes - _bytes_in(refused / name) for name in sources}
        serve(Intake(senders, collector, writer, landing, refused, room, say, tallies), bound, say)
    finally:
        writer.close()
        bound.close()


def known_senders(settings: Settings) -> Senders:
    """All senders with their keys. Raises ConfigError when there are none, or a key is missing."""
    keys = settings.collector.write_keys
    if not keys:
        raise ConfigError(
            "nobody may send events: name a sender under write_keys in collector.yml of your project, such as\n"
            "  write_keys: [{name: shop, source: web, key_env: SHOP_WRITE_KEY}]"
        )
    senders = [_sender(key, settings) for key in keys]
    return Senders(zip(secrets_of(keys), senders, strict=True))


def _sender(key: WriteKey, settings: Settings) -> Sender:
    source, collector = settings.source(key.source), settings.collector
    protocol = protocol_of(key, source) or "segment"
    return Sender(
        name=key.name,
        source=source.name,
        folder=folder_of(source).as_posix(),
        protocol=protocol,
        **_limits(key, collector, protocol),
        expires_at=key.expires_at,
        origins=key.origins,
        allowance=Allowance(key.events_per_second) if key.events_per_second else None,
    )


def _limits(key: WriteKey, collector: CollectorSettings, protocol: str) -> dict[str, int]:
    return {
        "event_bytes": collector.event_bytes,
        "batch_bytes": collector.batch_bytes_of(key, protocol),
        "batch_events": collector.batch_events,
    }


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file()) if folder.is_dir() else 0
