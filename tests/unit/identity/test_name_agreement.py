"""Do two given names agree? Enough for one person's spellings, too little for a family."""

import pytest
from pyspark.sql import functions as F

from cdp_lake.identity.name_agreement import names_agree

# a | b | agree
CASES = [
    ("robert", "robert", True),
    ("r", "robert", True),
    ("b", "robert", False),
    ("alex", "alexandra", True),
    ("al", "alexandra", False),
    ("sara", "sarah", True),
    ("jon", "jan", False),
    ("maria", "marta", True),
    ("anna", "robert", False),
    ("xiaoming", "xiaomin", True),
    ("wei", "weiming", True),
    ("li", "lin", False),
    ("", "robert", None),
    (None, "robert", None),
    (None, None, None),
]


@pytest.mark.spark
def test_names_agree_in_both_directions_or_in_none(spark):
    table = spark.createDataFrame([(n, a, b) for n, (a, b, _) in enumerate(CASES)], "n INT, a STRING, b STRING")

    a, b = F.col("a"), F.col("b")
    rows = table.select("n", names_agree(a, b).alias("forth"), names_agree(b, a).alias("back")).orderBy("n").collect()

    assert [row["forth"] for row in rows] == [agree for _, _, agree in CASES]
    assert [row["back"] for row in rows] == [agree for _, _, agree in CASES]
