"""Browsers and phones: whose they are, how wrong their clocks run, and the anonymousId each one keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.chance import Flags, Ints, Rng, uuids
from cdp_lake.synthetic.shopdata import DAY
from cdp_lake.synthetic.world import World

KIOSK = -1_000_000_000  # owner of a device that belongs to the store
CLOCK_SKEWS = np.array([0, 3 * 3600, -3 * 3600, DAY, -400 * DAY]) * 1000
SKEW_SHARES = [0.955, 0.015, 0.015, 0.01, 0.005]
WEB_TYPES, APP_TYPES = ("desktop", "mobile", "tablet"), ("ios", "android")


@dataclass(frozen=True)
class DeviceRates:
    """How many browsers and phones there are."""

    more_browsers: float = 1.5  # beyond the first, on average: new machines and cleared cookies
    has_app: float = 0.65
    without_account: float = 0.12  # of people without an account: they browse all the same
    visitors: float = 2.2  # per person: browsers that never say who they are
    visitor_app: float = 0.12


@dataclass(frozen=True)
class Devices:
    """One row per device: owner (visitors below 0), app or web, clock skew, its id and fixed context."""

    owner: Ints
    app: Flags
    skew_ms: Ints
    names: list[str]
    contexts: list[str]


def hand_out_devices(world: World, rates: DeviceRates) -> Devices:
    """All devices of the world, sorted by owner kind: account holders, other people, visitors, kiosks."""
    rng = world.chance("devices")
    owners, apps = [], []
    for person in world.people:
        if person.user_id:
            browsers = 1 + int(rng.poisson(rates.more_browsers))
            flags = [False] * browsers + [True] * int(rng.random() < rates.has_app)
        else:
            flags = [False] * int(rng.random() < rates.without_account)
        owners += [person.number] * len(flags)
        apps += flags
    visitors, kiosks = round(rates.visitors * len(world.people)), len(world.traps.kiosks)
    owner = np.array([*owners, *range(-1, -visitors - 1, -1), *[KIOSK] * kiosks])
    app = np.array([*apps, *(rng.random(visitors) < rates.visitor_app).tolist(), *[False] * kiosks])
    names = uuids(rng, len(owner) - kiosks) + [name for name, _ in world.traps.kiosks]
    skew = rng.choice(CLOCK_SKEWS, size=len(owner), p=SKEW_SHARES)
    skew[owner == KIOSK] = 0
    return Devices(owner, app, skew, names, _contexts(world, rng, owner, app))


def _contexts(world: World, rng: Rng, owner: Ints, app: Flags) -> list[str]:
    """Per device the JSON members of the context that never change."""
    kinds = rng.integers(0, 6, len(owner)).tolist()
    texts = []
    for n, (who, is_app, kind) in enumerate(zip(owner.tolist(), app.tolist(), kinds, strict=True)):
        chinese = who >= 0 and world.people[who].household.language == "zh"
        locale = "zh-CN" if chinese or (who < 0 and not kind) else "en-US"
        device = f'"id":"d{n:06x}","type":"{APP_TYPES[kind % 2]}"' if is_app else f'"type":"{WEB_TYPES[kind % 3]}"'
        texts.append(f'"device":{{{device}}},"locale":"{locale}","userAgent":"HL/{kind}.{int(is_app)}"')
    return texts
