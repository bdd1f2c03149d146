"""Text similarities for the session's SQL. Classic Spark only.

Spark itself has Levenshtein and nothing else. Jaro-Winkler is RapidFuzz's, over Arrow batches, because the one of the
small JAR in Splink's wheel counts otherwise than DuckDB, which models are trained with; the others are the JAR's.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import DoubleType

from cdp_lake.errors import EnvironmentProblem
from cdp_lake.identity.matching.jaro_winkler import jaro_winkler

_JAR = "internals/files/spark_jars/scala-udf-similarity-0.2.1_spark4.x.jar"
_CLASSES = {
    "jaro_sim": "uk.gov.moj.dash.linkage.JaroSimilarity",
    "jaccard": "uk.gov.moj.dash.linkage.JaccardSimilarity",
    "damerau_levenshtein": "uk.gov.moj.dash.linkage.LevDamerauDistance",
}


def similarity_jar() -> Path:
    """The JAR in the installed wheel; importing Splink to ask for it would take a second."""
    spec = find_spec("splink")
    places = spec.submodule_search_locations if spec else None
    found = Path(places[0]) / _JAR if places else None
    if found is None or not found.is_file():
        raise EnvironmentProblem("Splink 5.0.0 with its JAR for Spark 4 is missing: pip install -c constraints.txt .")
    return found


def register_similarities(spark: SparkSession) -> None:
    """Makes the functions known to the session's SQL."""
    for name, java_class in _CLASSES.items():
        spark.udf.registerJavaFunction(name, java_class, DoubleType())
    spark.udf.register("jaro_winkler", arrow_udf(_jaro_winkler_of_batch, DoubleType()))  # type: ignore[call-overload]


def _jaro_winkler_of_batch(one: pa.Array, other: pa.Array) -> pa.Array:
    """Null where either text is."""
    known = pc.and_(pc.is_valid(one), pc.is_valid(other))
    similar = jaro_winkler(one.filter(known).to_pylist(), other.filter(known).to_pylist())
    return pc.replace_with_mask(pa.nulls(len(one), pa.float64()), known, pa.array(similar))
