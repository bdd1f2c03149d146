"""How long events wait at a steady load: sent to a collector, streamed in, told by `ops.micro_batches`.

    .venv/bin/python infra/benchmarks/streaming.py [--seconds 600] [--events-a-second 1000] [--silver-only] [--work DIR]

Client, collector and stream share the machine. Events are those of visitors who come back; one in fifty signs in.
Once the load has ended the stream takes what waits, and every event that was acknowledged must be in silver once:
exit code 1 when one is lost or doubled. Waits are those of each micro-batch, by its 95 %; the backlog is what waited
when one began.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from collector import CHECKOUT, KEY, Client
from deltalake import DeltaTable
from rich.console import Console
from rich.table import Table

from cdp_lake.adapters import machine

A_REQUEST, VISITORS, SIGNS_IN, SEGMENT_SECONDS = 50, 20_000, 50, 2
SOURCE = "name: bench\nextends: segment\nfiles: bench/*.ndjson\n"
console = Console(width=150)


def main() -> int:
    """Runs the load, lets the stream end it, and prints what waited how long; 1 when events were lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--events-a-second", type=int, default=1_000)
    parser.add_argument("--silver-only", action="store_true", help="people, traits and segments are left out")
    parser.add_argument("--set", dest="sets", action="append", default=[], metavar="KEY=VALUE", help="of the stream")
    parser.add_argument("--work", type=Path, help="where to write (default: a temporary folder)")
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="cdp-lake-streaming-", dir=chosen.work) as place:
        folder = Path(place)
        sent = _run(folder, chosen)
        batches = _rows(folder / "lake" / "ops" / "micro_batches")
        held = [row["event_id"] for row in _rows(folder / "lake" / "silver" / "events", ["event_id"])]
    _tell(batches, chosen)
    console.print(f"{sent:,} acknowledged, {len(set(held)):,} in silver, {len(held) - len(set(held)):,} of them twice")
    return int(len(held) != sent or len(set(held)) != sent)


def _run(folder: Path, chosen: argparse.Namespace) -> int:
    """How many events were acknowledged."""
    conf = folder / "conf"
    (conf / "sources").mkdir(parents=True)
    (conf / "sources" / "bench.yml").write_text(SOURCE)
    key = f"write_keys: [{{name: bench, source: bench, key: {KEY}}}]\nsegment_seconds: {SEGMENT_SECONDS}\n"
    (conf / "collector.yml").write_text(key)
    here = ["--conf", str(conf), "--set", f"lake.landing={folder / 'landing'}", "--set", f"lake.path={folder / 'lake'}"]
    own = [word for one in chosen.sets for word in ("--set", one)]
    only = ["--silver-only"] if chosen.silver_only else []
    collector = _process("collect", "--port", "0", *here, stderr=subprocess.PIPE)
    assert collector.stderr is not None  # noqa: S101
    port = int(collector.stderr.readline().rpartition(":")[2])
    try:
        stream = _process("stream", "--every", "1", "--for", str(chosen.seconds), *only, *here, *own)
        sent = asyncio.run(_load(port, chosen.seconds, chosen.events_a_second))
        stream.wait()
    finally:
        collector.terminate()
        collector.wait()
    _process("stream", "--available-now", *only, *here, *own).wait()
    return sent


def _process(*words: str, **named: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "cdp_lake.cli", *words]
    return subprocess.Popen(command, text=True, env=environment, **named)  # noqa: S603


async def _load(port: int, seconds: int, rate: int) -> int:
    """Sends each request when it is due, and returns how many events were acknowledged."""
    client, began, number = Client(port), perf_counter(), 0
    await client.open()
    while perf_counter() - began < seconds:
        await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
        await client.send(_request(number))
        number += A_REQUEST
    return number


def _request(number: int) -> bytes:
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    batch = [_event(number + n, now) for n in range(A_REQUEST)]
    return json.dumps({"batch": batch, "sentAt": now}).encode()


def _event(number: int, now: str) -> dict[str, object]:
    # Steps that share no factor with the number of visitors: everybody comes back, nobody in the same minute.
    visitor = number * 7_919 % VISITORS
    event = {"messageId": f"m-{number}", "anonymousId": f"a-{visitor}", "originalTimestamp": now, "timestamp": now}
    if number % SIGNS_IN == 0:
        return {**event, "type": "identify", "userId": f"u-{visitor}", "traits": {"email": f"u{visitor}@example.org"}}
    return {**event, "type": "track", "event": "Product Viewed", "properties": {"product_id": f"p-{number % 500}"}}


def _rows(table: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = DeltaTable(table).to_pyarrow_table(columns=columns).to_pylist()
    return found


def _tell(batches: list[dict[str, Any]], chosen: argparse.Namespace) -> None:
    batches.sort(key=lambda row: row["started_at"])
    table = Table("of each micro-batch", "median", "worst", "last")
    for name, column in (
        ("records", "records"),
        ("seconds", "seconds"),
        ("receipt to silver, 95 %, s", "silver_most_seconds"),
        ("receipt to segments, 95 %, s", "segment_most_seconds"),
    ):
        values = [row[column] for row in batches if row[column] is not None]
        if values:
            table.add_row(name, *(f"{value:,.1f}" for value in (np.median(values), max(values), values[-1])))
    console.print(
        f"{machine.cores()} cores, {machine.memory_bytes() / machine.GIB:.1f} GiB; {chosen.events_a_second:,} events/s "
        f"for {chosen.seconds} s, {A_REQUEST} a request; a file every {SEGMENT_SECONDS} s; {len(batches)} micro-batches"
    )
    console.print(table)
    half = batches[len(batches) // 2 :]
    if len(half) > 1:
        times = [(row["started_at"] - half[0]["started_at"]).total_seconds() / 60 for row in half]
        slope = np.polyfit(times, [row["records"] for row in half], 1)[0]
        console.print(f"backlog in the second half: {slope:+,.0f} events a minute")


if __name__ == "__main__":
    sys.exit(main())
