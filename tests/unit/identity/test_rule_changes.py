"""Two sets of rules, told apart line by line."""

from cdp_lake.config.identity import IdentityRules
from cdp_lake.identity.rule_changes import not_in_silver_yet, rule_changes

EMAIL = {"name": "email", "priority": 1, "normaliser": "email", "limit": 5}
PHONE = {"name": "phone", "priority": 2, "normaliser": "phone"}
CARD = {"name": "card", "priority": 3}


def rules(*namespaces, **others):
    return IdentityRules.model_validate({"namespaces": namespaces, **others})


def test_the_same_rules_differ_in_nothing_whatever_their_order():
    assert rule_changes(rules(EMAIL, PHONE), rules(PHONE, EMAIL)) == []


def test_a_setting_is_told_by_its_path_with_both_values():
    before, after = rules(EMAIL, PHONE), rules({**EMAIL, "limit": None}, {**PHONE, "blocked_patterns": ["^0"]})
    assert rule_changes(before, after) == [
        "namespaces.email.limit: 5 -> -",
        "namespaces.phone.blocked_patterns: [] -> ['^0']",
    ]


def test_a_window_is_told_by_its_days():
    before, after = ({**PHONE, "limit_within_days": windows} for windows in ({7: 3}, {7: 4, 30: 9}))
    assert rule_changes(rules(PHONE), rules(before)) == ["namespaces.phone.limit_within_days.7: (nothing) -> 3"]
    assert rule_changes(rules(before), rules(after)) == [
        "namespaces.phone.limit_within_days.7: 3 -> 4",
        "namespaces.phone.limit_within_days.30: (nothing) -> 9",
    ]


def test_values_that_may_be_somebodys_are_counted_and_not_shown():
    before, after = rules({**PHONE, "blocked": ["+1", "+2"]}), rules({**PHONE, "blocked": ["+2", "+3", "+4"]})
    assert rule_changes(before, after) == ["namespaces.phone.blocked: 2 values more, 1 fewer"]


def test_what_is_new_or_gone_is_told_too():
    composite = {"name": "name_birth", "equal": ["name_key", "birth_date"]}
    told = rule_changes(rules(EMAIL, CARD), rules(EMAIL, composite_rules=[composite]))
    assert "namespaces.card.priority: 3 -> (nothing)" in told
    assert "composite_rules.name_birth.equal: (nothing) -> ['name_key', 'birth_date']" in told


def test_a_new_namespace_and_another_spelling_wait_for_silver():
    respelt = {**PHONE, "normaliser": "text"}
    assert not_in_silver_yet(rules(EMAIL, PHONE), rules({**EMAIL, "limit": 1}, respelt, CARD)) == ["phone", "card"]
