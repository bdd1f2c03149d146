"""A person's name, in whatever columns and script it came: its parts for people and its keys for matching."""

import re
from functools import lru_cache
from typing import NamedTuple

from cdp_lake.silver.normalise.latin_names import (
    family_key,
    given_key,
    is_family_comma_given,
    latin_parts,
    name_key,
)
from cdp_lake.silver.normalise.name_parts import Parts, RawName
from cdp_lake.silver.normalise.pinyin import reading, surname_reading
from cdp_lake.silver.normalise.surnames import COMPOUND_SURNAMES
from cdp_lake.silver.normalise.text import folded

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007\U00020000-\U0003ffff"
_HAS_HAN = re.compile(f"[{_HAN}]")
_KANA_OR_HANGUL = re.compile(r"[\u3041-\u30fa\u30fc-\u30ff\u1100-\u11ff\uac00-\ud7af]")
# Uyghur, Tibetan and foreign names in characters keep their own order around a dot.
_DOTTED = re.compile(rf"([{_HAN}]+)(?:[·•‧・∙⋅][{_HAN}]+)*[·•‧・∙⋅]([{_HAN}]+)")
_COURTESY = re.compile(r"(?<=.)(?:先生|女士|小姐|太太|老师|老師|同学|同學)$")


class ParsedName(NamedTuple):
    """One person's name: parts as shown, and keys equal for equal names whatever the spelling."""

    given_name: str | None
    family_name: str | None
    native_name: str | None
    given_key: str | None
    family_key: str | None
    name_key: str | None


@lru_cache(maxsize=65_536)
def parsed_name(given: str | None, family: str | None, full: str | None, native: str | None) -> ParsedName:
    """The parts and keys of one name; Chinese characters, where there are any, decide the keys."""
    raw = _with_full(RawName(folded(given), folded(family), folded(full), folded(native)))
    han = _han_parts(raw)
    latin = latin_parts(RawName(*(None if _is_han(text) else text for text in raw)))
    read = Parts(
        given=reading(han.given) if han.given else None,
        family=surname_reading(han.family) if han.family else None,
    )
    return ParsedName(
        given_name=latin.given or han.given,
        family_name=latin.family or han.family,
        native_name=raw.native or _characters(raw, han),
        given_key=read.given or given_key(latin),
        family_key=read.family or family_key(latin),
        name_key=name_key(Parts(read.given or latin.given, read.family or latin.family)),
    )


def native_parts(native: str | None) -> Parts:
    """The given and the family name of one written in Chinese characters; nothing for any other."""
    return _split_characters(native) if native and _is_han(native) else Parts(None, None)


def _with_full(raw: RawName) -> RawName:
    """A whole name written into a column for a part of it, or known in no other column, is the full name."""
    if raw.full or (raw.given and raw.family):
        return raw
    lone = raw.given or raw.family
    if lone is None:
        return raw._replace(full=raw.native)
    return RawName(None, None, lone, raw.native) if is_family_comma_given(lone) else raw


def _is_han(text: str | None) -> bool:
    # Kana or Hangul beside the characters: the name is not read in Chinese.
    return text is not None and bool(_HAS_HAN.search(text)) and not _KANA_OR_HANGUL.search(text)


def _han_parts(raw: RawName) -> Parts:
    declared = Parts(_characters_only(raw.given), _characters_only(raw.family))
    whole = next((text for text in (raw.native, raw.full) if text and _is_han(text)), None)
    if whole is None or (declared.given and declared.family):
        return declared
    return _split_characters(whole)


def _split_characters(text: str) -> Parts:
    dotted = _DOTTED.search(text)
    if dotted:
        return Parts(given=dotted[1], family=dotted[2])
    first, *rest = (run for run in re.split(f"[^{_HAN}]+", text) if run)
    name = _COURTESY.sub("", first)
    if rest:
        return Parts(given="".join(rest), family=name)
    length = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return Parts(given=name[length:] or None, family=name[:length])


def _characters_only(text: str | None) -> str | None:
    return _COURTESY.sub("", "".join(_HAS_HAN.findall(text))) if text and _is_han(text) else None


def _characters(raw: RawName, han: Parts) -> str | None:
    dotted = _DOTTED.search(raw.full or "")
    return dotted[0] if dotted else "".join(filter(None, (han.family, han.given))) or None
