"""Text similarities inside the JVM: the small JAR that travels in Splink's wheel. Classic Spark only.

Spark itself has Levenshtein, but no Jaro-Winkler; a Python function per pair would cost many times the comparison.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType

from cdp_lake.errors import EnvironmentProblem

_JAR = "internals/files/spark_jars/scala-udf-similarity-0.2.1_spark4.x.jar"
_CLASSES = {
    "jaro_winkler": "uk.gov.moj.dash.linkage.JaroWinklerSimilarity",
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
