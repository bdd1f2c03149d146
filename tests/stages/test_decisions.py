"""A person's word: it takes people apart or puts them together at once, outlives a rebuild, and can be taken back."""

import pytest

from cdp_lake import cli
from cdp_lake.contracts.identity import ASSIGNMENTS, CHANGES, EDGES
from cdp_lake.contracts.silver import SOURCE_RECORDS
from cdp_lake.identity.assignments import standing
from tests.stages.lakes import copied, csv_rows, csv_written, opened, people, row_hashes, run


@pytest.fixture(scope="module")
def mine(stitched, tmp_path_factory):
    return copied(stitched, tmp_path_factory.mktemp("decisions"))


@pytest.fixture
def pair(undisturbed):
    """Two records of the person with most records, as `source:key`."""
    largest = max(people(undisturbed), key=lambda records: (len(records), sorted(records)))
    one, *_, other = sorted(largest)
    return one, other


def test_taken_apart_and_put_together_again(spark, mine, pair, undisturbed, capsys):
    before, ids = people(undisturbed), _profile_ids(undisturbed)
    [one, other] = pair

    assert _decide(mine, "unmerge", pair) == 0
    apart = opened(spark, mine.settings())
    homes = {record: person for person in people(apart) for record in person}
    assert homes[one] != homes[other]
    [torn] = before - people(apart)
    assert homes[one] | homes[other] <= torn
    # Records that hung on one they are now apart from keep what they share: two people are left, not a heap of records.
    assert len(people(apart) - before) == 2
    assert ids.items() - _profile_ids(apart).items() < {(r, p) for r, p in ids.items() if r in torn}

    assert _decide(mine, "unmerge", pair) == 0
    assert "decided already" in capsys.readouterr().out
    assert opened(spark, mine.settings()).publication_no == apart.publication_no
    assert _rebuilt(spark, mine) == row_hashes(apart, EDGES, ASSIGNMENTS)

    assert _decide(mine, "merge", pair) == 0
    together = opened(spark, mine.settings())
    assert people(together) == before
    assert _profile_ids(together) == ids
    told = together.read(CHANGES, "evaluation").where("actor = 'a tester'").orderBy("run_id").collect()
    assert [row["change"] for row in told] == ["unmerged", "merged"]
    assert "cannot_link" in told[0]["evidence"]
    assert "must_link" in told[1]["evidence"]


def test_two_people_put_together_stay_so_whatever_limits_say(spark, mine, undisturbed):
    one, other = (min(person) for person in sorted(people(undisturbed), key=sorted)[:2])
    assert _decide(mine, "merge", (one, other)) == 0
    lake = opened(spark, mine.settings())
    homes = {record: person for person in people(lake) for record in person}
    assert homes[one] == homes[other]
    assert _rebuilt(spark, mine) == row_hashes(lake, EDGES, ASSIGNMENTS)


def test_a_word_that_names_nobody_is_said_so(mine, capsys):
    assert _decide(mine, "merge", (("crm", "nobody"), ("crm", "nobody either"))) == 2
    assert "'crm:nobody' is no profile and no record here" in capsys.readouterr().err


def _decide(mine, word, pair):
    named = [f"{source}:{key}" for source, key in pair]
    return cli.main(["identity", word, *named, "--reason", "a test", "--actor", "a tester", *mine.options()])


def _rebuilt(spark, mine):
    run(spark, mine.settings(), "stitch_identity", rebuild=True)
    return row_hashes(opened(spark, mine.settings()), EDGES, ASSIGNMENTS)


def _profile_ids(lake):
    keys = lake.read(SOURCE_RECORDS, "evaluation").select("record_sk", "source", "source_pk").distinct()
    rows = standing(lake.read(ASSIGNMENTS, "evaluation")).join(keys, "record_sk").collect()
    return {(row["source"], row["source_pk"]): row["profile_id"] for row in rows}


def test_what_is_not_sure_goes_out_as_a_table_and_comes_back_as_decisions(spark, mine, tmp_path, capsys):
    file = tmp_path / "review.csv"
    assert cli.main(["identity", "review", "export", str(file), *mine.options()]) == 0
    assert "personal data" in capsys.readouterr().out
    rows = csv_rows(file)
    assert len(rows) >= 2
    together, apart = rows[0], rows[1]
    together |= {"decision": "same", "reason": "called"}
    apart |= {"decision": "different", "reason": "two cards"}
    csv_written(file, rows)

    assert cli.main(["identity", "review", "import", str(file), "--actor", "a tester", *mine.options()]) == 0
    assert f"{len(rows) - 2:,} pairs are left open" in capsys.readouterr().out
    lake = opened(spark, mine.settings())
    homes = {f"{source}:{key}": person for person in people(lake) for source, key in person}
    assert homes[together["record_a"].lstrip("'")] == homes[together["record_b"].lstrip("'")]
    assert homes[apart["record_a"].lstrip("'")] != homes[apart["record_b"].lstrip("'")]

    assert cli.main(["identity", "review", "import", str(file), "--actor", "a tester", *mine.options()]) == 0
    assert "decided already" in capsys.readouterr().out
    assert cli.main(["identity", "review", "export", str(file), *mine.options()]) == 0
    asked = {frozenset((row["record_a"], row["record_b"])) for row in csv_rows(file)}
    assert frozenset((apart["record_a"], apart["record_b"])) not in asked
