"""Survivorship settings: each attribute of the golden record has exactly one rule."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from cdp_lake.config.shipped import conf_dir
from cdp_lake.config.survivorship import ATTRIBUTES, Attribute, SurvivorshipRules, check_survivorship


def shipped() -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load((conf_dir() / "survivorship.yml").read_text(encoding="utf-8"))
    return tree


def test_the_shipped_rules_cover_the_golden_record() -> None:
    rules = SurvivorshipRules.model_validate(shipped())
    assert sorted(column for group in rules.columns.values() for column in group) == sorted(ATTRIBUTES)
    assert {"email", "country", "birth_date"} <= set(ATTRIBUTES)


@pytest.mark.parametrize(
    ("name", "attribute", "message"),
    [
        ("e_mail", {"rule": "oldest"}, "'e_mail' is no attribute.*Did you mean 'email'"),
        ("city", {"rule": "oldest"}, "'city' has 2 rules"),
        ("email", {"rule": "newest"}, "most_recent"),
        ("phone", {"rule": "priority"}, "needs `sources`"),
        ("address", {"rule": "oldest", "group": ["street"], "prefer_filled": ["city"]}, "prefer_filled"),
    ],
)
def test_a_wrong_rule_is_refused(name: str, attribute: dict[str, Any], message: str) -> None:
    tree = shipped()
    tree["attributes"][name] = attribute
    with pytest.raises(ValidationError, match=message):
        SurvivorshipRules.model_validate(tree)


def test_an_attribute_without_a_rule_is_named() -> None:
    tree = shipped()
    del tree["attributes"]["gender"]
    with pytest.raises(ValidationError, match="'gender' has no rule"):
        SurvivorshipRules.model_validate(tree)


def test_unknown_namespaces_and_sources_are_listed() -> None:
    everything = {c: Attribute(rule="oldest") for c in ATTRIBUTES}
    everything["email"] = Attribute(rule="priority", sources=("cmr",))
    rules = SurvivorshipRules(known_namespaces=("e-mail",), attributes=everything)
    namespace, source = check_survivorship(rules, ["email", "phone"], ["crm", "web"])
    assert "Did you mean 'email'?" in namespace
    assert "attributes.email.sources" in source and "Did you mean 'crm'?" in source
