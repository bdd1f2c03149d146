"""Traits counted by Spark are the ones a plain reading of the facts gives, and know nothing of the future."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cdp_lake.config.traits import TraitRules, trait_types
from cdp_lake.traits import compute_traits

NEW_YORK = ZoneInfo("America/New_York")
AS_OF = datetime(2017, 11, 10, 3, 0, tzinfo=timezone.utc)  # the evening of 9 November in New York
PEOPLE = ("ana", "bo", "cy", "dee")
ORDER_SCHEMA = (
    "profile_id STRING, source STRING, order_id STRING, channel STRING, ordered_at TIMESTAMP, amount DECIMAL(18,4)"
)
COUPON_SCHEMA = "profile_id STRING, source STRING, redemption_id STRING, campaign_id STRING, redeemed_on DATE"


def order_trait(name, aggregate, **more):
    return {"name": name, "from": "orders", "aggregate": aggregate, **more}


RULES = TraitRules.model_validate(
    {
        "traits": [
            order_trait("n", "count"),
            order_trait("n_7d", "count", window_days=7),
            order_trait("n_store", "count", where={"channel": "store"}),
            order_trait("n_not_store", "count", unless={"channel": ["store", "fax"]}),
            order_trait("spend_7d", "sum", column="amount", window_days=7),
            order_trait("mean", "average", column="amount"),
            order_trait("least", "min", column="amount"),
            order_trait("most_7d", "max", column="amount", window_days=7),
            order_trait("first_channel", "first", column="channel"),
            order_trait("last_channel", "last", column="channel"),
            order_trait("since_last", "days_since_last"),
            order_trait("since_first", "days_since_first"),
            order_trait("days", "unique_count", column="day"),
            order_trait("channels_7d", "unique_count", column="channel", window_days=7),
            order_trait("usual", "most_frequent", column="channel"),
            order_trait("dearest", "most_frequent", column="channel", weight="amount", window_days=7),
            order_trait("any_7d", "has", where={"channel": "online"}, window_days=7),
            {"name": "coupons_2d", "from": "coupons", "aggregate": "count", "window_days": 2},
            {"name": "since_coupon", "from": "coupons", "aggregate": "days_since_last"},
        ]
    }
)


def random_orders(seed, upto=timedelta(days=20)):
    chance = Random(seed)
    span = int((timedelta(days=40) + upto).total_seconds() // 3600)
    return [
        (
            chance.choice(PEOPLE[:3]),
            "shop",
            f"o{number}",
            chance.choice(["store", "online", "fax", None]),
            AS_OF - timedelta(days=40) + timedelta(hours=chance.randrange(span)),
            Decimal(chance.choice([1, 2, 5])),
        )
        for number in range(80)
    ]


COUPONS = [
    ("ana", "crm", "r0", "c1", date(2017, 11, 6)),
    ("ana", "crm", "r1", "c1", date(2017, 11, 7)),
    ("ana", "crm", "r2", "c1", date(2017, 11, 8)),
    ("ana", "crm", "r3", "c1", date(2017, 11, 9)),  # this day is not over yet at as_of
    ("bo", "crm", "r4", "c1", date(2017, 11, 30)),
]


def computed(spark, orders, coupons=(), rules=RULES):
    facts = {
        "orders": spark.createDataFrame(orders, ORDER_SCHEMA),
        "coupons": spark.createDataFrame(list(coupons), COUPON_SCHEMA),
    }
    profiles = spark.createDataFrame([(name,) for name in PEOPLE], "profile_id STRING")
    rows = compute_traits(facts, profiles, rules, AS_OF, "America/New_York").collect()
    return {row["profile_id"]: row.asDict() for row in rows}


def local_day(moment):
    return moment.astimezone(NEW_YORK).date()


def heaviest(orders, weight):
    totals = {}
    for order in orders:
        channel = order[3]
        if channel is not None:
            total, last = totals.get(channel, (0, order[4]))
            totals[channel] = (total + weight(order), max(last, order[4]))
    ranked = sorted(totals, key=lambda c: (-totals[c][0], -totals[c][1].timestamp(), c))
    return ranked[0] if ranked else None


def oracle(name, orders):
    """The traits of one profile, read off the facts one by one."""
    known = sorted((o for o in orders if o[0] == name and o[4] <= AS_OF), key=lambda o: (o[4], o[1], o[2]))
    start = (AS_OF.astimezone(NEW_YORK) - timedelta(days=7)).astimezone(timezone.utc)
    week = [o for o in known if o[4] > start]
    named = [o[3] for o in known if o[3]]
    amounts = [o[5] for o in known]
    today = local_day(AS_OF)
    return {
        "profile_id": name,
        "n": len(known),
        "n_7d": len(week),
        "n_store": sum(o[3] == "store" for o in known),
        "n_not_store": sum(o[3] not in ("store", "fax") for o in known),
        "spend_7d": sum((o[5] for o in week), Decimal(0)),
        "mean": pytest.approx(float(sum(amounts) / len(amounts))) if amounts else None,
        "least": min(amounts, default=None),
        "most_7d": max((o[5] for o in week), default=None),
        "first_channel": named[0] if named else None,
        "last_channel": named[-1] if named else None,
        "since_last": (today - local_day(known[-1][4])).days if known else None,
        "since_first": (today - local_day(known[0][4])).days if known else None,
        "days": len({local_day(o[4]) for o in known}),
        "channels_7d": len({o[3] for o in week if o[3]}),
        "usual": heaviest(known, lambda _: 1),
        "dearest": heaviest(week, lambda o: o[5]),
        "any_7d": any(o[3] == "online" for o in week),
        "coupons_2d": 2 if name == "ana" else 0,
        "since_coupon": 1 if name == "ana" else None,
    }


@pytest.mark.spark
@pytest.mark.parametrize("seed", [1, 2])
def test_traits_equal_a_plain_reading_of_the_facts(spark, seed):
    orders = random_orders(seed)

    found = computed(spark, orders, COUPONS)

    assert found == {name: oracle(name, orders) for name in PEOPLE}


@pytest.mark.spark
def test_a_fact_after_as_of_changes_nothing(spark):
    orders = random_orders(7)
    known = [o for o in orders if o[4] <= AS_OF]

    assert len(known) < len(orders)
    assert computed(spark, orders, COUPONS) == computed(spark, known, COUPONS[:3])


@pytest.mark.spark
def test_a_window_keeps_the_wall_clock_when_the_clocks_change(spark):
    # Clocks went back on 5 November: seven calendar days before 22:00 are 169 hours long.
    def order(number, hours):
        return ("ana", "shop", f"o{number}", "store", AS_OF - timedelta(hours=hours), Decimal(1))

    found = computed(spark, [order(1, 168), order(2, 168.9), order(3, 169), order(4, 170)])

    assert found["ana"]["n_7d"] == 2


@pytest.mark.spark
def test_columns_have_the_declared_names_order_and_types(spark):
    facts = {
        "orders": spark.createDataFrame([], ORDER_SCHEMA),
        "coupons": spark.createDataFrame([], COUPON_SCHEMA),
    }
    profiles = spark.createDataFrame([], "profile_id STRING")

    made = compute_traits(facts, profiles, RULES, AS_OF, "UTC").schema

    assert [(f.name, f.dataType.simpleString().upper()) for f in made][1:] == list(trait_types(RULES).items())
