"""Names in alphabets: telling given from family, and the keys that survive case, accents, order and nicknames."""

import re
import unicodedata

from cdp_lake.silver.normalise.name_parts import Parts, RawName
from cdp_lake.silver.normalise.nicknames import formal_name
from cdp_lake.silver.normalise.pinyin import is_pinyin, plain_pinyin
from cdp_lake.silver.normalise.surnames import SURNAME_RANK

_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "rev"}
_GENERATIONS = {"sr": "1", "senior": "1", "jr": "2", "junior": "2", "ii": "2", "iii": "3", "iv": "4"}
_SUFFIXES = {*_GENERATIONS, "phd", "md", "esq"}
_PARTICLES = {
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "ten", "ter", "zu", "zur",
    "bin", "ibn", "al", "el", "st",
}  # fmt: skip
# Letters that Unicode does not take apart into a base and a mark.
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"})
# LI, WU, AN, but not JR, TJ, AJ: a short word in capitals is a surname only if it ends like a syllable.
_CAPITAL_SURNAME = re.compile(r".*[^\W\d_]{3}.*|.[AEIOUN]")


def latin_parts(raw: RawName) -> Parts:
    """Given and family name as shown: declared columns first, the full name for what they leave open."""
    whole = _split_full(raw.full or "")
    return Parts(
        given=_shown(_bare_words(raw.given or "")) or whole.given,
        family=_shown(_bare_words(raw.family or "")) or whole.family,
    )


def is_family_comma_given(text: str) -> bool:
    """True for `Family, Given`; false for `Given Family, Jr.`."""
    first, _, second = text.partition(",")
    return bool(plain_words(first)) and bool(set(plain_words(second)) - _SUFFIXES)


def given_key(name: Parts) -> str | None:
    """The comparison key of the given name: formal for a nickname, run together for pinyin."""
    key = part_key(name.given)
    return key if key is None or _is_chinese(name) else formal_name(key)


def family_key(name: Parts) -> str | None:
    """The comparison key of the family name, all its words run together."""
    return "".join(map(plain_pinyin, plain_words(name.family or ""))) or None


def name_key(name: Parts) -> str | None:
    """The same for a name and its swap: both parts reduced alike, sorted."""
    keys = [key for key in (part_key(name.given), part_key(name.family)) if key]
    formal = keys if _is_chinese(name) else [formal_name(key) for key in keys]
    return " ".join(sorted(formal)) or None


def generation(*parts: str | None) -> str | None:
    """The number of the bearer of a name that a suffix tells: Sr. is the first, Jr. and II the second.

    An I at the end may be an initial; it only ever speaks against a II, and there it is the first.
    """
    written = [plain_words(part or "")[1:] for part in parts]
    told = [_GENERATIONS[word] for words in written for word in words if word in _GENERATIONS]
    first = ["1" for words in written if words[-1:] == ["i"]]
    return next(iter([*told, *first]), None)


def part_key(part: str | None) -> str | None:
    """One part of a name in lower case without accents, run together for pinyin; a nickname stays what it is."""
    words = [plain_pinyin(word) for word in plain_words(part or "")]
    if not words or all(map(is_pinyin, words)):
        return "".join(words) or None
    # The first word that is not a particle: middle names and second surnames come and go.
    return next((word for word in words if word not in _PARTICLES), words[0])


def plain_words(text: str) -> list[str]:
    """The words in lower case without accents or punctuation; O'Brien and Jean-Luc are one word each."""
    words = ("".join(filter(str.isalnum, _unmarked(word))) for word in text.split())
    return [word for word in words if word]


def _is_chinese(name: Parts) -> bool:
    """True when both parts read as pinyin and one is a Chinese surname: Dan is then no Daniel."""
    parts = ["".join(map(plain_pinyin, plain_words(part or ""))) for part in name]
    return all(map(is_pinyin, parts)) and any(part in SURNAME_RANK for part in parts)


def _unmarked(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_UNDECOMPOSED))
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(_UNDECOMPOSED)


def _split_full(text: str) -> Parts:
    if is_family_comma_given(text):
        family, _, given = text.partition(",")
        return Parts(given=_shown(_bare_words(given)), family=_shown(_bare_words(family)))
    words = _bare_words(text)
    cut, family_first = _division(words)
    head, tail = _shown(words[:cut]), _shown(words[cut:])
    return Parts(given=tail, family=head) if family_first else Parts(given=head, family=tail)


def _division(words: list[str]) -> tuple[int, bool]:
    """Where the words of a full name divide, and whether the family name comes first."""
    plain = [plain_words(word)[0] for word in words]
    last = len(words) - 1
    if last < 1:
        return len(words), False
    if _starts_with_capital_surname(words):
        return 1, True
    if all(map(is_pinyin, plain)) and (plain[0] in SURNAME_RANK or plain[last] in SURNAME_RANK):
        first_rank, last_rank = (SURNAME_RANK.get(plain[at], len(SURNAME_RANK)) for at in (0, last))
        return (1, True) if first_rank <= last_rank else (last, False)
    while last > 1 and plain[last - 1] in _PARTICLES:
        last -= 1
    return last, False


def _starts_with_capital_surname(words: list[str]) -> bool:
    """True for `ZHANG Wei`, the way passports and airlines mark a surname."""
    first, rest = words[0], "".join(words[1:])
    return first.isupper() and not rest.isupper() and _CAPITAL_SURNAME.fullmatch(first) is not None


def _bare_words(text: str) -> list[str]:
    """The words of a name without titles before it and suffixes after it."""
    words = [word for word in text.replace(",", " ").split() if plain_words(word)]
    while len(words) > 1 and plain_words(words[0])[0] in _TITLES:
        words = words[1:]
    while len(words) > 1 and plain_words(words[-1])[0] in _SUFFIXES:
        words = words[:-1]
    return words


def _shown(words: list[str]) -> str | None:
    """The words as a person would write them: names in one case get capitals, mixed case is believed."""
    text = " ".join(words)
    return (text.title() if text.isupper() or text.islower() else text) or None
