"""Records of any table in the columns that matching compares, whatever the table called and spelt them.

In: one row per record with `record` and text columns `raw_<part>`. Out: the same records with one comparable spelling
per part; a part the table lacks, or that a record leaves empty, is null.
"""

from __future__ import annotations

from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.normalise import canonical_email, country_code, folded_text, normalised_street
from cdp_lake.silver.normalise.address_parts import AddressParts, address_parts
from cdp_lake.silver.normalise.addresses import normalised_city, normalised_postcode, normalised_region
from cdp_lake.silver.normalise.batches import text_of, texts_of
from cdp_lake.silver.normalise.birth_dates import DateOrder, birth_date
from cdp_lake.silver.normalise.emails import is_of_a_role
from cdp_lake.silver.normalise.matching_names import MatchingName, matching_name
from cdp_lake.silver.normalise.organisations import organisation_key
from cdp_lake.silver.normalise.phones import normalised_phone

# Parts that a table may have several columns of: `text`, `text_2` and so on.
REPEATED = ("street", "occupation", "text", "code", "date", "national_id")
_HOUSE_NUMBER = r"(?:^|\s)(\d+[a-z]?)(?=\s|$)|(\d+)\s*[号號]"
_MASKED = r"[*•●○█×?]|[X#]{3,}|XX-|-XX"
PERSON, ORGANISATION = "person", "organisation"


def matchable(records: DataFrame, date_orders: dict[str, DateOrder], phone_region: str) -> DataFrame:
    """One row per record: `record`, `kind` and the comparable parts.

    date_orders: how each raw date column writes dates. phone_region: ISO-2 region of numbers without a country.
    """
    raw = _Raw(records)
    read = records.withColumns(
        {
            "_name": texts_of(matching_name, MatchingName._fields)(*map(raw, ("given", "family", "full", "native"))),
            "_address": texts_of(address_parts, AddressParts._fields)(raw("full_address")),
        }
    )
    lines = read.withColumns(
        {
            "_line": normalised_street(F.coalesce(raw("street"), F.col("_address.street"))),
            "_country": country_code(raw("country")),
            "_number": F.lower(folded_text(raw("house_number"))),
        }
    )
    parts = {**{field: F.col(f"_name.{field}") for field in MatchingName._fields}, **_plain_parts(raw, date_orders)}
    parts |= _address_columns(raw) | _repeated(raw, date_orders)
    parts["phone"] = normalised_phone(raw("phone"), F.coalesce(F.col("_country"), F.lit(phone_region)))
    parts["organisation"] = organisation_key(raw("organisation"))
    nameless = F.col("_name.given").isNull() & F.col("_name.family").isNull()
    kind = F.when(nameless & parts["organisation"].isNotNull(), ORGANISATION).otherwise(PERSON)
    return lines.select("record", kind.alias("kind"), *[column.alias(name) for name, column in parts.items()])


class _Raw:
    """The raw columns a table has; a part it lacks is a null text."""

    def __init__(self, records: DataFrame) -> None:
        self.names = set(records.columns)

    def __call__(self, part: str) -> Column:
        name = f"raw_{part}"
        return F.col(name) if name in self.names else F.lit(None).cast("string")

    def repeated(self, kind: str) -> list[str]:
        """The parts of that kind this table has: `text`, `text_2` and so on."""
        return sorted(
            n.removeprefix("raw_") for n in self.names if n.removeprefix("raw_").rstrip("_0123456789") == kind
        )


def _plain_parts(raw: _Raw, date_orders: dict[str, DateOrder]) -> dict[str, Column]:
    email = canonical_email(raw("email"))
    return {
        "birth_date": F.coalesce(_date(raw, "birth_date", date_orders), _date_of_parts(raw)),
        "birth_year": F.nullif(F.regexp_extract(raw("birth_year"), r"(\d{4})", 1), F.lit("")),
        "email": F.when(~is_of_a_role(email), email),
        "gender": _gender(raw("gender")),
        "national_id": _code(raw("national_id")),
    }


def _address_columns(raw: _Raw) -> dict[str, Column]:
    line = F.col("_line")
    number = F.regexp_extract(line, _HOUSE_NUMBER, 1)
    chinese = F.regexp_extract(line, _HOUSE_NUMBER, 2)
    found = F.coalesce(F.nullif(number, F.lit("")), F.nullif(chinese, F.lit("")))
    bare = F.nullif(F.trim(F.regexp_replace(line, _HOUSE_NUMBER, " ")), F.lit(""))
    postcode = F.coalesce(raw("postcode"), F.col("_address.postcode"))
    return {
        "house_number": F.coalesce(F.col("_number"), found),
        "street": F.regexp_replace(bare, " {2,}", " "),
        "city": normalised_city(F.coalesce(raw("city"), F.col("_address.city"))),
        "region": F.lower(normalised_region(F.coalesce(raw("region"), F.col("_address.region")))),
        "postcode": normalised_postcode(postcode, F.coalesce(F.col("_country"), _looks_american(postcode))),
        "country": F.col("_country"),
    }


def _repeated(raw: _Raw, date_orders: dict[str, DateOrder]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for part in (p for kind in REPEATED for p in raw.repeated(kind) if p not in ("street", "national_id")):
        if part.startswith("date"):
            found[part] = _date(raw, part, date_orders)
        elif part.startswith(("code", "national_id")):
            found[part] = _code(raw(part))
        else:
            found[part] = normalised_street(raw(part)) if part.startswith("street") else _words(raw(part))
    return found


def _date(raw: _Raw, part: str, date_orders: dict[str, DateOrder]) -> Column:
    return text_of(partial(birth_date, order=date_orders.get(part, "month first")))(raw(part))


def _date_of_parts(raw: _Raw) -> Column:
    """The date of a year, a month and a day in columns of their own."""
    patterns = {"year": r"(\d{4})", "month": r"(\d+|\p{L}+)", "day": r"(\d+)"}
    found = [F.regexp_extract(raw(f"birth_{part}"), pattern, 1) for part, pattern in patterns.items()]
    return text_of(partial(birth_date, order="month first"))(F.concat_ws("-", *found))


def _looks_american(postcode: Column) -> Column:
    return F.when(postcode.rlike(r"^\s*\d{5}-?\d{4}\s*$"), F.lit("US"))


def _gender(raw: Column) -> Column:
    first = F.substring(F.lower(folded_text(raw)), 1, 1)
    return F.when(first.isin("m", "男"), "m").when(first.isin("f", "w", "女"), "f")


def _code(raw: Column) -> Column:
    text = F.upper(folded_text(raw))
    bare = F.regexp_replace(text, r"[^\p{L}\p{N}]", "")
    # A masked number says nothing about who it is.
    return F.when(~text.rlike(_MASKED) & bare.rlike("[1-9A-Z]"), bare)


def _words(raw: Column) -> Column:
    text = F.regexp_replace(F.lower(folded_text(raw)), r"['\u2019.]", "")
    return F.nullif(F.trim(F.regexp_replace(text, r"[^\p{L}\p{N}\p{M}]+", " ")), F.lit(""))
