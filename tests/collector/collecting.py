"""A collector as a process of its own, a moody network before it, and what it leaves in its landing folder."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cdp_lake.config.collector import PROTOCOLS

CHECKOUT = Path(__file__).parents[2]
SECONDS_TO_START = 60
SECONDS_TO_STOP = 60
# The two senders whose keys have a form of their own.
KEYS = {protocol: f"key-of-{protocol}" for protocol in PROTOCOLS} | {"jitsu": "jitsu-id:jitsu-secret"}
SENDERS = "write_keys:\n" + "".join(f"  - {{name: {p}, source: {p}, key: '{KEYS[p]}'}}\n" for p in PROTOCOLS)


def project(folder: Path, *more: str, senders: str = SENDERS) -> Path:
    """The settings of a project with one source and one sender a protocol."""
    (folder / "sources").mkdir(parents=True)
    for name in PROTOCOLS:
        source = f"name: {name}\nextends: {name}\nfiles: {name}/*.ndjson\n"
        (folder / "sources" / f"{name}.yml").write_text(source, encoding="utf-8")
    (folder / "collector.yml").write_text(senders + "\n".join(more) + "\n", encoding="utf-8")
    return folder


@dataclass
class Running:
    """The process, its address, and the lines it has said."""

    process: subprocess.Popen[str]
    url: str
    said: list[str] = field(default_factory=list)

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS_TO_STOP)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.kill()
        self.process.wait(SECONDS_TO_STOP)


@contextmanager
def running(conf: Path, landing: Path, *program: str, **how: Any) -> Iterator[Running]:
    """A collector on a free port of this machine, by another program if one is named; `how` goes to the process."""
    words = ["collect", "--port", "0", "--conf", str(conf), "--set", f"lake.landing={landing}"]
    process = subprocess.Popen(
        [sys.executable, *(program or ("-m", "cdp_lake.cli")), *words],
        cwd=conf,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )
    said, heard = list[str](), threading.Event()

    def listen() -> None:
        for line in process.stderr or ():
            said.append(line.rstrip("\n"))
            if line.startswith("collecting on"):
                heard.set()
        heard.set()

    ear = threading.Thread(target=listen, daemon=True)
    ear.start()
    try:
        assert heard.wait(SECONDS_TO_START), said
        address = next((line.split()[-1] for line in said if line.startswith("collecting on")), None)
        assert address, said
        yield Running(process, address, said)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(SECONDS_TO_STOP)
        ear.join(SECONDS_TO_STOP)
        assert process.stderr is not None
        process.stderr.close()


def ask(
    url: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """(status, headers in lower case, body) of one request: POST where there is a body."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=SECONDS_TO_STOP)
    try:
        connection.request("POST" if body is not None else "GET", path, body, headers or {})
        return _read(connection.getresponse())
    finally:
        connection.close()


def collected(landing: Path, source: str, pattern: str = "*.ndjson") -> list[dict[str, Any]]:
    """Every event in the files of a source that are handed to landing."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((landing / source).glob(pattern))]
    assert all(text.endswith("\n") for text in texts)
    return [json.loads(line) for text in texts for line in text.splitlines()]


@dataclass
class Moody:
    """A network that is down at times: what it did to the requests that bring events, in order."""

    url: str
    moods: list[str]
    done: list[str]


@contextmanager
def moody(url: str, moods: Sequence[str]) -> Iterator[Moody]:
    """A proxy before the collector that treats POST requests by these moods, one each, and then lets all pass.

    503 and 429: answered without asking the collector. lost: the collector takes it, and its answer is lost.
    """
    left, done, lock = list(moods), list[str](), threading.Lock()

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with lock:
                mood = left.pop(0) if left else "pass"
            if mood in ("pass", "lost"):
                status, headers, answer = ask(url, self.path, body, dict(self.headers))
                assert status == 200, answer
            if mood != "pass":
                status, headers, answer = int(mood) if mood.isdecimal() else 503, {"retry-after": "1"}, b"{}"
            with lock:
                done.append(mood)
            self._answer(status, headers, answer)

        def do_GET(self) -> None:
            self._answer(*ask(url, self.path, None, dict(self.headers)))

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name not in ("connection", "content-length", "date"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Moody(f"http://127.0.0.1:{server.server_port}", left, done)
    finally:
        server.shutdown()
        server.server_close()


def _read(response: HTTPResponse) -> tuple[int, dict[str, str], bytes]:
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
