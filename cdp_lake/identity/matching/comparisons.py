"""Comparisons: for each field the grades of agreement, best first, with what is known of them beforehand.

Conditions are SQL that DuckDB runs when a model is trained; `compiling` translates them for Spark. `m` is the
shipped prior: the share of true pairs that agree to just this grade. How often strangers do is counted in the data,
beside a shipped chance that only weighs in small files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# What agreement in a field is agreement of: a name, a home, a person, a number of his own; or of many (a trait).
Tells = Literal["name", "home", "person", "number", "trait"]

JARO_WINKLER = "jaro_winkler_similarity"
_CROSSED = (("given_l", "family_r"), ("family_l", "given_r"))


@dataclass(frozen=True)
class Grade:
    """One grade of agreement: its condition, the prior share of true pairs, the value whose rarity counts.

    `at_home` is the prior share of two people of one household who agree so, where they do oftener than strangers.
    """

    condition: str
    m: float
    rarity_of: str | None = None
    at_home: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """A field's grades. `unknown` is true where the field says nothing; what fits no grade differs.

    `chance` is the shipped share of strangers that reach a grade by accident. `shared` fields are those that people
    of one household have in common. The lowest `apart` grades tell two people apart; from grade `agrees` on it agrees.
    `owned` values are somebody's: on several records they are still his, and frequent only where others have them.
    """

    name: str
    unknown: str
    grades: tuple[Grade, ...]
    differs: float
    chance: float
    tells: Tells
    shared: bool = False
    apart: int = 0
    agrees: int = 1
    owned: bool = False

    @property
    def is_of_households(self) -> bool:
        """True when two people of one household agree in this field more often than strangers do."""
        return self.shared or any(grade.at_home for grade in self.grades)


def comparisons(columns: Iterable[str]) -> tuple[Comparison, ...]:
    """The comparisons that these matchable columns allow."""
    known = set(columns)
    found = [*_names(known), *_birth(known), *_contacts(known), *_addresses(known), *_others(known)]
    return tuple(found)


def _names(known: set[str]) -> list[Comparison]:
    found: list[Comparison] = []
    swapped = _swapped(known)
    if "given" in known:
        found.append(_given(known, swapped))
    if "family" in known:
        found.append(_family(known, swapped))
    if "middle" in known:
        same_initial = Grade("left(middle_l, 1) = left(middle_r, 1)", 0.1)
        found.append(Comparison("middle", _null("middle"), (_equal("middle", 0.7), same_initial), 0.2, 0.04, "trait"))
    if "generation" in known:
        found.append(_generation())
    if "organisation" in known:
        near = Grade(_jaro_winkler("organisation", 0.92), 0.15)
        within = Grade(_contained("organisation", 5), 0.1)
        grades = (_equal("organisation", 0.55), near, within, Grade(_jaro_winkler("organisation", 0.82), 0.08))
        found.append(Comparison("organisation", _null("organisation"), grades, 0.12, 0.001, "person"))
    return found


def _given(known: set[str], swapped: tuple[str, str, str] | None) -> Comparison:
    # A son is called after his father: a rare name shared within a household is less than proof. Brothers and sisters
    # get names that are alike: what is neither a slip nor a short form tells two people apart.
    characters = [_equal("native_given", 0.3, at_home=0.01)] if "native_given" in known else []
    # Who writes the same sound in other characters is seldom the same person.
    same = "given_l = given_r" + (" and not coalesce(native_given_l <> native_given_r, false)" if characters else "")
    grades = [*characters, Grade(same, 0.65, "given", at_home=0.02)]
    grades += [Grade(swapped[0], 0.02, at_home=0.0006)] if swapped else []
    grades += [
        *([Grade(_nickname(known), 0.05, at_home=0.0015)] if "formal" in known else []),
        Grade(_slip(known), 0.1, at_home=0.005),
        Grade(_start(known), 0.03, at_home=0.002),
        *([Grade("given_sound_l = given_sound_r", 0.02, at_home=0.004)] if "given_sound" in known else []),
        *([Grade(swapped[1], 0.006, at_home=0.0004)] if swapped else []),
        # An English name beside a Chinese one: what the one says tells nothing of the other.
        *([Grade("given_kind_l <> given_kind_r", 0.03, at_home=0.25)] if "given_kind" in known else []),
        *([Grade(swapped[2], 0.004, at_home=0.004)] if swapped else []),
        # One letter is the initial of a name that is not written here: B. of Bob, where the other says Robert.
        Grade("least(length(given_l), length(given_r)) = 1", 0.01, at_home=0.02),
        Grade(_jaro_winkler("given", 0.82), 0.02, at_home=0.02),
    ]
    # From a kind of its own down it is no agreement, and only the last two are a contradiction.
    weak = 1 + ("given_kind" in known) + (swapped is not None)
    return Comparison("given", _null("given"), tuple(grades), 0.12, 0.004, "name", apart=2, agrees=2 + weak)


def _nickname(known: set[str]) -> str:
    """Short forms of one name; Tina may be a Christina, and so a Christine."""
    is_short = "(formal_l <> given_l or formal_r <> given_r)"
    ways = ["formal_l = formal_r", f"{is_short} and {_typo('formal')}"]
    if "formal_too" in known:
        ways += ["formal_too_l = formal_r", "formal_l = formal_too_r"]
    return f"given_l <> given_r and ({' or '.join(f'({way})' for way in ways)})"


def _start(known: set[str]) -> str:
    """Chr of Christopher; in pinyin Xia is no short form of Xiahong, but its first syllable."""
    is_short = "least(length(given_l), length(given_r)) between 2 and 3"
    return f"{is_short} and {_prefix('given')} and not {_pinyin('or', known)}"


def _slip(known: set[str]) -> str:
    """A typing slip; in three letters only after the same first one. What is pinyin after it is another name."""
    is_short = "least(length(given_l), length(given_r)) = 3 and left(given_l, 1) = left(given_r, 1)"
    short = f"{is_short} and not {_pinyin('or', known)} and {_edits('given', 1)}"
    return f"given_l <> given_r and ({_typo('given')} or ({short})) and not {_pinyin('and', known)}"


def _pinyin(word: str, known: set[str]) -> str:
    """True when one of the given names, or both, are Chinese."""
    kinds = f"given_kind_l = 'pinyin' {word} given_kind_r = 'pinyin'"
    return f"coalesce({kinds}, false)" if "given_kind" in known else "false"


def _generation() -> Comparison:
    # Who has the whole name of his father is told from him by the mark.
    same = _equal("generation", 0.98, at_home=0.1)
    return Comparison("generation", _null("generation"), (same,), 0.02, 0.5, "trait", apart=1)


def _family(known: set[str], swapped: tuple[str, str, str] | None) -> Comparison:
    characters = [_equal("native_family", 0.3)] if "native_family" in known else []
    grades = (
        *characters,
        _equal("family", 0.74),
        Grade(_typo("family"), 0.09),
        Grade(_contained("family", 3), 0.02),
        *([Grade("family_sound_l = family_sound_r", 0.02)] if "family_sound" in known else []),
        Grade(_jaro_winkler("family", 0.82), 0.04),
    )
    # A swap is graded once, by the given name.
    unknown = _null("family") + (f" or ({swapped[0]}) or ({swapped[1]})" if swapped else "")
    return Comparison("family", unknown, grades, 0.11, 0.003, "name", shared=True)


def _birth(known: set[str]) -> list[Comparison]:
    if "birth_date" in known:
        month_is_day = "substr(birth_date_l, 6, 2) = substr(birth_date_r, 9, 2)"
        day_is_month = "substr(birth_date_l, 9, 2) = substr(birth_date_r, 6, 2)"
        same_year = "left(birth_date_l, 4) = left(birth_date_r, 4)"
        same_day = "right(birth_date_l, 5) = right(birth_date_r, 5)"
        grades = (
            # Twins.
            _equal("birth_date", 0.78, at_home=0.012),
            Grade(
                f"{_edits('birth_date', 1)} or ({same_year} and {month_is_day} and {day_is_month})", 0.1, at_home=0.002
            ),
            Grade(_edits("birth_date", 2), 0.05, at_home=0.015),
            Grade(f"{same_year} or {same_day}", 0.04, at_home=0.01),
        )
        return [Comparison("birth", _null("birth_date"), grades, 0.03, 0.001, "person", apart=1)]
    if "birth_year" in known:
        near = Grade("abs(cast(birth_year_l as int) - cast(birth_year_r as int)) <= 1", 0.1)
        return [Comparison("birth", _null("birth_year"), (_equal("birth_year", 0.8), near), 0.1, 0.02, "person")]
    return []


def _contacts(known: set[str]) -> list[Comparison]:
    found = []
    if "email" in known:
        local = "split_part(email_{0}, '@', 1)"
        one, other = local.format("l"), local.format("r")
        # jjones@ two providers says what the name says already, and jjones76@ is another one's than jjones81@. A slip
        # in the domain does not make two of one, nor does one within the name.
        near_domain = "levenshtein(split_part(email_l, '@', 2), split_part(email_r, '@', 2)) <= 3"
        of_name = f"coalesce(contains({one}, family_l), false)" if "family" in known else "false"
        own = f"({near_domain} or not {of_name})"
        slip = f"(levenshtein({one}, {other}) <= 2 and right({one}, 2) = right({other}, 2) or not {of_name})"
        of_email = (
            # Families share a mailbox now and then.
            _equal("email", 0.6, at_home=0.06),
            Grade(f"{one} = {other} and length({one}) > 6 and {own}", 0.08, at_home=0.008),
            Grade(f"{JARO_WINKLER}({one}, {other}) >= 0.9 and {own} and {slip}", 0.1, at_home=0.01),
        )
        found.append(Comparison("email", _null("email"), of_email, 0.22, 1e-5, "person", owned=True))
    if "phone" in known:
        of_phone = (_equal("phone", 0.65), Grade(_edits("phone", 1), 0.05))
        found.append(Comparison("phone", _null("phone"), of_phone, 0.3, 1e-5, "home", shared=True, owned=True))
    for number in sorted(column for column in known if column.startswith("national_id")):
        near = Grade(f"length({number}_l) > 4 and {_edits(number, 2)}", 0.08)
        found.append(Comparison(number, _null(number), (_equal(number, 0.86), near), 0.06, 1e-6, "number", owned=True))
    return found


def _addresses(known: set[str]) -> list[Comparison]:
    found = []
    parts: list[str] = [part for part in ("postcode", "city", "region") if part in known]
    if parts:
        found.append(_place(parts))
    for street in sorted(column for column in known if column == "street" or column.startswith("street_")):
        found.append(_street(street, has_number=street == "street" and "house_number" in known))
    if "country" in known:
        found.append(
            Comparison("country", _null("country"), (_equal("country", 0.95),), 0.05, 0.5, "trait", shared=True)
        )
    return found


def _place(parts: list[str]) -> Comparison:
    """Postcode, city and region in one comparison: each follows from the one before, so they count once."""
    grades = []
    if "postcode" in parts:
        grades.append(_equal("postcode", 0.6))
    if "city" in parts:
        grades.append(_equal("city", 0.12 if "postcode" in parts else 0.65))
    if "postcode" in parts:
        grades.append(Grade(_edits("postcode", 1), 0.05))
    if "city" in parts:
        grades.append(Grade(_jaro_winkler("city", 0.88), 0.05))
    if "region" in parts:
        grades.append(_equal("region", 0.05 if len(parts) > 1 else 0.8))
    unknown = " and ".join(f"({_null(part)})" for part in parts)
    # Where more is known than the region, to live in the same one is not to live at the same place.
    agrees = 2 if "region" in parts and len(parts) > 1 else 1
    return Comparison("place", unknown, tuple(grades), 0.13, 0.01, "home", shared=True, agrees=agrees)


def _street(column: str, has_number: bool) -> Comparison:
    same = f"{column}_l = {column}_r"
    # A building or the city may stand before or behind it.
    near = f"({_jaro_winkler(column, 0.88)} or ({_contained(column, 8)}))"
    grades = [Grade(f"{same} and house_number_l = house_number_r", 0.45, column)] if has_number else []
    grades += [Grade(f"{near} and house_number_l = house_number_r", 0.1)] if has_number else []
    grades += [_equal(column, 0.15 if has_number else 0.55), Grade(near, 0.07 if has_number else 0.15)]
    return Comparison(column, _null(column), tuple(grades), 0.23, 0.001, "home", shared=True)


def _others(known: set[str]) -> list[Comparison]:
    found = []
    if "gender" in known:
        found.append(Comparison("gender", _null("gender"), (_equal("gender", 0.96),), 0.04, 0.5, "trait"))
    for column in sorted(known):
        kind = column.rstrip("0123456789").rstrip("_")
        if kind in ("occupation", "text"):
            grades = (_equal(column, 0.55), Grade(_jaro_winkler(column, 0.9), 0.1))
            found.append(Comparison(column, _null(column), grades, 0.35, 0.02, "person"))
        elif kind in ("code", "date"):
            of_code = (_equal(column, 0.7), Grade(_edits(column, 1), 0.1))
            tells: Tells = "number" if kind == "code" else "person"
            found.append(Comparison(column, _null(column), of_code, 0.2, 0.001, tells, owned=kind == "code"))
    return found


def _null(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _equal(column: str, m: float, at_home: float = 0.0) -> Grade:
    return Grade(f"{column}_l = {column}_r", m, column, at_home)


def _jaro_winkler(column: str, least: float) -> str:
    return f"{JARO_WINKLER}({column}_l, {column}_r) >= {least}"


def _typo(column: str) -> str:
    """One slip in a word of some length, or two in a long one; an exchange of neighbours is two edits."""
    length = f"least(length({column}_l), length({column}_r))"
    return f"(({length} >= 4 and {_edits(column, 1)}) or ({length} >= 6 and {_edits(column, 2)}))"


def _edits(column: str, most: int) -> str:
    return f"levenshtein({column}_l, {column}_r) <= {most}"


def _prefix(column: str) -> str:
    return f"(starts_with({column}_l, {column}_r) or starts_with({column}_r, {column}_l))"


def _contained(column: str, longer_than: int) -> str:
    long = f"least(length({column}_l), length({column}_r)) > {longer_than}"
    return f"{long} and (contains({column}_l, {column}_r) or contains({column}_r, {column}_l))"


def _swapped(known: set[str]) -> tuple[str, str, str] | None:
    """Conditions of given and family name being exchanged: to the letter, with slips, in one of the two fields only."""
    if not {"given", "family"} <= known:
        return None
    exact = "given_l = family_r and family_l = given_r and given_l <> family_l"
    crossed = [f"{JARO_WINKLER}({one}, {other}) >= 0.88" for one, other in _CROSSED]
    one_way = [f"({one} = {other} and length({one}) > 1)" for one, other in _CROSSED]
    return exact, f"{' and '.join(crossed)} and given_l <> family_l", f"({' or '.join(one_way)})"
