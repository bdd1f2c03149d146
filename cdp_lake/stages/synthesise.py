"""Synth: write a seeded shop or the identity benchmark, each with its truth; same size and seed, same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_lake.errors import ConfigError, EnvironmentProblem
from cdp_lake.synthetic.sizes import size_named

if TYPE_CHECKING:
    from cdp_lake.synthetic.floor import Floor

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
    with _packages_of_the_generator("the demo shop"):
        from cdp_lake.synthetic import generate

        done = generate(size, seed, out, say)
    say(_difficulty(done.floor))
    say(f"{sum(done.records.values()):,} records of {done.people:,} people written in {done.seconds:.0f} s")
    return True


def synthesise_benchmark(size: str, seed: int, out: Path, say: Say) -> None:
    """Writes the identity benchmark to OUT: records, truth, traps, a map for `identity resolve` and a datasheet."""
    if out.is_file():
        raise ConfigError(f"{out}: is a file; name a folder to write the benchmark to")
    with _packages_of_the_generator("the identity benchmark"):
        from cdp_lake.synthetic.benchmark import publish

        done = publish(size, seed, out)
    say(_difficulty(done.floor))
    say(f"{sum(done.traps.values())} traps of {len(done.traps)} kinds: {', '.join(done.traps)}")
    say(f"{done.records:,} records of {done.people:,} people: {out / 'records.csv'}, described in DATASHEET.md")


@contextmanager
def _packages_of_the_generator(what: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as problem:
        line = "pip install 'cdp-lake[demo]'"
        raise EnvironmentProblem(f"{what} needs the package {problem.name}; install it with: {line}") from problem


def _difficulty(floor: Floor) -> str:
    return (
        f"difficulty: {floor.names_differ:.0%} of true pairs differ in name, {floor.nothing_shared:.0%} share no "
        f"identifier; {floor.people_sharing:.0%} of people share a phone or an address"
    )


def _already_there(out: Path) -> tuple[str, int] | None:
    # Written last, so a generation that was cut short left none.
    marker = out / "truth" / "summary.json"
    if not marker.is_file():
        return None
    facts = json.loads(marker.read_text(encoding="utf-8"))
    return str(facts["size"]), int(facts["seed"])
