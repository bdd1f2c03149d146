"""Identity rules that cannot all be meant say so, where they stand; presets fill up what a namespace leaves open."""

import re
from pathlib import Path

import pytest

from cdp_lake.cli import main
from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.layers import Layer
from cdp_lake.config.namespace import MASKED, Namespace
from cdp_lake.config.settings import Loaded
from cdp_lake.errors import ConfigError
from cdp_lake.silver.lookup import readings
from cdp_lake.stages.configuration import configured


def problem(conf: Path) -> str:
    """The only line of the error, the folder's path taken off."""
    with pytest.raises(ConfigError) as caught:
        configured(conf)
    (line,) = str(caught.value).splitlines()
    return line.removeprefix(f"{conf.as_posix()}/")


def rules(loaded: Loaded) -> tuple[Namespace, ...]:
    return loaded.settings.identity.namespaces


def rule(loaded: Loaded, name: str) -> Namespace:
    return loaded.settings.identity.namespace(name)


def origin(layer: Layer, *where: str) -> str:
    return layer.origins[("identity", "namespaces", *where)]


def test_a_preset_is_all_that_is_needed_and_its_settings_say_where_they_come_from(project):
    conf = project(identity="namespaces:\n- {name: taobao, preset: taobao_open_uid}\n")
    found = configured(conf)
    assert (rule(found, "taobao").limit, rule(found, "taobao").strength) == (2, "strong")
    assert origin(found.layer, "taobao", "limit").startswith("conf/identity_presets.yml:")
    assert origin(found.layer, "taobao", "preset") == f"{conf.as_posix()}/identity.yml:2"


def test_what_a_namespace_says_itself_comes_before_its_preset_and_null_takes_a_setting_away(project):
    conf = project(identity="namespaces:\n- {name: email, max_names: 9, limit: null}\n")
    found = configured(conf)
    assert (rule(found, "email").max_names, rule(found, "email").limit) == (9, None)
    assert rule(found, "email").blocked
    assert origin(found.layer, "email", "max_names").endswith("identity.yml:2")


def test_a_project_may_change_a_preset_for_all_who_use_it(project):
    found = configured(project(identity_presets="presets:\n- {name: phone, limit: 2}\n"))
    assert rule(found, "phone").limit == 2
    assert origin(found.layer, "phone", "limit").endswith("identity_presets.yml:2")


def test_every_preset_can_be_used_beside_the_shipped_namespaces(project):
    shipped = configured().settings
    used = {namespace.preset for namespace in shipped.identity.namespaces}
    others = [preset.name for preset in shipped.identity_presets.presets if preset.name not in used]
    lines = [f"- {{name: {name}, preset: {name}}}" for name in others]
    found = configured(project(identity="\n".join(["namespaces:", *lines])))
    assert {n.preset for n in rules(found)} == used | set(others)
    assert len(others) >= 5


