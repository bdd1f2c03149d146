"""Consent settings: what people decide on is never read without asking."""

import pytest
import yaml
from pydantic import ValidationError

from cdp_lake.config.consent import ConsentRules
from cdp_lake.config.shipped import conf_dir


def test_the_shipped_settings_keep_deciding_and_operating_apart() -> None:
    rules = ConsentRules.model_validate(yaml.safe_load((conf_dir() / "consent.yml").read_text(encoding="utf-8")))
    assert set(rules.purposes) == {"marketing", "analytics", "personalization"}
    assert "activation" in rules.read_purposes
    assert "marketing" not in rules.read_purposes


def test_a_purpose_that_needs_consent_cannot_be_operational_too() -> None:
    with pytest.raises(ValidationError, match="remove it from operational_purposes"):
        ConsentRules(purposes=("marketing",), channels=("any",), operational_purposes=("identity", "marketing"))


def test_a_misspelt_status_is_refused() -> None:
    with pytest.raises(ValidationError, match="granted"):
        ConsentRules.model_validate(
            {"purposes": ["a"], "channels": ["any"], "operational_purposes": ["b"], "statuses": ["revoked"]}
        )
