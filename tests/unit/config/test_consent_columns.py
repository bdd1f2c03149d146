"""Consents in a feed of people: what they mean is said word by word, and what cannot be meant is told."""

import pytest

from cdp_lake.config.settings import load_settings
from cdp_lake.errors import ConfigError
from cdp_lake.stages.configuration import configured

FEED = """
name: clients
kind: person
format: csv
files: clients/*.csv
key: [id]
version: {column: changed, keep: latest}
columns:
  - {name: id, required: true}
  - {name: news}
  - {name: count, type: integer}
  - {name: changed, type: timestamp, required: true}
identifiers: [{namespace: crm_id, column: id}]
"""
PLAIN = "column: news, purpose: marketing, channel: email"


def feed(consents: str, text: str = FEED) -> str:
    return f"{text}consents: [{consents}]\n"


def test_what_grants_is_said_and_the_usual_refusals_need_not_be(project):
    conf = project(sources__clients=feed(f"{{{PLAIN}, granted: ['yes', '1', 'true'], withdrawn: [Stop]}}"))
    (consent,) = configured(conf).settings.source("clients").consents
    assert consent.known == ("yes", "1", "true", "no", "n", "false", "f", "0", "stop")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (feed(f"{{{PLAIN}}}"), "consents.0.granted: is needed and not given"),
        (feed(f"{{{PLAIN}, granted: [yes]}}"), "YAML reads yes, on and true without quotes as true"),
        (feed(f"{{{PLAIN}, granted: ['yes', 'No']}}"), "no: given twice; a word is one of"),
        (feed(f"{{{PLAIN}, granted: [' ']}}"), "an empty cell decides nothing"),
        (feed("{column: newz, purpose: marketing, granted: ['1']}"), "names no column: known: "),
        (feed(f"{{{PLAIN}, granted: ['1'], at: chnged}}"), "Did you mean 'changed'?"),
        (feed(f"{{{PLAIN}, granted: ['1'], at: count}}"), "needs `type: timestamp` or `date`"),
        (feed("{column: count, purpose: marketing, granted: ['1']}"), "leave the column's type `string`"),
        (feed("{column: news, purpose: marketting, granted: ['1']}"), "Did you mean 'marketing'?"),
        (feed("{column: news, purpose: marketing, channel: mail, granted: ['1']}"), "Did you mean 'email'?"),
        (
            feed(f"{{{PLAIN}, granted: ['1']}}", FEED.replace("keep: latest", "keep: first")),
            "need a key and what orders",
        ),
        (feed(f"{{{PLAIN}, granted: ['1']}}", FEED.replace("kind: person", "kind: redemption")), "of kind person"),
        (feed(f"{{{PLAIN}, granted: ['1']}}, {{{PLAIN}, granted: ['1']}}"), "is said by two columns"),
    ],
)
def test_what_cannot_be_meant_is_told(project, text, told):
    with pytest.raises(ConfigError) as caught:
        configured(project(sources__clients=text))
    assert told in str(caught.value)
    assert "sources/clients.yml:" in str(caught.value)


def test_a_preset_may_leave_what_orders_its_versions_to_the_source(project):
    timeless = FEED.replace("version: {column: changed, keep: latest}\n", "").replace("files: clients/*.csv\n", "")
    preset = feed(f"{{{PLAIN}, granted: ['1']}}", timeless).replace("name: clients", "name: ours")
    own = "name: clients\nextends: ours\nfiles: clients/*.csv\nsnapshot: {at: yyyy-MM-dd}\n"
    found = load_settings(project(source_presets__ours=preset, sources__clients=own)).settings.source("clients")
    assert found.orders_by_export
    assert found.consents[0].granted == ("1",)


def test_what_people_refused_does_not_expire(project):
    text = feed(f"{{{PLAIN}, granted: ['1']}}") + "expires: 90d\nprovenance: third\n"
    with pytest.raises(ConfigError, match="who refused has refused for good"):
        configured(project(sources__clients=text))
