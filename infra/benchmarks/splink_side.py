"""Splink 5 on DuckDB as its documentation sets it up, on the identity benchmark.

What its tutorial does: comparisons from its library, the share of matches from deterministic rules, u by random
sampling, m by expectation maximisation under two blocking rules, clusters by connected components at p >= 0.95.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

import duckdb
import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from cdp_lake.adapters.clock import seconds_since, tick

SEED = 1
DOCUMENTED = 0.95
# Every threshold that hindsight may choose from.
HINDSIGHT = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 0.99999)
COLUMNS = (
    *("given", "family", "birth_date", "email", "phone", "street", "postcode", "city", "loyalty_no", "login_id"),
)
_RULES = (
    *(("email",), ("phone",), ("loyalty_no",), ("login_id",), ("given", "family"), ("family", "birth_date")),
    *(("given", "birth_date"), ("family", "postcode"), ("given", "postcode"), ("given", "city")),
)
_COUNTRY_CODES = {"CN": "86"}


@dataclass(frozen=True)
class SplinkRun:
    """Clusters (record_id, source, profile_id) by threshold, pairs scored, and seconds until the documented ones."""

    clusters: dict[float, pd.DataFrame]
    pairs: int
    seconds: float


def lightly_cleaned(records: pd.DataFrame) -> pd.DataFrame:
    """The published columns as its tutorials clean theirs: lower case, digits, one format of dates, names in two."""
    words = records["full_name"].str.lower().str.split()
    lower = {column: records[column].str.lower() for column in ("first_name", "last_name")}
    return records[["record_id", "source"]].assign(
        given=_either(lower["first_name"], words.str[0].fillna("")),
        family=_either(lower["last_name"], words.str[-1].where(words.str.len() > 1, "").fillna("")),
        birth_date=records["birth_date"].str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", regex=True),
        email=records["email"].str.lower(),
        phone=[_digits(*row) for row in zip(records["phone"], records["country"], strict=True)],
        street=records["street"].str.lower(),
        city=records["city"].str.lower(),
        **{column: records[column] for column in ("postcode", "loyalty_no", "login_id")},
    )


def _either(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where(one != "", other)


def _digits(phone: str, country: str) -> str:
    """The number with its country code; one without is of the record's country, or of the US."""
    digits = re.sub(r"\D", "", phone)
    if not digits or phone.startswith(("+", "00")):
        return digits.removeprefix("00")
    code = _COUNTRY_CODES.get(country, "1")
    national = digits.removeprefix("0")
    return national if national.startswith("86-") or len(national) > len("13800000000") else code + national


def run_splink(records: pd.DataFrame) -> SplinkRun:
    """Trains, scores and clusters; empty texts are unknown."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    mark = tick()
    known = records[["record_id", "source", *COLUMNS]].replace("", None)
    with duckdb.connect() as db:
        linker = Linker(DuckDBAPI(db).register(known), _settings(), log_level=None)
        _train(linker)
        scored = linker.inference.predict(threshold_match_probability=min(HINDSIGHT))
        found = {DOCUMENTED: _clusters(linker, scored, DOCUMENTED)}
        seconds = seconds_since(mark)
        found |= {threshold: _clusters(linker, scored, threshold) for threshold in HINDSIGHT}
        pairs = len(scored.as_pandas_dataframe())
    return SplinkRun(found, pairs, seconds)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in _RULES],
        comparisons=[
            cl.NameComparison("given"),
            cl.NameComparison("family"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.EmailComparison("email"),
            cl.LevenshteinAtThresholds("phone", 1),
            _address(),
            cl.ExactMatch("loyalty_no"),
            cl.ExactMatch("login_id"),
        ],
        additional_columns_to_retain=["source"],
    )


def _address() -> cl.CustomComparison:
    """Street, postcode and city in one comparison, as its guides advise where one follows from the other."""
    return cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.And(cll.NullLevel("postcode"), cll.NullLevel("city")),
            cll.And(cll.ExactMatchLevel("street"), cll.ExactMatchLevel("postcode")),
            cll.And(cll.JaroWinklerLevel("street", 0.9), cll.ExactMatchLevel("postcode")),
            cll.ExactMatchLevel("postcode", term_frequency_adjustments=True),
            cll.ExactMatchLevel("city", term_frequency_adjustments=True),
            cll.ElseLevel(),
        ],
    )


def _train(linker: Linker) -> None:
    certain = [block_on("email"), block_on("phone"), block_on("given", "family", "birth_date")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=SEED)
    for rule in (block_on("given", "family"), block_on("birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)


def _clusters(linker: Linker, scored: object, threshold: float) -> pd.DataFrame:
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=threshold)
    return found.as_pandas_dataframe()[["record_id", "source", "cluster_id"]].rename(
        columns={"cluster_id": "profile_id"}
    )
