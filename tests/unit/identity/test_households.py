"""Who lives together: the same name at the same place, unless the place is a building."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from cdp_lake.config.households import HouseholdRules
from cdp_lake.identity.households import homes, households_of, living_together, ties

RULES = HouseholdRules(any_of=(("family_key", "street", "postcode"), ("family_key", "phone")), max_people=3)
# profile | record | version | day | family | street | postcode | phone
TOLD = [
    # A couple and a namesake in the next street; the record without an address is theirs all the same.
    *(("A1", 1, 1, 1, "li", "1 elm st", "43001", None), ("A2", 2, 1, 1, "li", "1 elm st", "43001", None)),
    *(("A2", 3, 1, 9, None, None, None, None), ("A3", 4, 1, 1, "li", "2 elm st", "43001", None)),
    # Another name at the same place, and the same street of another town.
    *(("B1", 10, 1, 1, "ray", "1 elm st", "43001", None), ("B2", 11, 1, 1, "ray", "1 elm st", "10115", None)),
    # Joined by a phone; the first version of the record was another number.
    *(("C1", 20, 1, 1, "wu", None, None, "+1"), ("C1", 20, 2, 2, "wu", None, None, "+2")),
    *(("C2", 21, 1, 1, "wu", None, None, "+2"), ("C3", 22, 1, 1, "wu", None, None, "+1")),
    # D1 moved out: what an older record still says is no bridge.
    *(("D1", 30, 1, 1, "fox", "5 oak st", "43001", None), ("D1", 31, 1, 5, "fox", "6 oak st", "43001", None)),
    *(("D2", 32, 1, 1, "fox", "5 oak st", "43001", None), ("D3", 33, 1, 1, "fox", "6 oak st", "43001", None)),
    # Four people at one address, of whom two share a name: a building.
    *((f"E{n}", 40 + n, 1, 1, "yu" if n < 2 else f"x{n}", "9 high st", "43001", None) for n in range(4)),
    # Two homes of two chained by a phone are four: only the address counts, and F5 has none.
    *((f"F{n}", 50 + n, 1, 1, "orr", f"{n // 2} ash st", "43001", "+7" if n in (1, 2) else None) for n in range(4)),
    ("F5", 55, 1, 1, "orr", None, None, "+7"),
    # Nothing said of where, or of the name.
    *(("G1", 60, 1, 1, "kay", None, "43001", None), ("G2", 61, 1, 1, None, "8 elm st", "43001", None)),
]
DAY = datetime(2017, 5, 1)


def _households(spark, told=TOLD):
    """The households by the ids of their people; what the stage does, with a small graph walked by hand."""
    columns = "profile_id STRING, record_sk BIGINT, version_no INT, day INT, family_key STRING, street STRING, "
    rows = spark.createDataFrame(told, columns + "postcode STRING, phone STRING")
    times = {f"{name}_at": rows["day"] * timedelta(days=1) + DAY for name in ("first_seen", "last_seen")}
    records = rows.withColumns({**times, "valid_from": times["last_seen_at"]})
    persons = rows.select("record_sk", "profile_id").distinct()
    evidence = homes(records, persons, RULES).persist()
    found = [(row["src_record_sk"], row["dst_record_sk"]) for row in ties(evidence).collect()]
    components = spark.createDataFrame(_components(found), "record_sk BIGINT, cluster_sk BIGINT")
    people = living_together(evidence, components, RULES)
    clusters = households_of(persons, people).join(persons, "record_sk").collect()
    by_household = defaultdict(set)
    for row in clusters:
        by_household[row["cluster_sk"]].add(row["profile_id"])
    return {frozenset(household) for household in by_household.values()}, {row["record_sk"] for row in clusters}


def _components(edges):
    home = {end: end for edge in edges for end in edge}
    for _ in home:
        for one, other in edges:
            home[one] = home[other] = min(home[one], home[other])
    return list(home.items())


@pytest.mark.spark
def test_a_household_is_one_name_at_one_place_and_no_building(spark):
    households, records = _households(spark)

    assert households == {
        *(frozenset(h.split()) for h in ("A1 A2", "A3", "B1", "B2", "C1 C2", "C3", "D1 D3", "D2", "F0 F1", "F2 F3")),
        frozenset({"F5"}),
    }
    assert 3 in records  # a record that says nothing belongs where its person lives


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (("family_key", "postcode"), "strangers share all of it"),
        (("family_key",), "Add one of street, phone, email"),
        (("family_key", "street"), "add city or postcode"),
        (("family_key", "stret"), "Did you mean 'street'"),
    ],
)
def test_a_rule_that_names_no_place_is_refused_with_what_to_add(rule, said):
    with pytest.raises(ValidationError, match=said):
        HouseholdRules(any_of=(rule,))
