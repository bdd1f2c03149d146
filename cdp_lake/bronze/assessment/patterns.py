"""How a value is written, without saying what it is: letters as a, digits as 9, Hanzi as 汉."""

from __future__ import annotations

import re
import string
import unicodedata

HANZI = "汉"
_STRUCTURE = frozenset(string.punctuation)
# Exact up to two letters (US, F) and four digits (a year); longer runs look alike.
_LETTERS = re.compile(rf"a{{3,}}|{HANZI}{{4,}}")
_DIGITS = re.compile(r"9{5,}")
_SIGNS = re.compile(r"([^a9汉])\1{2,}")
_WORDS = re.compile(r"a{1,}(?: a{1,}){2,}")
_LONGEST = 40


class _Signs(dict[int, str]):
    """The sign of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if "\u3400" <= character <= "\u9fff" or (code > 0x20000 and category == "Lo"):  # noqa: PLR2004
            sign = HANZI
        elif category[0] in "LM":
            sign = "a"
        elif category[0] == "N":
            sign = "9"
        elif category == "Sc":
            sign = "$"
        elif character.isspace() or category[0] == "Z":
            sign = " "
        else:
            sign = character if character in _STRUCTURE else "?"
        self[code] = sign
        return sign


_TABLE = _Signs()


def shape(text: str) -> str:
    """The text with each character as its sign; as long as the text, and free of what it says."""
    return text.translate(_TABLE)


def pattern(of_shape: str) -> str:
    """A shape with its runs shortened: `aaa` is three letters or more, `99999` five digits or more."""
    short = _DIGITS.sub("99999", _LETTERS.sub(lambda run: run[0][0] * 3, of_shape))
    short = _WORDS.sub("aaa ...", _SIGNS.sub(r"\1\1\1", short))
    return short if len(short) <= _LONGEST else f"{short[:_LONGEST]}..."
