"""Activation stories: who is told what, after what they were told before."""

import hashlib
from datetime import datetime

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from cdp_lake.activation import (
    allowed_audience,
    delivery_changes,
    delivery_rows,
    outcome_counts,
    payloads,
    removal_brake,
    rows_to_send,
)
from cdp_lake.config.destinations import Destination
from cdp_lake.contracts.gold import DELIVERIES

AUDIENCE = Destination.model_validate(
    {
        "name": "ads_list",
        "purpose": "marketing",
        "segments": ["vip", "lapsed"],
        "max_removed_share": 0.5,
        "columns": [
            {"name": "EMAIL", "from": "email", "normalise": "meta_email", "hash": "sha256", "identifier": True},
            {"name": "PHONE", "from": "phone", "normalise": "digits", "identifier": True},
            {"name": "COUNTRY", "from": "country", "normalise": "lower"},
            {"name": "EXTERN_ID", "from": "profile_id"},
            {"name": "SEGMENTS", "from": "segments"},
        ],
    }
)
AS_OF = datetime(2018, 1, 2)

# profile | email | segments | consent | told before | what happens | why
STORIES = """
new        | a@x.org | vip        | yes  | -        | added     | -
same       | a@x.org | vip        | yes  | same     | unchanged | -
moved      | a@x.org | lapsed,vip | yes  | other    | updated   | -
returned   | a@x.org | vip        | yes  | removed  | added     | -
withdrew   | a@x.org | vip        | no   | same     | removed   | no_consent
silent     | a@x.org | vip        | no   | -        | held_back | no_consent
left       | a@x.org | -          | yes  | same     | removed   | left_segment
nameless   | -       | vip        | yes  | -        | held_back | no_identifier
lost_email | -       | vip        | yes  | same     | removed   | no_identifier
merged     | gone    | vip        | -    | same     | removed   | no_profile
never      | a@x.org | -          | yes  | -        | -         | -
long_gone  | gone    | -          | -    | removed  | -         | -
other_list | a@x.org | other      | yes  | -        | -         | -
"""
TOLD = [[cell.strip() for cell in line.split("|")] for line in STORIES.strip().splitlines()]


def hashed(rows: DataFrame) -> DataFrame:
    """A stand-in for the keyed token: what matters here is that equal payloads have equal hashes."""
    return rows.withColumn("payload_hash", F.sha2("payload", 256))


@pytest.fixture(scope="module")
def wanted(spark: SparkSession) -> DataFrame:
    members = [(s, p, None) for p, _, segments, *_ in TOLD for s in segments.split(",") if s != "-"]
    # Was a member once: an interval that ended counts for nothing.
    members.append(("vip", "left", AS_OF))
    people = [(p, None if email == "-" else email.upper(), None, "US") for p, email, *_ in TOLD if email != "gone"]
    return hashed(
        payloads(
            spark.createDataFrame(members, "segment string, profile_id string, exited_at timestamp"),
            spark.createDataFrame(people, "profile_id string, email string, phone string, country string"),
            AUDIENCE,
        )
    )


@pytest.fixture(scope="module")
def changes(spark: SparkSession, wanted: DataFrame) -> DataFrame:
    consent = [(p, answer == "yes") for p, _, _, answer, *_ in TOLD if answer != "-"]
    now = {row["profile_id"]: row["payload_hash"] for row in wanted.collect()}
    before = [
        (
            "ads_list",
            p,
            now.get(p, "k1:then") if state == "same" else "k1:then",
            "removed" if state == "removed" else "added",
        )
        for p, _, _, _, state, *_ in TOLD
        if state != "-"
    ]
    before.append(("another_list", "new", now["new"], "added"))
    return delivery_changes(
        wanted,
        spark.createDataFrame(consent, "profile_id string, is_consented boolean"),
        spark.createDataFrame(before, "destination string, profile_id string, payload_hash string, state string"),
        AUDIENCE,
    )


