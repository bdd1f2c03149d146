"""Ways in besides files: a table of a database, a topic of Kafka, and the connections they go through."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cdp_lake.config.strict import Strict

# Kafka settings that Spark gives its consumers itself, and refuses from others.
_SET_BY_SPARK = ("bootstrap.servers", "key.deserializer", "value.deserializer", "auto.offset.reset",
                 "enable.auto.commit", "interceptor.classes")  # fmt: skip
_SECRET = ("password", "jaas.config", "secret", "ssl.keystore.key")
# A password among the parameters of a URL, behind a user's name before the host, and Oracle's user/password@host.
_SECRET_IN_URL = re.compile(r"(?i)[?&;](?:password|passwd|pwd)=|//[^/@]*:[^/@]*@|:[^:/@]+/[^/@]+@")
_SECRET_OPTIONS = {"password", "passwd", "pwd"}


class Database(Strict):
    """A database to read from. The password is the value of an environment variable, never of a setting.

    options: settings of the JDBC driver, and `driver`, its class, where the driver does not name itself.
    paused: its sources are passed over for now; they are read on from where they were left once it is not.
    """

    name: str
    url: str = Field(pattern=r"^jdbc:[a-z0-9]+:.+")
    user: str | None = None
    password_env: str | None = None
    options: dict[str, str] = Field(default_factory=dict)
    paused: bool = False

    @model_validator(mode="after")
    def _holds_no_password(self) -> Database:
        if _SECRET_IN_URL.search(self.url) or any(name.lower() in _SECRET_OPTIONS for name in self.options):
            raise ValueError("a password is no setting: put it into an environment variable, `password_env` names it")
        return self


class Brokers(Strict):
    """A Kafka cluster: `servers` to ask first. Secrets among its options come from environment variables.

    options: Kafka consumer settings without the prefix `kafka.`; secret_options: setting to environment variable.
    paused: its sources are passed over for now; they are read on from where they were left once it is not.
    """

    name: str
    servers: str
    options: dict[str, str] = Field(default_factory=dict)
    secret_options: dict[str, str] = Field(default_factory=dict)
    paused: bool = False

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
    overlap for transactions that were still open; without one it reads everything. The overlap is a duration where the
    watermark is a time, a number where it is a number. `partition_by` is a whole-number column whose range is read in
    parallel parts.
    """

    connection: str
    table: str | None = None
    query: str | None = None
    watermark: str | None = None
    overlap: Annotated[int, Field(ge=0)] | Annotated[timedelta, Field(ge=timedelta(0))] = timedelta(minutes=10)
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
