"""The broker for development: what is said when it does not run, cannot run, or runs already."""

import fcntl
import json
import socket
import subprocess
import sys

import pytest

from cdp_lake import cli
from cdp_lake.adapters import jars, kafka_broker

# A process that holds the lock which it was started with, as the broker does.
HOLDER = "import sys; print('up', flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(kafka_broker, "fetch_jars", lambda: 46)


@pytest.fixture
def runs(tmp_path):
    """A folder in which something runs that looks like a broker."""
    with (tmp_path / kafka_broker.PID_FILE).open("w") as pid_file:
        fcntl.flock(pid_file, fcntl.LOCK_EX)
        held = subprocess.Popen(
            [sys.executable, "-c", HOLDER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[pid_file.fileno()],
        )
        json.dump({"pid": held.pid, "port": 9092}, pid_file)
    assert held.stdout.readline() == b"up\n"
    yield tmp_path
    held.communicate()


def test_without_a_broker_status_says_how_to_start_one(tmp_path, capsys):
    assert cli.main(["kafka", "status", "--dir", str(tmp_path)]) == 2
    assert f"start one with: cdp-lake kafka start --dir {tmp_path}" in capsys.readouterr().out
    assert cli.main(["kafka", "stop", "--dir", str(tmp_path)]) == 0


def test_a_broker_that_runs_is_found_by_its_lock_and_ended(runs, capsys):
    assert cli.main(["kafka", "status", "--dir", str(runs)]) == 0
    assert "broker 127.0.0.1:9092 is up" in capsys.readouterr().out
    assert cli.main(["kafka", "start", "--dir", str(runs)]) == 0
    assert cli.main(["kafka", "start", "--dir", str(runs), "--port", "9193"]) == 2
    assert "runs on port 9092; stop it first" in capsys.readouterr().err
    assert cli.main(["kafka", "stop", "--dir", str(runs)]) == 0
    assert cli.main(["kafka", "status", "--dir", str(runs)]) == 2


def test_a_number_left_by_a_broker_that_was_killed_is_nobody(tmp_path):
    (tmp_path / kafka_broker.PID_FILE).write_text(json.dumps({"pid": 1, "port": 9092}))
    assert kafka_broker.running(tmp_path) is None
    assert kafka_broker.stop(tmp_path) is None


def test_a_port_in_use_is_told_before_anything_is_written(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["kafka", "start", "--dir", str(tmp_path / "k"), "--port", str(port)]) == 2
    assert f"port {port} is in use" in capsys.readouterr().err
    assert not (tmp_path / "k").exists()


def test_the_jars_of_the_broker_are_locked_and_stay_off_the_class_path_of_spark():
    locked = jars.read_lock(jars.shipped_lock("kafka-broker.lock"))
    assert "kafka_2.13" in {jar.artifact for jar in locked}
    names = {path.name for path in jars.jar_paths()}
    assert "kafka_2.13-4.2.0.jar" not in names
    assert all(path.parent == jars.jars_dir() for path in jars.jar_paths())
    assert kafka_broker.broker_jars() != jars.jars_dir()
