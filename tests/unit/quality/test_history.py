"""A batch is held against its own history: by a band that outliers do not widen, and by how far shares have moved."""

from math import isclose, log

import pytest

from cdp_lake.config.history import HistoryRules, Limit, Watched
from cdp_lake.quality.bands import band, stability_index, usual_shares
from cdp_lake.quality.history import Past, verdicts, with_drift
from cdp_lake.quality.measures import Measure

RUNS = [f"r{n:02d}" for n in range(6)]


def past(name, measure, subject, values):
    return [(run, Measure(name, measure, subject, value)) for run, value in zip(RUNS, values, strict=False)]


def rules(*limits, **more):
    return HistoryRules(limits=limits, **({"from_runs": 5, "from_rows": 10} | more))


def test_a_band_is_the_median_and_so_many_spreads():
    usual = band([10, 12, 11, 9, 13], spreads=2, margin=0)
    # The deviations from 11 are 1, 1, 0, 2, 2: their median is 1.
    assert (usual.middle, usual.runs) == (11, 5)
    assert isclose(usual.high, 11 + 2 * 1.4826)
    assert usual.holds(13.9)
    assert not usual.holds(14.0)


def test_one_wild_batch_does_not_widen_the_band():
    tame, wild = band([10, 12, 11, 9, 13, 11, 10], 3, 0), band([10, 12, 11, 9, 13, 11, 10_000], 3, 0)
    assert isclose(tame.high, wild.high)


def test_without_any_change_the_margin_alone_decides():
    assert band([0.2] * 5, spreads=8, margin=0.1).high == pytest.approx(0.3)
    assert band([0.2] * 5, spreads=8, margin=0).low == 0.2


def test_the_stability_index_is_the_textbook_sum():
    before, now = {"a": 0.5, "b": 0.5}, {"a": 0.7, "b": 0.3}
    assert stability_index(before, now) == pytest.approx(0.2 * log(0.7 / 0.5) - 0.2 * log(0.3 / 0.5))
    assert stability_index(before, dict(before)) == 0
    assert stability_index(before, now) == pytest.approx(stability_index(now, before))


def test_a_value_nobody_knew_moves_the_index_and_does_not_break_it():
    assert stability_index({"a": 1.0}, {"a": 0.9, "new": 0.1}) == pytest.approx(
        -0.1 * log(0.9) + (0.1 - 0.0001) * log(0.1 / 0.0001)
    )


def test_the_usual_share_of_a_value_counts_batches_without_it():
    assert usual_shares([{"a": 1.0}, {"a": 0.5, "b": 0.5}]) == {"a": 0.75, "b": 0.25}


def test_what_stands_out_is_told_with_what_was_usual():
    before = Past(past("crm", "null_share", "email", [0.03, 0.04, 0.05, 0.04, 0.04]))
    found = [Measure("crm", "records", "", 100), Measure("crm", "null_share", "email", 1.0)]
    (verdict,) = verdicts(found, before, rules(Limit(name="null_share", spreads=5, margin=0.02, severity="error")))
    assert (verdict.name, verdict.kept, verdict.severity) == ("crm", False, "error")
    assert verdict.label == "null_share(email) between 2.0% and 6.0%"
    assert verdict.observed == "it is 100.0%; the median of the last 5 batches is 4.0%"


@pytest.mark.parametrize(("batches", "rows"), [(4, 100), (5, 9)])
def test_a_short_history_and_a_small_batch_say_nothing(batches, rows):
    before = Past(past("crm", "null_share", "email", [0.0] * batches))
    found = [Measure("crm", "records", "", rows), Measure("crm", "null_share", "email", 1.0)]
    assert verdicts(found, before, rules(Limit(name="null_share", spreads=5))) == ()


def test_a_fixed_bound_is_judged_from_the_first_batch_on():
    found = [Measure("web", "records", "", 50), Measure("web", "quarantined_share", "", 0.4)]
    (verdict,) = verdicts(found, Past(), rules(Limit(name="quarantined_share", at_most=0.1)))
    assert (verdict.kept, verdict.label) == (False, "quarantined_share at most 10.0%")


def test_the_narrowest_limit_counts():
    own = Watched(name="crm", limits=(Limit(name="null_share.fax", at_most=1.0), Limit(name="null_share", at_most=0.5)))
    found = [Measure("crm", "records", "", 50)]
    found += [Measure("crm", "null_share", column, 0.9) for column in ("fax", "email")]
    judged = verdicts(found, Past(), rules(Limit(name="null_share", at_most=0.95), sources=(own,)))
    assert {verdict.label: verdict.kept for verdict in judged} == {
        "null_share(fax) at most 100.0%": True,
        "null_share(email) at most 50.0%": False,
    }


def test_for_a_change_that_is_meant_no_error_gates():
    found = [Measure("web", "records", "", 5)]
    (verdict,) = verdicts(found, Past(), rules(Limit(name="records", at_least=10, severity="error"), gates=False))
    assert (verdict.kept, verdict.severity) == (False, "warning")


def test_the_margin_of_a_count_is_a_part_of_its_usual_size():
    before = Past(past("crm", "records", "", [1000] * 5))
    judge = rules(Limit(name="records", spreads=5, margin=0.5))
    assert [verdicts([Measure("crm", "records", "", n)], before, judge)[0].kept for n in (499, 500, 1500, 1501)] == [
        *(False, True, True, False)
    ]


def test_shares_of_values_become_one_drift_per_column():
    before = [
        row
        for value, share in (("gold", 0.4), ("silver", 0.6))
        for row in past("crm", "value_share", f"tier={value}", [share] * 5)
    ]
    now = [
        Measure("crm", "records", "", 100),
        Measure("crm", "value_share", "tier=gold", 0.9),
        Measure("crm", "value_share", "tier=silver", 0.1),
    ]
    drift = with_drift(now, Past(before), rules())[-1]
    assert drift[:3] == ("crm", "value_drift", "tier")
    assert drift.value == pytest.approx(stability_index({"gold": 0.4, "silver": 0.6}, {"gold": 0.9, "silver": 0.1}))
    assert with_drift(now, Past(), rules()) == now
