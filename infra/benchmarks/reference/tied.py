"""Spark's xxhash64 of a row, for the few observations of one node and one instant that only it puts in order."""

from __future__ import annotations

from collections.abc import Iterable

_SEED = 42
_WORD = (1 << 64) - 1
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_STRIPE, _LONG, _HALF = 32, 8, 4


def content_hash(values: Iterable[bytes | None]) -> int:
    """The hash of the values one after the other, as Spark's `xxhash64` gives it; nulls are passed over."""
    found = _SEED
    for value in values:
        found = xxh64(value, found) if value is not None else found
    return found - (1 << 64) if found >> 63 else found


def as_bytes(value: bool | int | str | None, kind: str) -> bytes | None:
    """A value as Spark hashes it: texts as UTF-8, flags and dates in four bytes, instants in eight."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    return int(value).to_bytes(_LONG if kind == "TIMESTAMP" else _HALF, "little", signed=True)


def xxh64(data: bytes, seed: int) -> int:
    """The 64-bit xxHash of some bytes."""
    stripes = len(data) // _STRIPE * _STRIPE
    found = (_of_stripes(data[:stripes], seed) if stripes else seed + _P5) + len(data) & _WORD
    at = stripes
    while at + _LONG <= len(data):
        found = _rotated(found ^ _round(0, data[at : at + _LONG]), 27) * _P1 + _P4 & _WORD
        at += _LONG
    if at + _HALF <= len(data):
        found = _rotated(found ^ (_number(data[at : at + _HALF]) * _P1 & _WORD), 23) * _P2 + _P3 & _WORD
        at += _HALF
    for byte in data[at:]:
        found = _rotated(found ^ (byte * _P5 & _WORD), 11) * _P1 & _WORD
    return _mixed(found)


def _of_stripes(data: bytes, seed: int) -> int:
    lanes = [seed + _P1 + _P2 & _WORD, seed + _P2 & _WORD, seed, seed - _P1 & _WORD]
    for at in range(0, len(data), _STRIPE):
        words = [data[at + _LONG * n : at + _LONG * (n + 1)] for n in range(len(lanes))]
        lanes = [_round(lane, word) for lane, word in zip(lanes, words, strict=True)]
    found = sum(_rotated(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18), strict=True)) & _WORD
    for lane in lanes:
        found = (found ^ _round_of(0, lane)) * _P1 + _P4 & _WORD
    return found


def _round(lane: int, word: bytes) -> int:
    return _round_of(lane, _number(word))


def _round_of(lane: int, word: int) -> int:
    return _rotated(lane + word * _P2 & _WORD, 31) * _P1 & _WORD


def _number(word: bytes) -> int:
    return int.from_bytes(word, "little")


def _rotated(word: int, turn: int) -> int:
    return (word << turn | word >> (64 - turn)) & _WORD


def _mixed(found: int) -> int:
    found = (found ^ found >> 33) * _P2 & _WORD
    found = (found ^ found >> 29) * _P3 & _WORD
    return found ^ found >> 32
