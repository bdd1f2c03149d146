"""What the collector counts, for Prometheus; senders and sources go by their names."""

from __future__ import annotations

from cdp_lake.bronze.collecting import Tallies

_SERIES = (
    ("requests_total", "counter", "Requests answered, by endpoint and status."),
    ("requests_refused_total", "counter", "Requests of which nothing was taken, by reason."),
    ("events_accepted_total", "counter", "Events on disk, by write key and protocol."),
    ("events_refused_total", "counter", "Events refused one by one, by write key and reason."),
    ("refused_events_not_kept_total", "counter", "Refused events for whose text there was no room, by source."),
    ("written_bytes_total", "counter", "Bytes of lines on disk, by write key."),
    ("fsync_seconds", "histogram", "Time to write and sync what one group of requests handed in."),
    ("disk_errors_total", "counter", "Groups that the disk refused."),
    ("segments_sealed_total", "counter", "Segment files handed to landing."),
    ("segments_open", "gauge", "Segment files that are written now."),
    ("pending_bytes", "gauge", "Bytes received and not yet on disk."),
    ("pending_requests", "gauge", "Requests under way."),
)


def new_tallies() -> Tallies:
    """All series, at their start."""
    tallies = Tallies("cdp_lake_collector")
    for name, kind, about in _SERIES:
        tallies.declare(name, kind, about)
    return tallies
