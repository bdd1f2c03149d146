"""An explanation is words that a person without SQL understands, made of one small case; no Spark."""

import io
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from rich.console import Console

from cdp_lake.config.identity import IdentityRules
from cdp_lake.config.namespace import Namespace
from cdp_lake.console import evidence_words, explanation
from cdp_lake.errors import InvariantBroken
from cdp_lake.identity import guardrails, names_at_values, resemblance, untangling
from cdp_lake.identity.decisions import MUST_LINK
from cdp_lake.identity.explaining.answers import (
    Refused,
    Rift,
    Story,
    beyond_limits,
    crossing,
    holdings,
    joined,
    most_fragile,
    tied,
)
from cdp_lake.identity.explaining.case import Case, Held, Part, Record
from cdp_lake.identity.explaining.links import Link, as_edge, as_value
from cdp_lake.identity.resemblance import RESEMBLES
from cdp_lake.stages.explain_identity import Ambiguous, Meant
from cdp_lake.stages.who_is_meant import Candidate

DAY = datetime(2018, 1, 1, tzinfo=timezone.utc)
ANN, BOB = "P000000001", "P000000002"
RULES = IdentityRules(
    namespaces=(Namespace(name="user_id", priority=1, limit=1), Namespace(name="phone", priority=2, limit=5))
)
PEOPLE = {1: ANN, 2: ANN, 3: ANN, 4: BOB}
LINKS = [
    Link(1, 2, "user_id", 11, 2, first_seen_at=DAY, last_seen_at=DAY + timedelta(days=9)),
    Link(1, 3, "phone", 12, 3, first_seen_at=DAY, last_seen_at=DAY),
    Link(2, 3, "phone", 12, 3, first_seen_at=DAY, last_seen_at=DAY),
    Link(3, 4, "phone", 12, 3, first_seen_at=DAY, last_seen_at=DAY, refused_by="given_names_disagree"),
]


def case_of(links, people=PEOPLE):
    records = {
        sk: Record(sk, "crm", f"C{sk}", profile, DAY + timedelta(days=sk), DAY + timedelta(days=sk), DAY)
        for sk, profile in people.items()
    }
    held = [Held(sk, 12, "phone", "+1555", None) for sk in people] + [
        *(Held(sk, 11, "user_id", "u1", None) for sk in (1, 2)),
        Held(4, 13, "user_id", "u4", None),
        Held(3, 14, "phone", "+1000", "blocked_value"),
    ]
    return Case(records, links, [one for one in held if one.record_sk in people])


def shown(found):
    console = Console(file=io.StringIO(), width=200)
    for part in explanation.explanation(found):
        console.print(part)
    return console.file.getvalue()


def test_two_records_are_told_their_steps_and_what_they_hang_on():
    own = {sk: profile for sk, profile in PEOPLE.items() if profile == ANN}
    found = tied(case_of(LINKS[:3], own), ("crm:C1", "crm:C3"), {1}, {3})
    text = shown(found)
    assert "crm:C1 and crm:C3 are one person: P000000001" in text
    assert "| phone +1555, seen 2018-01-01; a fixed rule, weight 1" in text
    assert "It takes 2 edges to part these two, of the 3 between the 3 records of the profile:" in text
    # Both edges of the cut are the same phone.
    assert "But one wrong value would do" in text


def test_a_single_edge_on_which_all_hangs_is_said_so_and_a_model_is_named():
    own = {1: ANN, 2: ANN}
    link = LINKS[0]._replace(rule="resembles", identifier=0, weight=0.93, model_version="7", first_seen_at=None)
    parts = [Part("any two records", "how seldom they are one person", -9.0), Part("given", "equal", 12.7)]
    text = shown(tied(replace(case_of([link], own), weighed={(1, 2): parts}), (ANN, "crm:C2"), {1}, {2}))
    assert "hangs on 1 edge of the 1 between" in text
    assert "| resembles; probability 0.93 by version 7 of the model" in text
    assert ["+12.7", "bits", "given", "equal"] in [line.strip(" |").split() for line in text.splitlines()]
    assert "+3.7 bits  in all" in text


def test_a_persons_word_is_no_value_though_numbers_may_be_the_same():
    link = Link(1, 2, "must_link", 12, 1, first_seen_at=DAY, last_seen_at=DAY)
    text = shown(tied(case_of([link], {1: ANN, 2: ANN}), ("a", "b"), {1}, {2}))
    assert "| a person's decision 12, seen 2018-01-01" in text
    assert "+1555" not in text


