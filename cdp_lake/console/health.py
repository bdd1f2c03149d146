"""The health of identity, as a person reads it: the whole first, then what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from cdp_lake.console import grid, pairs

if TYPE_CHECKING:
    from cdp_lake.stages.show_health import Health

# What a measure is called, and whether it is a share.
_OF_EVERYBODY = (
    ("records", "records", False),
    ("profiles", "profiles", False),
    ("stitch_rate", "anonymous records that belong to somebody known", True),
    ("jitter", "known records that changed their profile id", True),
    ("largest_cluster_share", "records in the largest profile", True),
    ("several_given_names", "profiles with given names that disagree (over-merged?)", False),
    ("several_birth_dates", "profiles with several birth dates (over-merged?)", False),
    ("over_merge_share", "the two together, of profiles that tell either", True),
    ("under_merged_pairs", "pairs of profiles of one name and birth date (under-merged?)", False),
)
_SIZES = ("1", "2", "3-5", "6-10", "11-20", "21-50", "51-100", "101+")


def health(found: Health) -> Iterator[RenderableType]:
    """What the last stitch measured of itself."""
    whole = {m["measure"]: m["value"] for m in found.measures if not m["subject"]}
    told = [(name, _number(whole[key], is_share)) for key, name, is_share in _OF_EVERYBODY if key in whole]
    yield pairs(f"Identity as of {found.measured_at:%Y-%m-%d %H:%M}, run {found.run_id}", told)
    yield from _limits(found)
    sizes = {m["subject"]: m["value"] for m in _of(found, "profiles_by_size")}
    rows = [(size, _number(sizes[size], False)) for size in _SIZES if size in sizes]
    yield grid("Profiles by size", ("records", "profiles#"), rows)
    largest = [(m["subject"], _number(m["value"], False), m["detail"] or None) for m in _of(found, "largest_clusters")]
    yield grid("Largest profiles, and the live edges that made them", ("profile", "records#", "made by"), largest)
    refused = [(m["subject"], _number(m["value"], False)) for m in _of(found, "refused_edges")]
    if refused:
        yield grid("Refused edges", ("refused by: rule", "edges#"), refused)
    values = [(m["subject"], _number(m["value"], True)) for m in _of(found, "refused_share")]
    yield grid("Records whose value is no evidence", ("namespace", "share#"), values)


def _limits(found: Health) -> Iterator[RenderableType]:
    if not found.gates:
        yield Text("no limit is judged: none is set, or there are fewer records than identity.health.from_records")
        return
    rows = [(g.measure, g.limit, f"{g.value:.4g}", "yes" if g.kept else "NO", g.setting) for g in found.gates]
    yield grid("Limits", ("measure", "allowed", "is#", "kept", "set as identity.health."), rows)


def _of(found: Health, measure: str) -> Iterable[dict[str, Any]]:
    return (m for m in found.measures if m["measure"] == measure)


def _number(value: float, is_share: bool) -> str:
    return f"{value:.2%}" if is_share else f"{value:,.0f}"
