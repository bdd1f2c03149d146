"""An explanation on the screen: who is one person, by what, and what of it is weak, in words and the present tense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid
from cdp_lake.console.evidence_words import (
    counted,
    day,
    evidence_told,
    parts_told,
    rule_of,
    the_first,
    what_links,
    why_refused,
)

if TYPE_CHECKING:
    from cdp_lake.identity.explaining.answers import Fragile, Holding, Joined, Refused, Rift, Story, Tie
    from cdp_lake.identity.explaining.case import Evidence
    from cdp_lake.stages.explain_identity import Ambiguous, Answer

MOST_SHOWN = 10


def explanation(found: Answer) -> Iterator[RenderableType]:
    """Whatever was found."""
    from cdp_lake.identity.explaining.answers import Rift, Story, Tie

    if isinstance(found, Story):
        return story(found)
    if isinstance(found, Tie):
        return tie(found)
    return rift(found) if isinstance(found, Rift) else ambiguous(found)


def ambiguous(found: Ambiguous) -> Iterator[RenderableType]:
    """Several profiles carry the value; two of them can be compared."""
    rows = [(one.profile_id, one.namespaces, "yes" if one.is_live else "no") for one in found.candidates]
    yield Text(f"{found.asked} is carried by several profiles:", style="bold")
    yield grid("", ("profile", "as", "is evidence"), rows)
    two = " ".join(one.profile_id for one in found.candidates[:2])
    yield Text(f"Name the one you mean. What keeps two of them apart: cdp-lake identity explain {two}")


def tie(found: Tie) -> Iterator[RenderableType]:
    """Why two records are one person, and how little would have to be wrong."""
    yield Text(f"{' and '.join(found.asked)} are one person: {found.profile_id}", style="bold")
    if not found.path:
        yield Text(f"{found.ends[0]} answers to both; no evidence is needed.")
        yield Text(f"How the whole profile came together: cdp-lake identity explain {found.profile_id}")
        return
    yield Text(f"\nThe shortest way from one to the other, {counted(len(found.path), 'step')}:")
    yield from _way(found.path)
    whole = f"of the {found.live_edges:,} between the {found.records:,} records of the profile"
    if len(found.cut) == 1:
        yield Text(f"\nEverything between these two hangs on 1 edge {whole}:", style="bold")
    else:
        yield Text(f"\nIt takes {len(found.cut):,} edges to part these two, {whole}:", style="bold")
    yield from _listed(found.cut)
    if found.values_to_cut < len(found.cut):
        yield Text(f"But {_values(found)} would do: an edge is only one of the places where a value is shared.")
        yield from _listed(found.cut_by_value)


def _values(found: Tie) -> str:
    return "one wrong value" if found.values_to_cut == 1 else f"{found.values_to_cut:,} wrong values"


def rift(found: Rift) -> Iterator[RenderableType]:
    """Why two records are not one person."""
    yield Text(f"{' and '.join(map(_asked, found.asked, found.profile_ids))} are two people", style="bold")
    if found.between:
        yield Text(f"\nRefused evidence right between the two, {counted(len(found.between), 'edge')}:")
        yield from _listed(found.between)
    if len(found.path) > 1:
        yield Text(f"\nThe shortest way from one to the other, over {len(found.path):,} steps:")
        yield from _way(found.path)
    refused = [edge for edge in found.between or found.path if edge.refused_by is not None]
    if refused:
        yield Text("\nWhat keeps them apart:", style="bold")
        yield from (Text(f"  {line}") for line in list(dict.fromkeys(map(_refusal, refused)))[:MOST_SHOWN])
    elif found.is_complete:
        yield Text("No evidence connects them, neither believed nor refused.")
    else:
        seen = f"the {found.edges_seen:,} edges nearest to them"
        yield Text(f"No evidence connects them among {seen}; the search ended there.")
    for one in found.too_many:
        what = one.namespace.replace("_", " ")
        yield Text(f"  Together they would hold {one.values:,} of {what}; one person has at most {one.limit:,}.")


def _asked(asked: str, profile_id: str) -> str:
    return asked if asked.strip() == profile_id else f"{asked} ({profile_id})"


def _refusal(edge: Evidence) -> str:
    return f"{what_links(edge)}: {why_refused(edge.refused_by)}"


def story(found: Story) -> Iterator[RenderableType]:
    """How one profile came about, what holds it together and what was refused."""
    count = counted(len(found.records), "record")
    yield Text(f"{found.profile_id} is one person in {count}, tied by {found.live_edges:,} edges", style="bold")
    yield from _events(found)
    yield _order(found)
    yield grid(
        "Identifiers", ("namespace", "values#", "one person may have", "no evidence"), map(_holding, found.holdings)
    )
    yield from _fragile(found)
    if found.refused:
        rows = [_refused(kind, found) for kind in found.refused]
        yield grid("Refused evidence", ("by rule", "edges#", "because", "such as"), rows)
    elif found.records:
        yield Text("No evidence about these records was refused.")


def _events(found: Story) -> Iterator[RenderableType]:
    if found.asked.strip() in found.aliases:
        yield Text(f"{found.asked.strip()} is a former id of it", style="yellow")
    for change in found.changes:
        yield Text(f"  {day(change['effective_at'])}  {_event(change, found.profile_id)}, by {change['actor']}")
    if found.aliases:
        yield Text(f"It also answers to {', '.join(found.aliases)}.")


def _event(change: dict[str, Any], profile_id: str) -> str:
    """One change as seen from the profile."""
    here, there, moved = change["profile_id"], change["other_profile_id"], counted(change["record_count"], "record")
    if change["change"] == "created":
        return f"{'created' if here == profile_id else f'{here} created'} with {moved}"
    if change["change"] == "merged":
        return f"{'' if here == profile_id else f'{here} '}took in {there} with {moved}"
    if there == profile_id:
        return f"{moved} left for {here}" + (" by a person's word" if change["change"] == "unmerged" else "")
    return f"{'' if here == profile_id else f'{here} '}got {moved} of {there}"


def _order(found: Story) -> RenderableType:
    """Records in the order in which they came; a record is told by its number from then on."""
    number = _numbers(found)
    several = len({joined.known_from for joined in found.records}) > 1
    rows = [
        (number[joined.record], joined.record, _by(joined, number), day(joined.seen_at))
        + ((day(joined.known_from),) if several else ())
        for joined in found.records
    ]
    columns = ("##", "record", "tied by", "seen (UTC)", *(["decided (UTC)"] if several else []))
    return grid("How its records came together", columns, rows)


def _by(joined: Joined, number: dict[str, int]) -> str:
    edge = joined.evidence
    if edge is None:
        return "the first"
    # A record that only carries a value has it in its name.
    said = edge.value is not None and edge.value in joined.record
    return f"{f'its {rule_of(edge)}' if said else what_links(edge)}, as on {number[edge.one]}"


def _holding(one: Holding) -> tuple[Any, ...]:
    refused = [f"{count:,}: {why_refused(why)}" for why, count in one.refused.items()]
    limit = "any number" if one.limit is None else f"at most {one.limit:,}"
    return one.namespace, one.values, limit, "; ".join(refused)


def _fragile(found: Story) -> Iterator[RenderableType]:
    edge, value = found.fragile_edge, found.fragile_value
    if len(found.records) == 1:
        yield Text("A single record: nothing has to hold it together.")
    elif edge is None and value is None:
        yield Text("No single piece of evidence holds it together: whichever is wrong, the profile stays whole.")
    if edge is not None:
        yield Text("The most fragile joint:", style="bold")
        yield from _would_leave(edge, len(found.records))
    if value is not None and (edge is None or len(value.split_off) > len(edge.split_off)):
        yield Text(f"The value on which most hangs, by {counted(len(value.evidence), 'edge')}:", style="bold")
        yield from _would_leave(value, len(found.records))


def _would_leave(joint: Fragile, records: int) -> Iterator[RenderableType]:
    yield from _listed(joint.evidence[:1])
    names = the_first(joint.split_off, MOST_SHOWN // 2)
    yield Text(f"  Without it {len(joint.split_off):,} of {records:,} records would not belong to it: {names}\n")


def _refused(kind: Refused, found: Story) -> tuple[Any, ...]:
    """A reason with its first example, the profile's own records by number."""
    number, example = _numbers(found), kind.examples[0]
    ends = zip((example.one, example.other), example.profile_ids, strict=True)
    told = [str(number[name]) if name in number else f"{name} of {profile_id}" for name, profile_id in ends]
    inside = " (one person by other evidence)" if all(end in number for end in (example.one, example.other)) else ""
    value = f": {example.value}" if example.value else ""
    return kind.rule.replace("_", " "), kind.edges, why_refused(kind.refused_by), " and ".join(told) + inside + value


def _numbers(found: Story) -> dict[str, int]:
    return {joined.record: place for place, joined in enumerate(found.records, start=1)}


def _way(path: Sequence[Evidence]) -> Iterator[RenderableType]:
    """One record a line, and between two of them what links them."""
    yield Text(f"  {path[0].one}")
    for edge in path:
        yield Text(f"    | {evidence_told(edge)}", style="" if edge.refused_by is None else "yellow")
        yield from (Text(f"    |   {line}", style="dim") for line in parts_told(edge))
        yield Text(f"  {edge.other}")


def _listed(edges: Sequence[Evidence]) -> Iterator[RenderableType]:
    for edge in edges[:MOST_SHOWN]:
        yield Text(f"  {evidence_told(edge)}")
        yield Text(f"      between {edge.one} and {edge.other}", style="dim")
    if len(edges) > MOST_SHOWN:
        yield Text(f"  and {len(edges) - MOST_SHOWN:,} more (all of them with --json)")
