"""Rules are taken by what they cost on the data: cheap ones first, none twice, never beyond the budget."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cdp_lake.adapters.training import RuleCosts, blocking_recall
from cdp_lake.identity.matching.blocking import MOST_KEYS, WIDEST_SHARE, BlockingRule, candidates, chosen, key_sql

COLUMNS = ["given", "formal", "family", "birth_date", "email", "phone", "postcode", "city"]
COMBINATIONS = [keys for keys in candidates(key_sql(COLUMNS)) if keys]


def _keys(plan):
    return [rule.keys for rule in plan.rules]


@given(
    costs=st.dictionaries(st.sampled_from(COMBINATIONS), st.tuples(st.integers(0, 400), st.just(2)), max_size=40),
    budget=st.integers(1, 1000),
)
def test_rules_stay_within_the_budget_cheapest_first_and_none_is_wide_or_empty(costs, budget):
    plan = chosen(costs, budget)

    spent = [rule.pairs for rule in plan.rules]
    assert plan.pairs == sum(spent) <= budget
    assert spent == sorted(spent)
    assert all(0 < pairs <= budget * WIDEST_SHARE for pairs in spent)


@given(costs=st.dictionaries(st.sampled_from(COMBINATIONS), st.tuples(st.integers(1, 400), st.just(2)), max_size=40))
def test_the_same_costs_in_another_order_are_the_same_plan(costs):
    assert chosen(dict(reversed(costs.items())), 500) == chosen(costs, 500)


def test_a_rule_is_left_out_when_another_asks_for_less():
    costs = {
        ("given", "family"): (10, 3),
        ("given_start", "family"): (15, 4),
        ("family", "birth_date", "phone"): (5, 2),
        ("family_sound", "birth_year"): (20, 5),
        ("birth_day", "email"): (7, 2),
    }

    plan = chosen(costs, 1000)

    assert _keys(plan) == [("birth_day", "email"), ("given_start", "family"), ("family_sound", "birth_year")]
    assert plan.left_out == 0


def test_a_rule_too_wide_to_be_used_implies_nothing():
    costs = {("given", "family"): (10, 3), ("given_start",): (900, 90)}

    assert _keys(chosen(costs, 1000)) == [("given", "family")]


def test_what_the_budget_does_not_cover_is_counted():
    costs = {("phone",): (20, 2), ("email",): (21, 2), ("city",): (22, 9), ("postcode", "given"): (23, 9)}

    plan = chosen(costs | {("family",): (24, 9)}, 96)

    assert (_keys(plan), plan.left_out) == ([("phone",), ("email",), ("city",), ("postcode", "given")], 1)


def test_a_small_table_proposes_every_pair_and_a_larger_one_does_not():
    costs = {(): (100, 15), ("phone",): (3, 2)}

    assert chosen(costs, 100).rules == (BlockingRule((), 100, 15),)
    assert chosen(costs, 100).rules[0].name == "nothing: every pair"
    assert _keys(chosen(costs, 99)) == [("phone",)]


def test_nothing_to_compare_is_no_plan():
    assert chosen({(): (0, 1)}, 100).rules == ()
    assert chosen({}, 100).rules == ()


def test_a_rule_takes_one_key_of_a_field_and_three_at_most():
    keys = ["given", "given_start", "family", "birth_date", "phone"]

    found = candidates(keys)

    assert found[0] == ()
    assert len(set(found)) == len(found)
    assert ("given", "given_start") not in found and ("given", "family") in found
    assert max(map(len, found)) == MOST_KEYS


def test_keys_are_those_whose_column_the_table_has():
    assert set(key_sql(["birth_date"])) == {"birth_date", "birth_year", "birth_day"}
    assert set(key_sql(["given"])) == {"given", "given_initial"}
    assert set(key_sql(["formal"])) == {"given_start"}
    assert key_sql(["nothing_known"]) == {}


def test_costs_are_the_pairs_of_one_kind_that_share_all_keys():
    rows = [
        ("person", "ann", "lee"),
        ("person", "ann", "lee"),
        ("person", "ann", None),
        ("person", None, "lee"),
        ("organisation", "ann", "lee"),
    ]
    records = pd.DataFrame(rows, columns=["kind", "given", "family"])
    rules = [(), ("given",), ("given", "family")]

    costs = dict(RuleCosts(records, key_sql(records.columns), rules))

    assert costs == {(): (6, 4), ("given",): (3, 3), ("given", "family"): (1, 2)}


def test_recall_counts_true_pairs_that_share_all_keys_of_a_rule():
    records = pd.DataFrame(
        {
            "kind": "person",
            "given": ["ann", "ann", "anne", None, "bob"],
            "family": ["lee", "lee", "lee", "lee", "lee"],
            "birth_date": ["1971-06-24", None, "1971-06-24", None, "1971-06-24"],
        }
    )
    keys = key_sql(records.columns)
    entities = pd.Series(["a", "a", "a", "a", None])

    # 0 and 1 share the name, 0 and 2 the birth date; 3 says too little, and of 4 nobody knows who it is.
    assert blocking_recall(records, keys, [("given", "family"), ("birth_date",)], entities) == (2, 6)
    assert blocking_recall(records, keys, [], entities) == (0, 6)


def test_a_rule_that_the_budget_refused_implies_nothing():
    costs = {
        **{(key,): (pairs, 2) for key, pairs in (("phone", 900), ("email", 950), ("postcode", 960), ("city", 970))},
        ("given", "family"): (150, 2),
        ("given_start", "family"): (990, 2),
    }

    plan = chosen(costs, 4000)

    assert ("given", "family") in _keys(plan)
    assert plan.left_out == 1


class _Asked(dict):
    """Costs that remember who was asked about."""

    def __init__(self, costs):
        super().__init__(costs)
        self.rules = []

    def __getitem__(self, keys):
        self.rules.append(keys)
        return super().__getitem__(keys)


def test_nobody_counts_the_pairs_of_a_rule_that_another_implies():
    costs = _Asked(
        {
            ("given", "phone"): (4, 2),
            ("phone",): (9, 3),
            ("given_start",): (900, 90),
            ("given_start", "email"): (0, 0),
            ("given", "email", "city"): (0, 0),
        }
    )

    assert _keys(chosen(costs, 1000)) == [("phone",)]
    assert costs.rules == [("given_start",), ("phone",), ("given_start", "email")]
