"""What the log of a table tells, by its names and texts alone."""

import json

import pytest

from cdp_lake.quality.table_log import (
    Damage,
    actions,
    after,
    against_checksum,
    against_disk,
    checkpoints,
    commit_file,
    commits,
    lost_commits,
)

ADDED = {"add": {"path": "a.parquet", "size": 10}}
REMOVED = {"remove": {"path": "a.parquet"}}


def lines(*done):
    return "".join(f"{json.dumps(one)}\n" for one in done)


def test_a_whole_commit_is_what_it_does():
    assert actions(lines({"commitInfo": {}}, ADDED)) == [{"commitInfo": {}}, ADDED]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\n", id="an empty line"),
        pytest.param(lines(ADDED)[:-9], id="half a line"),
        pytest.param(lines(ADDED)[:-1], id="a line without its end"),
        pytest.param("\0" * 40 + "\n", id="zeros, as a file system leaves them after a power cut"),
        pytest.param("7\n", id="no action"),
    ],
)
def test_what_is_no_whole_commit_is_none(text):
    assert actions(text) is None


def test_files_come_and_go_with_commits():
    files = after({"b.parquet": 5}, [{"commitInfo": {}}, ADDED])
    assert files == {"a.parquet": 10, "b.parquet": 5}
    assert after(files, [REMOVED]) == {"b.parquet": 5}


def test_commits_and_checkpoints_are_told_by_their_names():
    names = [commit_file(9), commit_file(10), f"{10:020d}.crc", "_last_checkpoint", f"{8:020d}.checkpoint.parquet"]
    parts = [f"{9:020d}.checkpoint.000000000{n}.0000000002.parquet" for n in (2, 1)]
    assert commits(names) == {9, 10}
    assert checkpoints([*names, *parts]) == {8: [names[-1]], 9: parts[::-1]}


def test_a_commit_that_lacks_between_others_is_lost_and_one_before_the_checkpoint_is_not():
    assert lost_commits({4, 6}, since=3, head=6) == [
        Damage(f"_delta_log/{commit_file(5)}", "is missing, though later commits are there")
    ]
    assert lost_commits({4, 5}, since=3, head=5) == []


def test_a_commit_cut_at_the_end_of_a_line_is_found_by_what_was_noted_beside_it():
    noted = json.dumps({"numFiles": 2, "tableSizeBytes": 15})
    assert against_checksum({"a": 10, "b": 5}, 7, noted) == []
    [found] = against_checksum({"b": 5}, 7, noted)
    assert found.what == "tells of 1 files with 5 bytes, though the table had 2 with 15"


@pytest.mark.parametrize("note", [None, "", "{", "[]", "{}"])
def test_without_a_note_nothing_is_said(note):
    assert against_checksum({"a": 10}, 7, note) == []


def test_files_have_to_be_there_as_long_as_they_were_written():
    found = against_disk({"a": 10, "b": 5, "c": 1}, {"a": 10, "b": None, "c": 0})
    assert found == [Damage("b", "is missing"), Damage("c", "has 0 bytes, 1 were written")]
