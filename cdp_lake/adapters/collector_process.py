"""The collector as a process beside this one, and calls to it as a page would make them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from cdp_lake.adapters.clock import seconds_since, tick
from cdp_lake.errors import EnvironmentProblem

_READY = "collecting on "
_SECONDS_TO_ANSWER, _SECONDS_TO_END = 30, 60
_OK = 200


@dataclass(frozen=True)
class Collector:
    """A collector that takes events: its address."""

    url: str

    def take(self, calls: Sequence[Mapping[str, Any]], write_key: str) -> list[float]:
        """Sends each call by itself; the seconds until each was acknowledged, and so on disk.

        Raises EnvironmentProblem when one is not.
        """
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_SECONDS_TO_ANSWER)
        key = base64.b64encode(f"{write_key}:".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        try:
            return [self._take(connection, call, headers) for call in calls]
        except (OSError, HTTPException) as problem:
            raise EnvironmentProblem(f"the collector at {self.url} does not answer: {problem}") from problem
        finally:
            connection.close()

    def _take(self, connection: HTTPConnection, call: Mapping[str, Any], headers: dict[str, str]) -> float:
        start = tick()
        connection.request("POST", f"/v1/{call['type']}", json.dumps(call), headers)
        response = connection.getresponse()
        said = response.read().decode("utf-8", "replace")
        if response.status != _OK or json.loads(said).get("refused"):
            raise EnvironmentProblem(f"the collector at {self.url} refused an event ({response.status}): {said[:400]}")
        return seconds_since(start)


@contextmanager
def collecting(options: Sequence[str], keys: Mapping[str, str]) -> Iterator[Collector]:
    """`cdp-lake collect` on a free port of this machine; it has sealed what it took when the block ends.

    options: those of the command line besides the port; keys: environment variables that hold write keys.
    Raises EnvironmentProblem with what it said when it does not start, or fails.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "cdp_lake.cli", "collect", "--port", "0", *options],
        env={**os.environ, **keys},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Collector(_address(process))
        process.terminate()
        _, said = process.communicate(timeout=_SECONDS_TO_END)
        if process.returncode:
            raise EnvironmentProblem(f"the collector failed:\n{said.strip()}")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    said = []
    for line in process.stderr or ():
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
        said.append(line)
    raise EnvironmentProblem(f"the collector did not start:\n{''.join(said).strip()}")
