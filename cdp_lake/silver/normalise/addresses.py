"""Postal addresses in one spelling, and the coarse key that brings two spellings of one door together."""

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.places import COUNTRY_CODES, REGIONS, STREET_WORDS
from cdp_lake.silver.normalise.text import folded_text

_HAN = r"\p{IsHan}"
# At least two characters stay: 沙市 is a city whose name ends in the word for city.
_CN_PLACE_ENDING = (
    r"^(\p{IsHan}{2,}?)(?:特别行政区|特別行政區|(?:壮族|壯族|回族|维吾尔|維吾爾)?(?:自治区|自治區)|[省市区區县縣])+$"
)
_CN_ROAD = r"(\p{IsHan}{1,6}?(?:大道|胡同|[路街道巷弄]))"
_CN_NUMBER = r"(\d+)\s*[号號]"
_HOUSE_NUMBER = r"(?:^|\s)(\d+)[a-z]?(?:\s|$)"
# The first word of the street's own name: directions and the house number say less than it does.
_STREET_WORD = r"(?:^|\s)(?!(?:n|s|e|w|ne|nw|se|sw|unit|\d+[a-z]?)(?:\s|$))(\S+)"


def normalised_street(raw: Column) -> Column:
    """The street line in lower case without punctuation, each word in its postal short form."""
    text = F.regexp_replace(F.lower(folded_text(raw)), r"#", " unit ")
    bare = F.trim(F.regexp_replace(F.regexp_replace(text, r"['\u2019.]", ""), r"[^\p{L}\p{N}\p{M}]+", " "))
    words = F.array_join(_each_word_mapped(bare, STREET_WORDS), " ")
    one_line = F.when(bare.rlike(_HAN), F.replace(bare, F.lit(" "), F.lit(""))).otherwise(words)
    # `apt no 4` and `apt # 4` are both unit 4.
    return F.nullif(F.regexp_replace(one_line, r"\b(?:unit )+unit\b", "unit"), F.lit(""))


def normalised_postcode(raw: Column, country: Column) -> Column:
    """The postcode without blanks; a US one is five digits, with the zeros a spreadsheet dropped put back."""
    code = F.regexp_replace(F.upper(folded_text(raw)), r"\.0+$|[\s-]", "")
    us = F.lpad(F.regexp_extract(code, r"^(\d{3,5})(?:\d{4})?$", 1), 5, "0")
    us_code = F.when(code.rlike(r"^(?:\d{3,5}|\d{9})$"), us)
    kept = F.when(country == "US", us_code).otherwise(code)
    return F.when(kept.rlike("[1-9A-Z]"), kept)


def normalised_city(raw: Column) -> Column:
    """The city in lower case without punctuation; a Chinese one without its rank (市, 区, 县)."""
    bare = _bare_place(raw)
    return F.nullif(F.regexp_replace(bare, _CN_PLACE_ENDING, "$1"), F.lit(""))


def normalised_region(raw: Column) -> Column:
    """The state or province: postal code of a US state, pinyin of a Chinese province, else in lower case."""
    region = normalised_city(raw)
    return F.coalesce(F.try_element_at(_literal_map(REGIONS), region), region)


def country_code(raw: Column) -> Column:
    """The ISO-2 code of a country in its common spellings; any other two letters pass, the rest is null."""
    bare = _bare_place(raw)
    return F.coalesce(
        F.try_element_at(_literal_map(COUNTRY_CODES), bare), F.when(bare.rlike("^[a-z]{2}$"), F.upper(bare))
    )


def address_key(street: Column, postcode: Column) -> Column:
    """House number, first word of the street, postcode: equal for one building; null when a part is missing.

    Takes a normalised street and postcode. Flats of one building share the key: it proposes, it does not prove.
    """
    is_chinese = street.rlike(_HAN)
    number = F.when(is_chinese, F.regexp_extract(street, _CN_NUMBER, 1)).otherwise(
        F.regexp_extract(street, _HOUSE_NUMBER, 1)
    )
    # A Chinese line may open with province and city: the road is what stands after the last of them.
    road = F.regexp_replace(street, r"^.*[省市区區县縣]", "")
    word = F.when(is_chinese, F.regexp_extract(road, _CN_ROAD, 1)).otherwise(F.regexp_extract(street, _STREET_WORD, 1))
    return F.when((number != "") & (word != "") & postcode.isNotNull(), F.concat_ws(" ", number, word, postcode))


def _bare_place(raw: Column) -> Column:
    text = F.regexp_replace(F.lower(folded_text(raw)), r"['\u2019.]", "")
    return F.nullif(F.trim(F.regexp_replace(text, r"[^\p{L}\p{N}\p{M}]+", " ")), F.lit(""))


def _each_word_mapped(text: Column, words: Mapping[str, str]) -> Column:
    short = _literal_map(words)
    return F.transform(F.split(text, " "), lambda word: F.coalesce(F.try_element_at(short, word), word))


def _literal_map(entries: Mapping[str, str]) -> Column:
    return F.create_map(*(F.lit(text) for entry in sorted(entries.items()) for text in entry))