def test_what_is_in_one_record_needs_no_way():
    own = {1: ANN, 2: ANN}
    assert "crm:C2 answers to both" in shown(tied(case_of(LINKS[:1], own), ("a", "b"), {1, 2}, {2}))


def test_records_of_one_profile_without_a_way_are_a_broken_law():
    with pytest.raises(InvariantBroken):
        tied(case_of([], {1: ANN, 2: ANN}), ("a", "b"), {1}, {2})


def test_two_people_are_told_what_was_refused_and_what_they_would_hold_together():
    case = case_of(LINKS)
    between = crossing(case.links, PEOPLE)
    assert between == [LINKS[3]]
    too_many = beyond_limits(holdings(case, set(PEOPLE), RULES))
    found = Rift(("crm:C1", BOB), (ANN, BOB), case.told([]), case.told(between), too_many, 4, True)
    text = shown(found)
    assert "crm:C1 (P000000001) and P000000002 are two people" in text
    assert "phone +1555: the given names are not one person's" in text
    assert "Together they would hold 2 of user id; one person has at most 1." in text


@pytest.mark.parametrize(("is_complete", "words"), [(True, "neither believed nor refused"), (False, "search ended")])
def test_no_evidence_is_told_apart_from_a_search_that_ended(is_complete, words):
    assert words in shown(Rift(("a", "b"), (ANN, BOB), [], [], [], 9, is_complete))


def test_the_story_of_a_profile_in_words():
    case = case_of(LINKS)
    own = case.of(ANN)
    changes = [
        {"change": change, "profile_id": one, "other_profile_id": other, "record_count": 1, "effective_at": DAY}
        | {"actor": "stitch_identity"}
        for change, one, other in [("created", ANN, ""), ("merged", ANN, "P000000009"), ("split", BOB, ANN)]
    ]
    text = shown(
        Story(
            asked="P000000009",
            profile_id=ANN,
            changes=changes,
            aliases=["P000000009"],
            records=joined(case, own),
            live_edges=3,
            holdings=holdings(case, own, RULES),
            refused=[Refused("phone", "given_names_disagree", 4, case.told(LINKS[3:]))],
            fragile_edge=most_fragile(case, as_edge),
            fragile_value=most_fragile(case, as_value),
        )
    )
    for words in (
        *("P000000001 is one person in 3 records, tied by 3 edges", "P000000009 is a former id of it"),
        *(
            "created with 1 record, by stitch_identity",
            "took in P000000009 with 1 record",
            "1 record left for P000000002",
        ),
        *("3 and crm:C4 of P000000002: +1555", "phone +1555, as on 1", "1: the value is listed as evidence of nobody"),
        *("The value on which most hangs, by 2 edges", "1 of 3 records would not belong to it: crm:C3"),
    ):
        assert words in text
    assert "most fragile joint" not in text


def test_several_carriers_are_listed_with_how_to_compare_two():
    text = shown(Ambiguous("+1555", [Candidate(ANN, ("phone",), True), Candidate(BOB, ("phone",), True)]))
    assert "+1555 is carried by several profiles" in text
    assert f"cdp-lake identity explain {ANN} {BOB}" in text


def test_of_a_value_the_records_it_is_evidence_of_are_meant():
    case = case_of(LINKS)
    phone = frozenset({("phone", "+1555"), ("user_id", "+1555")})
    assert Meant("+1555", ANN, values=phone).records(case) == {1, 2, 3}
    assert Meant("+1000", ANN, values=frozenset({("phone", "+1000")})).records(case) == {3}
    assert Meant("crm:C2", ANN, record_sk=2).records(case) == {2}
    assert Meant(BOB, BOB).records(case) == {4}


@pytest.mark.parametrize("module", [guardrails, names_at_values, resemblance, untangling])
def test_every_rule_that_refuses_evidence_has_words(module):
    constants = {name: value for name, value in vars(module).items() if name.isupper() and name[0] != "_"}
    # A value in dispute refuses carriers of the value, under a name of their own; a must-link refuses nothing.
    no_refusals = {guardrails.IN_DISPUTE, MUST_LINK, RESEMBLES}
    rules = {value for value in constants.values() if isinstance(value, str)} - no_refusals
    assert rules
    assert rules <= set(evidence_words.REASONS)
