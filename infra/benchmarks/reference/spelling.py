"""SQL macros: the one spelling of texts, amounts, currencies, e-mail addresses, streets and countries."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from cdp_lake.silver.normalise.emails import DOMAIN_ALIASES, DOTLESS_DOMAINS, TAGGED_DOMAINS
from cdp_lake.silver.normalise.money import CURRENCIES
from cdp_lake.silver.normalise.places import COUNTRY_CODES
from cdp_lake.silver.normalise.text import FULL_WIDTH, HALF_WIDTH, INVISIBLE, ODD_SPACES
from reference.engine import text, texts

_ATOM = r"[\p{L}\p{N}!#$%&'+/=?^_`{|}~-]+"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?"
# How long a label may be is counted and not matched: bounded repeats of letters of all scripts are slow automata.
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?:\p{{L}}{{2,}}|xn--[a-z0-9-]{{2,}})"
_NUMBER = r"[+-]?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.\d*)?|[+-]?\.\d+"
_CURRENCY_SIGN = r"(^|[^A-Z])(?:RMB|US\$|HK\$|[A-Z]{3})($|[^A-Z])"
_PLACE = r"[^\p{L}\p{N}\p{M}]+"


def define(db: duckdb.DuckDBPyConnection) -> None:
    """Makes the macros of this module."""
    for name, body in {**_text_macros(), **_money_macros(), **_email_macros(), **_place_macros()}.items():
        db.execute(f"CREATE OR REPLACE MACRO {name} AS {body}")


def _text_macros() -> dict[str, str]:
    # No text of a file holds a NUL here, and SQL has no literal for it.
    gone = INVISIBLE.replace("\x00", "")
    odd, plain = text(FULL_WIDTH + ODD_SPACES + gone), text(HALF_WIDTH + " " * len(ODD_SPACES))
    slow = f"nullif(trim(regexp_replace(translate(raw, {odd}, {plain}), ' {{2,}}', ' ', 'g')), '')"
    instant = "timezone(zone, local)"
    earlier = f"{instant} - INTERVAL 1 HOUR"
    return {
        "folded(raw)": f"CASE WHEN regexp_full_match(raw, '[!-~]+') THEN raw ELSE {slow} END",
        # Of an hour that comes twice the first is meant, as Java reads it; ICU would take the second.
        "instant_of(local, zone)": f"CASE WHEN timezone(zone, {earlier}) = local THEN {earlier} ELSE {instant} END",
    }


def _money_macros() -> dict[str, str]:
    bare = rf"regexp_replace(folded(raw), '{_CURRENCY_SIGN}', '\1\2', 'gi')"
    unsigned = rf"regexp_replace(translate({bare}, '−–', '--'), '\s|\p{{Sc}}|[元圆圓块]', '', 'g')"
    plain = rf"regexp_replace(regexp_replace({unsigned}, '^\(([^()+-]+)\)$', '-\1'), '^([^()+-]+)-$', '-\1')"
    cast = "TRY_CAST(replace(found, ',', '') AS DECIMAL(18, 4))"
    code = "CASE WHEN upper(folded(raw)) = 'RMB' THEN 'CNY' ELSE upper(folded(raw)) END"
    return {
        "plain_amount(found)": f"CASE WHEN regexp_full_match(found, '{_NUMBER}') THEN {cast} END",
        "money(raw)": f"coalesce(TRY_CAST(raw AS DECIMAL(18, 4)), plain_amount({plain}))",
        "currency_of(raw)": f"CASE WHEN {code} IN {texts(sorted(CURRENCIES))} THEN {code} END",
    }


def _email_macros() -> dict[str, str]:
    # One macro per step: SQL writes a macro's argument out wherever it is used, so nested ones grow without end.
    domain = "string_split(split_part(found, '@', 2), '.')"
    sizes = (
        "length(found) BETWEEN 6 AND 254 AND strpos(found, '@') BETWEEN 2 AND 65 "
        f"AND len(list_filter({domain}, lambda label: length(label) > 63)) = 0"
    )
    tagged = "|".join(domain.replace(".", r"\.") for domain in TAGGED_DOMAINS)
    is_dotless = " OR ".join(f"ends_with(found, '@{domain}')" for domain in DOTLESS_DOMAINS)
    dotless = "replace(split_part(found, '@', 1), '.', '') || '@' || split_part(found, '@', 2)"
    renamed = "found"
    for alias, canonical in sorted(DOMAIN_ALIASES.items()):
        pattern = f"@{alias}$".replace(".", r"\.")
        renamed = f"regexp_replace({renamed}, '{pattern}', '@{canonical}')"
    return {
        "bare_email(raw)": r"regexp_replace(lower(raw), '^(?:.*<)?(?:mailto:)?|[>;,.\s]+$', '', 'g')",
        "plausible(found)": f"CASE WHEN {sizes} AND regexp_full_match(found, {text(_ADDRESS)}) THEN found END",
        "without_tag(found)": rf"regexp_replace(found, '\+[^@]*(@(?:{tagged}))$', '\1')",
        "without_dots(found)": f"CASE WHEN {is_dotless} THEN {dotless} ELSE found END",
        "without_alias(found)": renamed,
    }


def _place_macros() -> dict[str, str]:
    quiet = r"regexp_replace({}, '[''\x{{2019}}.]', '', 'g')"
    place = f"nullif(trim(regexp_replace({quiet.format('lower(folded(raw))')}, '{_PLACE}', ' ', 'g')), '')"
    code = f"{_map(COUNTRY_CODES)}[place]"
    two_letters = "CASE WHEN regexp_full_match(place, '[a-z]{2}') THEN upper(place) END"
    street = quiet.format("replace(lower(folded(raw)), '#', ' unit ')")
    return {
        "place_of(raw)": place,
        "code_of(place)": f"coalesce({code}, {two_letters})",
        "country_of(raw)": "code_of(place_of(raw))",
        "bare_street(raw)": f"trim(regexp_replace({street}, '{_PLACE}', ' ', 'g'))",
    }


def _map(entries: Mapping[str, str]) -> str:
    return f"MAP {{{', '.join(f'{text(key)}: {text(value)}' for key, value in sorted(entries.items()))}}}"
