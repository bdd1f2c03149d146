"""How large a generated world is: four sizes, everything in proportion to the people in it."""

from __future__ import annotations

from dataclasses import dataclass

from cdp_lake.errors import ConfigError, did_you_mean


@dataclass(frozen=True)
class Size:
    """One size: people wanted (0 means every household), copies of the shop year, events, planted traps."""

    name: str
    people: int
    copies: int
    events: int
    traps: int
    kiosks: int
    kiosk_people: int


SIZES = {
    size.name: size
    for size in (
        Size("XS", people=50, copies=1, events=3_600, traps=3, kiosks=1, kiosk_people=8),
        Size("S", people=300, copies=1, events=23_500, traps=5, kiosks=1, kiosk_people=20),
        Size("M", people=0, copies=1, events=1_040_000, traps=72, kiosks=52, kiosk_people=60),
        Size("L", people=0, copies=5, events=5_200_000, traps=360, kiosks=260, kiosk_people=60),
    )
}


def size_named(name: str) -> Size:
    """The size of that name, or a teaching error."""
    if name not in SIZES:
        raise ConfigError(f"synth: unknown size '{name}'; {did_you_mean(name, SIZES)}")
    return SIZES[name]
