"""A segment holds whole lines or none: what an append left half done is taken back, by its writer or by the next."""

import os

import pytest

from cdp_lake.adapters import segment_file
from cdp_lake.adapters.segment_file import SegmentFile, seal_left_behind

PATTERN = "collector-*.ndjson"


@pytest.fixture
def path(tmp_path):
    """Where the segment is once it is sealed."""
    return tmp_path / "collector-1.ndjson"


def part(path):
    """Where it is while it is written."""
    return path.with_name(path.name + ".part")


def full_after(monkeypatch, room):
    """A disk with room for so many bytes, and then none."""
    left = [room]
    write = os.write

    def limited(descriptor, data):
        if not left[0]:
            raise OSError(28, "No space left on device")
        done = write(descriptor, data[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr(segment_file.os, "write", limited)
    return left


def test_a_segment_is_named_when_it_is_sealed(path):
    segment = SegmentFile.create(path)
    segment.append(b"a\n")
    assert (part(path).exists(), path.exists()) == (True, False)
    segment.append(b"b\n")
    assert segment.seal() == path
    assert (part(path).exists(), path.read_bytes()) == (False, b"a\nb\n")


def test_a_segment_without_a_line_leaves_no_file(path):
    assert SegmentFile.create(path).seal() is None
    assert list(path.parent.iterdir()) == []


def test_a_name_that_is_taken_is_taken(path):
    path.touch()
    with pytest.raises(FileExistsError):
        SegmentFile.create(path)


def test_what_a_full_disk_tore_is_taken_back(path, monkeypatch):
    segment = SegmentFile.create(path)
    left = full_after(monkeypatch, 5)
    segment.append(b"a\n")
    with pytest.raises(OSError, match="No space"):
        segment.append(b"bbbb\n")
    assert (segment.is_torn, part(path).read_bytes()) == (True, b"a\nbbb")
    left[0] = 100
    segment.mend()
    segment.append(b"c\n")
    segment.seal()
    assert path.read_bytes() == b"a\nc\n"


def test_sealing_takes_back_what_was_torn(path, monkeypatch):
    segment = SegmentFile.create(path)
    segment.append(b"a\n")
    monkeypatch.setattr(segment_file.os, "fsync", raises(OSError(5, "Input/output error")))
    with pytest.raises(OSError, match="Input/output"):
        segment.append(b"b\n")
    monkeypatch.undo()
    segment.seal()
    assert path.read_bytes() == b"a\n"


def test_a_segment_that_was_named_before_its_folder_failed_can_be_sealed_again(path, monkeypatch):
    segment = SegmentFile.create(path)
    segment.append(b"a\n")
    monkeypatch.setattr(segment_file, "_sync_folder", raises(OSError(5, "Input/output error")))
    with pytest.raises(OSError, match="Input/output"):
        segment.seal()
    monkeypatch.undo()
    assert segment.seal() == path


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        (b"a\nb\n", b"a\nb\n"),
        (b"a\nb", b"a\n"),
        (b"a\n" + b"x" * 3_000_000, b"a\n"),
        (b"x" * 2_000_000, None),
        (b"", None),
    ],
    ids=["whole", "torn", "torn far", "no line", "empty"],
)
def test_what_a_dead_writer_left_is_cut_after_its_last_whole_line(path, left, kept):
    part(path).write_bytes(left)
    assert seal_left_behind(path.parent, PATTERN) == ([path] if kept else [])
    assert [file.read_bytes() for file in path.parent.iterdir()] == ([kept] if kept else [])


def test_what_a_living_writer_holds_is_left_alone(path):
    segment = SegmentFile.create(path)
    segment.append(b"a\n")
    assert seal_left_behind(path.parent, PATTERN) == []
    segment.append(b"b\n")
    assert segment.seal() == path


def raises(problem):
    """A function that does nothing but raise."""

    def raising(*_):
        raise problem

    return raising
