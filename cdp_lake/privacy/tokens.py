"""Tokens: keyed hashes by which a personal value can be recognised again and not read.

The key never enters a plan. Spark 4.2 has no `hmac()`, and a key put together from `sha2` literals would stand in
every explain, event log and history page. So the hash is computed in an Arrow UDF; its closure carries only where
the key is kept, and the worker reads the key there when it meets the first row. What is pickled into the plan, or
sent to a Spark Connect server, is a path. The price: workers must be able to read the lake's key file.
"""

import hmac
from typing import Protocol

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import StringType


class TokenKey(Protocol):
    """Where a key is kept: cheap to pickle, and silent about the key itself."""

    @property
    def version(self) -> str:
        """The name of the key, such as k1; every token begins with it."""

    def secret(self) -> bytes:
        """The key itself, read where it is needed and remembered there."""


def token(text: str, label: str, key: TokenKey) -> str:
    """The token of one text: `k1:` and the HMAC-SHA-256 in hex; the label keeps kinds of tokens apart."""
    message = f"{label}\x00{text}".encode()
    return f"{key.version}:{hmac.new(key.secret(), message, 'sha256').hexdigest()}"


def with_token(df: DataFrame, value: str, name: str, key: TokenKey) -> DataFrame:
    """The same rows with column `name`, the token of text column `value`; null stays null."""

    def keyed(texts: pa.Array) -> pa.Array:
        return pa.array([None if text is None else token(text, name, key) for text in texts.to_pylist()], pa.string())

    # Not udf(useArrow=True): over columnar input Spark 4.2.0 hangs on it for ever (SPARK-58241).
    as_token = arrow_udf(keyed, StringType())  # type: ignore[call-overload]  # the stub wants a functionType
    return df.withColumn(name, as_token(F.col(value)))