@pytest.mark.spark
def test_each_person_is_told_of_once_and_for_the_right_reason(changes: DataFrame) -> None:
    found = {r["profile_id"]: (r["change"], r["reason"] or "-") for r in changes.collect()}
    assert found == {p: (change, why) for p, *_, change, why in TOLD if change != "-"}


@pytest.mark.spark
def test_the_audience_is_whoever_may_be_with_the_destination(spark: SparkSession, wanted: DataFrame) -> None:
    consent = [(p, answer == "yes") for p, _, _, answer, *_ in TOLD if answer != "-"]
    allowed = allowed_audience(wanted, spark.createDataFrame(consent, "profile_id string, is_consented boolean"))
    stays = {p for p, *_, change, _ in TOLD if change in ("added", "updated", "unchanged")}
    assert {row["profile_id"] for row in allowed.collect()} == stays


@pytest.mark.spark
def test_removals_go_first_and_carry_only_our_name_for_the_row(changes: DataFrame) -> None:
    rows = rows_to_send(changes).collect()
    assert [r["operation"] for r in rows] == ["remove"] * 4 + ["add"] * 3
    names = [r["sent"]["EXTERN_ID"] for r in rows]
    assert names == ["left", "lost_email", "merged", "withdrew", "moved", "new", "returned"]
    removed, moved = rows[0]["sent"], rows[4]["sent"]
    assert removed == Row(EMAIL=None, PHONE=None, COUNTRY=None, EXTERN_ID="left", SEGMENTS=None)
    email = hashlib.sha256(b"a@x.org").hexdigest()
    assert moved == Row(EMAIL=email, PHONE=None, COUNTRY="us", EXTERN_ID="moved", SEGMENTS="lapsed;vip")


@pytest.mark.spark
def test_the_ledger_keeps_what_was_sent_and_nothing_else(changes: DataFrame) -> None:
    ledger = delivery_rows(changes, AUDIENCE, AS_OF, "ads_list/run-1/audience.csv")
    assert ledger.columns == list(DELIVERIES.column_names)
    rows = {r["profile_id"]: r for r in ledger.collect()}
    assert {p: r["state"] for p, r in rows.items()} == {
        p: change for p, *_, change, _ in TOLD if change in ("added", "updated", "removed")
    }
    assert (rows["withdrew"]["segments"], rows["withdrew"]["payload_hash"]) == ([], None)
    assert (rows["moved"]["segments"], rows["moved"]["receipt"]) == (["lapsed", "vip"], "ads_list/run-1/audience.csv")


@pytest.mark.spark
def test_what_was_held_back_is_counted_by_reason(changes: DataFrame) -> None:
    counts = {(r["change"], r["reason"]): r["profile_count"] for r in outcome_counts(changes).collect()}
    assert counts[("held_back", "no_consent")] == 1
    assert counts[("held_back", "no_identifier")] == 1
    assert sum(counts.values()) == len([p for p, *_, change, _ in TOLD if change != "-"])


@pytest.mark.spark
def test_a_null_in_a_payload_differs_from_a_value(wanted: DataFrame) -> None:
    texts = {r["profile_id"]: r["payload"] for r in wanted.select("profile_id", "payload").collect()}
    assert '"PHONE":null' in texts["new"]
    assert '"EMAIL":null' in texts["nameless"]


def test_an_empty_segment_does_not_wipe_an_audience() -> None:
    message = removal_brake({("removed", "left_segment"): 6, ("unchanged", None): 4}, AUDIENCE)
    assert message is not None and "6 of 10" in message


def test_taking_consent_back_is_never_held_up() -> None:
    assert removal_brake({("removed", "no_consent"): 9, ("removed", "no_profile"): 9}, AUDIENCE) is None


def test_a_first_delivery_and_a_small_loss_pass_the_brake() -> None:
    assert removal_brake({("added", None): 1000}, AUDIENCE) is None
    assert removal_brake({("removed", "left_segment"): 5, ("updated", None): 5}, AUDIENCE) is None
    assert (
        removal_brake({("removed", "left_segment"): 5}, AUDIENCE.model_copy(update={"max_removed_share": None})) is None
    )
