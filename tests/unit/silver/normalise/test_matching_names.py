"""Names as matching compares them: words, the formal name, the sound, the suffix, the characters."""

import pytest

from cdp_lake.silver.normalise.latin_names import generation, part_key, plain_words
from cdp_lake.silver.normalise.matching_names import MatchingName, matching_name
from cdp_lake.silver.normalise.names import native_parts


def full(text):
    return matching_name(None, None, text, None)


def parts(given, family):
    return matching_name(given, family, None, None)


def test_a_nickname_stays_beside_its_formal_name():
    name = parts("Bob", "Smith")
    assert (name.given, name.formal, name.family) == ("bob", "robert", "smith")
    assert (name.given_sound, name.family_sound) == ("b", "smt")


@pytest.mark.parametrize(
    "name", [full("SMITH, Robert James Jr."), full("Robert James Smith Jr"), parts("Robert James", "Smith, Jr.")]
)
def test_one_name_has_the_same_forms_in_every_order(name):
    assert (name.given, name.middle, name.family, name.generation) == ("robert", "james", "smith", "2")


@pytest.mark.parametrize(
    ("name", "middle"),
    [
        (full("John Q. Smith"), "q"),
        (parts("Mary Ann", "Lee"), "ann"),
        (parts("Maria del Carmen", "Lopez"), "del carmen"),
        (parts("Jean-Luc", "Picard"), None),
        (parts("Xiao Ming", "Li"), None),
        (full("Li Xiao Ming"), None),
        (parts("小 明", "李"), None),
    ],
)
def test_a_middle_name_is_told_but_not_from_two_syllables(name, middle):
    assert name.middle == middle


@pytest.mark.parametrize(
    "name",
    [matching_name(None, None, None, "欧阳小明"), full("欧阳小明"), matching_name("Tom", "Ouyang", None, "欧阳小明")],
)
def test_characters_give_pinyin_and_their_own_parts(name):
    assert (name.given, name.formal, name.family) == ("xiaoming", "xiaoming", "ouyang")
    assert (name.native_given, name.native_family) == ("小明", "欧阳")


@pytest.mark.parametrize("name", [full("ZHANG Wei"), parts("Wei", "Zhang"), parts("wei", "ZHANG")])
def test_pinyin_is_compared_with_characters_but_has_none(name):
    native = matching_name(None, None, None, "张伟")
    assert name == native._replace(native_given=None, native_family=None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (full("Zhang Wei"), "pinyin"),
        (full("Eric Zhang"), "other"),
        (full("Kate Li"), "other"),
        (parts("Weiwne", "Zhang"), "other"),
        (parts("Eric", "Johnson"), None),
        (parts("E", "Zhang"), None),
        (matching_name(None, None, None, "张伟"), "pinyin"),
    ],
)
def test_the_given_name_of_a_chinese_family_is_pinyin_or_not(name, kind):
    assert name.given_kind == kind


def test_a_nickname_may_stand_for_two_names():
    assert (parts("Rick", "Lee").formal, parts("Rick", "Lee").formal_too) == ("richard", "eric")
    assert parts("Robert", "Lee").formal_too is None


@pytest.mark.parametrize("arguments", [(None,) * 4, ("", " ", "-", "")])
def test_no_name_has_no_forms(arguments):
    assert matching_name(*arguments) == MatchingName(*[None] * len(MatchingName._fields))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("John Smith Sr.",), "1"),
        (("John", "Smith Jr"), "2"),
        (("John II", "Smith"), "2"),
        (("SMITH, John III",), "3"),
        (("John Smith PhD",), None),
        (("Iv", "Junior"), None),
        ((None, "Smith"), None),
        # An I at the end may be an initial, and gives way to any other mark.
        (("Morris I", "Klein"), "1"),
        (("Morris I", "Klein Jr"), "2"),
        (("John I Smith",), None),
        (("I", "Smith"), None),
    ],
)
def test_a_suffix_tells_the_generation_and_a_name_does_not(words, expected):
    assert generation(*words) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("Bob", "bob"),
        ("José María", "jose"),
        ("van der Berg", "berg"),
        ("Xiao-Ming", "xiaoming"),
        ("Lü", "lu"),
        ("", None),
    ],
)
def test_a_part_of_a_name_has_a_plain_key(part, expected):
    assert part_key(part) == expected


def test_words_are_plain_and_whole():
    assert plain_words("O'Brien  Jean-Luc, Ørsted - É.") == ["obrien", "jeanluc", "orsted", "e"]


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("张伟", "伟", "张"),
        ("诸葛亮", "亮", "诸葛"),
        ("约翰·史密斯", "约翰", "史密斯"),
        ("张", None, "张"),
        ("John", None, None),
        ("김철수", None, None),
        (None, None, None),
    ],
)
def test_only_characters_have_native_parts(text, given, family):
    assert native_parts(text) == (given, family)
