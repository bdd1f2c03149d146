"""Bytes of a file to framed records, in the encoding of its contract; what cannot be decoded is kept and named."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_lake.adapters.files import _facts, _framed
from cdp_lake.config.source_columns import SourceColumn
from cdp_lake.config.sources import SourceContract


def read(path: Path, content: bytes, encoding: str) -> list[tuple[str, str | None]]:
    """(payload, frame error) of every record of a CSV of these bytes."""
    path.write_bytes(content)
    columns = (SourceColumn(name="id"), SourceColumn(name="name"))
    contract = SourceContract(name="s", kind="person", format="csv", files="*", encoding=encoding, columns=columns)
    batches = [batch.to_pylist() for batch in _framed(path.parent, path.name, contract, "f")]
    return [(row["payload"], row["frame_error"]) for batch in batches for row in batch]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_chinese_names_are_read_in_every_encoding(tmp_path, encoding):
    content = 'id,name\n1,李娜\n2,"王\n伟"\n'.encode(encoding)
    assert read(tmp_path / "f", content, encoding) == [("1,李娜", None), ('2,"王\n伟"', None)]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030"])
def test_a_byte_that_is_no_text_spoils_its_own_record_only(tmp_path, encoding):
    content = b"id,name\n1,Ann\n2,B\xffo\n3,Cy\n"
    assert read(tmp_path / "f", content, encoding) == [
        ("1,Ann", None),
        ("2,B\\udcffo", "undecodable_bytes"),
        ("3,Cy", None),
    ]


def test_a_file_cut_inside_a_character_keeps_its_whole_records(tmp_path):
    for encoding in ("utf-8", "gbk", "utf-16"):
        content = "id,name\n1,Ann\n2,李".encode(encoding)[:-1]
        (first, second) = read(tmp_path / "f", content, encoding)
        assert first == ("1,Ann", None)
        assert second[0].startswith("2,")
        assert second[1] == "undecodable_bytes"


def test_half_of_a_surrogate_pair_does_not_end_the_file(tmp_path):
    content = "id,name\n1,A".encode("utf-16-le") + b"\x3d\xd8" + "B\n2,Bo\n".encode("utf-16-le")
    (first, second) = read(tmp_path / "f", content, "utf-16-le")
    assert first[1] == "undecodable_bytes"
    assert second == ("2,Bo", None)


def test_the_same_content_is_one_file_packed_or_not(tmp_path):
    content = b"id,name\n1,Ann\n"
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(content)[:-5])
    columns = (SourceColumn(name="id"), SourceColumn(name="name"))
    contract = SourceContract(name="s", kind="person", format="csv", files="*", columns=columns)
    plain, packed, cut = (_facts(tmp_path, name, contract) for name in ("a.csv", "a.csv.gz", "b.csv.gz"))
    assert plain == packed
    assert (cut.problems, cut.file_id != plain.file_id) == (["damaged_archive: EOFError"], True)
    assert _facts(tmp_path, "none.csv", contract).problems == ["vanished"]


def test_a_required_value_inside_an_object_needs_the_object(tmp_path):
    pq.write_table(pa.Table.from_pylist([{"other": 1}]), tmp_path / "a.parquet")
    paths = ({"name": "city", "path": "home.city", "required": True}, {"name": "zip", "path": "home.zip"})
    columns = tuple(SourceColumn.model_validate(one) for one in paths)
    contract = SourceContract(name="s", kind="person", format="parquet", files="*", columns=columns)
    assert _facts(tmp_path, "a.parquet", contract).problems == ["missing_column:home"]
