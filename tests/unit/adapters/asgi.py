"""Asking an ASGI application without a network: one request in, status, headers and body out."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# In place of a part of a body: nothing comes any more, or the client goes away.
SLOW, GONE = "slow", "gone"
Body = bytes | Iterable[bytes | str]


@dataclass
class Answer:
    """What a client would see."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)


def asked(app: Any, method: str, target: str, body: Body = b"", **headers: str) -> Answer:
    """One request; a body may be a list of parts, SLOW and GONE among them."""
    return asyncio.run(ask(app, method, target, body, **headers))


async def ask(app: Any, method: str, target: str, body: Body = b"", **headers: str) -> Answer:
    """The same inside a running loop."""
    parts = [body] if isinstance(body, bytes) else list(body)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if parts and parts[0] == SLOW:
            await asyncio.Event().wait()
        if not parts or parts[0] == GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    path, _, query = target.partition("?")
    named = [(name.replace("_", "-").encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http"}
    place = {"path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode()}
    ends = {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    await app({**scope, **place, **ends, "headers": [(b"host", b"collector"), *named]}, receive, send)
    start, *rest = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(message.get("body", b"") for message in rest))
