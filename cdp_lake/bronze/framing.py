"""Finding where each record of a text stream begins and ends, one record in memory at a time."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

# A quoted field may hold line breaks, but a quote still open after this many lines is a broken one.
MAX_QUOTED_LINES = 50
# A JSON object larger than this is treated as one whose end is missing.
MAX_OBJECT_CHARS = 4_000_000
_JSON_MARK = re.compile(r'[][{}"\\]')
_TOUCHING = re.compile(r"\}\s*\{")


class Frame(NamedTuple):
    """One record: its first line (1-based), its text, and why its end is doubtful (None when it is not)."""

    line: int
    text: str
    error: str | None


def frames(lines: Iterable[str], file_format: str, delimiter: str = ",") -> Iterator[Frame]:
    """The records of a text given as lines with their ends; blank lines are not records."""
    if file_format == "csv":
        return _csv_frames(iter(lines), delimiter)
    return _ndjson_frames(lines) if file_format == "ndjson" else _json_frames(lines)


def csv_header(first_line: str, delimiter: str) -> list[str]:
    """Column names of a CSV's first line, trimmed, without a byte order mark."""
    return [name.strip() for name in next(csv.reader([first_line.lstrip("\ufeff")], delimiter=delimiter), [])]


def _ndjson_frames(lines: Iterable[str]) -> Iterator[Frame]:
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n").lstrip("\ufeff")
        if not text.strip():
            continue
        # A line end that was lost must not cost the second record: a JSON reader stops after the first.
        objects = [*_json_frames([text])] if _TOUCHING.search(text) else []
        whole = "".join("".join(o.text for o in objects if o.error is None).split()) == "".join(text.split())
        yield from (Frame(number, o.text, None) for o in objects) if whole else [Frame(number, text, None)]


def _csv_frames(lines: Iterator[str], delimiter: str) -> Iterator[Frame]:
    """Lines joined while a quote is open; the header is not a record."""
    header = next(lines, None)
    if header is None:
        return
    width = len(csv_header(header, delimiter))
    for number, text, is_whole in _joined(enumerate(lines, start=2), lambda t: _width(t, delimiter) == width):
        if text.strip():
            yield Frame(number, text, None if is_whole else "open_quote")


def _joined(lines: Iterator[tuple[int, str]], is_record: Callable[[str], bool]) -> Iterator[tuple[int, str, bool]]:
    """(first line, text, whole?) per record. A lone quote spoils only its own line: if the joined text is
    no record of the file's width, the first line stands alone and reading goes on behind it."""
    pending: list[tuple[int, str]] = []
    while True:
        number, line = pending.pop(0) if pending else next(lines, (0, ""))
        if number == 0:
            return
        if line.count('"') % 2 == 0:
            yield number, line.rstrip("\r\n"), True
            continue
        taken, closed = _until_quotes_close(line, pending, lines)
        text = "".join([line, *(t for _, t in taken)]).rstrip("\r\n")
        if closed and is_record(text):
            yield number, text, True
        else:
            pending = taken + pending
            yield number, line.rstrip("\r\n"), False


def _until_quotes_close(
    line: str, pending: list[tuple[int, str]], lines: Iterator[tuple[int, str]]
) -> tuple[list[tuple[int, str]], bool]:
    taken: list[tuple[int, str]] = []
    quotes = line.count('"')
    while quotes % 2 and len(taken) < MAX_QUOTED_LINES:
        number, more = pending.pop(0) if pending else next(lines, (0, ""))
        if number == 0:
            return taken, False
        taken.append((number, more))
        quotes += more.count('"')
    return taken, quotes % 2 == 0


def _width(text: str, delimiter: str) -> int:
    try:
        # As one string: `splitlines` would also break at characters that end no line of a file.
        return len(next(csv.reader([text], delimiter=delimiter, strict=True), []))
    except csv.Error:
        return -1


def _json_frames(lines: Iterable[str]) -> Iterator[Frame]:
    """Objects of one top-level array, or objects one after the other, over any number of lines."""
    collected: list[tuple[int, str]] = []
    opening, brackets, size = "", "", 0
    for number, raw in enumerate(lines, start=1):
        line = raw.lstrip("\ufeff") if number == 1 else raw
        if collected and _starts_next_object(line, opening, brackets, collected[-1][1]):
            # The object before never closed: keep it as one doubtful record and start afresh.
            yield Frame(collected[0][0], _text(collected), "open_object")
            collected, brackets, size = [], "", 0
        for piece, after, closed in _pieces(line, brackets):
            brackets = after
            if brackets or closed:
                opening = opening if collected else line
                collected.append((number, piece))
                size += len(piece)
            if closed:
                yield Frame(collected[0][0], _text(collected), None)
                collected, size = [], 0
        if size > MAX_OBJECT_CHARS:
            yield Frame(collected[0][0], _text(collected), "too_large")
            collected, brackets, size = [], "", 0
    if collected:
        yield Frame(collected[0][0], _text(collected), "open_object")


def _pieces(line: str, brackets: str) -> Iterator[tuple[str, str, bool]]:
    """Parts of a line: (text, brackets of the object still open after it, an object ends with it)."""
    start, at, in_text = 0, 0, False
    while mark := _JSON_MARK.search(line, at):
        at = mark.end()
        sign = mark.group()
        if sign == "\\":
            at += 1
        elif sign == '"':
            in_text = not in_text if brackets else in_text
        elif in_text:
            continue
        elif sign == "{":
            start = start if brackets else mark.start()
            brackets += sign
        elif sign == "}" and brackets:
            # An array left open inside the object ends with it.
            brackets = brackets.rstrip("[")[:-1]
            if not brackets:
                yield line[start:at], "", True
                start = at
        elif brackets:
            brackets = brackets + sign if sign == "[" else brackets.removesuffix("[")
    # A string cannot run over a line end in JSON: an open one is damage, confined to this line.
    yield line[start:], brackets, False


def _starts_next_object(line: str, opening: str, brackets: str, before: str) -> bool:
    """A line that is a lone brace, like the one that opened the unfinished object, where no value can stand."""
    if line.strip() != "{" or line.rstrip() != opening.rstrip():
        return False
    # Text set in from the margin sets its inner objects in further; at the margin only the brackets can tell.
    is_set_in = line[0].isspace()
    return is_set_in or (brackets.endswith("{") and not before.rstrip().endswith(":"))


def _text(collected: list[tuple[int, str]]) -> str:
    return "".join(piece for _, piece in collected).strip().rstrip(",")
