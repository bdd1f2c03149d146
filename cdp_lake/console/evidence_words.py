"""Evidence in words: what links two records, why it was refused, since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdp_lake.identity.explaining.case import Evidence

# What a rule of identity says when it refuses evidence; a rule that is not here is shown by its name.
REASONS = {
    "masked_value": "characters of the value are hidden",
    "unknown_namespace": "the rules do not know this kind of identifier",
    "device_follows_nobody": "such devices are evidence of nobody by the rules",
    "expired": "last seen too long ago",
    "not_reassignable": "the value belongs to whoever had it first",
    "device_of_first_owner": "the device belongs to whoever signed in on it first",
    "device_of_last_authenticated": "the device belongs to whoever signed in on it last",
    "blocked_value": "the value is listed as evidence of nobody",
    "blocked_carrier": "one of them stands for a value that is not one person's",
    "too_many_names": "more given names use the value than one person has",
    "too_many_holders": "more records carry the value than one person has",
    "limit_on_one_record": "one record carries more of these than one person has",
    "device_of_several_people": "several people signed in on the device",
    "given_names_disagree": "the given names are not one person's",
    "ambiguous_name": "one of the names could be several people's",
    "ambiguous_value": "a record without a name, at a value of several names",
    "ambiguous_record": "a record whose name is not told for certain",
    "below_automatic": "probable, and not sure enough to link by itself",
    "unlike_the_others": "these two are alike, but not the records that they would bring together",
    "limit_of_the_cluster": "together they would hold more of something than one person has",
    "limit_within_days": "together they would have got more of something at once than one person does",
    "cannot_link": "a person said that they are two people",
    "cluster_too_large": "together they would be more records than one person has",
}


def evidence_told(edge: Evidence) -> str:
    """What links two records, since when, and what it weighs."""
    seen = f", seen {span(edge)}" if edge.first_seen_at is not None else ""
    weighed = "a fixed rule, weight 1"
    if edge.model_version is not None:
        weighed = f"probability {edge.weight:.4g} by version {edge.model_version} of the model"
    if edge.refused_by is not None:
        believed = f"; {weighed}" if edge.model_version is not None else ""
        return f"{what_links(edge)}{seen}{believed}; refused: {why_refused(edge.refused_by)}"
    return f"{what_links(edge)}{seen}; {weighed}"


def parts_told(edge: Evidence) -> list[str]:
    """What a model's probability is made of, in bits of the odds: one line a part."""
    width = max((len(part.what) for part in edge.parts), default=0)
    lines = [f"{part.bits:+7.1f} bits  {part.what:<{width}}  {part.found}" for part in edge.parts]
    total = sum(part.bits for part in edge.parts)
    return [*lines, f"{total:+7.1f} bits  in all"] if lines else []


def what_links(edge: Evidence) -> str:
    """The rule and the shared value."""
    return rule_of(edge) + (f" {edge.value}" if edge.value else "")


def rule_of(edge: Evidence) -> str:
    """The rule; a must-link is a person's word."""
    return "a person's" if edge.rule == "must_link" else edge.rule.replace("_", " ")


def why_refused(refused_by: str | None) -> str:
    """The reason in words."""
    return REASONS.get(refused_by or "", (refused_by or "").replace("_", " "))


def span(edge: Evidence) -> str:
    """From the first day it was seen to the last."""
    first, last = (day(at) for at in (edge.first_seen_at, edge.last_seen_at or edge.first_seen_at))
    return first if first == last else f"{first} to {last}"


def day(at: datetime | None) -> str:
    """The day, in UTC."""
    return "-" if at is None else f"{at.astimezone(timezone.utc):%Y-%m-%d}"


def the_first(names: Sequence[str], count: int) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - count:,} more" if len(names) > count else ""
    return ", ".join(names[:count]) + more


def counted(number: int, thing: str) -> str:
    """A number of things."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
