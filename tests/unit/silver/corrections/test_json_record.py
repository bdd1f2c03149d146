"""One value of a JSON record is set, and every other character stays."""

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.silver.corrections.json_record import value_text, with_value
from cdp_lake.silver.corrections.refusal import NO_OBJECT, UNREADABLE, CannotEdit

NAMES = st.sampled_from(["a", "b", "c", 'q"uote', "名"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
OBJECTS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=3)), max_size=4
)


@pytest.mark.parametrize(
    ("record", "path", "literal", "expected"),
    [
        ('{"a": 1, "b": 1.10}', "a", '"x"', '{"a": "x", "b": 1.10}'),
        ('{ "a" : { "b" : [1, {"c": 2}] , "d": "}" } }', "a.d", "2", '{ "a" : { "b" : [1, {"c": 2}] , "d": 2 } }'),
        ('{"a": {"b": 1}}', "a.c", "2", '{"a": {"b": 1,"c":2}}'),
        ('{"a": { } }', "a.c", "2", '{"a": {"c":2 } }'),
        ('{"a": null}', "a.b.c", "2", '{"a": {"b":{"c":2}}}'),
        ("{}", "a.b", "2", '{"a":{"b":2}}'),
        # A reader takes the last of two members with one name.
        ('{"a": 1, "a": 2}', "a", "3", '{"a": 1, "a": 3}'),
        (r'{"\u0061": 1, "b": "\"{\\"}', "a", "2", r'{"\u0061": 2, "b": "\"{\\"}'),
        ('{"姓名": "李娜"}', "姓名", '"王伟"', '{"姓名": "王伟"}'),
    ],
)
def test_only_the_value_changes(record, path, literal, expected):
    assert with_value(record, path.split("."), literal) == expected
    assert value_text(expected, path.split(".")) == literal.strip('"')


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ('{"a": ', UNREADABLE),
        ("[1]", UNREADABLE),
        ("7", UNREADABLE),
        ("", UNREADABLE),
        ('{"a": {}} {"a": {}}', UNREADABLE),
        ('{"a": "with\0nul"}', UNREADABLE),
        ('{"a": ' * 100_000, UNREADABLE),
        ('{"a": [1]}', NO_OBJECT),
        ('{"a": "text"}', NO_OBJECT),
    ],
)
def test_where_a_value_stands_is_never_guessed(record, why):
    with pytest.raises(CannotEdit) as refusal:
        with_value(record, ["a", "b"], "2")
    assert refusal.value.why == why


def test_what_a_record_says():
    record = '{"a": {"b": "x", "c": 1.10, "d": null, "e": ["f"]}}'
    said = {name: value_text(record, ["a", name]) for name in "bcdez"}
    assert said == {"b": "x", "c": "1.10", "d": None, "e": '["f"]', "z": None}


@given(OBJECTS, st.lists(NAMES, min_size=1, max_size=3), LEAVES, st.sampled_from([None, 1]))
def test_what_is_set_is_read_and_the_rest_as_before(whole, path, value, indent):
    expected = deepcopy(whole)
    inner = expected
    for name in path[:-1]:
        if inner.get(name) is None:
            inner[name] = {}
        inner = inner[name]
        if not isinstance(inner, dict):
            return
    inner[path[-1]] = value
    changed = with_value(json.dumps(whole, ensure_ascii=False, indent=indent), path, json.dumps(value))
    assert json.loads(changed) == expected
