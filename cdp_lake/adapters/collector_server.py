"""Serving the collector: one uvicorn server on one socket, which ends its work before it ends."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cdp_lake.errors import EnvironmentProblem

if TYPE_CHECKING:
    from cdp_lake.adapters.collector_intake import Intake

INSTALL_LINE = "pip install 'cdp-lake[collect]'"
_BACKLOG = 2_048
_IDLE_SECONDS, _SECONDS_TO_FINISH = 65, 30


def require_server() -> None:
    """Raises EnvironmentProblem with the install line where the packages of the collector are missing."""
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(f"the collector needs {' and '.join(missing)}: {INSTALL_LINE}")


def listening(host: str, port: int) -> socket.socket:
    """A socket where clients may queue already; port 0 takes a free one. Raises EnvironmentProblem if there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(_BACKLOG)
    except (OSError, OverflowError) as problem:
        found.close()
        raise EnvironmentProblem(f"cannot listen on {host} port {port}: {problem}; choose another --port") from problem
    return found


def serve(intake: Intake, bound: socket.socket, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT; then it takes no new connection, answers what is under way, and returns."""
    import uvicorn

    from cdp_lake.adapters.collector_app import collector_app

    host, port = bound.getsockname()[:2]
    config = uvicorn.Config(
        collector_app(intake),
        # The quicker httptools, where it is installed, bounds no headers.
        http="h11",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        backlog=_BACKLOG,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    server = uvicorn.Server(config)

    def end(*_: object) -> None:
        server.should_exit = True

    # For a signal before uvicorn listens to any, and for the one it raises again at its end, which is no failure.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    say(f"collecting on http://{f'[{host}]' if ':' in host else host}:{port}")
    server.run(sockets=[bound])
