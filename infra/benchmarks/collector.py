"""What the collector takes: events acknowledged a second at full load, and how long an answer takes at a steady one.

    .venv/bin/python infra/benchmarks/collector.py [--seconds 20] [--work DIR]

The collector is a process of its own, held to one core; clients run on the others. Every answer counted came after
fsync. At the steady load each request is due at a moment fixed before, and its time is counted from then: a client that
is held up counts as one that waits. Exit code 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from processor_time import processor_seconds
from rich.console import Console
from rich.table import Table

from cdp_lake.adapters import machine

CHECKOUT = Path(__file__).parents[2]
LEAST_EVENTS_A_SECOND, MOST_SECONDS_AT_STEADY_LOAD = 3_000, 0.050
BATCH, STEADY_EVENTS, CLIENTS = 50, 1_000, 16
KEY = "bench"
console = Console(width=150)


class Client:
    """One connection that stays open, and sends requests one after the other."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> None:
        """Connects."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def send(self, body: bytes) -> None:
        """Returns when the events are acknowledged; anything but 200 ends the benchmark."""
        head = f"POST /v1/batch HTTP/1.1\r\nhost: x\r\nx-write-key: {KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        size = next(int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        told = await self._reader.readexactly(size)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(told.decode())


def main() -> int:
    """Runs both loads and prints them with their conditions; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="of each load (default 20)")
    parser.add_argument(
        "--work", type=Path, help="where to write; the disk that is measured (default: a temporary one)"
    )
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="cdp-lake-collector-", dir=chosen.work) as folder:
        verdicts = _measured(Path(folder), chosen.seconds)
    return int(not all(verdicts))


def _measured(folder: Path, seconds: int) -> list[bool]:
    cores = machine.cores()
    process, port = _started(folder)
    os.sched_setaffinity(0, set(range(1, cores)) or {0})
    table = Table("load", "events acknowledged a second", "p50", "p99", "longest", "its core busy", "limit", "")
    loads = [
        (f"{CLIENTS} clients, batches of {BATCH}", lambda: _at_full_load(port, seconds)),
        (f"{STEADY_EVENTS:,} events/s, {BATCH} a request", lambda: _at_steady_load(port, seconds, BATCH)),
        (f"{STEADY_EVENTS:,} events/s, 1 a request", lambda: _at_steady_load(port, seconds, 1)),
    ]
    verdicts = []
    try:
        for place, (name, load) in enumerate(loads):
            began, worked = perf_counter(), processor_seconds(process.pid) or 0.0
            rate, times = asyncio.run(load())
            busy = ((processor_seconds(process.pid) or 0.0) - worked) / (perf_counter() - began)
            kept = _share(times, 0.99) <= MOST_SECONDS_AT_STEADY_LOAD if place else rate >= LEAST_EVENTS_A_SECOND
            verdicts.append(kept)
            limit = f"p99 {MOST_SECONDS_AT_STEADY_LOAD * 1_000:.0f} ms" if place else f"{LEAST_EVENTS_A_SECOND:,}"
            table.add_row(name, f"{rate:,.0f}", *_told(times), f"{busy:.0%}", limit, "kept" if kept else "MISSED")
    finally:
        process.terminate()
        process.wait()
    size = len(_event(0))
    console.print(
        f"{cores} cores, {machine.memory_bytes() / machine.GIB:.1f} GiB; collector on one core; events of "
        f"{size} bytes; {seconds} s a load; fsync before each answer, on the disk of {folder.parent}"
    )
    console.print(table)
    return verdicts


def _started(folder: Path) -> tuple[subprocess.Popen[str], int]:
    conf = folder / "conf"
    (conf / "sources").mkdir(parents=True)
    (conf / "sources" / "bench.yml").write_text("name: bench\nextends: segment\nfiles: bench/*.ndjson\n")
    (conf / "collector.yml").write_text(f"write_keys: [{{name: bench, source: bench, key: {KEY}}}]\n")
    words = ["collect", "--port", "0", "--conf", str(conf), "--set", f"lake.landing={folder / 'landing'}"]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "cdp_lake.cli", *words],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    os.sched_setaffinity(process.pid, {0})
    assert process.stderr is not None  # noqa: S101
    said = process.stderr.readline()
    if not said.startswith("collecting on"):
        raise SystemExit(said + process.stderr.read())
    return process, int(said.rpartition(":")[2])


async def _at_full_load(port: int, seconds: int) -> tuple[float, list[float]]:
    """(events a second, seconds of each request) with clients that send as fast as they are answered."""
    times: list[float] = []
    bodies = [_batch(n, BATCH) for n in range(CLIENTS)]

    async def keep_sending(number: int) -> None:
        client = Client(port)
        await client.open()
        while perf_counter() < end:
            began = perf_counter()
            await client.send(bodies[number])
            times.append(perf_counter() - began)

    began = perf_counter()
    end = began + seconds
    await asyncio.gather(*(keep_sending(number) for number in range(CLIENTS)))
    return len(times) * BATCH / (perf_counter() - began), times


async def _at_steady_load(port: int, seconds: int, size: int) -> tuple[float, list[float]]:
    """The same with requests of `size` events, each sent when it is due."""
    times, free = list[float](), asyncio.Queue[Client]()
    for _ in range(4 * CLIENTS):
        client = Client(port)
        await client.open()
        free.put_nowait(client)
    body = _batch(0, size)

    async def send(due: float) -> None:
        client = await free.get()
        await client.send(body)
        times.append(perf_counter() - due)
        free.put_nowait(client)

    began, under_way = perf_counter(), set()
    for number in range(seconds * STEADY_EVENTS // size):
        due = began + number * size / STEADY_EVENTS
        await asyncio.sleep(max(0.0, due - perf_counter()))
        under_way.add(asyncio.create_task(send(due)))
    await asyncio.gather(*under_way)
    return len(times) * size / (perf_counter() - began), times


def _batch(client: int, size: int) -> bytes:
    return json.dumps({"batch": [json.loads(_event(client * size + n)) for n in range(size)]}).encode()


def _event(number: int) -> str:
    """An event as a shop's page sends it."""
    return json.dumps(
        {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"ajs-next-1709283600000-{number:032}",
            "anonymousId": "74078cf4-6592-4335-890d-e154fa9eada4",
            "originalTimestamp": "2024-03-01T09:00:00.000Z",
            "properties": {"product_id": "p-1", "category": "shoes", "price": 39.9, "currency": "EUR"},
            "context": {
                "page": {"path": "/shoes/p-1", "url": "https://shop.example/shoes/p-1", "title": "Shoes"},
                "library": {"name": "analytics.js", "version": "next-1.84.0"},
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
                "locale": "en-GB",
            },
        }
    )


def _told(times: list[float]) -> list[str]:
    return [f"{seconds * 1_000:.1f} ms" for seconds in (_share(times, 0.5), _share(times, 0.99), max(times))]


def _share(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


if __name__ == "__main__":
    sys.exit(main())
