"""Synth: write a seeded shop with its truth; the same size and seed write the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cdp_lake.errors import ConfigError, EnvironmentProblem
from cdp_lake.synthetic.sizes import size_named

Say = Callable[[str], None]


def synthesise(size: str, seed: int, out: Path, say: Say) -> bool:
    """True when a shop was written to OUT; false when this very one is there already.

    Raises ConfigError when OUT holds another shop: two of them in one landing folder would be neither.
    """
    size_named(size)
    there = _already_there(out)
    if there == (size, seed):
        say(f"{out}: size {size} with seed {seed} is there already")
        return False
    if there is not None:
        found = f"{out} holds size {there[0]} with seed {there[1]}, not size {size} with seed {seed}"
        raise ConfigError(f"{found}; remove it and the lake made from it (make clean), or choose another folder")
    try:
        from cdp_lake.synthetic import generate

        done = generate(size, seed, out, say)
    except ModuleNotFoundError as problem:
        line = "pip install 'cdp-lake[demo]'"
        raise EnvironmentProblem(
            f"the demo shop needs the package {problem.name}; install it with: {line}"
        ) from problem
    floor = done.floor
    say(
        f"difficulty: {floor.names_differ:.0%} of true pairs differ in name, {floor.nothing_shared:.0%} share no "
        f"identifier; {floor.people_sharing:.0%} of people share a phone or an address"
    )
    say(f"{sum(done.records.values()):,} records of {done.people:,} people written in {done.seconds:.0f} s")
    return True


def _already_there(out: Path) -> tuple[str, int] | None:
    # Written last, so a generation that was cut short left none.
    marker = out / "truth" / "summary.json"
    if not marker.is_file():
        return None
    facts = json.loads(marker.read_text(encoding="utf-8"))
    return str(facts["size"]), int(facts["seed"])
