"""Phone numbers in E.164, or null: a number that is masked, incomplete or of no known region links nobody."""

import re
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.batches import text_of
from cdp_lake.silver.normalise.text import folded

_MASKED = re.compile(r"[*•●○█?_]|[x\u00d7#]{2,}", re.IGNORECASE)
_SPREADSHEET_DECIMAL = re.compile(r"(?<=\d)\.0+$")
# 00 is the exit code of most of the world and of none of North America, where no domestic number starts with it.
_EXIT_CODE = re.compile(r"^\(?\+?00(?=[\s(-]*[1-9])")


@lru_cache(maxsize=65_536)
def e164(raw: str | None, region: str | None) -> str | None:
    """One number in E.164 without its extension; null unless phonenumbers calls it valid in its region."""
    text = folded(raw)
    if text is None or _MASKED.search(text):
        return None
    text = _EXIT_CODE.sub("+", _SPREADSHEET_DECIMAL.sub("", text))
    try:
        number = phonenumbers.parse(text, _known_region(region))
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalised_phone(raw: Column, region: Column) -> Column:
    """The number in E.164, read in the ISO-2 region of its row; null when invalid."""
    return text_of(e164)(raw, region)


def with_normalised_phones(df: DataFrame, columns: Mapping[str, str], default_region: Column | str) -> DataFrame:
    """The same rows, with one E.164 column per raw phone column; `columns` maps raw name to new name.

    `default_region` is an ISO-2 code for all rows ('US') or a Column of codes; numbers with +code ignore it.
    """
    region = F.lit(default_region) if isinstance(default_region, str) else default_region
    # One withColumns: Spark then runs all phone columns in a single Arrow stage.
    return df.withColumns({new: normalised_phone(F.col(raw), region) for raw, new in columns.items()})


def _known_region(region: str | None) -> str | None:
    code = (folded(region) or "").upper()
    return code if code in phonenumbers.SUPPORTED_REGIONS else None
