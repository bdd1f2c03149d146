"""Privacy: what people have allowed, and names for personal values that give nothing away. Consent is kept on the
record it was given through, never on the profile, so that a split gives each side its own decisions back; where
records of one profile disagree, the restrictive decision wins, and silence is no consent.
"""

from cdp_lake.privacy.consent import consent_by_profile, consented_profiles, current_consent
from cdp_lake.privacy.tokens import TokenKey, token, with_keyed_values, with_token

__all__ = [
    "TokenKey",
    "consent_by_profile",
    "consented_profiles",
    "current_consent",
    "token",
    "with_keyed_values",
    "with_token",
]
