"""Pairs and their weights on Spark, against a plain oracle and against Splink itself.

No Delta here, yet beside the lakes: two models are trained and their pairs scored, too long for the quick tests.
"""

import json
from itertools import combinations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import splink.comparison_library as cl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from cdp_lake.adapters.similarities import register_similarities
from cdp_lake.identity.matching.blocking import BlockingRule, key_sql
from cdp_lake.identity.matching.calibration import Calibrated, prior
from cdp_lake.identity.matching.comparisons import comparisons
from cdp_lake.identity.matching.compiling import SIMILARITIES, CompiledModel, compiled
from cdp_lake.identity.matching.doubts import UNPROVEN, Doubts
from cdp_lake.identity.matching.pairs import candidate_pairs, with_records
from cdp_lake.identity.matching.scoring import (
    graded,
    match_probabilities,
    probability,
    weighed,
    weighed_beside_households,
)
from cdp_lake.identity.matching.splink_form import model_of

DATA = Path(__file__).parents[1] / "data"
# A run of Spark per try; always the same tries.
SPARK = settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
JARO_WINKLERS = ("jaro_winkler(", "jaro_winkler_similarity(")  # in Spark, in DuckDB
SHAPE = "record BIGINT, kind STRING, given STRING, family STRING, birth_date STRING"
RECORD = st.tuples(
    st.sampled_from(["person", "person", "organisation", None]),
    st.sampled_from(["ann", "anna", "bob", "cleo", None]),
    st.sampled_from(["lee", "leeds", "stone", None]),
    st.sampled_from(["1971-06-24", "1971-05-24", "1980-06-24", None]),
)
TOGETHER = [("given", "family"), ("family_start", "birth_year"), ("birth_date",), ("given", "birth_day")]


def _rules(*keys):
    return [BlockingRule(combination, 0, 0) for combination in keys]


def _asked(record):
    """The keys of one record, by an oracle that knows no SQL."""
    _, _, first, last, born = record
    return {
        "given": first,
        "family": last,
        "family_start": last and last[:3],
        "birth_date": born,
        "birth_year": born and born[:4],
        "birth_day": born and born[-5:],
    }


def _meet(one, other, rules):
    keys, others = _asked(one), _asked(other)
    same_kind = one[1] is not None and one[1] == other[1]
    return same_kind and any(all(keys[k] is not None and keys[k] == others[k] for k in rule) for rule in rules)


def _proposed(spark, rows, rules):
    records = spark.createDataFrame(rows, SHAPE)
    return [tuple(row) for row in candidate_pairs(records, _rules(*rules), key_sql(records.columns)).collect()]


@SPARK
@given(people=st.lists(RECORD, min_size=40, max_size=60), every=st.booleans())
def test_proposed_are_the_pairs_of_one_kind_that_share_the_keys_of_any_rule_each_once(spark, people, every):
    rows = [(number, *person) for number, person in enumerate(people)]
    rules = [*TOGETHER, ()] if every else TOGETHER

    pairs = _proposed(spark, rows, rules)

    expected = [(a[0], b[0]) for a, b in combinations(rows, 2) if _meet(a, b, rules)]
    assert sorted(pairs) == expected


def test_a_rule_without_keys_proposes_every_pair_of_one_kind(spark):
    rows = [(1, "person", None, None, None), (2, "person", "ann", None, None), (3, "organisation", "ann", None, None)]

    assert _proposed(spark, [*rows, (4, "person", "bob", None, None)], [()]) == [(1, 2), (1, 4), (2, 4)]


def test_a_missing_key_meets_nobody_not_even_another_missing_one(spark):
    rows = [(1, "person", "ann", None, None), (2, "person", "ann", None, None), (3, "person", None, None, None)]

    assert _proposed(spark, rows, [("given", "family")]) == []
    assert _proposed(spark, rows, [("given",)]) == [(1, 2)]


def test_pairs_get_the_compared_columns_of_both_ends(spark):
    model = compiled(_two_names())
    records = spark.createDataFrame([(1, "ann", 0.5), (2, "bob", 0.25)], "record BIGINT, name STRING, tf_name DOUBLE")
    pairs = spark.createDataFrame([(1, 2)], "record_l BIGINT, record_r BIGINT")

    row = with_records(pairs, records, model, ["name"]).first().asDict()

    assert row == {"record_l": 1, "record_r": 2, "name_l": "ann", "tf_name_l": 0.5, "name_r": "bob", "tf_name_r": 0.25}


