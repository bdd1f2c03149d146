"""A person's name as matching compares it: plain words, the formal name, the sound, the characters."""

from functools import lru_cache
from typing import NamedTuple

from cdp_lake.silver.normalise.latin_names import generation, part_key, plain_words
from cdp_lake.silver.normalise.names import native_parts, parsed_name
from cdp_lake.silver.normalise.nicknames import FURTHER_NAMES
from cdp_lake.silver.normalise.pinyin import is_pinyin
from cdp_lake.silver.normalise.sounds import sound
from cdp_lake.silver.normalise.surnames import SURNAME_RANK

# English names that could be read as pinyin.
_ENGLISH = frozenset(
    "alan alice alisha amanda ana angela anita anna anne ben benji bianca candace candice chase dale dan dana denise "
    "elaine eliza erica erika gene heidi julia julian julie karen kari karina kate katie ken lance latasha linda lisa "
    "lou luke marisa michele mike miranda monica monique nate natalie natasha nina paige rita ruben sasha selena shane "
    "shari shelia sheri susan susanna suzanne tami tanya tasha teresa tina wanda yolanda".split()
)


class MatchingName(NamedTuple):
    """One name in the forms that are compared; `formal` stands for all nicknames of a name.

    `formal_too` is another name that the nickname stands for: Rick is Richard, and Eric.

    `given_kind`, of people with a Chinese surname: `pinyin`, or `other` for the English name many have beside it.
    """

    given: str | None
    given_kind: str | None
    formal: str | None
    formal_too: str | None
    given_sound: str | None
    middle: str | None
    generation: str | None
    family: str | None
    family_sound: str | None
    native_given: str | None
    native_family: str | None


@lru_cache(maxsize=65_536)
def matching_name(given: str | None, family: str | None, full: str | None, native: str | None) -> MatchingName:
    """The forms of one name, in whatever columns and script it came."""
    found = parsed_name(given, family, full, native)
    characters = native_parts(found.native_name)
    spoken = found.given_key if characters.given else part_key(found.given_name)
    words = [] if characters.given else plain_words(found.given_name or "")
    # A given name in pinyin is one word in two syllables, and no middle name.
    middle = " ".join(words[1:]) if words and spoken == words[0] else ""
    return MatchingName(
        given=spoken,
        given_kind=_kind(spoken, found.family_key, bool(characters.given)),
        formal=found.given_key,
        formal_too=None if characters.given else FURTHER_NAMES.get(spoken or ""),
        given_sound=sound(spoken),
        middle=middle or None,
        generation=generation(given, family, full),
        family=found.family_key,
        family_sound=sound(found.family_key),
        native_given=characters.given,
        native_family=characters.family,
    )


def _kind(given: str | None, family: str | None, is_written_in_characters: bool) -> str | None:
    if is_written_in_characters:
        return "pinyin"
    if given is None or len(given) == 1 or family not in SURNAME_RANK:
        return None
    return "pinyin" if is_pinyin(given) and given not in _ENGLISH else "other"
