"""Consents that a feed of people states in columns of its own: what each word means, and the decisions they are."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.consent_columns import ConsentColumn
from cdp_lake.config.sources import SourceContract
from cdp_lake.silver.fates import key_hash
from cdp_lake.silver.fields import decided_at, is_deletion

GRANTED, DENIED, WITHDRAWN = "granted", "denied", "withdrawn"


def stated_consents(rows: DataFrame, contract: SourceContract) -> DataFrame:
    """One row per decision: a column's word of one person at one time, however many versions repeat it."""
    parts = [_decisions_in(rows, contract, consent) for consent in contract.consents]
    every = reduce(DataFrame.unionByName, parts)
    values = F.struct(*[F.col(name) for name in every.columns if name not in ("source", "decision_id")])
    # Rows of one decision differ in the record they come from alone.
    once = every.groupBy("source", "decision_id").agg(F.min_by(values, "_record_id").alias("v"))
    return once.select("source", "decision_id", "v.*")


def unknown_words(parsed: DataFrame, contract: SourceContract) -> DataFrame:
    """One row: of each column how many sound records say a word that nobody gave a meaning."""
    counts = [F.count_if(_is_unknown(consent)).alias(consent.column) for consent in contract.consents]
    return parsed.where((F.size("rules") == 0) & ~is_deletion(contract)).select(*counts)


def _decisions_in(rows: DataFrame, contract: SourceContract, consent: ConsentColumn) -> DataFrame:
    status, at = _status(consent), decided_at(contract, consent)
    # Of two decisions of one moment the later id stands, and it is to be the more restrictive one.
    strictness = F.when(status == GRANTED, "0").when(status == DENIED, "1").otherwise("2")
    told = rows.where(status.isNotNull() & ~is_deletion(contract))
    return told.select(
        F.col("_source").alias("source"),
        F.concat_ws(":", F.lit(consent.column), key_hash(contract), F.unix_micros(at), strictness).alias("decision_id"),
        "record_sk",
        F.lit(consent.purpose).alias("purpose"),
        F.lit(consent.channel).alias("channel"),
        F.lit(consent.recipient).cast("string").alias("recipient"),
        status.alias("status"),
        at.alias("decided_at"),
        F.lit(contract.name).alias("source_system"),
        F.col("_brand").alias("brand"),
        "_record_id",
    )


def _status(consent: ConsentColumn) -> Column:
    """What the word means, null for none. One that nobody gave a meaning refuses: no grant is ever guessed."""
    word = _word(consent)
    known = F.when(word.isin(*_words(consent.granted)), GRANTED).when(word.isin(*_words(consent.withdrawn)), WITHDRAWN)
    return known.when(word.isNotNull(), DENIED)


def _is_unknown(consent: ConsentColumn) -> Column:
    return F.coalesce(~_word(consent).isin(*consent.known), F.lit(False))


def _word(consent: ConsentColumn) -> Column:
    return F.lower(F.trim(F.col(consent.column)))


def _words(given: tuple[str, ...]) -> list[str]:
    return [word.strip().lower() for word in given]
