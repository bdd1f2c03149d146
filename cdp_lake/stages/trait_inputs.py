"""The tables traits are counted from, read once for whoever needs them."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import DataFrame

from cdp_lake.contracts.gold import PROFILES
from cdp_lake.contracts.identity import ASSIGNMENTS, HOLDINGS
from cdp_lake.contracts.silver import CAMPAIGN_CONTACTS, COUPONS, EVENTS, ORDER_LINES, ORDERS, PRODUCTS
from cdp_lake.identity.holdings import with_holders
from cdp_lake.stages.job import Job
from cdp_lake.traits.compute import compute_traits
from cdp_lake.traits.facts import FACT_TIMES, facts_of


def trait_facts(job: Job, purpose: str) -> dict[str, DataFrame]:
    """One frame per fact, each with its profile."""
    silver = (ORDERS, ORDER_LINES, PRODUCTS, EVENTS, CAMPAIGN_CONTACTS, COUPONS)
    tables = {table.name.split(".")[1]: job.lake.read(table, purpose) for table in silver}
    # Few lakes let a device follow whoever holds it; the others are spared the question.
    if HOLDINGS.name in job.lake.versions:
        holdings = job.lake.read(HOLDINGS, purpose)
        dated = {name: time for name, time in FACT_TIMES.items() if "record_sk" in tables[name].columns}
        tables |= {name: with_holders(tables[name], holdings, time) for name, time in dated.items()}
    return facts_of(job.lake.read(ASSIGNMENTS, purpose), tables)


def traits_at(job: Job, moment: datetime, purpose: str) -> DataFrame:
    """One row per profile: every declared trait as it stood at the moment."""
    profiles = job.lake.read(PROFILES, purpose)
    zone = job.settings.lake.business_timezone
    return compute_traits(trait_facts(job, purpose), profiles, job.settings.traits, moment, zone)
