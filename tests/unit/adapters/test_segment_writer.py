"""One thread for many requests: together on disk before any is answered, and refused together when the disk does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cdp_lake.adapters import segment_file
from cdp_lake.adapters.segment_writer import SegmentSizes, SegmentWriter, Watcher

LARGE = SegmentSizes(seconds=3_600, bytes=1_000_000)
SECONDS = 30


def lines_in(folder, pattern="*.ndjson"):
    """All lines of the sealed segments."""
    return sorted(line for path in folder.glob(pattern) for line in path.read_bytes().splitlines())


@pytest.fixture
def started():
    """Starts writers, and closes them after the test."""
    running = []

    def start(*folders, sizes=LARGE, watcher=None):
        writer = SegmentWriter(list(folders), sizes, watcher)
        running.append(writer)
        writer.start()
        return writer

    yield start
    for writer in running:
        writer.close()


@pytest.fixture
def disk(monkeypatch):
    """Lets a test say when the disk refuses: `disk.clear()`; it syncs for real otherwise."""
    works, sync = threading.Event(), segment_file.os.fsync
    works.set()

    def synced(descriptor):
        if not works.is_set():
            raise OSError(5, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(segment_file.os, "fsync", synced)
    return works


def test_what_many_hand_in_at_once_is_on_disk_with_fewer_syncs(tmp_path, started):
    synced = []
    writer = started(tmp_path / "web", watcher=Watcher(synced=synced.append))
    with ThreadPoolExecutor(32) as people:
        done = list(people.map(lambda n: writer.submit({tmp_path / "web": b"%d\n" % n}), range(1_000)))
    for one in done:
        one.result(SECONDS)
    assert lines_in(tmp_path / "web", "*.part") == sorted(b"%d" % n for n in range(1_000))
    assert 0 < len(synced) < 1_000


def test_a_full_segment_is_sealed_and_the_next_one_begun(tmp_path, started):
    sealed = threading.Event()
    writer = started(tmp_path, sizes=SegmentSizes(3_600, 4), watcher=Watcher(sealed=lambda _: sealed.set()))
    writer.submit({tmp_path: b"a\nb\n"}).result(SECONDS)
    assert sealed.wait(SECONDS)
    writer.submit({tmp_path: b"c\n"}).result(SECONDS)
    assert lines_in(tmp_path) == [b"a", b"b"]
    writer.close()
    assert (lines_in(tmp_path), len(list(tmp_path.iterdir()))) == ([b"a", b"b", b"c"], 2)


def test_an_old_segment_is_sealed_though_nothing_more_comes(tmp_path, started):
    sealed = threading.Event()
    writer = started(tmp_path, sizes=SegmentSizes(0.05, 1_000_000), watcher=Watcher(sealed=lambda _: sealed.set()))
    writer.submit({tmp_path: b"a\n"}).result(SECONDS)
    assert sealed.wait(SECONDS)
    assert lines_in(tmp_path) == [b"a"]


def test_each_folder_has_a_segment_of_its_own(tmp_path, started):
    web, app = tmp_path / "web", tmp_path / "app"
    writer = started(web, app)
    writer.submit({web: b"a\n", app: b"b\n"}).result(SECONDS)
    assert writer.open_segments == 2
    writer.close()
    assert (lines_in(web), lines_in(app)) == ([b"a"], [b"b"])


def test_when_the_disk_refuses_nobody_is_told_that_it_is_safe_and_what_was_safe_stays(tmp_path, started, disk):
    failed = []
    writer = started(tmp_path, watcher=Watcher(failed=failed.append))
    writer.submit({tmp_path: b"a\n"}).result(SECONDS)
    disk.clear()
    with pytest.raises(OSError, match="Input/output"):
        writer.submit({tmp_path: b"b\n"}).result(SECONDS)
    writer.probe()
    assert writer.failing is not None
    assert failed
    disk.set()
    writer.probe()
    assert writer.failing is None
    writer.submit({tmp_path: b"c\n"}).result(SECONDS)
    writer.close()
    assert lines_in(tmp_path) == [b"a", b"c"]


def test_a_disk_that_refuses_one_folder_takes_the_other(tmp_path, started):
    web, app = tmp_path / "web", tmp_path / "app"
    writer = started(web, app)
    web.rmdir()
    web.write_text("no folder any more")
    in_web, in_app = writer.submit({web: b"a\n"}), writer.submit({app: b"b\n"})
    with pytest.raises(OSError, match="web"):
        in_web.result(SECONDS)
    in_app.result(SECONDS)


def test_who_comes_after_the_end_is_refused(tmp_path, started):
    writer = started(tmp_path)
    writer.close()
    with pytest.raises(OSError, match="stopped"):
        writer.submit({tmp_path: b"a\n"}).result(SECONDS)


def test_two_writers_share_a_folder(tmp_path, started):
    one, other = started(tmp_path), started(tmp_path)
    one.submit({tmp_path: b"a\n"}).result(SECONDS)
    other.submit({tmp_path: b"b\n"}).result(SECONDS)
    third = started(tmp_path)
    third.close()
    assert lines_in(tmp_path) == []
    one.close()
    other.close()
    assert lines_in(tmp_path) == [b"a", b"b"]
