"""What traits.yml may say, and how it answers when it says something else."""

import pytest
from pydantic import ValidationError

from cdp_lake.config.layers import as_plain, read_folder
from cdp_lake.config.shipped import conf_dir
from cdp_lake.config.traits import TraitRules, trait_types
from cdp_lake.traits import FACT_TIMES, trait_columns

ORDERS = {"name": "order_count", "from": "orders", "aggregate": "count"}


def rules(*traits):
    return TraitRules.model_validate({"traits": list(traits)})


@pytest.fixture(scope="module")
def shipped():
    return TraitRules.model_validate(as_plain(read_folder(conf_dir(), "conf").tree)["traits"])


WRONG = [
    ([{"name": "a", "from": "ordrs", "aggregate": "count"}], "Did you mean 'orders'?"),
    ([{"name": "a", "from": "orders"}], "needs an `aggregate`"),
    ([{"name": "a", "from": "orders", "aggregate": "sum"}], "sum needs a `column`"),
    ([{"name": "a", "from": "orders", "aggregate": "count", "column": "amount"}], "count takes no `column`"),
    ([{"name": "a", "from": "orders", "aggregate": "sum", "column": "amuont"}], "Did you mean 'amount'?"),
    ([{"name": "a", "from": "orders", "aggregate": "sum", "column": "channel"}], "a number is expected"),
    ([ORDERS | {"where": {"channel": 3}}], "cannot equal 3"),
    ([ORDERS | {"where": {"chanel": "store"}}], "Did you mean 'channel'?"),
    ([ORDERS | {"window_days": 0}], "greater than 0"),
    ([ORDERS | {"windowdays": 3}], "Did you mean 'window_days'?"),
    ([ORDERS | {"weight": "amount"}], "only most_frequent takes a `weight`"),
    ([ORDERS | {"profile": "language"}], "exactly one of `from`, `profile` and `derive`"),
    ([{"name": "Order Count", "from": "orders", "aggregate": "count"}], "should match pattern"),
    ([{"name": "mail", "profile": "email"}], "'email' is personal"),
    ([{"name": "systems", "profile": "sources"}], "is a list"),
    ([{"name": "age", "profile": "language", "take": "years_since"}], "needs a date"),
    ([ORDERS, ORDERS], "'order_count' is declared twice"),
    ([ORDERS, {"name": "r", "derive": {"ratio": ["order_cont", "order_count"]}}], "Did you mean 'order_count'?"),
    ([ORDERS, {"name": "r", "derive": {"rate": ["order_count", "order_count"]}}], "derive takes exactly one of"),
    ([ORDERS, {"name": "r", "derive": {"flag": "order_count"}}], "a flag needs a comparison"),
    ([ORDERS, {"name": "r", "derive": {"all_of": ["order_count"]}}], "a boolean is expected"),
    (
        [{"name": "l", "profile": "language"}, {"name": "q", "derive": {"quintile": "l"}}],
        "'l' is no number",
    ),
    (
        [{"name": "a", "derive": {"difference": ["b", "b"]}}, {"name": "b", "derive": {"difference": ["a", "a"]}}],
        "in a circle: a, b",
    ),
    (
        [ORDERS, {"name": "b", "derive": {"band": "order_count", "labels": [{"below": 5, "label": "few"}] * 2}}],
        "the bounds rise",
    ),
]


@pytest.mark.parametrize(("traits", "lesson"), WRONG)
def test_a_wrong_trait_is_refused_with_a_lesson(traits, lesson):
    with pytest.raises(ValidationError) as refused:
        rules(*traits)

    assert lesson in str(refused.value)


def test_the_type_of_a_trait_follows_from_what_it_does():
    types = trait_types(
        rules(
            {"name": "per_order", "derive": {"ratio": ["spend", "order_count"]}},
            ORDERS,
            {"name": "spend", "from": "orders", "aggregate": "sum", "column": "amount"},
            {"name": "coupons", "from": "orders", "aggregate": "sum", "column": "coupon_count"},
            {"name": "first_at", "from": "orders", "aggregate": "first"},
            {"name": "redeemed_on", "from": "coupons", "aggregate": "last"},
            {"name": "favourite", "from": "order_lines", "aggregate": "most_frequent", "column": "category"},
            {"name": "left", "derive": {"difference": ["spend", "order_count"]}},
            {"name": "often", "derive": {"flag": "order_count", "at_least": 3}},
        )
    )

    assert types == {
        "per_order": "DOUBLE",
        "order_count": "BIGINT",
        "spend": "DECIMAL(18,4)",
        "coupons": "BIGINT",
        "first_at": "TIMESTAMP",
        "redeemed_on": "DATE",
        "favourite": "STRING",
        "left": "DECIMAL(18,4)",
        "often": "BOOLEAN",
    }


def test_a_derived_trait_may_stand_before_what_it_reads():
    declared = rules(
        {"name": "twice", "derive": {"difference": ["once", "order_count"]}},
        {"name": "once", "derive": {"difference": ["order_count", "order_count"]}},
        ORDERS,
    )

    assert [[trait.name for trait in layer] for layer in declared.layers] == [["once"], ["twice"]]
    assert [trait.name for trait in declared.behind(["once"]).traits] == ["once", "order_count"]


def test_the_shipped_traits_cover_every_family(shipped):
    families = {trait.family for trait in shipped.traits}

    assert families == {"demography", "behaviour", "psychography", "transactions", "engagement"}
    assert len(shipped.traits) >= 35
    assert {trait.fact for trait in shipped.traits if trait.fact} == set(FACT_TIMES)


def test_every_shipped_trait_says_what_it_is_and_becomes_a_column(shipped):
    columns = trait_columns(shipped)

    assert [column.name for column in columns] == [trait.name for trait in shipped.traits]
    assert [column.name for column in columns if not column.about] == []
