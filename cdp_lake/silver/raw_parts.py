"""The columns of any table as raw parts: what a field map says they mean, several of a kind brought together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from cdp_lake.silver.normalise.birth_dates import DateOrder, date_order
from cdp_lake.silver.normalise.phones import e164

# Types of a field map, and the part each is.
_PARTS = {
    "given_name": "given",
    "family_name": "family",
    "full_name": "full",
    "native_name": "native",
    "street_address": "street",
    "org_name": "organisation",
    "date_any": "date",
}
# Further columns of these types stand beside the first; of names they are further words; of all others they fill gaps.
_BESIDE = {"street", "occupation", "text", "code", "date", "national_id"}
_WORDS = {"given", "family", "full"}
# Where numbers are read as they are dialled at home: the region that understands most of them.
_REGIONS = ("US", "CN", "GB", "AU", "DE", "FR", "IN", "CA", "SG", "HK", "TW", "JP", "KR", "BR", "MX", "ES", "IT", "NL")
_SAMPLE = 500
# Some regions accept nearly every number: one further down the list must understand this many times as many.
_CLEARLY = 1.5
# What systems write where they know nothing. `Null` and `Na` are names of people.
_NOTHING = ("NULL", "null", "N/A", "n/a", "#N/A", "NaN", "unknown", "Unknown", "UNKNOWN", "-", "--", "?", ".")


def raw_parts(rows: pd.DataFrame, fields: Mapping[str, str]) -> pd.DataFrame:
    """One row per record: `record`, counted from 0, and `raw_<part>` for each part the fields tell of."""
    found: dict[str, pd.Series] = {}
    counts: Counter[str] = Counter()
    for column, kind in fields.items():
        part = _PARTS.get(kind, kind)
        counts[part] += 1
        text = rows[column]
        if counts[part] == 1:
            found[f"raw_{part}"] = text
        elif part in _BESIDE:
            found[f"raw_{part}_{counts[part]}"] = text
        elif part in _WORDS:
            found[f"raw_{part}"] = found[f"raw_{part}"].str.cat(text, sep=" ", na_rep="").str.strip().replace("", None)
        else:
            found[f"raw_{part}"] = found[f"raw_{part}"].combine_first(text)
    told = {name: text.where(~text.isin(_NOTHING)).to_numpy() for name, text in found.items()}
    return pd.DataFrame({"record": range(len(rows)), **told})


def date_orders(raw: pd.DataFrame) -> dict[str, DateOrder]:
    """How each date column writes day and month."""
    dated = [name for name in raw.columns if name == "raw_birth_date" or name.startswith("raw_date")]
    return {name.removeprefix("raw_"): date_order(raw[name].dropna().unique().tolist()) for name in dated}


def phone_region(raw: pd.DataFrame) -> str:
    """The region whose numbers these are, by how many are valid there; the first of the list when there are none."""
    if "raw_phone" not in raw:
        return _REGIONS[0]
    numbers = raw["raw_phone"].dropna().unique()[:_SAMPLE].tolist()
    understood = {region: sum(e164(number, region) is not None for number in numbers) for region in _REGIONS}
    best = max(understood.values())
    return next(region for region in _REGIONS if understood[region] * _CLEARLY >= best)
