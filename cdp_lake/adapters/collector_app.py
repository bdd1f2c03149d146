"""The collector over HTTP: endpoints of the SDKs, what they ask for at start, health, metrics, cross-origin rules."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp_lake.adapters.clock import moment
from cdp_lake.adapters.collector_intake import Intake
from cdp_lake.bronze.collecting import RefusedRequest
from cdp_lake.bronze.collecting.segment import basic_user

_DAY = "86400"
_POSTHOG_PATHS = ("/flags", "/flags/", "/decide", "/decide/", "/array/{key}/config")


def collector_app(intake: Intake) -> ASGIApp:
    """The application around one intake."""
    events = Route("/{path:path}", intake.take, methods=["GET", "POST"])
    app = Starlette(routes=[*_routes_of_its_own(intake), *_routes_of_settings(intake), events])
    app.router.redirect_slashes = False
    return CrossOrigin(app)


def _routes_of_its_own(intake: Intake) -> list[Route]:
    async def health(request: Request) -> Response:
        if intake.writer.failing is not None:
            await asyncio.to_thread(intake.writer.probe)
        problem = intake.writer.failing
        if problem is None:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "refusing", "why": f"cannot write: {problem.strerror or 'stopped'}"}, 503)

    async def metrics(request: Request) -> Response:
        intake.tallies.level("pending_bytes", intake.pending_bytes)
        intake.tallies.level("pending_requests", intake.pending_requests)
        intake.tallies.level("segments_open", intake.writer.open_segments)
        return PlainTextResponse(intake.tallies.text(), media_type="text/plain; version=0.0.4")

    return [Route("/health", health), Route("/metrics", metrics)]


def _routes_of_settings(intake: Intake) -> list[Route]:
    """What SDKs ask their vendor for before they send anything."""

    async def segment(request: Request) -> Response:
        return _for_a_sender(intake, request.path_params["key"], _segment_settings(request))

    async def rudderstack(request: Request) -> Response:
        key = request.query_params.get("writeKey") or basic_user(request.headers.get("authorization", ""))
        return _for_a_sender(intake, key, _rudderstack_settings(key))

    async def posthog(request: Request) -> Response:
        return JSONResponse(_POSTHOG_SETTINGS)

    async def self_telemetry(request: Request) -> Response:
        # What Segment's browser SDK counts of itself; it is about nobody, and nobody asked for it.
        return JSONResponse({"success": True})

    return [
        Route("/v1/m", self_telemetry, methods=["POST"]),
        Route("/v1/projects/{key}/settings", segment),
        *[Route(path, rudderstack) for path in ("/sourceConfig", "/sourceConfig/")],
        *[Route(path, posthog, methods=["GET", "POST"]) for path in _POSTHOG_PATHS],
    ]


class CrossOrigin:
    """Lets pages of any origin send; which of them a write key allows is asked when the key is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a preflight, and adds the headers to every other answer that goes to a page."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if scope["type"] != "http" or (origin is None and scope["method"] != "OPTIONS"):
            await self._app(scope, receive, send)
            return
        allowed = _allowed(scope, origin or "*")
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=allowed)(scope, receive, send)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowed)
            await send(message)

        await self._app(scope, receive, send_allowed)


def _allowed(scope: Scope, origin: str) -> dict[str, str]:
    wanted = Headers(scope=scope).get("access-control-request-headers", "content-type")
    # Some trackers send cookies along, and then browsers take no `*`. None are read here.
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": wanted,
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Max-Age": _DAY,
        "Vary": "Origin",
    }


def _for_a_sender(intake: Intake, key: str | None, answer: dict[str, object]) -> Response:
    try:
        intake.senders.known(key, moment())
    except RefusedRequest as refusal:
        intake.tallies.count("requests_refused_total", reason=refusal.reason)
        return JSONResponse({"error": refusal.reason, "message": str(refusal)}, refusal.status)
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _segment_settings(request: Request) -> dict[str, object]:
    """What analytics.js asks its CDN for: send to this server, and nowhere else."""
    here = {"apiKey": request.path_params["key"], "apiHost": f"{request.url.netloc}/v1", "protocol": request.url.scheme}
    return {
        "integrations": {"Segment.io": here},
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


def _rudderstack_settings(key: str | None) -> dict[str, object]:
    """What the SDKs of RudderStack ask the control plane for: a source without destinations."""
    source: dict[str, object] = {
        "id": "cdp-lake",
        "name": "cdp-lake",
        "writeKey": key,
        "enabled": True,
        "workspaceId": "cdp-lake",
        "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
        "destinations": [],
        "dataplanes": {},
    }
    return {"source": source, "updatedAt": "2026-01-01T00:00:00.000Z"}


# No feature flags, no recordings: this server takes events.
_POSTHOG_SETTINGS: dict[str, object] = {
    "flags": {},
    "featureFlags": {},
    "featureFlagPayloads": {},
    "errorsWhileComputingFlags": False,
    "sessionRecording": False,
    "supportedCompression": ["gzip", "gzip-js"],
    "surveys": False,
    "isAuthenticated": False,
    "toolbarParams": {},
}
