"""What a file is gets told from its bytes: the same content is the same file, whatever it is called."""

from functools import partial

import pytest

from cdp_lake.bronze import FileFacts, Names, inspected, text_header


def facts(*chunks: bytes, encoding: str = "utf-8", required: str = "id", known: str = "id name") -> FileFacts:
    header_of = partial(text_header, encoding=encoding, delimiter=",")
    return inspected(chunks, header_of, Names(required.split(), known.split()))


def test_the_same_bytes_are_the_same_file_however_they_are_read():
    assert facts(b"id,name\n1,Ann\n").file_id == facts(b"id,na", b"me\n1,Ann\n").file_id
    assert facts(b"id,name\n1,Ann\n").file_id != facts(b"id,name\n1,Ana\n").file_id


def test_an_empty_file_is_refused():
    assert facts().problems == ["empty_file"]
    assert inspected([], lambda head: None, Names([], [])).problems == ["empty_file"]


def test_a_required_column_that_is_missing_or_there_twice_refuses_the_file():
    assert facts(b"name\nAnn\n").problems == ["missing_column:id"]
    assert facts(b"id,name,name\n1,Ann,Bo\n").problems == ["repeated_column:name"]


def test_a_new_column_and_an_absent_one_are_noted():
    found = facts(b"id,colour\n1,red\n")
    assert found.problems == []
    assert found.notes == ["extra column 'colour' kept in bronze", "optional column 'name' absent"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", "\ufeffid,名字\n1,李\n"), ("gbk", "id,名字\n1,李\n"), ("utf-16", "id,名字\n1,李\n")],
)
def test_a_header_is_read_in_the_encoding_the_contract_names(encoding, text):
    found = facts(text.encode(encoding), encoding=encoding, known="id 名字")
    assert found.header == ["id", "名字"]
    assert found.problems == found.notes == []
