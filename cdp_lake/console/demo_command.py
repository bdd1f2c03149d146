"""The demo: the shop, a run of every stage with its summary, and the streaming act."""

from __future__ import annotations

from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from typing import TYPE_CHECKING

from cdp_lake.console.terminal import display, show

if TYPE_CHECKING:
    from cdp_lake.stages.session import Options


def add_to(commands: _SubParsersAction[ArgumentParser], command: Callable[..., ArgumentParser]) -> None:
    """The word `demo`. command: adds one command on the lake."""
    demo_ = command(commands, "demo", demo, "make the demo shop, run everything, stream a visit, tell about it")
    demo_.set_defaults(takes_options=True)
    demo_.add_argument("--size", default="M", help="XS, S, M or L (default M)")
    demo_.add_argument("--seed", type=int, help="another shop of the same size")


def demo(options: Options, size: str, seed: int | None) -> int:
    """From nothing to consented segments, and somebody who comes back while one looks on."""
    from cdp_lake.adapters.clock import seconds_since, tick
    from cdp_lake.adapters.process_memory import watched_memory
    from cdp_lake.console import answers, streaming_act, summary
    from cdp_lake.stages import demo as showing
    from cdp_lake.stages import session
    from cdp_lake.stages import streaming_act as acting
    from cdp_lake.stages.show_profile import person

    began, settings = tick(), options.loaded().settings
    act = acting.Act(settings, options, showing.SEED if seed is None else seed)
    with watched_memory() as peak, display() as progress:
        acting.set_the_stage(act)
        showing.make_shop(settings, size, act.seed, progress.say)
        with session.writing(settings, "demo") as lake:
            day = showing.run_day(lake, settings, progress)
        show(streaming_act.opening())
        played = acting.play(act, progress, progress.say)
        show(streaming_act.streamed(played))
        with session.writing(settings, "demo") as lake:
            evening = showing.run_evening(lake, settings, progress)
            found = showing.summed_up(lake, settings, [*day, *evening])
        after = person(lake, settings, played.profile_id) if played else None
    show(summary.summary(found))
    show(answers.warnings(found.outcomes))
    if played is not None and after is not None:
        show(streaming_act.person(played, after, evening))
    show(summary.cost(day, played, evening))
    show(summary.total(seconds_since(began), peak.bytes))
    return show(summary.next_steps(showing.somebody(settings)))
