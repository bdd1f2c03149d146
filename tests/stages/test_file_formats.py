"""The same customers land alike whatever file they come in; a file that cannot be read is set aside by itself."""

import gzip
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_lake.contracts.ops import QUARANTINE
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.stages.check_source import check_source, source_of
from cdp_lake.stages.configuration import configured
from tests.stages.lakes import files_below, opened, run

HEADER = ["customer_no", "name", "phone", "email", "changed_at"]
CUSTOMERS = [
    ["1001", "李娜", "13800138001", "li.na@example.cn", datetime(2024, 2, 1, 9, 30)],
    ["1002", "Müller, Jörg", "13800138002", "", datetime(2024, 2, 29, 23, 59, 59)],
    ["1003", "王伟", "13800138003", "wang@example.cn", datetime(2024, 3, 1)],
]
SOURCE = """
name: {name}
kind: person
format: {format}
files: "{name}/*"
{more}
key: [customer_no]
version: {{column: changed_at, keep: latest}}
region: CN
columns:
  - {{name: customer_no, required: true}}
  - {{name: name, field: full_name, pii: name}}
  - {{name: phone, field: phone, pii: phone}}
  - {{name: email, field: email, pii: email}}
  - {{name: changed_at, field: valid_from, type: timestamp, required: true}}
identifiers:
  - {{namespace: phone, column: phone}}
"""
TOLD = ("raw_full_name", "given_name", "family_name", "native_name", "phone", "email", "valid_from")
SOURCES = {
    "plain": ("csv", ""),
    "packed": ("csv", "encoding: gb18030\ndelimiter: '|'"),
    "archive": ("csv", 'encoding: utf-16\ndelimiter: "\\t"'),
    "sheet": ("excel", "sheet: 客户\nheader_row: 2"),
    "table": ("parquet", ""),
}


def as_text(delimiter: str = ",") -> str:
    """The customers as CSV."""
    rows = [HEADER, *([*row[:-1], row[-1].isoformat(sep=" ")] for row in CUSTOMERS)]
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def workbook(path: Path) -> None:
    """The customers on the second sheet, below a title; numbers as Excel has them."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("客户")
    for row in (["Export"], HEADER, *([int(row[0]), row[1], int(row[2]), *row[3:]] for row in CUSTOMERS)):
        sheet.append(row)
    book.save(path)


def parquet(path: Path) -> None:
    """The customers with a column that no contract knows."""
    columns: dict[str, list[Any]] = {name: [row[i] for row in CUSTOMERS] for i, name in enumerate(HEADER)}
    pq.write_table(pa.table(columns | {"customer_no": [1001, 1002, 1003], "shade": [1, 2, 3]}), path)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one source per format beside the shipped ones, and the files waiting."""
    folder = tmp_path_factory.mktemp("formats")
    (folder / "conf" / "sources").mkdir(parents=True)
    for name, (form, more) in SOURCES.items():
        contract = SOURCE.format(name=name, format=form, more=more)
        (folder / "conf" / "sources" / f"{name}.yml").write_text(contract, encoding="utf-8")
        (folder / "landing" / name).mkdir(parents=True)
    waiting = folder / "landing"
    (waiting / "plain" / "a.csv").write_text("\ufeff" + as_text(), encoding="utf-8", newline="")
    (waiting / "packed" / "a.csv.gz").write_bytes(gzip.compress(as_text("|").encode("gb18030")))
    with zipfile.ZipFile(waiting / "archive" / "a.zip", "w") as archive:
        archive.writestr("导出/a.csv", as_text("\t").encode("utf-16"))
    workbook(waiting / "sheet" / "a.xlsx")
    parquet(waiting / "table" / "a.parquet")
    return folder


def test_the_same_customers_are_the_same_records_from_every_format(spark, project, monkeypatch):
    monkeypatch.chdir(project)
    settings = configured(Path("conf"), None, (f"lake.path={project / 'lake'}",)).settings
    run(spark, settings, "land_bronze", "refine_silver")
    lake = opened(spark, settings)
    told = lake.read(SOURCE_RECORDS, "evaluation").select("source", "source_pk", *TOLD).collect()
    by_source = {name: sorted((tuple(row)[1:] for row in told if row["source"] == name), key=str) for name in SOURCES}
    assert len(by_source["plain"]) == len(CUSTOMERS)
    assert by_source == dict.fromkeys(SOURCES, by_source["plain"])

    before = files_below(project / "lake")
    run(spark, settings, "land_bronze", "refine_silver")
    assert files_below(project / "lake") == before

    # Now what cannot be read, each beside files that can.
    (project / "landing" / "packed" / "b.csv.gz").write_bytes(gzip.compress(as_text("|").encode("gb18030"))[:-9])
    (project / "landing" / "archive" / "b.zip").write_bytes(b"PK\x03\x04 the upload broke off")
    (project / "landing" / "sheet" / "b.xlsx").write_bytes(b"customer_no,name\n1,Ann\n")
    (project / "landing" / "table" / "b.parquet").write_bytes(b"")
    run(spark, settings, "land_bronze", "refine_silver")
    aside = opened(spark, settings).read(QUARANTINE, "quality").select("file", "rules").collect()
    assert Counter((row["file"], *row["rules"]) for row in aside) == Counter(
        {
            ("packed/b.csv.gz", "damaged_archive: EOFError"): 1,
            ("archive/b.zip", "damaged_archive: BadZipFile"): 1,
            ("sheet/b.xlsx", "unreadable_file: no excel file, or a damaged one (CalamineError)"): 1,
            ("table/b.parquet", "empty_file"): 1,
        }
    )
    before = files_below(project / "lake")
    run(spark, settings, "land_bronze", "refine_silver")
    assert files_below(project / "lake") == before


def test_a_check_says_what_would_become_of_a_file_and_writes_nothing(spark, project, tmp_path):
    settings = configured(project / "conf", None, (f"lake.path={tmp_path / 'lake'}",)).settings
    for source in SOURCES:
        (file,) = (project / "landing" / source).glob("a.*")
        (found,) = check_source(spark, source_of(settings, file, None), file)
        assert (found.source, found.records, found.passing, found.broken, found.refused) == (source, 3, 3, (), ())
    wrong = tmp_path / "plain" / "a.csv"
    wrong.parent.mkdir()
    wrong.write_text("customer_no,name,changed_at\n1,Ann,yesterday\n,Bo,2024-03-01\n")
    (found,) = check_source(spark, source_of(settings, wrong, None), wrong)
    assert [(one.rule, one.records, one.first_line) for one in found.broken] == [
        ("required:customer_no", 1, 3),
        ("type:changed_at", 1, 2),
    ]
    assert found.notes == ("optional column 'phone' absent", "optional column 'email' absent")
    assert not (tmp_path / "lake").exists()
