"""What waits in the landing folder: packed or not, whole or still being written."""

import bz2
import gzip
import lzma
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from cdp_lake.adapters.landing_folder import DamagedArchive, incoming_files, is_as_listed, opened, still_written
from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract

TEXT = b"id,name\n1,Ann\n"
CRM = SourceContract(name="crm", kind="person", format="csv", files="crm/*.csv", columns=(SourceColumn(name="id"),))
ARCHIVES = CRM.model_copy(update={"files": "crm/*.zip"})


def written(landing: Path, name: str, content: bytes, age: float = 60.0) -> Path:
    """A file last written to so many seconds ago."""
    path = landing / "crm" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def zipped(landing: Path, name: str, members: dict[str, bytes]) -> Path:
    """An archive of these files."""
    path = landing / "crm" / name
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def paths(landing: Path, contract: SourceContract = CRM) -> list[str]:
    """What is found to wait."""
    return [file.path for file in incoming_files(landing, [contract])]


def content(landing: Path, path: str) -> bytes:
    """The unpacked bytes."""
    with opened(landing, path) as handle:
        return handle.read()


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_packed_file_is_found_by_its_own_name_and_read_unpacked(tmp_path, suffix, pack):
    written(tmp_path, f"a.csv.{suffix}", pack(TEXT))
    assert paths(tmp_path) == [f"crm/a.csv.{suffix}"]
    assert content(tmp_path, f"crm/a.csv.{suffix}") == TEXT


def test_each_file_of_an_archive_waits_by_itself(tmp_path):
    junk = {"__MACOSX/._a.csv": b"x", "sub/.hidden": b"x"}
    zipped(tmp_path, "export.zip", {"b.csv": b"id\n2\n", "sub/a.csv": TEXT, **junk})
    assert paths(tmp_path) == []
    assert paths(tmp_path, ARCHIVES) == ["crm/export.zip!/b.csv", "crm/export.zip!/sub/a.csv"]
    assert content(tmp_path, "crm/export.zip!/sub/a.csv") == TEXT


def test_an_archive_cut_short_waits_as_itself_and_cannot_be_read(tmp_path):
    whole = zipped(tmp_path, "whole.zip", {"a.csv": TEXT * 100})
    written(tmp_path, "cut.zip", whole.read_bytes()[:-30])
    zipped(tmp_path, "empty.zip", {})
    assert paths(tmp_path, ARCHIVES) == ["crm/cut.zip", "crm/empty.zip", "crm/whole.zip!/a.csv"]
    for path in ("crm/cut.zip", "crm/empty.zip"):
        with pytest.raises(DamagedArchive):
            content(tmp_path, path)


def test_a_packed_file_cut_short_cannot_be_read(tmp_path):
    for suffix, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        written(tmp_path, f"a.csv.{suffix}", pack(TEXT * 1000)[:-12])
        with pytest.raises(DamagedArchive):
            content(tmp_path, f"crm/a.csv.{suffix}")


def test_a_folder_may_be_called_like_the_inside_of_an_archive(tmp_path):
    (tmp_path / "crm!").mkdir()
    (tmp_path / "crm!" / "a.csv").write_bytes(TEXT)
    assert content(tmp_path, "crm!/a.csv") == TEXT


def test_what_an_uploader_still_calls_unfinished_is_passed_over(tmp_path):
    for name in ("a.csv.part", "a.csv.TMP", ".a.csv", "b.csv.filepart"):
        written(tmp_path, name, TEXT)
    anything = CRM.model_copy(update={"files": "crm/*"})
    assert paths(tmp_path, anything) == []


def test_a_file_that_grows_while_it_is_looked_at_is_left_for_later(tmp_path):
    path, ended = written(tmp_path, "growing.csv", TEXT, age=0.0), threading.Event()
    written(tmp_path, "old.csv", TEXT)
    written(tmp_path, "new.csv", TEXT, age=0.0)

    def upload() -> None:
        while not ended.wait(0.05):
            with path.open("ab") as file:
                file.write(b"2,Bo\n")

    listed = incoming_files(tmp_path, [CRM])
    uploader = threading.Thread(target=upload)
    uploader.start()
    try:
        assert still_written(tmp_path, listed) == {"crm/growing.csv"}
    finally:
        ended.set()
        uploader.join()


def test_a_file_changed_or_taken_away_is_not_what_was_listed(tmp_path):
    kept, changed, gone = (written(tmp_path, name, TEXT) for name in ("a.csv", "b.csv", "c.csv"))
    listed = {file.path: file for file in incoming_files(tmp_path, [CRM])}
    changed.write_bytes(TEXT + b"2,Bo\n")
    gone.unlink()
    assert [is_as_listed(tmp_path, listed[f"crm/{one.name}"]) for one in (kept, changed, gone)] == [True, False, False]
