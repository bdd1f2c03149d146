"""A message as a record: its value untouched; what has no value says which key is gone."""

import json

import pytest

from cdp_lake.adapters.kafka_topics import _decoded
from cdp_lake.bronze.messages import Message, message_record

NOON = 1_709_294_400_123


def record(value, key=None, headers=(), wrapped=False):
    return message_record(Message(key, value, NOON, headers), _decoded, wrapped)


@pytest.mark.parametrize("value", ['{"id": 1}', ' {"id":"007","price":1.10} ', '{"a":{"b":[1,2]}}', '{"name":"李娜"}'])
def test_a_value_stays_as_it_came(value):
    assert record(value.encode()) == (value, None)


def test_a_byte_order_mark_is_no_part_of_it():
    assert record(b'\xef\xbb\xbf{"id":1}') == ('{"id":1}', None)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"", "empty_message"),
        (b"  \n", "empty_message"),
        # A JSON reader stops after the first.
        (b'{"id":1} {"id":2}', "several_objects"),
        (b'{"id":1}, 5', "several_objects"),
        (b'{"a":"' + b"x" * 4_000_000 + b'"}', "too_large"),
        # These are named by the parser of silver.
        (b"no json", None),
        (b'[{"id":1},{"id":2}]', None),
        (b'{"a":' + b"[" * 100_000, None),
    ],
)
def test_what_a_json_reader_would_not_tell_is_told(value, error):
    assert record(value) == (value.decode(), error)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (b'{"id":7}', {"id": 7}),
        (b'"u1"', "u1"),
        (b"u1", "u1"),
        (b"007", "007"),
        (b"1e5", "1e5"),
        (None, None),
    ],
)
def test_a_message_without_a_value_names_what_is_gone(key, told):
    payload, error = record(None, key)
    expected = {"_key": told, "_timestamp_ms": NOON, "_tombstone": True}
    assert (json.loads(payload), error) == (expected, None)


def test_a_wrapped_message_keeps_key_time_headers_and_the_text_of_the_value():
    payload, error = record(b'{"price":1.10}', b"u1", [("trace", b"t1"), ("empty", None)], wrapped=True)
    assert error is None
    assert payload.endswith(', "_value": {"price":1.10}}')
    found = json.loads(payload)
    assert (found["_key"], found["_headers"]) == ("u1", {"trace": "t1", "empty": None})


def test_wrapped_too_what_is_no_object_is_named_and_kept():
    payload, error = record(b'{"id":1} {"id":2}', wrapped=True)
    assert error == "several_objects"
    assert json.loads(payload)["_value"] == '{"id":1} {"id":2}'
    payload, error = record(b"{no json", wrapped=True)
    assert (json.loads(payload)["_value"], error) == ("{no json", "invalid_json")


def test_a_wrapped_tombstone_is_one_too():
    found = json.loads(record(None, b"u1", wrapped=True)[0])
    assert found["_tombstone"] is True
    assert found["_key"] == "u1"
