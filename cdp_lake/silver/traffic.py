"""Whose doing an event is. What an event itself gives away is seen here; how fast it came, among its neighbours."""

from __future__ import annotations

from ipaddress import ip_network

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdp_lake.config.sources import SourceContract
from cdp_lake.config.traffic import TrafficRules
from cdp_lake.contracts import conform
from cdp_lake.contracts.silver import EVENTS
from cdp_lake.silver.fields import field

HUMAN, BOT, INTERNAL = "human", "bot", "internal"
BY_PACE = "events_per_minute"
_GROUPS = 8


def with_traffic(rows: DataFrame, contract: SourceContract, rules: TrafficRules) -> DataFrame:
    """Events with `_traffic` and `_traffic_rule`, by what each event itself says; other feeds as they are.

    The company's own come first: a colleague's test robot is internal, too.
    """
    if contract.kind != "event":
        return rows
    network = _in_networks(field(contract, "ip"), rules.internal.networks)
    domain = F.lower(F.substring_index(field(contract, "email"), "@", -1)).isin(*rules.internal.email_domains)
    agent = _matches_any(field(contract, "user_agent"), rules.bot.user_agents)
    rule = F.when(network, F.lit("network")).when(domain, F.lit("email_domain")).when(agent, F.lit("user_agent"))
    word = F.when(network | domain, F.lit(INTERNAL)).when(agent, F.lit(BOT)).otherwise(F.lit(HUMAN))
    return rows.withColumns({"_traffic": word, "_traffic_rule": rule})


def is_human(contract: SourceContract) -> Column:
    """True for the records of a feed that tell of customers: all but events of bots and colleagues."""
    return F.col("_traffic") == HUMAN if contract.kind == "event" else F.lit(True)


def with_pace(events: DataFrame, stored: DataFrame, rules: TrafficRules) -> DataFrame:
    """The events, those of a minute in which one device or account sent more than it could by hand marked as a bot's.

    stored: silver.events, whole. Its events of such a minute come along, marked too: whichever batch brought which
    part of the minute, the outcome is the same.
    """
    limit = rules.bot.events_per_minute
    if limit is None:
        return events
    mine = _minutes(events)
    # An event that comes again, in an earlier version, is one event.
    others = stored.join(events.select(*EVENTS.key), list(EVENTS.key), "left_anti")
    theirs = _minutes(others).join(mine.distinct(), ["record_sk", "_minute"], "left_semi")
    per_minute = mine.unionByName(theirs).groupBy("record_sk", "_minute").agg(F.count(F.lit(1)).alias("_events"))
    too_fast = per_minute.where(F.col("_events") > limit).select("record_sk", "_minute", F.lit(True).alias("_too_fast"))
    # too_fast: one row per device or account and minute, and next to none.
    marked = _marked(events, too_fast)
    again = _marked(others.where(EVENTS.present or ""), too_fast).where(F.col("traffic") == BOT)
    return marked.unionByName(again)


def _minutes(events: DataFrame) -> DataFrame:
    with_somebody = events.where(F.col("record_sk").isNotNull())
    return with_somebody.select("record_sk", F.date_trunc("minute", "occurred_at").alias("_minute"))


def _marked(events: DataFrame, too_fast: DataFrame) -> DataFrame:
    timed = events.withColumn("_minute", F.date_trunc("minute", "occurred_at"))
    joined = timed.join(F.broadcast(too_fast), ["record_sk", "_minute"], "left")
    fast = F.coalesce("_too_fast", F.lit(False))
    words = {
        "traffic": F.when(fast, F.lit(BOT)).otherwise(F.col("traffic")),
        "traffic_rule": F.when(fast, F.lit(BY_PACE)).otherwise(F.col("traffic_rule")),
    }
    return conform(joined.withColumns(words), EVENTS)


def _matches_any(text: Column, patterns: tuple[str, ...]) -> Column:
    if not patterns:
        return F.lit(False)
    return F.coalesce(text.rlike("(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns)), F.lit(False))


def _in_networks(address: Column, networks: tuple[str, ...]) -> Column:
    """True for an address in one of the networks; false for none, and for what is no address."""
    found = F.lit(False)
    digits = _digits(address)
    for network in networks:
        net = ip_network(network)
        width = net.max_prefixlen // 4
        low, high = (format(int(end), f"0{width}x") for end in (net.network_address, net.broadcast_address))
        # Addresses of one kind have one length, so their texts stand in the order of their numbers.
        found = found | ((F.length(digits) == width) & digits.between(low, high))
    return F.coalesce(found, F.lit(False))


def _digits(address: Column) -> Column:
    """An address as hexadecimal digits, 8 for IPv4 and 32 for IPv6; null for what is neither.

    IPv4 inside IPv6 (`::ffff:10.0.0.1`) is IPv4.
    """
    text = F.regexp_replace(F.lower(F.trim(address)), r"^::ffff:(?=\d+\.)", "")
    octets = F.transform(F.split(text, r"\."), lambda part: F.lpad(F.hex(part.cast("int")), 2, "0"))
    is_four = text.rlike(r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$")
    is_six = text.rlike(r"^[0-9a-f:]+$") & text.contains(":")
    return F.when(is_four, F.lower(F.array_join(octets, ""))).when(is_six, _long_form(text))


def _long_form(text: Column) -> Column:
    """An IPv6 address in all its digits, without colons: `::` stands for as many zeros as are missing."""
    halves = F.split(text, "::")
    head, tail = (_groups(F.coalesce(F.get(halves, F.lit(n)), F.lit(""))) for n in (0, 1))
    missing = F.lit(_GROUPS) - F.size(head) - F.size(tail)
    zeros = F.array_repeat(F.lit("0000"), F.greatest(missing, F.lit(0)))
    return F.array_join(F.concat(head, zeros, tail), "")


def _groups(text: Column) -> Column:
    filled = F.filter(F.split(text, ":"), lambda part: part != "")
    return F.transform(filled, lambda part: F.lpad(part, 4, "0"))
