"""Comparisons of names: Western ones with their short forms, Chinese ones in characters and in pinyin, and both."""

from __future__ import annotations

from cdp_lake.identity.matching.grades import (
    JARO_WINKLER,
    Comparison,
    Grade,
    contained,
    edits,
    equal,
    jaro_winkler,
    null,
    prefix,
    typo,
)

_DIFFERENT = "given_l <> given_r"
_CROSSED = (("given_l", "family_r"), ("family_l", "given_r"))


def name_comparisons(known: set[str]) -> list[Comparison]:
    """The comparisons of a person's or an organisation's name that these matchable columns allow."""
    found: list[Comparison] = []
    swapped = _swapped(known)
    if "given" in known:
        found.append(_given(known, swapped))
    if "family" in known:
        found.append(_family(known, swapped))
    if "middle" in known:
        same_initial = Grade("left(middle_l, 1) = left(middle_r, 1)", 0.1)
        found.append(Comparison("middle", null("middle"), (equal("middle", 0.7), same_initial), 0.2, 0.04, "trait"))
    if "generation" in known:
        found.append(_generation())
    if "organisation" in known:
        near = Grade(jaro_winkler("organisation", 0.92), 0.15)
        within = Grade(contained("organisation", 5), 0.1)
        grades = (equal("organisation", 0.55), near, within, Grade(jaro_winkler("organisation", 0.82), 0.08))
        found.append(Comparison("organisation", null("organisation"), grades, 0.12, 0.001, "person"))
    return found


def _given(known: set[str], swapped: tuple[str, str, str] | None) -> Comparison:
    # A son is called after his father: a rare name shared within a household is less than proof. Brothers and sisters
    # get names that are alike: what is neither a slip nor a short form tells two people apart.
    characters = [equal("native_given", 0.3, at_home=0.01)] if "native_given" in known else []
    # Who writes the same sound in other characters is seldom the same person.
    same = "given_l = given_r" + (" and not coalesce(native_given_l <> native_given_r, false)" if characters else "")
    grades = [*characters, Grade(same, 0.65, "given", at_home=0.02)]
    grades += [Grade(swapped[0], 0.02, at_home=0.0006)] if swapped else []
    grades += [
        *([Grade(_nickname(known), 0.05, at_home=0.0015)] if "formal" in known else []),
        Grade(_slip(known), 0.1, at_home=0.005),
        Grade(_start(known), 0.03, at_home=0.002),
        *(
            [Grade(f"given_sound_l = given_sound_r and {_DIFFERENT}", 0.02, at_home=0.004)]
            if "given_sound" in known
            else []
        ),
        *([Grade(swapped[1], 0.006, at_home=0.0004)] if swapped else []),
        *([Grade(_other_characters(), 0.005, at_home=0.004)] if characters else []),
        # An English name beside a Chinese one: what the one says tells nothing of the other.
        *([Grade("given_kind_l <> given_kind_r", 0.03, at_home=0.25)] if "given_kind" in known else []),
        *([Grade(swapped[2], 0.004, at_home=0.004)] if swapped else []),
        # One letter is the initial of a name that is not written here: B. of Bob, where the other says Robert.
        Grade("least(length(given_l), length(given_r)) = 1", 0.01, at_home=0.02),
        Grade(jaro_winkler("given", 0.82), 0.02, at_home=0.02),
    ]
    # From other characters down it is no agreement, and only the last two are a contradiction.
    weak = 1 + bool(characters) + ("given_kind" in known) + (swapped is not None)
    return Comparison("given", null("given"), tuple(grades), 0.12, 0.004, "name", apart=2, agrees=2 + weak)


def _other_characters() -> str:
    return "native_given_l <> native_given_r and given_l = given_r"


def _sound() -> str:
    return f"given_sound_l = given_sound_r and {_DIFFERENT}"


def _nickname(known: set[str]) -> str:
    """Short forms of one name; Tina may be a Christina, and so a Christine."""
    is_short = "(formal_l <> given_l or formal_r <> given_r)"
    ways = ["formal_l = formal_r", f"{is_short} and {typo('formal')}"]
    if "formal_too" in known:
        ways += ["formal_too_l = formal_r", "formal_l = formal_too_r"]
    return f"{_DIFFERENT} and ({' or '.join(f'({way})' for way in ways)})"


def _start(known: set[str]) -> str:
    """Chr of Christopher; in pinyin Xia is no short form of Xiahong, but its first syllable."""
    is_short = "least(length(given_l), length(given_r)) between 2 and 3"
    return f"{_DIFFERENT} and {is_short} and {prefix('given')} and not {_pinyin('or', known)}"


def _slip(known: set[str]) -> str:
    """A typing slip; in three letters only after the same first one. What is pinyin after it is another name."""
    is_short = "least(length(given_l), length(given_r)) = 3 and left(given_l, 1) = left(given_r, 1)"
    short = f"{is_short} and not {_pinyin('or', known)} and {edits('given', 1)}"
    return f"{_DIFFERENT} and ({typo('given')} or ({short})) and not {_pinyin('and', known)}"


def _pinyin(word: str, known: set[str]) -> str:
    """True when one of the given names, or both, are Chinese."""
    kinds = f"given_kind_l = 'pinyin' {word} given_kind_r = 'pinyin'"
    return f"coalesce({kinds}, false)" if "given_kind" in known else "false"


def _generation() -> Comparison:
    # Who has the whole name of his father is told from him by the mark.
    same = equal("generation", 0.98, at_home=0.1)
    return Comparison("generation", null("generation"), (same,), 0.02, 0.5, "trait", apart=1)


def _family(known: set[str], swapped: tuple[str, str, str] | None) -> Comparison:
    characters = [equal("native_family", 0.3)] if "native_family" in known else []
    grades = (
        *characters,
        equal("family", 0.74),
        Grade(typo("family"), 0.09),
        Grade(contained("family", 3), 0.02),
        *([Grade("family_sound_l = family_sound_r", 0.02)] if "family_sound" in known else []),
        Grade(jaro_winkler("family", 0.82), 0.04),
    )
    # A swap is graded once, by the given name.
    unknown = null("family") + (f" or ({swapped[0]}) or ({swapped[1]})" if swapped else "")
    return Comparison("family", unknown, grades, 0.11, 0.003, "name", shared=True)


def _swapped(known: set[str]) -> tuple[str, str, str] | None:
    """Conditions of given and family name being exchanged: to the letter, with slips, in one of the two fields only."""
    if not {"given", "family"} <= known:
        return None
    exact = "given_l = family_r and family_l = given_r and given_l <> family_l"
    crossed = [f"{JARO_WINKLER}({one}, {other}) >= 0.88" for one, other in _CROSSED]
    one_way = [f"({one} = {other} and length({one}) > 1)" for one, other in _CROSSED]
    return exact, f"{' and '.join(crossed)} and given_l <> family_l", f"({' or '.join(one_way)})"
