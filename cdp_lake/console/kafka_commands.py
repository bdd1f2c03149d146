"""Commands for a Kafka broker on this machine, for development and tests: start, stop, status."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

DEVELOPMENT = "for development and tests: one node, loopback only, no copies of anything"


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """The words after `cdp-lake kafka`."""
    kafka = commands.add_parser("kafka", help=f"a Kafka broker on this machine, {DEVELOPMENT}")
    ways = kafka.add_subparsers(metavar="WHAT", required=True)
    for word, command, about in (
        ("start", start, "start it and wait until it answers"),
        ("stop", stop, "end it; what it holds stays in its folder"),
        ("status", status, "does it run, and where"),
    ):
        parser = ways.add_parser(word, help=about, description=f"{about[0].upper()}{about[1:]} ({DEVELOPMENT}).")
        parser.add_argument(
            "--dir", dest="folder", type=Path, default=Path(".kafka"), metavar="DIR", help="its folder (default .kafka)"
        )
        parser.set_defaults(command=command)
        if word == "start":
            parser.add_argument("--port", type=int, default=9092, metavar="P", help="on 127.0.0.1 (default 9092)")


def start(folder: Path, port: int) -> int:
    """Starts the broker; returns once it takes requests."""
    from cdp_lake.adapters import kafka_broker

    broker = kafka_broker.start(folder, port)
    return _say(f"broker {broker.servers} is up (pid {broker.pid}), {DEVELOPMENT}",
                f"its log: {folder / kafka_broker.LOG}; to end it: cdp-lake kafka stop --dir {folder}")  # fmt: skip


def stop(folder: Path) -> int:
    """Ends the broker."""
    from cdp_lake.adapters import kafka_broker

    ended = kafka_broker.stop(folder)
    return _say(f"broker {ended.servers} has ended; its data stays in {folder}" if ended else f"none runs in {folder}")


def status(folder: Path) -> int:
    """Says whether the broker runs; 2 when it does not."""
    from cdp_lake.adapters import kafka_broker

    broker = kafka_broker.running(folder)
    if broker is None:
        _say(f"no broker runs in {folder}; start one with: cdp-lake kafka start --dir {folder}")
        return 2
    return _say(f"broker {broker.servers} is up (pid {broker.pid}), {DEVELOPMENT}")


def _say(*lines: str) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0