def test_each_similarity_stands_once_in_the_plan_however_many_grades_and_weights_ask_for_it(spark):
    model = compiled(_two_names())
    register_similarities(spark, model)
    pairs = spark.createDataFrame([], ", ".join(f"{column} {kind}" for column, kind in _columns_of_two_names()))

    plan = _plan(spark, weighed(graded(pairs, model), model))

    assert {name: plan.count(f"{name}(") for name in ("jaro_winkler", "jaccard")} == {
        "jaro_winkler": 1,
        "jaccard": 1,
    }
    # Once to see whether Damerau's distance is worth computing.
    assert plan.count("levenshtein(") - plan.count("damerau_levenshtein(") == 2
    assert plan.count("damerau_levenshtein(") == 1


def _plan(spark, frame):
    """The executed plan, its long lists not cut short."""
    setting = "spark.sql.debug.maxToStringFields"
    before = spark.conf.get(setting)
    spark.conf.set(setting, "1000")
    try:
        return frame._jdf.queryExecution().executedPlan().toString()
    finally:
        spark.conf.set(setting, before)


def test_a_similarity_of_nothing_is_nothing(spark):
    """The JVM functions say 0 or 1 for a null; then 'not alike' would be a grade of people without a name."""
    texts = spark.createDataFrame([("ann", None), (None, "ann"), (None, None)], "a_l STRING, a_r STRING")
    for name in SIMILARITIES:
        levels = [{"sql_condition": f"{name}(a_l, a_r) is null"}, {"sql_condition": "ELSE"}]
        model = compiled(_model("a", _even(levels)))
        register_similarities(spark, model)
        (sql,) = model.similarities.values()
        assert [row[0] for row in texts.select(F.expr(sql)).collect()] == [None] * 3, name


def test_odds_are_those_of_a_match_against_a_household_and_strangers_together(spark):
    found = comparisons(["given", "family"])
    m, u = {c.name: prior(c) for c in found}, {c.name: prior(c)[::-1] for c in found}
    at_home = {"family": np.full(len(m["family"]), 1 / len(m["family"]))}
    learnt = Calibrated(0.01, 0.05, m, at_home, u, 0.0)
    rows = [(0, 1, 5, 4), (0, 2, 0, 4), (0, 3, -1, 4), (0, 4, -1, -1), (0, 5, 2, 0)]
    shape = "record_l BIGINT, record_r BIGINT, gamma_given INT, gamma_family INT"
    rarity = [F.lit(None).cast("double").alias(f"_log2_frequency_{name}") for name in m]
    grades = spark.createDataFrame(rows, shape).select("*", *rarity)

    scored = weighed_beside_households(grades, compiled(model_of(found, learnt)), learnt)

    def likely(shares, row):
        seen = zip(("given", "family"), row[2:], strict=True)
        return np.prod([shares[name][grade] / u[name][grade] for name, grade in seen if name in shares and grade >= 0])

    expected = [0.01 * likely(m, row) / (0.05 * likely(at_home, row) + 0.94) for row in rows]
    got = {row["record_r"]: 2 ** row["match_weight"] for row in scored.collect()}
    assert [got[row[1]] for row in rows] == pytest.approx(expected, rel=1e-9)


def test_a_pair_that_contradicts_itself_is_no_match_and_an_unproven_one_is_held_below(spark):
    learnt = Calibrated(0.9, 0.01, {}, {}, {}, 0.0)
    doubted = Doubts(contradicted="gamma_given = 0", unproven="gamma_given = 1", blind="gamma_given = -1")
    rows = [(0, 1, 0), (0, 2, 1), (0, 3, 2), (0, 4, -1)]
    grades = spark.createDataFrame(rows, "record_l BIGINT, record_r BIGINT, gamma_given INT")

    found = match_probabilities(grades, CompiledModel(0.9), learnt, doubted).collect()

    sure = pytest.approx(0.9)
    assert [row["probability"] for row in found] == [0.0, UNPROVEN, sure, sure]
    assert [row["blind"] for row in found] == [False, False, False, True]


def _model(name, levels):
    comparison = {"output_column_name": name, "comparison_levels": levels}
    return {"probability_two_random_records_match": 0.01, "comparisons": [comparison]}


def _even(levels):
    return [{"m_probability": 0.5, "u_probability": 0.5, **level} for level in levels]


def _two_names():
    null = {"sql_condition": "name_l is null or name_r is null", "is_null_level": True}
    conditions = [
        "name_l = name_r",
        *(f"jaro_winkler_similarity(name_l, name_r) >= {least}" for least in (0.95, 0.9, 0.8)),
        *(f"levenshtein(name_l, name_r) <= {most}" for most in (1, 2)),
        *(f"damerau_levenshtein(name_l, name_r) <= {most}" for most in (1, 2)),
        *(f"jaccard(name_l, name_r) > {least}" for least in (0.9, 0.7)),
        "ELSE",
    ]
    levels = _even([{"sql_condition": condition} for condition in conditions])
    levels[0] |= {"tf_adjustment_column": "name"}
    levels[1] |= {"tf_adjustment_column": "name"}
    return _model("name", [null, *levels])


