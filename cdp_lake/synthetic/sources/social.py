"""Leads from social platforms: one pretty-printed JSON array, names in either script, two WeChat ids."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.chance import Rng, below, one_of, weighted
from cdp_lake.synthetic.landing import Output, utc_times
from cdp_lake.synthetic.noise import canonical_email, written_email, written_name
from cdp_lake.synthetic.people import Person
from cdp_lake.synthetic.phones import PLACEHOLDER, spelled
from cdp_lake.synthetic.shopdata import DAY, YEAR_END, YEAR_START
from cdp_lake.synthetic.world import World

PLATFORMS = {
    "zh": {"wechat": 0.6, "weibo": 0.2, "facebook": 0.1, "instagram": 0.1},
    "en": {"facebook": 0.55, "instagram": 0.45},
}


@dataclass(frozen=True)
class LeadRates:
    """How people become leads and what they leave."""

    is_lead: float = 0.46
    second_lead: float = 0.22
    email: float = 0.84
    email_in_wechat: float = 0.3
    phone: float = 0.66
    phone_in_wechat: float = 0.86
    unionid: float = 0.35


def write_social(world: World, output: Output) -> None:
    """One object per lead, in order of time."""
    rng, rates = world.chance("social"), LeadRates()
    leads = []
    for person in world.people:
        if rng.random() >= rates.is_lead:
            continue
        platform = weighted(rng, PLATFORMS[person.household.language], 1)[0]
        when = YEAR_START + below(rng, YEAR_END - YEAR_START - 60 * DAY)
        leads.append((when, person, platform, platform == "wechat" and rng.random() < rates.unionid))
        if rng.random() < rates.second_lead:
            leads.append((when + below(rng, 60 * DAY), person, platform, platform == "wechat"))
    leads.sort(key=lambda lead: (lead[0], lead[1].number, lead[3]))
    times = utc_times(np.array([lead[0] for lead in leads], dtype=np.int64))
    objects = [_lead(world, rng, rates, (f"L{n + 1:06d}", *lead), output) for n, lead in enumerate(leads)]
    for lead, at, campaign in zip(objects, times, _campaigns(world, rng, len(objects)), strict=True):
        lead.update(campaign_id=campaign, created_at=at)
    text = json.dumps(objects, ensure_ascii=False, indent=2)
    output.landing.write_document("social/leads_2017.json", text, len(objects))


def _campaigns(world: World, rng: Rng, count: int) -> list[str]:
    known = [str(campaign[0]) for campaign in world.shop.campaigns]
    return [one_of(rng, known) for _ in range(count)]


def _lead(
    world: World, rng: Rng, rates: LeadRates, lead: tuple[str, int, Person, str, bool], output: Output
) -> dict[str, str | None]:
    lead_id, when, person, platform, with_union = lead
    wechat = platform == "wechat"
    email = person.email_at(when) if rng.random() < (rates.email_in_wechat if wechat else rates.email) else ""
    phone = person.phone_at(when) if rng.random() < (rates.phone_in_wechat if wechat else rates.phone) else ""
    if phone and person.number in world.traps.placeholder_phone:
        phone = PLACEHOLDER
    written = written_email(rng, email, world.rates) if email else ""
    name = written_name(rng, person.name, world.rates, 2.0 if wechat else 0.8).full
    clues = (
        ("email", canonical_email(written)),
        ("phone", phone),
        ("wechat_openid", person.wechat_openid if wechat else ""),
        ("wechat_unionid", person.wechat_unionid if with_union else ""),
    )
    output.ledger.note(
        ("social", lead_id), person.number, tuple(f"{kind}:{value}" for kind, value in clues if value), name
    )
    return {
        "lead_id": lead_id,
        "platform": platform,
        "full_name": name,
        "email": written or None,
        "phone": spelled(rng, phone, "") if phone else None,
        "wechat_openid": person.wechat_openid if wechat else None,
        "wechat_unionid": person.wechat_unionid if with_union else None,
        "city": person.household.city if name[0] > "z" else person.household.city_latin,
    }
