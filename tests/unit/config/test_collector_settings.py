"""Senders are checked before a collector starts: every event it takes is one that a source will read."""

import pytest

from cdp_lake.adapters.write_keys import secrets_of
from cdp_lake.config.collector import folder_of, protocol_of
from cdp_lake.console import answers
from cdp_lake.errors import ConfigError
from cdp_lake.stages.collect_events import known_senders
from cdp_lake.stages.configuration import configured

CLICKS = "name: clicks\nextends: segment\nfiles: clicks/*.ndjson\n"
KEY = "write_keys: [{name: shop, source: clicks, key: s3cret}]\n"


def problems(conf):
    """The lines of the error, the folder's path taken off."""
    with pytest.raises(ConfigError) as caught:
        configured(conf)
    return [line.removeprefix(f"{conf.as_posix()}/") for line in str(caught.value).splitlines()]


def test_a_sender_speaks_what_its_source_extends(project):
    settings = configured(project(collector=KEY, sources__clicks=CLICKS)).settings
    (key,) = settings.collector.write_keys
    source = settings.source("clicks")
    assert (protocol_of(key, source), folder_of(source).as_posix()) == ("segment", "clicks")


def test_limits_are_those_of_the_protocol_unless_the_key_has_its_own(project):
    more = ", protocol: rudderstack}, {name: small, source: clicks, key: b, batch_bytes: 2048}]"
    settings = configured(project(collector=KEY.replace("}]", more), sources__clicks=CLICKS)).settings
    collector = settings.collector
    large, small = collector.write_keys
    assert collector.batch_bytes_of(large, "rudderstack") == 4_194_304
    assert (collector.batch_bytes_of(small, "segment"), collector.batch_bytes) == (2_048, 512_000)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("source: clicks", "source: clics"), "write_keys.shop.source: no source 'clics'; known: "),
        (("key: s3cret", "key: ''"), "write_keys.shop: `key` is empty"),
        (("key: s3cret", "key: a, key_env: B"), "write_keys.shop: say `key_env`"),
        ((", key: s3cret", ""), "write_keys.shop: say `key_env`"),
        (("key: s3cret", "key: a, protcol: jitsu"), "write_keys.shop.protcol: unknown key 'protcol'"),
        (("key: s3cret", "key: a, protocol: mixpanel"), "write_keys.shop.protocol: Input should be 'segment'"),
    ],
)
def test_a_sender_that_cannot_be_meant_is_told_with_its_line(project, change, said):
    lines = problems(project(collector=KEY.replace(*change), sources__clicks=CLICKS))
    assert lines[0].startswith(f"collector.yml:1: collector.{said}"), lines
    assert "s3cret" not in "".join(lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("extends: segment", "extends: woocommerce_orders"), "extends no preset that is a protocol: say `protocol:`"),
        (("clicks/*.ndjson", "'*/*.ndjson'"), "files '*/*.ndjson', which name no one folder"),
        (
            ("files: clicks/*.ndjson", "format: json\ntopic: {connection: k, topic: c}"),
            "comes from k: c; the collector",
        ),
        (("clicks/*.ndjson", "clicks.ndjson"), "files 'clicks.ndjson', which name no one folder"),
        (("clicks/*.ndjson", "clicks/day-*.ndjson"), "which match no file called collector-*.ndjson"),
        (("clicks/*.ndjson", "clicks/*.json\nformat: json"), "reads json in utf-8; the collector writes ndjson"),
        (("clicks/*.ndjson", "clicks/*.ndjson\nencoding: gbk"), "reads ndjson in gbk; the collector writes ndjson"),
    ],
)
def test_a_source_that_would_not_read_what_is_collected_is_told(project, change, said):
    lines = problems(project(collector=KEY, sources__clicks=CLICKS.replace(*change)))
    assert any(said in line for line in lines), lines


def test_no_source_may_read_what_was_refused(project):
    greedy = "name: all\nextends: segment\nfiles: '**/*.ndjson'\n"
    (line,) = problems(project(collector=KEY, sources__clicks=CLICKS, sources__all=greedy))
    assert line.startswith("sources/all.yml:3: sources.all.files: takes in refused/")


def test_a_key_is_taken_from_the_environment_and_missing_ones_are_all_named(project, monkeypatch):
    two = "write_keys:\n  - {name: a, source: clicks, key_env: KEY_A}\n  - {name: b, source: clicks, key_env: KEY_B}\n"
    settings = configured(project(collector=two, sources__clicks=CLICKS)).settings
    monkeypatch.setenv("KEY_A", "one")
    monkeypatch.setenv("KEY_B", "two")
    assert secrets_of(settings.collector.write_keys) == ["one", "two"]
    monkeypatch.setenv("KEY_B", "one")
    with pytest.raises(ConfigError, match="a, b have one key"):
        known_senders(settings)
    monkeypatch.delenv("KEY_A")
    monkeypatch.delenv("KEY_B")
    with pytest.raises(ConfigError, match=r"(?s)write_keys.a: KEY_A is not set.*write_keys.b: KEY_B is not set"):
        known_senders(settings)


def test_without_a_sender_it_says_how_to_name_one(project):
    with pytest.raises(ConfigError, match="nobody may send events: name a sender under write_keys"):
        known_senders(configured(project()).settings)


def test_a_key_in_the_settings_is_not_shown(project):
    loaded = configured(project(collector=KEY, sources__clicks=CLICKS))
    lines = list(answers.settings(loaded, with_origin=True))
    assert any(line.startswith("collector.write_keys.shop.key: (not shown)") for line in lines)
    assert "s3cret" not in "".join(lines) + repr(loaded.settings) + loaded.settings.model_dump_json()
