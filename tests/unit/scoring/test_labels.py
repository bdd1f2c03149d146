"""The features end at the cutoff and the label begins after it."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdp_lake.errors import ConfigError
from cdp_lake.scoring import cutoff_before, labels, scoreable, training_rows
from tests.unit.scoring.people import spec_with

UTC = timezone.utc
CUTOFF = datetime(2017, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("as_of", "zone", "expected"),
    [
        (datetime(2018, 1, 2, tzinfo=UTC), "UTC", datetime(2017, 11, 3, tzinfo=UTC)),
        (datetime(2018, 1, 2, 15, 30, tzinfo=UTC), "UTC", datetime(2017, 11, 3, tzinfo=UTC)),
        (datetime(2018, 1, 2, 15, 30), "UTC", datetime(2017, 11, 3, tzinfo=UTC)),
        # 17:00 UTC is one o'clock the next morning in Shanghai, and that morning began at 16:00 UTC.
        (datetime(2018, 1, 2, 17, tzinfo=UTC), "Asia/Shanghai", datetime(2017, 11, 3, 16, tzinfo=UTC)),
    ],
)
def test_the_cutoff_is_a_business_midnight_a_whole_horizon_before(
    as_of: datetime, zone: str, expected: datetime
) -> None:
    cutoff = cutoff_before(as_of, 60, zone)
    assert cutoff == expected
    assert cutoff + timedelta(days=60) <= as_of.replace(tzinfo=UTC)


@pytest.mark.spark
def test_only_orders_inside_the_horizon_count_as_coming_back(spark: SparkSession) -> None:
    orders = spark.createDataFrame(
        [
            ("at the cutoff", CUTOFF),
            ("just after", CUTOFF + timedelta(seconds=1)),
            ("just after", CUTOFF + timedelta(days=3)),
            ("last moment", CUTOFF + timedelta(days=60)),
            ("too late", CUTOFF + timedelta(days=60, seconds=1)),
            (None, CUTOFF + timedelta(days=1)),
        ],
        "profile_id string, ordered_at timestamp",
    )
    found = sorted(row.profile_id for row in labels(orders, CUTOFF, 60).collect())
    assert found == ["just after", "last moment"]


def traits(spark: SparkSession) -> DataFrame:
    """Traits of seven people at the cutoff, with the types gold.traits has."""
    return spark.createDataFrame(
        [
            ("ana", True, 9, 10, Decimal("12.5000"), "online", True),
            ("bo", True, 3, 180, None, None, None),
            ("cy has too few orders", True, 2, 10, Decimal("1.0000"), "store", True),
            ("di left long ago", True, 9, 181, Decimal("1.0000"), "store", True),
            ("ed is a device", False, 9, 10, Decimal("1.0000"), "online", True),
            ("flo never bought", True, 0, None, None, None, None),
            ("gus", True, 40, 0, Decimal("3.0000"), "store", False),
        ],
        "profile_id string, is_known boolean, order_count bigint, days_since_last_order bigint, "
        "average_order_amount decimal(18,4), favourite_channel string, is_member boolean",
    )


FEATURES = ["days_since_last_order", "average_order_amount", "favourite_channel", "is_member"]


@pytest.mark.spark
def test_training_rows_are_the_population_with_typed_features_and_no_id(spark: SparkSession) -> None:
    came_back = spark.createDataFrame([("ana", True)], "profile_id string, bought_again boolean")
    rows = training_rows(traits(spark), came_back, spec_with(features=FEATURES)).toPandas()
    assert list(rows.columns) == [*FEATURES, "label", "fold", "row_order"]
    by_recency = rows.set_index("days_since_last_order").sort_index()
    assert list(by_recency.index) == [0.0, 10.0, 180.0]
    assert list(by_recency["label"]) == [1, 0, 1]
    assert list(by_recency["favourite_channel"]) == ["store", "online", "(none)"]
    assert list(by_recency["is_member"].fillna(-1)) == [0.0, 1.0, -1.0]
    assert list(by_recency["average_order_amount"].fillna(-1)) == [3.0, 12.5, -1.0]
    assert rows["fold"].between(0, 4).all()


@pytest.mark.spark
def test_a_capped_sample_draws_the_same_people_every_time(spark: SparkSession) -> None:
    many = spark.range(300).selectExpr(
        "cast(id as string) profile_id", "true is_known", "5L order_count", "id % 100 days_since_last_order"
    )
    nobody = spark.createDataFrame([], "profile_id string, bought_again boolean")
    spec = spec_with(features=["days_since_last_order"], max_training_rows=100)
    first = training_rows(many, nobody, spec).toPandas()
    again = training_rows(many.repartition(3), nobody, spec).toPandas()
    assert len(first) == 100
    assert first.equals(again)
    assert first["fold"].nunique() == 5


@pytest.mark.spark
def test_a_missing_trait_is_named(spark: SparkSession) -> None:
    with pytest.raises(ConfigError, match=r"no column 'favourite_chanel'.*Did you mean 'favourite_channel'"):
        scoreable(traits(spark), spec_with(features=["days_since_last_order", "favourite_chanel"]))
