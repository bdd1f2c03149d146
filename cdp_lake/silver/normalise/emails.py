"""E-mail addresses: `normalised_email` is what we write to, `canonical_email` is what we match on."""

import re
from collections.abc import Mapping, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdp_lake.silver.normalise.text import folded_text

# Providers that document `+tag` delivery; elsewhere `a+b` and `a` may be two people.
TAGGED_DOMAINS = ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com")
# Only Google ignores dots in the local part.
DOTLESS_DOMAINS = ("gmail.com", "googlemail.com")
DOMAIN_ALIASES = {"googlemail.com": "gmail.com"}

# No `*` in the local part, though the standard has it: in practice it means a masked address.
_ATOM = r"[\p{L}\p{N}!#$%&'+/=?^_`{|}~-]+"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?"
_PLAUSIBLE = (
    rf"^(?=.{{6,254}}$)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?:\p{{L}}{{2,63}}|xn--[a-z0-9-]{{2,59}})$"
)


# Mailboxes of a role: whoever has it answers.
_ROLES = (
    "info|admin|administrator|office|sales|contact|contact-?us|support|service|services|customer-?service|help|help-?desk|"
    "hello|mail|email|team|hr|jobs|careers|billing|accounts|accounting|finance|invoices?|orders?|bookings?|reservations|"
    "reception|enquir(?:y|ies)|inquir(?:y|ies)|marketing|media|press|news|newsletter|feedback|general|legal|privacy|"
    "security|webmaster|postmaster|hostmaster|abuse|root|no-?reply|do-?not-?reply"
)


def is_of_a_role(address: Column) -> Column:
    """True for an address that is a desk's and no person's, such as info@ or sales@."""
    return address.rlike(rf"^(?:{_ROLES})@")


def normalised_email(raw: Column) -> Column:
    """The address in lower case without wrapping; null when it is not plausibly an address."""
    bare = F.regexp_replace(F.lower(folded_text(raw)), r"^(?:.*<)?(?:mailto:)?|[>;,.\s]+$", "")
    return _plausible(bare)


def canonical_email(
    raw: Column,
    tagged: Sequence[str] = TAGGED_DOMAINS,
    dotless: Sequence[str] = DOTLESS_DOMAINS,
    aliases: Mapping[str, str] = DOMAIN_ALIASES,
) -> Column:
    """The match key of an address: one spelling per mailbox of the providers listed; null when implausible."""
    # Each step names its input once: branches on the domain would double the expression at every step.
    untagged = F.regexp_replace(normalised_email(raw), rf"\+[^@]*(?=@{_one_of(tagged)}$)", "")
    key = F.regexp_replace(untagged, rf"\.(?=[^@]*@{_one_of(dotless)}$)", "")
    for alias, canonical in sorted(aliases.items()):
        key = F.regexp_replace(key, f"@{re.escape(alias)}$", f"@{canonical}")
    # `+tag@gmail.com` names no mailbox: what is left must still be an address.
    return _plausible(key)


def _plausible(address: Column) -> Column:
    return F.nullif(F.regexp_extract(address, _PLAUSIBLE, 0), F.lit(""))


def _one_of(domains: Sequence[str]) -> str:
    return f"(?:{'|'.join(re.escape(domain) for domain in domains)})"
