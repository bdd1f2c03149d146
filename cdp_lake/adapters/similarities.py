"""Text similarities for the session's SQL. Classic Spark only.

Spark itself has Levenshtein and nothing else. Jaro-Winkler is our own Java, because the one of the small JAR in
Splink's wheel counts otherwise than DuckDB, which models are trained with. The others are that JAR's; only a model that
Splink itself made asks for them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType

from cdp_lake.errors import EnvironmentProblem
from cdp_lake.identity.matching.compiling import CompiledModel

_JAR = "internals/files/spark_jars/scala-udf-similarity-0.2.1_spark4.x.jar"
_OF_SPLINK = {
    "jaro_sim": "uk.gov.moj.dash.linkage.JaroSimilarity",
    "jaccard": "uk.gov.moj.dash.linkage.JaccardSimilarity",
    "damerau_levenshtein": "uk.gov.moj.dash.linkage.LevDamerauDistance",
}
JARO_WINKLER = "jaro_winkler"


def similarity_jar() -> Path:
    """The JAR in the installed wheel; importing Splink to ask for it would take a second."""
    spec = find_spec("splink")
    places = spec.submodule_search_locations if spec else None
    found = Path(places[0]) / _JAR if places else None
    if found is None or not found.is_file():
        raise EnvironmentProblem("Splink 5.0.0 with its JAR for Spark 4 is missing: pip install -c constraints.txt .")
    return found


def register_similarities(spark: SparkSession, model: CompiledModel) -> None:
    """Makes the functions that the model asks for known to the session's SQL."""
    asked = " ".join(model.similarities.values())
    if f"{JARO_WINKLER}(" in asked:
        jvm, session = cast(Any, spark._jvm), cast(Any, spark._jsparkSession)
        number = jvm.org.apache.spark.sql.types.DataTypes.DoubleType
        session.udf().register(JARO_WINKLER, jvm.cdp_lake.JaroWinkler(), number)
    for name, java_class in _OF_SPLINK.items():
        if f"{name}(" in asked:
            spark.udf.registerJavaFunction(name, java_class, DoubleType())
