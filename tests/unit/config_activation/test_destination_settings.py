"""Destinations: a mistake in the file is found before anybody's data moves."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from cdp_lake.config.consent import ConsentRules
from cdp_lake.config.destinations import Destination, DestinationRules, check_destinations
from cdp_lake.config.shipped import conf_dir

CONSENT = ConsentRules(
    purposes=("marketing",),
    channels=("ads", "any"),
    operational_purposes=("activation",),
    separate_consent_countries=("CN",),
)
EMAIL = {"name": "EMAIL", "from": "email", "identifier": True}
EXTERN_ID = {"name": "EXTERN_ID", "from": "profile_id"}


def destination(**changes: Any) -> Destination:
    given = {"name": "ads_list", "purpose": "marketing", "channel": "ads", "segments": ["vip"]}
    return Destination.model_validate({**given, "columns": [EMAIL, EXTERN_ID], **changes})


def test_the_shipped_destination_agrees_with_the_shipped_segments_and_consent() -> None:
    conf = conf_dir()
    read = {n: yaml.safe_load((conf / f"{n}.yml").read_text(encoding="utf-8")) for n in ("destinations", "consent")}
    rules = DestinationRules.model_validate(read["destinations"])
    segments = [path.stem for path in (conf / "segments").glob("*.yml")]
    assert check_destinations(rules, segments, ConsentRules.model_validate(read["consent"])) == []
    meta = rules.destination("meta_custom_audience")
    assert [c.name for c in meta.columns if c.identifier] == ["EMAIL", "PHONE"]
    assert all(c.hash == "sha256" for c in meta.columns if c.source != "segments")


def test_every_wrong_reference_is_listed_with_the_nearest_known_word() -> None:
    rules = DestinationRules(destinations=(destination(segments=["vpi"], purpose="marketting", channel="ad"),))
    problems = check_destinations(rules, ["vip", "lapsed"], CONSENT)
    hints = ("'vip'?", "'marketing'?", "'ads'?")
    assert len(problems) == 3
    assert all(f"Did you mean {hint}" in problem for problem, hint in zip(problems, hints, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": [EMAIL]}, "from: profile_id"),
        ({"columns": [EXTERN_ID]}, "identifier: true"),
        ({"columns": [EMAIL, {**EMAIL, "name": "email"}, EXTERN_ID]}, "'email' is given twice"),
        ({"columns": [{**EMAIL, "from": "e_mail"}, EXTERN_ID]}, "Did you mean 'email'"),
        ({"separate_consent": True}, "needs a `recipient`"),
        ({"name": "../elsewhere"}, "pattern"),
        ({"max_removed_share": 1.5}, "less than or equal to 1"),
        ({"segment": ["vip"]}, "Did you mean 'segments'"),
    ],
)
def test_a_destination_that_cannot_work_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        destination(**changes)


def test_only_a_destination_with_separate_consent_asks_residents_by_name() -> None:
    asks = destination(recipient="meta", separate_consent=True).consent_need(CONSENT)
    assert (asks.recipient, asks.separate_in) == ("meta", ("CN",))
    assert destination(recipient="meta").consent_need(CONSENT).separate_in == ()
