"""Evaluation: the counts agree with pairs listed one by one, and with hand-worked examples."""

import json
from collections import defaultdict
from itertools import combinations
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.errors import ConfigError
from cdp_lake.identity.evaluation import Evaluation, Score, evaluate, merges_per_trap


def predicted(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame([("crm", r, p) for r, p in rows], columns=["source", "record_id", "profile_id"])


def truth(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame([("crm", r, e) for r, e in rows], columns=["source", "record_id", "entity_id"])


def test_a_perfect_answer_scores_one_everywhere() -> None:
    found = evaluate(predicted(("1", "p"), ("2", "p"), ("3", "q")), truth(("1", "ana"), ("2", "ana"), ("3", "bo")))
    one = Score(1.0, 1.0, 1.0)
    assert found == Evaluation(one, one, one, largest_cluster=2, impure_clusters=0, records=3, missing=0, extra=0)


def test_one_wrong_merge_of_two_pairs_worked_by_hand() -> None:
    rows = [("1", "p"), ("2", "p"), ("3", "p"), ("4", "q")]
    found = evaluate(predicted(*rows), truth(("1", "ana"), ("2", "ana"), ("3", "bo"), ("4", "bo")))
    assert (found.pairwise.precision, found.pairwise.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 2))
    assert found.b_cubed.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found.b_cubed.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert found.exact_cluster == Score(0.0, 0.0, 0.0)
    assert (found.largest_cluster, found.impure_clusters) == (3, 1)


def test_missing_extra_and_ambiguous_records_are_told_apart() -> None:
    answers = predicted(("1", "p"), ("2", None), ("shared", "p"), ("stranger", "p"))
    found = evaluate(answers, truth(("1", "ana"), ("2", "ana"), ("3", "ana"), ("shared", " ")))
    assert (found.records, found.missing, found.extra) == (3, 2, 1)
    assert found.largest_cluster == 1
    assert found.pairwise == Score(1.0, 0.0, 0.0)


def test_two_missing_records_are_not_one_profile() -> None:
    found = evaluate(predicted(), truth(("1", "ana"), ("2", "ana")))
    assert (found.largest_cluster, found.missing, found.pairwise.recall) == (1, 2, 0.0)


def test_record_numbers_meet_their_text() -> None:
    numbers = pd.DataFrame({"source": ["crm"], "record_id": [7], "profile_id": [1]})
    assert evaluate(numbers, truth(("7", "ana"))).missing == 0


def test_a_record_in_two_profiles_is_refused() -> None:
    with pytest.raises(ConfigError, match="1 records have more than one profile_id"):
        evaluate(predicted(("1", "p"), ("1", "q")), truth(("1", "ana")))


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(ConfigError, match="entity_id"):
        evaluate(predicted(("1", "p")), predicted(("1", "p")))


def test_no_records_at_all_is_no_mistake() -> None:
    found = evaluate(predicted(), truth())
    assert (found.records, found.largest_cluster, found.pairwise.f1) == (0, 0, 1.0)


def test_the_json_has_exactly_the_keys_that_are_promised() -> None:
    tree = json.loads(evaluate(predicted(("1", "p")), truth(("1", "ana"))).to_json())
    scores = {"pairwise", "b_cubed", "exact_cluster"}
    assert set(tree) == scores | {"largest_cluster", "impure_clusters", "records", "missing", "extra"}
    assert all(set(tree[name]) == {"precision", "recall", "f1"} for name in scores)


Clustering = list[tuple[int, int]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14), st.randoms())
def test_counting_overlaps_equals_listing_pairs(clusters: Clustering, chance: Random) -> None:
    named = [(str(n), f"p{p}", f"e{e}") for n, (p, e) in enumerate(clusters)]
    shuffled = named[:]
    chance.shuffle(shuffled)
    found = evaluate(predicted(*[(r, p) for r, p, _ in shuffled]), truth(*[(r, e) for r, _, e in named]))
    together = {(a[0], b[0]) for a, b in combinations(named, 2) if a[1] == b[1]}
    same = {(a[0], b[0]) for a, b in combinations(named, 2) if a[2] == b[2]}
    assert found.pairwise.precision == pytest.approx(len(together & same) / len(together) if together else 1.0)
    assert found.pairwise.recall == pytest.approx(len(together & same) / len(same) if same else 1.0)
    profiles, entities = groups([(r, p) for r, p, _ in named]), groups([(r, e) for r, _, e in named])
    exact = set(profiles.values()) & set(entities.values())
    assert found.exact_cluster.precision == pytest.approx(len(exact) / len(profiles))
    assert found.exact_cluster.recall == pytest.approx(len(exact) / len(entities))
    own = [(profiles[p], entities[e]) for _, p, e in named]
    assert found.b_cubed.precision == pytest.approx(sum(len(p & e) / len(p) for p, e in own) / len(own))
    assert found.b_cubed.recall == pytest.approx(sum(len(p & e) / len(e) for p, e in own) / len(own))


def groups(rows: list[tuple[str, str]]) -> dict[str, frozenset[str]]:
    sets = defaultdict(set)
    for record, name in rows:
        sets[name].add(record)
    return {name: frozenset(records) for name, records in sets.items()}


def traps(*lines: str) -> pd.DataFrame:
    columns = ["trap_kind", "trap_id", "person_id", "source", "source_pk"]
    return pd.DataFrame([line.split() for line in lines], columns=columns)


def test_a_trap_has_sprung_when_two_of_its_people_share_a_profile() -> None:
    laid = traps(
        "family_phone t1 ana crm 1", "family_phone t1 ana crm 2", "family_phone t1 bo crm 3",
        "family_phone t2 cy crm 4", "family_phone t2 di crm 5",
        "kiosk k1 ana crm 1", "kiosk k1 di crm 5",
    )  # fmt: skip
    answers = predicted(("1", "p"), ("2", "p"), ("3", "p"), ("4", "q"), ("5", "r"))
    assert merges_per_trap(answers, laid).to_dict("records") == [
        {"trap_kind": "family_phone", "planted": 2, "merged": 1},
        {"trap_kind": "kiosk", "planted": 1, "merged": 0},
    ]


def test_a_placeholder_used_by_single_people_is_compared_across_its_traps() -> None:
    laid = traps("test_email t1 ana crm 1", "test_email t2 bo crm 2", "test_email t3 cy crm 3")
    answers = predicted(("1", "p"), ("2", "p"), ("3", "q"))
    assert merges_per_trap(answers, laid).to_dict("records") == [{"trap_kind": "test_email", "planted": 3, "merged": 2}]


def test_records_without_a_profile_share_none() -> None:
    laid = traps("family_phone t1 ana crm 1", "family_phone t1 bo crm 2")
    assert merges_per_trap(predicted(("1", None)), laid)["merged"].tolist() == [0]
