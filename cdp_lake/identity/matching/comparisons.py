"""Comparisons: for each field the grades of agreement, best first, with what is known of them beforehand.

Conditions are SQL that DuckDB runs when a model is trained; `compiling` translates them for Spark. `m` is the
shipped prior: the share of true pairs that agree to just this grade. How often strangers do is counted in the data,
beside a shipped chance that only weighs in small files.
"""

from __future__ import annotations

from collections.abc import Iterable

from cdp_lake.identity.matching.grades import (
    JARO_WINKLER,
    Comparison,
    Grade,
    Tells,
    contained,
    edits,
    equal,
    jaro_winkler,
    null,
)
from cdp_lake.identity.matching.name_comparisons import name_comparisons


def comparisons(columns: Iterable[str]) -> tuple[Comparison, ...]:
    """The comparisons that these matchable columns allow."""
    known = set(columns)
    found = [*name_comparisons(known), *_birth(known), *_contacts(known), *_addresses(known), *_others(known)]
    return tuple(found)


def _birth(known: set[str]) -> list[Comparison]:
    if "birth_date" in known:
        month_is_day = "substr(birth_date_l, 6, 2) = substr(birth_date_r, 9, 2)"
        day_is_month = "substr(birth_date_l, 9, 2) = substr(birth_date_r, 6, 2)"
        same_year = "left(birth_date_l, 4) = left(birth_date_r, 4)"
        same_day = "right(birth_date_l, 5) = right(birth_date_r, 5)"
        grades = (
            # Twins.
            equal("birth_date", 0.78, at_home=0.012),
            Grade(
                f"{edits('birth_date', 1)} or ({same_year} and {month_is_day} and {day_is_month})", 0.1, at_home=0.002
            ),
            Grade(edits("birth_date", 2), 0.05, at_home=0.015),
            Grade(f"{same_year} or {same_day}", 0.04, at_home=0.01),
        )
        return [Comparison("birth", null("birth_date"), grades, 0.03, 0.001, "person", apart=1)]
    if "birth_year" in known:
        near = Grade("abs(cast(birth_year_l as int) - cast(birth_year_r as int)) <= 1", 0.1)
        return [Comparison("birth", null("birth_year"), (equal("birth_year", 0.8), near), 0.1, 0.02, "person")]
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
            equal("email", 0.6, at_home=0.06),
            Grade(f"{one} = {other} and length({one}) > 6 and {own}", 0.08, at_home=0.008),
            Grade(f"{JARO_WINKLER}({one}, {other}) >= 0.9 and {own} and {slip}", 0.1, at_home=0.01),
        )
        found.append(Comparison("email", null("email"), of_email, 0.22, 1e-5, "person", owned=True))
    if "phone" in known:
        of_phone = (equal("phone", 0.65), Grade(edits("phone", 1), 0.05))
        found.append(Comparison("phone", null("phone"), of_phone, 0.3, 1e-5, "home", shared=True, owned=True))
    for number in sorted(column for column in known if column.startswith("national_id")):
        near = Grade(f"length({number}_l) > 4 and {edits(number, 2)}", 0.08)
        found.append(Comparison(number, null(number), (equal(number, 0.86), near), 0.06, 1e-6, "number", owned=True))
    return found


def _addresses(known: set[str]) -> list[Comparison]:
    found = []
    parts: list[str] = [part for part in ("postcode", "city", "region") if part in known]
    if parts:
        found.append(_place(parts))
    for street in sorted(column for column in known if column == "street" or column.startswith("street_")):
        found.append(_street(street, has_number=street == "street" and "house_number" in known))
    if "country" in known:
        found.append(Comparison("country", null("country"), (equal("country", 0.95),), 0.05, 0.5, "trait", shared=True))
    return found


def _place(parts: list[str]) -> Comparison:
    """Postcode, city and region in one comparison: each follows from the one before, so they count once."""
    grades = []
    if "postcode" in parts:
        grades.append(equal("postcode", 0.6))
    if "city" in parts:
        grades.append(equal("city", 0.12 if "postcode" in parts else 0.65))
    if "postcode" in parts:
        grades.append(Grade(edits("postcode", 1), 0.05))
    if "city" in parts:
        grades.append(Grade(jaro_winkler("city", 0.88), 0.05))
    if "region" in parts:
        grades.append(equal("region", 0.05 if len(parts) > 1 else 0.8))
    unknown = " and ".join(f"({null(part)})" for part in parts)
    # Where more is known than the region, to live in the same one is not to live at the same place.
    agrees = 2 if "region" in parts and len(parts) > 1 else 1
    return Comparison("place", unknown, tuple(grades), 0.13, 0.01, "home", shared=True, agrees=agrees)


def _street(column: str, has_number: bool) -> Comparison:
    same = f"{column}_l = {column}_r"
    # A building or the city may stand before or behind it.
    near = f"({jaro_winkler(column, 0.88)} or ({contained(column, 8)}))"
    grades = [Grade(f"{same} and house_number_l = house_number_r", 0.45, column)] if has_number else []
    grades += [Grade(f"{near} and house_number_l = house_number_r", 0.1)] if has_number else []
    grades += [equal(column, 0.15 if has_number else 0.55), Grade(near, 0.07 if has_number else 0.15)]
    return Comparison(column, null(column), tuple(grades), 0.23, 0.001, "home", shared=True)


def _others(known: set[str]) -> list[Comparison]:
    found = []
    if "gender" in known:
        found.append(Comparison("gender", null("gender"), (equal("gender", 0.96),), 0.04, 0.5, "trait"))
    for column in sorted(known):
        kind = column.rstrip("0123456789").rstrip("_")
        if kind in ("occupation", "text"):
            grades = (equal(column, 0.55), Grade(jaro_winkler(column, 0.9), 0.1))
            found.append(Comparison(column, null(column), grades, 0.35, 0.02, "person"))
        elif kind in ("code", "date"):
            of_code = (equal(column, 0.7), Grade(edits(column, 1), 0.1))
            tells: Tells = "number" if kind == "code" else "person"
            found.append(Comparison(column, null(column), of_code, 0.2, 0.001, tells, owned=kind == "code"))
    return found
