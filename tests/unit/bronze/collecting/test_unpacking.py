"""A body becomes JSON or is refused by a word: no bomb unpacks, no encoding and no nesting is a crash."""

import base64
import gzip
import zlib

import pytest

from cdp_lake.bronze.collecting import RefusedRequest
from cdp_lake.bronze.collecting.unpacking import base64_bytes, form_fields, inflated, json_value, unpacked_body
from tests.unit.bronze.collecting.arrivals import post, refusal

TEXT = b'{"a": 1}'


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (gzip.compress(TEXT[:3]) + gzip.compress(TEXT[3:]), "gzip"),
        # RudderStack's Node SDK calls it a form, and PostHog's browser SDK plain text.
        (gzip.compress(TEXT), ""),
        # A proxy has unpacked it and left the header.
        (TEXT, "gzip"),
    ],
)
def test_packed_or_not_the_text_is_the_same(body, encoding):
    assert unpacked_body(post("/v1/batch", body, content_encoding=encoding), 100) == TEXT


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = gzip.compress(bytes(200_000_000), 9)
    assert len(bomb) < 200_000
    assert refusal(lambda: inflated(bomb, 1_000)) == (413, "too_large")
    in_parts = b"".join(gzip.compress(bytes(600)) for _ in range(3))
    assert refusal(lambda: inflated(in_parts, 1_000)) == (413, "too_large")


def test_what_fits_exactly_is_taken():
    assert inflated(gzip.compress(bytes(1_000)), 1_000) == bytes(1_000)
    assert refusal(lambda: unpacked_body(post("/v1/batch", bytes(1_001)), 1_000)) == (413, "too_large")


@pytest.mark.parametrize("body", [gzip.compress(TEXT)[:-4], b"\x1f\x8bnothing", gzip.compress(TEXT) + b"\x1f"])
def test_damaged_gzip_is_named(body):
    assert refusal(lambda: inflated(body, 100)) == (400, "damaged_gzip")


def test_an_encoding_nobody_knows_is_named():
    assert refusal(lambda: unpacked_body(post("/v1/batch", TEXT, content_encoding="br"), 100)) == (
        415,
        "unknown_encoding",
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"a": "\x00"}',
        b"\x00",
        b'{"a": 1} x',
        '{"a": "中"}'.encode("gbk"),
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 5_000,
        b"\xff\xfe\x00",
        b"{'a': 1}",
    ],
    ids=range(11),
)
def test_what_is_no_json_is_named_and_not_repeated(text):
    with pytest.raises(RefusedRequest) as refused:
        json_value(text)
    assert (refused.value.status, refused.value.reason) == (400, "invalid_json")
    assert len(str(refused.value)) < 120


def test_text_in_any_utf_is_read():
    assert json_value('{"a": "中"}'.encode("utf-16")) == json_value('\ufeff{"a": "中"}'.encode()) == {"a": "中"}


def test_numbers_that_json_lacks_are_null_as_javascript_writes_them():
    assert json_value(b"[NaN, Infinity, -Infinity, 1]") == [None, None, None, 1]


@pytest.mark.parametrize("change", [lambda t: t, lambda t: t.rstrip("="), lambda t: t.replace("+", " ")])
def test_base64_is_read_in_both_alphabets_padded_or_not(change):
    content = bytes(range(256))
    for packed in (base64.b64encode(content), base64.urlsafe_b64encode(content)):
        assert base64_bytes(change(packed.decode())) == content


@pytest.mark.parametrize("text", ["a", "é", "%%%%"])
def test_what_is_no_base64_is_named(text):
    assert refusal(lambda: base64_bytes(text)) == (400, "invalid_base64")


def test_a_form_is_read_or_named():
    assert form_fields(b"data=a%2Bb&gzip=1&data=c") == {"data": "a+b", "gzip": "1"}
    assert refusal(lambda: form_fields("中".encode())) == (400, "invalid_form")
    assert refusal(lambda: form_fields(b"&".join([b"a=1"] * 1_000))) == (400, "invalid_form")
