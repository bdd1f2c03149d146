"""The tills: one JSON object per receipt and line of text, in the shop's local wall time."""

from __future__ import annotations

import numpy as np

from cdp_lake.synthetic.behaviour import BY_CARD, BY_PHONE, Trips
from cdp_lake.synthetic.chance import Ints, ragged
from cdp_lake.synthetic.damage import pos_damage
from cdp_lake.synthetic.landing import Output, money, wall_times
from cdp_lake.synthetic.phones import PLACEHOLDER, spelled
from cdp_lake.synthetic.shopdata import DAY
from cdp_lake.synthetic.world import World

PHONE_WITH_CARD, PHONE_OF_BORROWER = 0.15, 0.5
FIRST_RECEIPT = 40_000_001
TERMINALS = 6


def write_pos(world: World, trips: Trips, output: Output) -> None:
    """One file per quarter, one line per receipt."""
    rng = world.chance("pos")
    baskets = np.flatnonzero(~trips.online)
    months = (
        world.shop.baskets.sold_at[baskets].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) - 47 * 12
    )
    quarter = np.minimum(months // 3 + 1, 4)
    customers = _customers(world, trips, baskets, output)
    coupons = _coupons(world, baskets)
    for number in range(1, 5):
        at = np.flatnonzero(quarter == number)
        if len(at):
            rows = _receipts(
                world,
                baskets[at],
                [(FIRST_RECEIPT + n, customers[n], coupons.get(n, "")) for n in at.tolist()],
            )
            output.landing.write_damaged(f"pos/receipts_2017Q{number}.json", rows, (pos_damage(rows, number), rng))


def _receipts(world: World, baskets: Ints, fronts: list[tuple[int, str, str]]) -> list[str]:
    year, lines = world.shop.baskets, world.shop.lines
    counts = year.count[baskets]
    line = ragged(year.first[baskets], counts)
    starts = np.cumsum(counts) - counts
    skus = world.catalogue.skus
    columns = (
        (np.arange(len(line)) - np.repeat(starts, counts) + 1).tolist(),
        lines.product[line].tolist(),
        lines.quantity[line].tolist(),
        money(lines.cents[line]),
        money(lines.discount[line] + lines.coupon[line]),
    )
    texts = [
        f'{{"line_no":{no},"product_id":"{skus[product]}","quantity":{quantity},"amount":{amount},"discount":{discount}}}'
        for no, product, quantity, amount, discount in zip(*columns, strict=True)
    ]
    totals = money(np.add.reduceat(lines.cents[line], starts))
    heads = zip(fronts, year.store[baskets].tolist(), wall_times(year.sold_at[baskets]), totals, strict=True)
    spans = zip(starts.tolist(), counts.tolist(), strict=True)
    return [
        f'{{"receipt_no":"{number}","store_id":"{store}","terminal":"{number % TERMINALS + 1}",'
        f'"sold_at":"{sold_at}",{customer},"currency":"USD","total":{total},'
        f'"lines":[{",".join(texts[first : first + count])}],"coupons":[{used}]}}'
        for ((number, customer, used), store, sold_at, total), (first, count) in zip(heads, spans, strict=True)
    ]


def _customers(world: World, trips: Trips, baskets: Ints, output: Output) -> list[str]:
    """Per receipt the loyalty number and phone as JSON; notes in the ledger whose receipt it is."""
    rng = world.chance("tills")
    extra = rng.random(len(baskets)).tolist()
    columns = (trips.person, trips.card, trips.known_by, trips.borrowed, trips.sold_at_utc)
    texts = []
    for draw, row in zip(extra, zip(*(column[baskets].tolist() for column in columns), strict=True), strict=True):
        number, card, known_by, borrowed, when = row
        person = world.people[number]
        loyalty_no = world.people[card].loyalty_no if known_by == BY_CARD else ""
        gives_phone = known_by == BY_PHONE or (
            loyalty_no and draw < (PHONE_OF_BORROWER if borrowed else PHONE_WITH_CARD)
        )
        phone = (
            (PLACEHOLDER if number in world.traps.placeholder_phone else person.phone_at(when)) if gives_phone else ""
        )
        clues = tuple(f"{kind}:{value}" for kind, value in (("loyalty_id", loyalty_no), ("phone", phone)) if value)
        if clues:
            output.ledger.note(("pos", clues[0]), number, clues)
        written = spelled(rng, phone, "US") if phone else ""
        texts.append(f'"loyalty_no":{_text(loyalty_no)},"phone":{_text(written)}')
    return texts


def _text(value: str) -> str:
    return f'"{value}"' if value else "null"


def _coupons(world: World, baskets: Ints) -> dict[int, str]:
    """Per receipt the coupons its household redeemed that day, on the day's first receipt."""
    year = world.shop.baskets
    first: dict[tuple[int, int], int] = {}
    for n, (home, sold_at) in enumerate(
        zip(year.household[baskets].tolist(), year.sold_at[baskets].tolist(), strict=True)
    ):
        first.setdefault((home, sold_at // DAY), n)
    used: dict[int, list[str]] = {}
    for home, coupon, _, when in world.shop.redemptions:
        receipt = first.get((home, when // DAY))
        if receipt is not None:
            used.setdefault(receipt, []).append(f'"{coupon}"')
    return {receipt: ",".join(codes) for receipt, codes in used.items()}
