"""What the marketing team books: ad spend by day, campaign contacts, coupon offers and coupon redemptions."""

from __future__ import annotations

import numpy as np

from cdp_lake.synthetic.landing import Landing, Output, utc_times
from cdp_lake.synthetic.shopdata import DAY, YEAR_END, YEAR_START
from cdp_lake.synthetic.world import World

AD_CHANNELS = ("facebook", "google", "wechat")
CONTACT_CHANNELS = ("email", "sms", "app")
CONTACT_DELAY = 3 * DAY


def write_ad_spend(world: World, landing: Landing) -> None:
    """One row per campaign, day of 2017 and channel."""
    rng = world.chance("ads")
    rows = []
    for campaign, _, start, end in world.shop.campaigns:
        days = np.arange(max(start, YEAR_START), min(end + DAY, YEAR_END), DAY)
        for day in days.astype("datetime64[s]").astype("datetime64[D]").astype(str).tolist():
            for channel, size, click_share in zip(AD_CHANNELS, (900, 1400, 600), rng.random(3).tolist(), strict=True):
                shown = int(size * (0.5 + rng.random()))
                clicks = int(shown * (0.005 + 0.02 * click_share))
                rows.append(f"{campaign},{day},{channel},USD,{shown * 0.011:.2f},{shown},{clicks}")
    landing.write("ads/spend.csv", rows, header="campaign_id,date,channel,currency,spend,impressions,clicks")


def write_contacts(world: World, output: Output) -> None:
    """One row per campaign and household contacted, under its main shopper's customer number."""
    rng = world.chance("contacts")
    starts = {campaign: start for campaign, _, start, _ in world.shop.campaigns}
    contacts = world.shop.contacts
    when = utc_times(
        np.array([starts[c] for c, _ in contacts], dtype=np.int64)
        + rng.integers(8 * 3600, CONTACT_DELAY, len(contacts))
    )
    channels = rng.integers(0, len(CONTACT_CHANNELS), len(contacts)).tolist()
    rows = []
    for (campaign, home), at, channel in zip(contacts, when, channels, strict=True):
        person = world.mains[home].number
        customer_id = world.customer_ids[person]
        rows.append(f"{campaign},{customer_id},{CONTACT_CHANNELS[channel]},{at}")
        output.ledger.note(("campaigns", f"crm_id:{customer_id}"), person, (f"crm_id:{customer_id}",))
    output.landing.write("campaigns/contacts.csv", rows, header="campaign_id,customer_id,channel,contacted_at")


def write_offers(world: World, landing: Landing) -> None:
    """One row per campaign, coupon and product it is good for."""
    rows = [f"{campaign},{coupon},{product}" for campaign, coupon, product in world.shop.offers]
    landing.write("coupons/offers.csv", rows, header="campaign_id,coupon_upc,product_id")


def write_redemptions(world: World, output: Output) -> None:
    """One row per coupon handed in, under the loyalty card of the household's main shopper."""
    rows = []
    for n, (home, coupon, campaign, when) in enumerate(world.shop.redemptions, 1):
        main = world.mains[home]
        day = np.datetime64(when, "s").astype("datetime64[D]")
        rows.append(f"R{n:06d},{campaign},{coupon},{main.loyalty_no},{day}")
        clue = f"loyalty_id:{main.loyalty_no}"
        output.ledger.note(("redemptions", clue), main.number, (clue,))
    header = "redemption_no,campaign_id,coupon_upc,loyalty_no,redeemed_on"
    output.landing.write("redemptions/redemptions.csv", rows, header=header)
