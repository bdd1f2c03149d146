"""Single events of all visits: what happened, when in truth, and what clocks and networks made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cdp_lake.synthetic.chance import Flags, Ints, Rng, ragged
from cdp_lake.synthetic.devices import Devices
from cdp_lake.synthetic.sessions import ANONYMOUS, LOGGED_IN, LOGS_IN, SCRIPTS, Sessions
from cdp_lake.synthetic.world import World

LETTERS = "PLSVACOKGI"
PAGE, LOGIN, SEARCH, VIEW, ADD, CHECKOUT, ORDER, COUPON, GROUP, ALIAS = range(len(LETTERS))
RETRY_SHARE, OFFLINE_SHARE = 0.015, 0.03
HOUR_MS = 3_600_000
SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Events:
    """One row per event sent, repeats included (same `message`); times in UTC milliseconds."""

    session: Ints
    action: Ints
    line: Ints
    known: Flags
    original: Ints
    sent: Ints
    received: Ints
    message: Ints
    draw: Ints


def unfold(world: World, sessions: Sessions, devices: Devices) -> Events:
    """The events of every visit in visit order, then the repeats that retries sent."""
    rng = world.chance("events")
    scripts = [[script for script in kind] for kind in SCRIPTS.values()]
    flat = [script for kind in scripts for script in kind]
    per_kind = np.array([len(kind) for kind in scripts])
    script = (np.cumsum(per_kind) - per_kind)[sessions.kind] + (
        rng.random(len(sessions.kind)) * per_kind[sessions.kind]
    ).astype(np.int64)
    lengths = np.array([len(s) for s in flat])
    length = lengths[script]
    letters = np.array([LETTERS.index(letter) for s in flat for letter in s])
    session = np.repeat(np.arange(len(script)), length)
    slot = ragged(np.zeros(len(script), dtype=np.int64), length)
    action = _settle(letters[ragged((np.cumsum(lengths) - lengths)[script], length)], sessions.login[session])
    known = (sessions.login[session] == LOGGED_IN) | ((sessions.login[session] == LOGS_IN) & (slot > 0))
    moment = _moments(rng, sessions, session, length)
    times = _clocks(rng, moment, devices.skew_ms[sessions.device[session]], devices.app[sessions.device[session]])
    number = np.arange(len(session))
    line = _lines(world, rng, sessions.basket[session])
    draw = rng.integers(0, 1 << 30, len(session))
    events = Events(session, action, line, known, *times, number, draw)
    return _with_retries(rng, events)


def message_ids(seed: int, message: Ints) -> list[str]:
    """A text id per message number: scattered, never the same for two numbers."""
    mixed = (message.astype(np.uint64) + np.uint64(seed % 1_000_003) * np.uint64(1 << 32)) * SPREAD
    return [f"{m:016x}" for m in mixed.tolist()]


def _settle(action: Ints, login: Ints) -> Ints:
    """Logging in, grouping and aliasing happen only in a visit that logs in; else it is one more page."""
    needs_login = np.isin(action, (LOGIN, GROUP, ALIAS)) & (login != LOGS_IN)
    settled: Ints = np.where(needs_login, PAGE, action)
    return settled


def _moments(rng: Rng, sessions: Sessions, session: Ints, length: Ints) -> Ints:
    """True event times; a visit with an order ends, to the second, when the order was made."""
    gaps = 2_000 + rng.exponential(35_000, len(session)).astype(np.int64)
    last = np.cumsum(length) - 1
    since = np.cumsum(gaps)
    begin = since[last] - np.add.reduceat(gaps, last - length + 1)
    start = sessions.start * 1000 + rng.integers(0, 1000, len(length))
    start -= np.where(sessions.order >= 0, since[last] - begin, 0)
    moments: Ints = start[session] + since - begin[session]
    return moments


def _clocks(rng: Rng, moment: Ints, skew: Ints, app: Flags) -> tuple[Ints, Ints, Ints]:
    """What the device said of when it happened and was sent, and when it truly arrived."""
    wait = 20 + rng.integers(0, 400, len(moment))
    offline = app & (rng.random(len(moment)) < OFFLINE_SHARE)
    wait = wait + np.where(offline, rng.integers(HOUR_MS // 4, 9 * HOUR_MS, len(moment)), 0)
    original = moment + skew
    sent = original + wait
    return original, sent, moment + wait + 40 + rng.integers(0, 600, len(moment))


def _lines(world: World, rng: Rng, basket: Ints) -> Ints:
    """A line of the visit's basket for each event: products looked at are products bought."""
    baskets = world.shop.baskets
    line: Ints = baskets.first[basket] + (rng.random(len(basket)) * baskets.count[basket]).astype(np.int64)
    return line


def _with_retries(rng: Rng, events: Events) -> Events:
    """The same events and, for a few, the same message again, sent and received later."""
    again = np.flatnonzero(rng.random(len(events.session)) < RETRY_SHARE)
    later = np.where(
        rng.random(len(again)) < RETRY_SHARE * 10,
        rng.integers(HOUR_MS, 48 * HOUR_MS, len(again)),
        rng.integers(900, 60_000, len(again)),
    )
    both = {name: np.concatenate([column, column[again]]) for name, column in vars(events).items()}
    both["sent"][len(events.sent) :] += later
    both["received"][len(events.received) :] += later
    return Events(**both)


def is_anonymous_visit(sessions: Sessions) -> Flags:
    """Visits with at least one event that carries no userId."""
    flags: Flags = sessions.login != LOGGED_IN
    return flags


def is_known_visit(sessions: Sessions) -> Flags:
    """Visits with at least one event that carries a userId."""
    flags: Flags = sessions.login != ANONYMOUS
    return flags
