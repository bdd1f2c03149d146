"""From a size and a seed to a landing folder and its truth, byte for byte the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from cdp_lake.synthetic.behaviour import TripRates, share_out
from cdp_lake.synthetic.devices import DeviceRates, hand_out_devices
from cdp_lake.synthetic.events import unfold
from cdp_lake.synthetic.floor import Floor, measure
from cdp_lake.synthetic.landing import Landing, Output
from cdp_lake.synthetic.ledger import Ledger
from cdp_lake.synthetic.sessions import plan_sessions
from cdp_lake.synthetic.sizes import size_named
from cdp_lake.synthetic.sources.clickstream import write_clickstream
from cdp_lake.synthetic.sources.consents import write_consents
from cdp_lake.synthetic.sources.crm import write_crm
from cdp_lake.synthetic.sources.erp import write_products
from cdp_lake.synthetic.sources.logins import Clickstream
from cdp_lake.synthetic.sources.marketing import (
    write_ad_spend,
    write_contacts,
    write_offers,
    write_redemptions,
)
from cdp_lake.synthetic.sources.pos import write_pos
from cdp_lake.synthetic.sources.shop import place_orders, write_shop
from cdp_lake.synthetic.sources.social import write_social
from cdp_lake.synthetic.truth import write_summary, write_truth
from cdp_lake.synthetic.world import World, make_world


@dataclass(frozen=True)
class Summary:
    """What was generated; `records` counts good records per source, `lines` those of all baskets."""

    size: str
    seed: int
    people: int
    households: int
    lines: int
    anonymous_ids: int
    records: dict[str, int]
    traps: dict[str, int]
    bad_rows: int
    floor: Floor
    seconds: float


def generate(size: str, seed: int, out: Path, progress: Callable[[str], None]) -> Summary:
    """One world in OUT/landing and OUT/truth; the same size and seed write the same bytes."""
    began = perf_counter()
    progress(f"synth {size}: choosing households, inventing people")
    world = make_world(size_named(size), seed)
    output = Output(Landing(out / "landing"), Ledger())
    _write_sources(world, output, progress)
    progress("truth: records, people, traps, difficulty floor")
    traps = write_truth(out / "truth", world, output.landing, output.ledger)
    facts = {
        "size": size,
        "seed": seed,
        "people": len(world.people),
        "households": len(world.shop.household_sizes),
        "lines": len(world.shop.lines.cents),
        "anonymous_ids": len({pk for _, pk in output.ledger.nodes if pk.startswith("anonymous_id:")}),
        "records": dict(sorted(output.landing.records.items())),
        "traps": traps,
        "bad_rows": len(output.landing.bad_rows),
    }
    floor = measure(world.people, output.ledger)
    write_summary(out / "truth", {**facts, "floor": asdict(floor)})
    return Summary(**facts, floor=floor, seconds=round(perf_counter() - began, 1))  # type: ignore[arg-type]


def _write_sources(world: World, output: Output, progress: Callable[[str], None]) -> None:
    """Every source's files, the slow ones announced."""
    progress(f"crm, erp, marketing: {len(world.people):,} people, {len(world.shop.products.ids):,} products")
    write_crm(world, output)
    write_products(world, output.landing)
    write_ad_spend(world, output.landing)
    write_contacts(world, output)
    write_offers(world, output.landing)
    write_redemptions(world, output)
    write_consents(world, output)
    write_social(world, output)
    progress(f"shop and tills: {len(world.shop.lines.cents):,} lines")
    trips = share_out(world, TripRates())
    orders = place_orders(trips)
    write_shop(world, trips, orders, output)
    write_pos(world, trips, output)
    progress("web and app: visits and events")
    devices = hand_out_devices(world, DeviceRates())
    sessions = plan_sessions(world, trips, orders, devices)
    write_clickstream(Clickstream(world, sessions, devices, orders, unfold(world, sessions, devices)), output)
