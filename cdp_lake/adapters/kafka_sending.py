"""Sending to a topic of Kafka: by Spark's own writer, so nothing else is to be installed."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import SparkSession

from cdp_lake.adapters.kafka_topics import reading
from cdp_lake.config.ways_in import Brokers


def send(spark: SparkSession, brokers: Brokers, topic: str, messages: Sequence[tuple[str, str]]) -> None:
    """Sends messages, each (key, value), in their order; all are acknowledged by the brokers when this returns.

    A topic that is not there is made, where the brokers do so. Raises SourceNotRead with what Kafka says.
    """
    rows = spark.createDataFrame(list(messages), "key STRING, value STRING")
    with reading(brokers):
        # One task, so that what was said first stands first.
        writer = rows.coalesce(1).write.format("kafka").option("kafka.bootstrap.servers", brokers.servers)
        writer.option("topic", topic).save()
