"""Who may know whom: the house stands on its import law."""

import ast
import re

import pytest
from houserules import (
    CLASSIC_NAMES,
    LEVELS,
    PACKAGE,
    ROOMS,
    ROOT,
    WORLD_PACKAGES,
    functions_of,
    imports_of,
    modules,
    named,
    parsed,
    part_of,
)


def test_every_part_of_the_house_has_a_level():
    parts = {part_of(file) for file in modules()} - {"__init__", "__main__"}
    assert parts <= set(LEVELS)


def test_a_module_imports_only_from_below_or_from_its_own_part():
    wrong = []
    for file in modules():
        own = part_of(file)
        for line, name in imports_of(file):
            other = name.split(".")[1] if name.startswith("cdp_lake.") else None
            if other in LEVELS and other != own and LEVELS[other] >= LEVELS.get(own, len(LEVELS)):
                wrong.append(f"{named(file)}:{line} ({own}) imports {name}")
    assert wrong == []


def test_jobs_know_only_the_entry_point():
    wrong = [
        f"{named(file)}:{line} imports {name}"
        for file in sorted((ROOT / "jobs").glob("*.py"))
        for line, name in imports_of(file)
        if not name.startswith(("cdp_lake.cli", "sys.")) and name != "sys"
    ]
    assert wrong == []


@pytest.mark.parametrize("package", WORLD_PACKAGES)
def test_only_adapters_know_the_world(package):
    wrong = [
        f"{named(file)}:{line} imports {name}"
        for file in modules()
        if part_of(file) != "adapters"
        for line, name in imports_of(file)
        if name.split(".")[0] == package
    ]
    assert wrong == []


def test_stages_are_wiring_and_hold_no_column_logic():
    wrong = [
        f"{named(file)}:{line} imports {name}"
        for file in modules("stages")
        for line, name in imports_of(file)
        if name.startswith("pyspark.sql.functions")
    ]
    assert wrong == []


def test_calls_that_need_a_classic_driver_are_the_ones_the_decision_record_lists():
    record = (ROOT / "infra" / "decisions" / "0002-classic-only-calls.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(cdp_lake/\S+\.py)`", record, re.MULTILINE))
    assert {named(file) for file in modules() if _needs_classic(file)} == listed


def _needs_classic(file):
    names = {node.id for node in ast.walk(parsed(file)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(parsed(file)) if isinstance(node, ast.Attribute)}
    return bool(names & CLASSIC_NAMES) or (file.parent == PACKAGE / "adapters" and file.stem == "class_archive")


def test_every_room_tells_its_story_and_every_public_function_its_fact():
    silent = [named(PACKAGE / room / "__init__.py") for room in ROOMS if not _story(PACKAGE / room / "__init__.py")]
    for file in modules(*ROOMS):
        for function in functions_of(file):
            if function not in parsed(file).body or function.name.startswith("_"):
                continue
            if not (function.body and _documented(function)) or function.returns is None:
                silent.append(f"{named(file)}:{function.lineno} {function.name}")
    assert silent == []


def _story(file):
    return file.exists() and ast.get_docstring(parsed(file))


def _documented(function):
    return ast.get_docstring(function)
