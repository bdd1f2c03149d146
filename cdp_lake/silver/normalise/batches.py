"""Python kernels inside Spark: plain functions of text, called over Arrow batches.

No Spark `distinct` and join back: that reads and parses its input twice and shuffles it, and phones and names hardly
repeat. The kernels remember what they have seen instead, so a value that does repeat costs a look-up.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import StringType, StructField, StructType


def text_of(kernel: Callable[..., str | None]) -> Callable[..., Column]:
    """A Column function whose answer is the kernel's text, one per row."""

    def over_batch(*arguments: pa.Array) -> pa.Array:
        return pa.array(_rows(kernel, arguments), pa.string())

    # Not udf(useArrow=True): over columnar input Spark 4.2.0 hangs on it for ever (SPARK-58241).
    return arrow_udf(over_batch, StringType())  # type: ignore[call-overload,no-any-return]  # stub wants functionType


def texts_of(kernel: Callable[..., Any], fields: tuple[str, ...]) -> Callable[..., Column]:
    """A Column function whose answer is a struct of texts: the fields of the named tuple the kernel returns."""
    answer = StructType([StructField(field, StringType()) for field in fields])
    arrow_answer = pa.struct([(field, pa.string()) for field in fields])

    def over_batch(*arguments: pa.Array) -> pa.Array:
        return pa.array([row._asdict() for row in _rows(kernel, arguments)], arrow_answer)

    return arrow_udf(over_batch, answer)  # type: ignore[call-overload,no-any-return]  # stub wants functionType


def _rows(kernel: Callable[..., Any], arguments: tuple[pa.Array, ...]) -> list[Any]:
    return list(map(kernel, *(argument.to_pylist() for argument in arguments)))
