"""A person's name as matching compares it: plain words, the formal name, the sound, the characters."""

from functools import lru_cache
from typing import NamedTuple

from cdp_lake.silver.normalise.latin_names import generation, part_key, plain_words
from cdp_lake.silver.normalise.names import native_parts, parsed_name
from cdp_lake.silver.normalise.sounds import sound


class MatchingName(NamedTuple):
    """One name in the forms that are compared; `formal` stands for all nicknames of a name."""

    given: str | None
    formal: str | None
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
        formal=found.given_key,
        given_sound=sound(spoken),
        middle=middle or None,
        generation=generation(given, family, full),
        family=found.family_key,
        family_sound=sound(found.family_key),
        native_given=characters.given,
        native_family=characters.family,
    )
