"""`cdp-lake collect` says what is missing before it begins."""

import socket

import pytest

from cdp_lake import cli
from cdp_lake.adapters import collector_server

SENDER = "write_keys: [{name: shop, source: web, key_env: SHOP_WRITE_KEY}]\n"


@pytest.fixture
def conf(tmp_path, monkeypatch):
    """A project with one sender for the shop's events."""
    monkeypatch.setenv("SHOP_WRITE_KEY", "s3cret")
    (tmp_path / "collector.yml").write_text(SENDER, encoding="utf-8")
    return str(tmp_path)


def test_without_senders_it_does_not_begin(capsys):
    assert cli.main(["collect", "--port", "0"]) == 2
    assert "name a sender under write_keys in collector.yml" in capsys.readouterr().err


def test_without_a_key_it_does_not_begin(conf, monkeypatch, capsys):
    monkeypatch.delenv("SHOP_WRITE_KEY")
    assert cli.main(["collect", "--port", "0", "--conf", conf]) == 2
    assert "write_keys.shop: SHOP_WRITE_KEY is not set" in capsys.readouterr().err


def test_a_port_in_use_is_told(conf, tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ["collect", "--port", port, "--conf", conf, "--set", f"lake.landing={tmp_path / 'landing'}"]
        assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1 port {port}: " in said
    assert "choose another --port" in said


def test_a_server_that_is_not_installed_is_told_with_the_install_line(conf, monkeypatch, capsys):
    monkeypatch.setattr(collector_server, "find_spec", lambda name: None)
    assert cli.main(["collect", "--port", "0", "--conf", conf]) == 2
    assert "the collector needs starlette and uvicorn: pip install 'cdp-lake[collect]'" in capsys.readouterr().err