def _columns_of_two_names():
    ends = [(f"record_{end}", "BIGINT") for end in "lr"]
    return [*ends, *[(f"name_{end}", "STRING") for end in "lr"], *[(f"tf_name_{end}", "DOUBLE") for end in "lr"]]


def _fake_1000():
    people = pd.read_csv(DATA / "fake_1000.csv", dtype=str)
    compared = [
        cl.NameComparison("first_name"),
        cl.NameComparison("surname"),
        cl.LevenshteinAtThresholds("dob", [1, 2]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    ]
    blocks = [block_on("first_name"), block_on("surname"), block_on("dob"), block_on("city", "substr(dob, 1, 4)")]
    return people, "unique_id", compared, blocks, [block_on("dob"), block_on("first_name", "surname")]


def _febrl3():
    people = pd.read_csv(DATA / "febrl3.csv", dtype=str, skipinitialspace=True)
    people = people.rename(columns={"address_1": "street"})
    compared = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.ExactMatch("suburb").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
        cl.ExactMatch("postcode"),
        cl.ExactMatch("soc_sec_id"),
    ]
    blocks = [block_on(key) for key in ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode")]
    return people, "rec_id", compared, blocks, [block_on(key) for key in ("date_of_birth", "given_name")]


def _splink(table, file):
    """What Splink learns of a table, from the JSON it saves, and the pairs it blocks with their weights."""
    people, record, compared, blocks, training = table
    wanted = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=record,
        comparisons=compared,
        blocking_rules_to_generate_predictions=blocks,
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,
    )
    # One thread: more would draw another sample.
    with duckdb.connect(config={"threads": 1}) as db:
        linker = Linker(DuckDBAPI(db).register(people), wanted, log_level=None)
        linker.training.estimate_u_using_random_sampling(1e6, seed=1)
        for rule in training:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        linker.misc.save_model_to_json(str(file))
        found = linker.inference.predict().as_pandas_dataframe()
    ends = {f"{record}_l": "record_l", f"{record}_r": "record_r"}
    return json.loads(file.read_text(encoding="utf-8")), found.rename(columns=ends)


@pytest.mark.parametrize("table", [_fake_1000, _febrl3], ids=["fake_1000", "febrl3"])
def test_similarities_and_weights_are_splinks_own_on_every_pair_it_proposes(spark, tmp_path, table):
    trained, splinks = _splink(table(), tmp_path / "model.json")
    model = compiled(trained)
    register_similarities(spark, model)
    compared = [f"gamma_{c.name}" for c in model.comparisons]
    pairs = splinks.drop(columns=[*compared, "match_weight", "match_probability"])

    in_spark, in_duckdb = _similarities_in_spark(spark, pairs, model), _similarities_in_duckdb(pairs, model)
    ours = _scored(spark, pairs, model)

    different = in_spark.compare(in_duckdb, result_names=("Spark", "DuckDB"))
    assert len(in_spark) == len(splinks) > 3000
    assert len(different) < 1e-4 * len(splinks), different.to_string()
    both = splinks.merge(ours, on=["record_l", "record_r"], suffixes=("", "_ours"), validate="one_to_one")
    agreed = both.set_index(["record_l", "record_r"]).drop(index=different.index)
    assert (agreed[compared].to_numpy() == agreed[[f"{name}_ours" for name in compared]].to_numpy()).all()
    assert (agreed["match_weight"] - agreed["match_weight_ours"]).abs().max() < 1e-6
    assert (agreed["match_probability"] - agreed["probability"]).abs().max() < 1e-9


def _similarities_in_spark(spark, pairs, model):
    """The similarities of each pair before any grade, by its ends."""
    found = [F.expr(sql).cast("double").alias(name) for name, sql in model.similarities.items()]
    return _by_ends(_frame(spark, pairs).select("record_l", "record_r", *found).toPandas())


def _similarities_in_duckdb(pairs, model):
    asked = {name: sql.replace("`", '"').replace(*JARO_WINKLERS) for name, sql in model.similarities.items()}
    columns = ", ".join(f"CAST({sql} AS DOUBLE) AS {name}" for name, sql in asked.items())
    return _by_ends(duckdb.sql(f"SELECT record_l, record_r, {columns} FROM pairs").df())  # noqa: S608 - names are ours


def _by_ends(rows):
    return rows.set_index(["record_l", "record_r"]).sort_index()


def _scored(spark, pairs, model):
    scored = weighed(graded(_frame(spark, pairs), model), model).withColumn(
        "probability", probability(F.col("match_weight"))
    )
    return scored.drop(*[name for name in scored.columns if name.startswith("_log2")]).toPandas()


def _frame(spark, pairs):
    return spark.createDataFrame(pa.Table.from_pandas(pairs, preserve_index=False))