def test_config_show_says_which_line_of_a_preset_set_it(project, capsys):
    assert main(["config", "show", "--origin", "--conf", str(project(lake="path: here\n"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("identity.namespaces.phone.strength:")]
    assert line.startswith("identity.namespaces.phone.strength: needs_name  # conf/identity_presets.yml:")


def test_an_unknown_preset_is_told_alone_with_the_known_ones_and_the_nearest(project):
    line = problem(project(identity="namespaces:\n- name: mail\n  preset: emial\n"))
    assert line.startswith("identity.yml:3: identity.namespaces.mail.preset: unknown preset 'emial'; known: alipay")
    assert line.endswith("Did you mean 'email'?")


# What a namespace says from its third line on, the line that is at fault, and what is said of it.
CONTRADICTIONS = [
    ("unique: true\n  limit: 3", 5, "`unique: true` is one value per profile, `limit` says 3"),
    ("limit: 1\n  unique: false", 5, "`limit: 1` is what `unique: true` means"),
    ("limit: 3\n  limit_within_days: {7: 3}", 5, "3 within 7 days is never reached: `limit` allows 3 at any time"),
    ("limit_within_days: {7: 3, 30: 2}", 4, "3 within 7 days is never reached: 2 are allowed within 30"),
    ("limit_within_days: {0: 3}", 4, "greater than 0"),
    ("max_holders: 10\n  max_names: 20", 5, "max_names 20 is never reached"),
    ("allowed: [a]\n  blocked: [a]", 4, "'a' is also blocked"),
    ("blocked_patterns: ['^a']\n  allowed: [ab]", 5, "'ab' is also blocked by ^a"),
    ("allowed: ['138****1234']", 4, "masked values are never evidence"),
    ("normaliser: lower\n  blocked: [Nobody]", 5, "values are kept as 'nobody'"),
    ("normaliser: phone\n  blocked: [+49 170 1]", 5, "values are kept as '+491701'"),
    ("expires_after_days: 0", 4, "greater than or equal to 1"),
    ("follows: nobody", 4, "only `strength: device` follows somebody"),
    ("strength: device\n  reassignable: false", 5, "leave `reassignable` out"),
    ("keyed_hash: true\n  normaliser: phone", 4, "phones are kept in clear"),
    ("blocked: [x]\n  keyed_hash: true", 5, "no listed value or pattern can be compared with a hash"),
    ("strength: device\n  follows: everybody", 5, "'first_owner'"),
    ("scopes: ['a@b']", 4, "write the app or brand alone"),
    ("blocked_patterns: ['(', a]", 4, "'(' is not a regular expression"),
    ("blocked_patterns:\n  - a\n  - '(?P<x>b)'", 6, "Spark reads Java's dialect"),
]


def test_every_contradiction_is_told_at_once_and_on_its_line(project):
    lines, expected = ["namespaces:"], []
    for number, (setting, line, said) in enumerate(CONTRADICTIONS):
        expected.append((f"identity.yml:{len(lines) + line - 1}: identity.namespaces.n{number}.", said))
        lines += [f"- name: n{number}", f"  priority: {900 + number}", *f"  {setting}".split("\n")]
    with pytest.raises(ConfigError) as caught:
        configured(project(identity="\n".join(lines)))
    told = str(caught.value).splitlines()
    assert len(told) == len(CONTRADICTIONS)
    for text, (place, said) in zip(told, expected, strict=True):
        assert place in text
        assert said in text


def test_a_contradiction_with_a_preset_is_told_on_the_line_that_is_ones_own(project):
    line = problem(project(identity="namespaces:\n- {name: user_id, limit: 3}\n"))
    assert line.startswith("identity.yml:2: identity.namespaces.user_id.limit: `unique: true` is one value per profile")


def test_a_value_keeps_its_owner_only_where_owners_can_be_told(project):
    line = problem(project(identity="namespaces:\n- {name: user_id, reassignable: false}\n"))
    assert "namespace 'user_id' is not reassignable, but nothing more trusted is unique" in line


def test_namespaces_may_not_share_a_priority_or_a_name_with_a_rule(project):
    assert "share priority 60; give one" in problem(project(identity="namespaces:\n- {name: a, priority: 60}\n"))
    twice = "composite_rules:\n- {name: email, equal: [name_key, postcode]}\n"
    assert "composite rule 'email' has the name of a namespace" in problem(project(identity=twice))


def test_a_composite_rule_on_something_nobody_compares_is_told_with_the_nearest(project):
    text = problem(project(identity="composite_rules:\n- {name: mine, equal: [name_key, birthdate]}\n"))
    assert text.startswith("identity.yml:2: identity.composite_rules.mine: equal 'birthdate' is nothing")
    assert text.endswith("Did you mean 'birth_date'?")


CRM = "name: crm\nidentifiers:\n- {{namespace: crm_id, column: customer_id}}\n- {{namespace: {}, column: mobile}}\n"


def test_a_scope_is_a_namespace_of_its_own_under_the_rules_of_its_type(project):
    found = configured(project(sources__crm=CRM.format("wechat_openid@wx123")))
    scoped, its_type = rule(found, "wechat_openid@wx123"), rule(found, "wechat_openid")
    assert scoped.model_copy(update={"name": "wechat_openid"}) == its_type
    assert ("wechat_openid@wx123", "text", "x") in readings("x", {n.name: n.normaliser for n in rules(found)}, [])


@pytest.mark.parametrize(
    ("namespace", "said"),
    [
        ("wechat_opnid@wx123", "unknown namespace 'wechat_opnid'; known: "),
        ("wechat_opnid@wx123", "Did you mean 'wechat_openid'?"),
        ("'wechat_openid@'", "match pattern"),
        ("wechat_openid@a:b", "match pattern"),
    ],
)
def test_a_source_that_maps_into_what_is_no_namespace_is_told_on_its_line(project, namespace, said):
    text = problem(project(sources__crm=CRM.format(namespace)))
    assert text.startswith("sources/crm.yml:4: sources.crm.identifiers.1")
    assert said in text


def test_declared_scopes_are_all_there_are(project):
    declared = "namespaces:\n- {name: wechat_openid, scopes: [wx123, wx456]}\n"
    conf = project(identity=declared, sources__crm=CRM.format("wechat_openid@wx132"))
    with pytest.raises(ConfigError, match=r"'wechat_openid' has no scope 'wx132'; known: wx123, wx456\. Did you mean"):
        configured(conf)


def test_a_consent_can_only_name_people_by_namespaces(project):
    text = "name: consents\ncolumns:\n- {name: subject_namespace, one_of: [email, fone]}\n"
    line = problem(project(sources__consents=text))
    assert line.startswith(
        "sources/consents.yml:3: sources.consents.columns.subject_namespace.one_of: unknown namespace"
    )


def test_what_is_kept_as_a_hash_is_no_key_of_a_record(project):
    crm = "name: crm\nkey: [mobile]\nidentifiers:\n- {namespace: national_id, column: mobile}\n"
    conf = project(sources__crm=crm, identity="namespaces:\n- {name: national_id, preset: national_id}\n")
    assert problem(conf).startswith("sources/crm.yml:2: sources.crm.key: 'mobile' is kept as a hash only (national_id)")


@pytest.mark.parametrize("value", ["138****1234", "z***@mail.com", "张*", "138xxxx1234", "XXXX-1234", "＊1", "1•••2"])
def test_hidden_characters_are_seen(value):
    assert re.search(MASKED, value)


@pytest.mark.parametrize("value", ["maxxx", "xl-1", "11010119900307123X", "foxx@mail.com", "XX1234", "wx_xxxxxx9k"])
def test_letters_that_hide_nothing_are_left_alone(value):
    assert not re.search(MASKED, value)


def test_unique_is_the_readable_limit_of_one():
    assert Namespace(name="card", priority=1, unique=True).limit == 1
    assert IdentityRules(namespaces=(Namespace(name="card", priority=1),)).namespace("card").limit is None
