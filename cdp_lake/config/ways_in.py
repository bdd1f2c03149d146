"""Ways in besides files: a table of a database, a topic of Kafka, and the connections they go through."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from cdp_lake.config.strict import Strict

# Kafka settings that Spark gives its consumers itself, and refuses from others.
_SET_BY_SPARK = ("bootstrap.servers", "key.deserializer", "value.deserializer", "auto.offset.reset",
                 "enable.auto.commit", "interceptor.classes")  # fmt: skip
_SECRET = ("password", "jaas.config", "secret", "ssl.keystore.key")


class Database(Strict):
    """A database to read from. The password is the value of an environment variable, never of a setting."""

    name: str
    url: str = Field(pattern=r"^jdbc:[a-z0-9]+:.+")
    user: str | None = None
    password_env: str | None = None
    options: dict[str, str] = Field(default_factory=dict)


class Brokers(Strict):
    """A Kafka cluster: `servers` to ask first. Secrets among its options come from environment variables.

    options: Kafka consumer settings without the prefix `kafka.`; secret_options: setting to environment variable.
    """

    name: str
    servers: str
    options: dict[str, str] = Field(default_factory=dict)
    secret_options: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _options_are_free_and_no_secrets(self) -> Brokers:
        names = [*self.options, *self.secret_options]
        taken = sorted(name for name in names if name.startswith(_SET_BY_SPARK) or name.startswith("kafka."))
        if taken:
            raise ValueError(f"{', '.join(taken)}: set by the reader itself; others go without the prefix `kafka.`")
        secret = sorted(name for name in self.options if name.endswith(_SECRET))
        if secret:
            raise ValueError(f"{', '.join(secret)}: a secret; say `secret_options: {{{secret[0]}: NAME_OF_VARIABLE}}`")
        return self


class Connections(Strict):
    """What sources are read through, by name (conf/connections.yml)."""

    databases: tuple[Database, ...] = ()
    kafka: tuple[Brokers, ...] = ()


class TableFeed(Strict):
    """Rows of a table or query of a database.

    With a watermark (a column that only grows as rows change) each run reads what lies above the last one, less an
    overlap for transactions that were still open; without one it reads everything. `partition_by` is a whole-number
    column whose range is read in parallel parts.
    """

    connection: str
    table: str | None = None
    query: str | None = None
    watermark: str | None = None
    overlap: timedelta = timedelta(minutes=10)
    partition_by: str | None = None
    partitions: int = Field(default=4, ge=1, le=64)

    @model_validator(mode="after")
    def _one_relation(self) -> TableFeed:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either `table` or `query`")
        return self


class TopicFeed(Strict):
    """Messages of a Kafka topic, from its beginning; at most `most_records` of them in one batch.

    `when_lost` says what happens when messages were deleted before they were read, or the topic was made anew.
    With `wrapped` a record is `{_key, _timestamp_ms, _headers, _value}` instead of the message's value alone.
    """

    connection: str
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")
    most_records: int = Field(default=1_000_000, ge=1)
    when_lost: Literal["stop", "go_on"] = "stop"
    wrapped: bool = False
