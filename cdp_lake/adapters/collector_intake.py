"""One request of a client SDK, from its first byte to the answer: bounded, read, made durable, counted."""

from __future__ import annotations

import asyncio
import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from cdp_lake.adapters.clock import moment, tick
from cdp_lake.adapters.collector_metrics import new_tallies
from cdp_lake.adapters.segment_writer import SegmentWriter
from cdp_lake.bronze.collecting import Incoming, Reception, RefusedRequest, Senders, Tallies, received
from cdp_lake.bronze.collecting.incoming import Moment
from cdp_lake.bronze.collecting.reception import Recording, endpoint_of
from cdp_lake.bronze.collecting.refusal import too_large
from cdp_lake.config.collector import CollectorSettings

# Reading a larger body takes long enough to hold up everybody else.
_LARGE_BODY = 65_536
# A form of base64 is longer than what it holds.
_LARGEST_WIRE = 2
_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")


@dataclass
class Intake:
    """What all requests share. `room` is how many bytes of refused events each source may still keep."""

    senders: Senders
    settings: CollectorSettings
    writer: SegmentWriter
    landing: Path
    refused: Path
    room: dict[str, int]
    say: Callable[[str], None]
    tallies: Tallies = field(default_factory=new_tallies)
    pending_bytes: int = 0
    pending_requests: int = 0

    async def take(self, request: Request) -> Response:
        """The answer to one request: 200 when every event taken is on disk, or why not, in JSON."""
        incoming = _without_body(request)
        self.pending_requests += 1
        sender, events = "-", 0
        try:
            reception = await self._received(request, incoming)
            sender, events = reception.sender.name, len(reception.judged.lines)
            answer = _answer(reception)
        except RefusedRequest as refusal:
            answer = self._refusal(refusal)
        except ClientDisconnect:
            answer = self._refusal(RefusedRequest(400, "client_gone", "the request was not sent whole"))
        except Exception as problem:  # one request must not take the others with it
            where = traceback.extract_tb(problem.__traceback__)[-1]
            # Its message may quote the request, so only its place is told.
            self.say(f"collector: {type(problem).__name__} at {Path(where.filename).name}:{where.lineno}")
            answer = self._refusal(RefusedRequest(500, "crash", "the collector met an error of its own; send again"))
        finally:
            self.pending_requests -= 1
        self._count(incoming, answer.status_code, sender, events)
        return answer

    async def _received(self, request: Request, incoming: Incoming) -> Reception:
        if self.pending_requests > self.settings.pending_requests:
            raise self._overloaded()
        body = bytearray()
        try:
            await self._read_into(body, request)
            whole = Incoming(**{**incoming.__dict__, "body": bytes(body)})
            now = moment()
            stamp = Moment(now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), lambda: uuid4().hex)
            recording = Recording(
                self.settings.consent_header, self.settings.record_ip, self.settings.refused_event_bytes
            )
            read = partial(received, whole, self.senders, now, stamp, recording)
            reception = await asyncio.to_thread(read) if len(body) > _LARGE_BODY else read()
            self._within_allowance(reception)
            await self._made_durable(reception)
            return reception
        finally:
            self.pending_bytes -= len(body)

    async def _read_into(self, body: bytearray, request: Request) -> None:
        """Adds the body chunk by chunk, each counted as pending. Raises RefusedRequest for too much, or too slow."""
        most = _LARGEST_WIRE * self.senders.largest_batch
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            raise too_large(f"the body has more than {most:,} bytes; send smaller batches")

        async def read() -> None:
            async for chunk in request.stream():
                if self.pending_bytes + len(chunk) > self.settings.pending_bytes:
                    raise self._overloaded()
                self.pending_bytes += len(chunk)
                body.extend(chunk)
                if len(body) > most:
                    raise too_large(f"the body has more than {most:,} bytes; send smaller batches")

        try:
            await asyncio.wait_for(read(), self.settings.request_seconds)
        except asyncio.TimeoutError as problem:
            seconds = self.settings.request_seconds
            raise RefusedRequest(408, "too_slow", f"the request did not come whole in {seconds:g} s") from problem

    def _within_allowance(self, reception: Reception) -> None:
        allowance = reception.sender.allowance
        seconds = allowance.take(len(reception.judged.lines), tick()) if allowance else 0
        if seconds:
            raise RefusedRequest(429, "too_many_events", f"send again in {seconds} s", seconds)

    async def _made_durable(self, reception: Reception) -> None:
        """Returns when the lines are on disk. Raises RefusedRequest (503) when they are not."""
        taken, refused = b"".join(reception.judged.lines), self._refused_that_fit(reception)
        folders = {self.landing / reception.sender.folder: taken, self.refused / reception.sender.source: refused}
        lines = {folder: text for folder, text in folders.items() if text}
        size = len(taken) + len(refused)
        if self.pending_bytes + size > self.settings.pending_bytes:
            raise self._overloaded()
        self.pending_bytes += size
        try:
            await asyncio.wrap_future(self.writer.submit(lines))
        except OSError as problem:
            after = self.settings.retry_after_seconds
            raise RefusedRequest(
                503, "disk", "the collector cannot write now; nothing of this request is kept", after
            ) from problem
        finally:
            self.pending_bytes -= size
        self._count_events(reception, size)

    def _refused_that_fit(self, reception: Reception) -> bytes:
        source, text = reception.sender.source, b"".join(reception.refused_lines)
        if len(text) > self.room[source]:
            self.tallies.count("refused_events_not_kept_total", len(reception.refused_lines), source=source)
            return b""
        self.room[source] -= len(text)
        return text

    def _overloaded(self) -> RefusedRequest:
        after = self.settings.retry_after_seconds
        return RefusedRequest(503, "overloaded", f"too much is under way; send again in {after} s", after)

    def _refusal(self, refusal: RefusedRequest) -> Response:
        self.tallies.count("requests_refused_total", reason=refusal.reason)
        said = {"success": False, "error": refusal.reason, "message": str(refusal)}
        after = refusal.retry_after
        return JSONResponse(said, refusal.status, {"Retry-After": str(math.ceil(after))} if after else None)

    def _count_events(self, reception: Reception, size: int) -> None:
        key, protocol = reception.sender.name, reception.protocol
        self.tallies.count("events_accepted_total", len(reception.judged.lines), key=key, protocol=protocol)
        self.tallies.count("written_bytes_total", size, key=key)
        for one in reception.judged.refused:
            self.tallies.count("events_refused_total", key=key, reason=one.reason)

    def _count(self, incoming: Incoming, status: int, sender: str, events: int) -> None:
        endpoint = endpoint_of(incoming)
        self.tallies.count("requests_total", endpoint=endpoint, status=str(status))
        if self.settings.access_log:
            self.say(f"collector: {incoming.method} {endpoint} {status} {sender} {events} events")


def _without_body(request: Request) -> Incoming:
    ip = request.client.host if request.client else None
    return Incoming(request.method, request.url.path, dict(request.headers), dict(request.query_params), ip=ip)


def _answer(reception: Reception) -> Response:
    if reception.as_pixel:
        return Response(_GIF, reception.status, {"Cache-Control": "no-store"}, media_type="image/gif")
    return JSONResponse(reception.answer, reception.status)
