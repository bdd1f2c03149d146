"""Files are written whole, and bad records lie where the list of bad rows says."""

import numpy as np

from cdp_lake.synthetic.chance import ragged, stream
from cdp_lake.synthetic.landing import Bad, Landing, csv_field, money
from cdp_lake.synthetic.ledger import Ledger, owner_of


def test_bad_records_are_numbered_among_all_records_and_the_good_keep_their_order(tmp_path):
    landing = Landing(tmp_path)
    bad = [Bad("lone", ("BAD",), "n"), Bad("twin", ("T1", "T2"), "n", after=1), Bad("torn", ("TOR",), "n", at_end=True)]
    landing.write_damaged("x/rows.csv", ["a", "b", "c"], (bad, stream(1, "damage")), header="h")
    lines = (tmp_path / "x/rows.csv").read_text().split("\n")
    assert lines[0] == "h"
    assert [line for line in lines[1:] if line in "abc"] == ["a", "b", "c"]
    assert {row.kind: lines[row.record_no] for row in landing.bad_rows} == {"lone": "BAD", "twin": "T2", "torn": "TOR"}
    assert lines.index("T1") == lines.index("b") + 1
    assert lines[-1] == "TOR"
    assert landing.records == {"x": 3}


def test_a_field_is_quoted_when_it_must_be():
    assert [csv_field(text) for text in ("a", "a,b", 'a"b', "a\nb")] == ["a", '"a,b"', '"a""b"', '"a\nb"']


def test_money_has_two_places():
    assert money(np.array([0, 5, 1234])) == ["0.00", "0.05", "12.34"]


def test_ragged_runs_follow_one_another():
    assert ragged(np.array([10, 0, 5]), np.array([2, 0, 3])).tolist() == [10, 11, 5, 6, 7]


def test_a_carrier_belongs_to_whoever_holds_nine_tenths_of_it():
    ledger = Ledger()
    for facts, person in ((9, 1), (1, 2)):
        ledger.note_many(("pos", "phone:+1"), person, facts)
    ledger.note_many(("pos", "phone:+2"), 1, 8)
    ledger.note_many(("pos", "phone:+2"), 2, 2)
    ledger.note_many(("crm", "email:test@test.com"), 1, 5)
    owners = {pk: owner_of(pk, node) for (_, pk), node in ledger.nodes.items()}
    assert owners == {"phone:+1": 1, "phone:+2": None, "email:test@test.com": None}
