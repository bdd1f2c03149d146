"""Tokens: keyed hashes by which a personal value can be recognised again and not read.

The key never enters a plan. Spark 4.2 has no `hmac()`, and a key put together from `sha2` literals would stand in
every explain, event log and history page. So the hash is computed in an Arrow UDF; its closure carries only where
the key is kept, and the worker reads the key there when it meets the first row. What is pickled into the plan, or
sent to a Spark Connect server, is a path. The price: workers must be able to read the lake's key file.
"""

import hmac
from collections.abc import Collection
from typing import Protocol

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import StringType

from cdp_lake.config.namespace import MASKED

STARS = "***"


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


def with_keyed_values(df: DataFrame, namespace: str, value: str, hashed: Collection[str], key: TokenKey) -> DataFrame:
    """The same rows; text column `value` is its token where column `namespace` is one of `hashed`.

    A masked value is left as stars: of a token nobody could tell that it was no evidence.
    """

    def keyed(texts: pa.Array, labels: pa.Array) -> pa.Array:
        pairs = zip(texts.to_pylist(), labels.to_pylist(), strict=True)
        return pa.array([None if text is None else token(text, label, key) for text, label in pairs], pa.string())

    as_token = arrow_udf(keyed, StringType())  # type: ignore[call-overload]  # the stub wants a functionType
    is_hashed, is_masked = F.col(namespace).isin(*hashed), F.col(value).rlike(MASKED)
    clear = F.when(is_hashed & ~is_masked, F.col(value))
    kept = F.when(is_hashed & is_masked, F.lit(STARS)).when(is_hashed, as_token(clear, F.col(namespace)))
    return df.withColumn(value, kept.otherwise(F.col(value)))
