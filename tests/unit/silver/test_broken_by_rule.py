"""What a file breaks is counted by rule, with the first line to look at."""

from cdp_lake.silver.quarantine import broken_by_rule


def test_a_record_counts_once_under_each_rule_it_breaks(spark):
    rows = [(2, ["type:born"]), (3, []), (4, ["required:id", "type:born"]), (5, [])]
    parsed = spark.createDataFrame(rows, "_line BIGINT, rules ARRAY<STRING>")
    found = [(row["rule"], row["records"], row["first_line"]) for row in broken_by_rule(parsed).collect()]
    assert found == [("", 4, 2), ("type:born", 2, 2), ("required:id", 1, 4)]
    assert broken_by_rule(parsed).first()["passing"] == 2
