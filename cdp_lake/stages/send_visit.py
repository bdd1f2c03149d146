"""Send a visit the way such things come: calls to a collector over HTTP, messages about the order to a topic."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pyspark.sql import SparkSession

from cdp_lake.adapters import kafka_broker
from cdp_lake.adapters.collector_process import collecting
from cdp_lake.adapters.kafka_sending import send
from cdp_lake.config.settings import Settings
from cdp_lake.config.ways_in import TopicFeed
from cdp_lake.errors import CdpLakeError, ConfigError
from cdp_lake.stages.session import Options
from cdp_lake.stages.synthesise import Say
from cdp_lake.synthetic.visit import Visit

# Of conf/env/demo.yml: who sends events to the collector, and the source that is a topic.
SENDER, SOURCE = "web_shop", "pickup"


@dataclass(frozen=True)
class Ways:
    """What a visit is sent by: the settings, the command line they came from, and a folder for a broker."""

    settings: Settings
    options: Options
    brokers_folder: Path


def send_events(ways: Ways, coming: Visit, say: Say) -> None:
    """Sends the calls to a collector of our own, which ends and hands its file to landing.

    Raises EnvironmentProblem when it cannot be started, or does not acknowledge an event.
    """
    key = secrets.token_urlsafe(16)
    with collecting(ways.options.words, {_key_variable(ways.settings): key}) as collector:
        say(f"a collector takes events on {collector.url}")
        seconds = collector.take(coming.calls, key)
        say(f"{len(seconds)} calls of browser {coming.anonymous_id}: all acknowledged, each once it was on disk, "
            f"{1000 * median(seconds):.0f} ms in the middle")  # fmt: skip


def send_order(ways: Ways, spark: SparkSession, coming: Visit, running: ExitStack, say: Say) -> Settings:
    """Sends what the order's system tells to a topic; the settings by which a stream reads it.

    The broker runs until `running` ends. Where none can, that is said, and the settings are those that there were.
    """
    feed = _topic(ways.settings)
    try:
        broker = running.enter_context(kafka_broker.lent(ways.brokers_folder))
        listening = _listening(ways.settings, feed, broker.servers)
        brokers = next(one for one in listening.connections.kafka if one.name == feed.connection)
        send(spark, brokers, feed.topic, [(coming.order_id, state) for state in coming.order_states])
    except CdpLakeError as problem:
        say(f"no Kafka, so the order is not told of: {str(problem).splitlines()[0]}")
        return ways.settings
    say(f"{len(coming.order_states)} messages of order {coming.order_id} to topic {feed.topic} at {broker.servers}")
    return listening


def _key_variable(settings: Settings) -> str:
    found = next((key for key in settings.collector.write_keys if key.name == SENDER and key.key_env), None)
    if found is None or found.key_env is None:
        raise ConfigError(f"collector.write_keys: the streaming act sends as '{SENDER}', by a key of `key_env`")
    return found.key_env


def _topic(settings: Settings) -> TopicFeed:
    feed = settings.source(SOURCE).topic
    if feed is None:
        raise ConfigError(f"sources.{SOURCE}: the streaming act sends to a topic, and this is none")
    return feed


def _listening(settings: Settings, feed: TopicFeed, servers: str) -> Settings:
    """The same settings with the connection of the topic in use, at those servers."""
    kafka = tuple(
        one.model_copy(update={"servers": servers, "paused": False}) if one.name == feed.connection else one
        for one in settings.connections.kafka
    )
    connections = settings.connections.model_copy(update={"kafka": kafka})
    return settings.model_copy(update={"connections": connections})
