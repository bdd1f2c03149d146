"""What tests of the collector as a process share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.collector.collecting import KEYS, Running, moody, project, running

CLIENTS = Path(__file__).parent / "clients"
STEPS = 5
# What each of these clients meets first; @jitsu/js is not among them, for it never sends an event again.
MOODS = ["503", "429", "lost"]
PATIENT = [
    *("python segment", "python rudderstack", "python posthog", "python snowplow", "python sensorsdata"),
    *("node segment", "node rudderstack"),
]
SECONDS_TO_SEND = 180
IN_CI = bool(os.environ.get("CI"))


class Sent(NamedTuple):
    """A project, its landing folder, and what the network did to each client's requests."""

    conf: Path
    landing: Path
    done: dict[str, list[str]]


def needed(what: str, there: object, install: str) -> None:
    """Skips the test where a tool is missing, with how to get it; in CI that is a failure."""
    if there:
        return
    message = f"this test needs {what}: {install}"
    pytest.fail(message) if IN_CI else pytest.skip(message)


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """Where the collector of one test puts its files."""
    return tmp_path / "landing"


@pytest.fixture
def collector(tmp_path: Path, landing: Path) -> Iterator[Running]:
    """A collector with one sender a protocol."""
    with running(project(tmp_path / "conf"), landing) as process:
        yield process


@pytest.fixture(scope="session")
def python_sdks() -> None:
    """The client SDKs of Python."""
    modules = ("segment", "rudderstack", "posthog", "snowplow_tracker", "sensorsanalytics")
    needed("client SDKs", all(find_spec(name) for name in modules), "pip install 'cdp-lake[test]'")


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with the client SDKs beside the scripts that use them."""
    found = shutil.which("node")
    needed("Node 20 or newer", found, "apt-get install nodejs npm")
    needed("client SDKs of Node", (CLIENTS / "node_modules").is_dir(), "make .venv/.clients")
    return str(found)


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser that runs without a screen."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    needed("playwright", find_spec("playwright"), "pip install 'cdp-lake[test]'")
    needed("Chromium", found, "apt-get install chromium")
    return str(found)


@pytest.fixture(scope="session")
def sent(python_sdks: None, node: str, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Every patient client has sent its steps over a network of its own that was down at first. Nobody writes to it."""
    folder = tmp_path_factory.mktemp("sent")
    commands = {"python": [sys.executable, str(CLIENTS / "send.py")], "node": [node, str(CLIENTS / "send.cjs")]}
    with running(project(folder / "conf"), folder / "landing") as collector, ExitStack() as open_networks:
        networks, clients = {}, {}
        for client in PATIENT:
            language, protocol = client.split()
            networks[client] = open_networks.enter_context(moody(collector.url, MOODS))
            words = [protocol, networks[client].url, KEYS[protocol], client, str(STEPS)]
            clients[client] = subprocess.Popen([*commands[language], *words], stderr=subprocess.PIPE, text=True)
        problems = {client: process.communicate(timeout=SECONDS_TO_SEND)[1] for client, process in clients.items()}
        failed = {client: problems[client] for client, process in clients.items() if process.returncode}
        assert collector.stop() == 0
    assert failed == {}
    return Sent(folder / "conf", folder / "landing", {client: one.done for client, one in networks.items()})
