"""The consent centre: decisions over time, each on one purpose and channel, under what the person gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.chance import Rng, below, one_of
from cdp_lake.synthetic.landing import Output, utc_times
from cdp_lake.synthetic.people import Person
from cdp_lake.synthetic.shopdata import DAY, YEAR_END, YEAR_START
from cdp_lake.synthetic.world import World

HEADER = "decision_id,subject_namespace,subject_value,purpose,channel,recipient,status,decided_at,source_system,brand"
BRAND = "harvest_lane"
CHANNELS = ("email", "sms", "ads", "any")
Decision = tuple[int, int, str, str]  # when, person, subject, purpose to status


@dataclass(frozen=True)
class ConsentRates:
    """How people decide."""

    asked: float = 0.82
    marketing_granted: float = 0.6
    other_granted: float = 0.75
    other_asked: float = 0.5
    withdrawn: float = 0.18
    granted_again: float = 0.2
    other_subject: float = 0.25
    recipient_named: float = 0.3


def write_consents(world: World, output: Output) -> None:
    """One row per decision, in order of time."""
    rng, rates = world.chance("consents"), ConsentRates()
    decisions = [d for p in world.people if rng.random() < rates.asked for d in _decisions(world, rng, p, rates)]
    decisions.sort()
    times = utc_times(np.array([d[0] for d in decisions], dtype=np.int64))
    rows = []
    for n, ((_, person, subject, decision), at) in enumerate(zip(decisions, times, strict=True), 1):
        namespace, _, value = subject.partition(":")
        rows.append(f"D{n:06d},{namespace},{value},{decision},{at},{'web' if n % 3 else 'store'},{BRAND}")
        output.ledger.note(("consents", subject), person, (subject,))
    output.landing.write("consents/decisions_2017.csv", rows, header=HEADER)


def _decisions(world: World, rng: Rng, person: Person, rates: ConsentRates) -> list[Decision]:
    """All decisions of one person: marketing, perhaps withdrawn and granted again, then other purposes."""
    subjects = _subjects(world, person)
    when = YEAR_START + below(rng, 200 * DAY)
    channel = one_of(rng, CHANNELS)
    recipient = "meta" if channel == "ads" and rng.random() < rates.recipient_named else ""

    def decide(at: int, purpose: str, status: str) -> Decision:
        subject = one_of(rng, subjects) if rng.random() < rates.other_subject else subjects[0]
        where = f"{channel},{recipient}" if purpose == "marketing" else "any,"
        return at, person.number, subject, f"{purpose},{where},{status}"

    granted = rng.random() < rates.marketing_granted
    decisions = [decide(when, "marketing", "granted" if granted else "denied")]
    if granted and rng.random() < rates.withdrawn:
        later = when + below(rng, 120 * DAY)
        decisions.append(decide(later, "marketing", "withdrawn"))
        if rng.random() < rates.granted_again:
            decisions.append(decide(min(later + below(rng, 60 * DAY), YEAR_END - 1), "marketing", "granted"))
    for purpose in ("analytics", "personalization"):
        if rng.random() < rates.other_asked:
            decisions.append(decide(when + 60, purpose, "granted" if rng.random() < rates.other_granted else "denied"))
    return decisions


def _subjects(world: World, person: Person) -> list[str]:
    """What the consent centre may know the person by; the first is what it mostly uses."""
    customer_id = world.customer_ids[person.number]
    pairs = (
        ("email", person.email),
        ("user_id", person.user_id),
        ("crm_id", customer_id),
        ("phone", person.phone),
    )
    return [f"{namespace}:{value}" for namespace, value in pairs if value]
