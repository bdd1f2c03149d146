"""A room is pure: the same tables in, the same tables out, on any kind of Spark."""

import ast
import re

import pytest
from houserules import (
    ALLOWED_IMPORTS,
    BANNED_ATTRIBUTES,
    BANNED_IMPORTS,
    BANNED_IN_SQL,
    CHANCE,
    ROOMS,
    WORLD,
    WRITES_FILES,
    imports_of,
    modules,
    named,
    parsed,
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_touches_nothing_but_its_arguments(room):
    wrong = [
        f"{named(file)}:{line} .{name}: {BANNED_ATTRIBUTES[name]}"
        for file in modules(room)
        for line, name in _touched(parsed(file))
        if not (room in WRITES_FILES and BANNED_ATTRIBUTES[name] == WORLD)
    ]
    assert wrong == []


def _touched(tree):
    """One (line, name) per banned attribute; a clock counts when it is read, not when a field is called `today`."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in BANNED_ATTRIBUTES:
            if BANNED_ATTRIBUTES[node.attr] != CHANCE or id(node) in called:
                yield node.lineno, node.attr


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_session_no_clock_and_no_machine(room):
    wrong = []
    for file in modules(room):
        for line, name in imports_of(file):
            reason = BANNED_IMPORTS.get(name) or BANNED_IMPORTS.get(name.split(".")[0])
            if reason and name not in ALLOWED_IMPORTS:
                wrong.append(f"{named(file)}:{line} imports {name}: {reason}")
            if name.startswith("pyspark.sql.functions.") and name.rsplit(".", 1)[1] in BANNED_ATTRIBUTES:
                wrong.append(f"{named(file)}:{line} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_sql_text_of_a_room_asks_the_clock_or_the_dice(room):
    wrong = [
        f"{named(file)}:{node.lineno} {node.value!r}"
        for file in modules(room)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "\n" not in node.value
        and re.search(BANNED_IN_SQL, node.value, re.IGNORECASE)
    ]
    assert wrong == []


def test_only_adapters_read_the_environment():
    wrong = [
        f"{named(file)}:{node.lineno}"
        for file in modules()
        if "adapters" not in file.parts
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "df.write.save(p)",
        "F.rand()",
        "datetime.now(UTC)",
        "df.sparkSession.sparkContext",
        "os.environ['X']",
        "df.cache()",
    ],
)
def test_the_rule_sees_what_it_forbids(line):
    assert list(_touched(ast.parse(line)))


def test_the_rule_lets_a_moment_be_called_today():
    assert not list(_touched(ast.parse("F.lit(moment.today)")))
