"""Which problems with files are told as such, by what Spark and the system say of them."""

import errno

import pytest

from cdp_lake.adapters.file_problems import told
from cdp_lake.errors import DiskFull, TableDamaged


def unread(path, reason="NO_HINT", more=""):
    return ValueError(
        f"o1.collect.\n: [FAILED_READ_FILE.{reason}] Encountered error while reading file file:{path}. {more}"
    )


def caused_by(cause):
    problem = RuntimeError("a stage failed")
    problem.__cause__ = cause
    return problem


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOSPC, "anything"),
        OSError(errno.EDQUOT, "anything"),
        ValueError("Caused by: java.io.IOException: No space left on device"),
        caused_by(ValueError("java.io.IOException: Disk quota exceeded")),
    ],
)
def test_no_room_is_told_wherever_it_was_met(problem):
    assert isinstance(told(problem), DiskFull)


@pytest.mark.parametrize(
    ("reason", "more", "what"),
    [
        ("NO_HINT", "", "cannot be read"),
        ("FILE_NOT_EXIST", "", "is missing"),
        ("NO_HINT", "CRC checksum verification failed", "is not as it was written: its checksum differs"),
    ],
)
@pytest.mark.parametrize("file", ["part-1.snappy.parquet", "_change_data/cdc-1.snappy.parquet", "_delta_log/1.json"])
def test_a_file_of_a_table_is_told_with_its_table_and_what_mends_it(tmp_path, file, reason, more, what):
    table = tmp_path / "gold" / "traits"
    (table / "_delta_log").mkdir(parents=True)
    found = told(unread(table / file, reason, more))
    assert isinstance(found, TableDamaged)
    assert f"gold.traits: {table / file} {what}\n" in str(found)
    assert "cdp-lake rebuild compute_traits" in str(found)


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOENT, "no such file"),
        ValueError("a bug"),
        unread("/somewhere/else.parquet"),
    ],
)
def test_anything_else_stays_what_it_is(problem):
    assert told(problem) is None
