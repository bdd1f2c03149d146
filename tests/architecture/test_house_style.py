"""Sizes, names and what may lie where: ugliness lives in the tail, so there are caps."""

import re

from houserules import (
    FORBIDDEN_NAMES,
    LONGEST_CATALOGUE,
    LONGEST_FUNCTION,
    LONGEST_JOB,
    LONGEST_MODULE,
    MADE_BY_RUNS,
    ROOT,
    TOP_LEVEL,
    body_lines,
    code_lines,
    functions_of,
    modules,
    named,
    part_of,
    text_files,
)

# Written in two halves, so that this file does not break its own rule.
REGISTRY_HOSTS = re.compile(
    "|".join(
        [
            *("repo1[.]" + "maven", "maven[.]" + "org", "pypi[.]" + "org", "python" + "hosted"),
            *("npmjs[.]" + "org", "crates[.]" + "io/", "proxy[.]" + "golang", "deb[.]" + "debian"),
        ]
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|home|Users|farm)/\w|(?<![\w.])/" + r"work/\w|[A-Z]:\\Users")


def test_the_top_level_is_the_house_and_nothing_else():
    found = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")} - MADE_BY_RUNS
    assert found == TOP_LEVEL


def test_no_module_outgrows_one_screenful_of_thought():
    too_long = []
    for file in modules():
        limit = LONGEST_CATALOGUE if part_of(file) == "contracts" else LONGEST_MODULE
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            too_long.append(f"{named(file)}: {lines} lines, at most {limit}")
    assert too_long == []


def test_a_job_is_a_shim():
    long = [
        f"{named(file)}: {code_lines(file)}" for file in (ROOT / "jobs").glob("*.py") if code_lines(file) > LONGEST_JOB
    ]
    assert long == []


def test_no_function_is_longer_than_forty_lines():
    too_long = [
        f"{named(file)}:{function.lineno} {function.name}: {body_lines(function)} lines"
        for file in modules()
        for function in functions_of(file)
        if body_lines(function) > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_no_module_is_named_after_nothing():
    assert [
        named(file) for file in modules() if FORBIDDEN_NAMES & set(file.relative_to(ROOT).with_suffix("").parts)
    ] == []


def test_no_file_names_a_registry_host_or_a_path_of_one_machine():
    wrong = []
    for file in text_files():
        text = file.read_text(encoding="utf-8", errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            if REGISTRY_HOSTS.search(line) or MACHINE_PATHS.search(line):
                wrong.append(f"{named(file)}:{number}")
    assert wrong == []
