"""The demo: the shop, a run of every stage with its summary, and the streaming act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdp_lake.console.terminal import display, show

if TYPE_CHECKING:
    from cdp_lake.stages.session import Options


def demo(options: Options, size: str, seed: int | None) -> int:
    """From nothing to consented segments, and somebody who comes back while one looks on."""
    from cdp_lake.adapters.clock import seconds_since, tick
    from cdp_lake.adapters.process_memory import watched_memory
    from cdp_lake.console import answers, streaming_act, summary
    from cdp_lake.stages import demo as showing
    from cdp_lake.stages import session
    from cdp_lake.stages import streaming_act as acting

    began, settings = tick(), options.loaded().settings
    act = acting.Act(settings, options, showing.SEED if seed is None else seed)
    with watched_memory() as peak:
        with display() as progress:
            acting.set_the_stage(act)
            showing.make_shop(settings, size, act.seed, progress.say)
            with session.writing(settings, "demo") as lake:
                found = showing.run_demo(lake, settings, progress)
        show(summary.summary(found))
        show(answers.warnings(found.outcomes))
        show(streaming_act.opening())
        with display() as progress:
            played = acting.play(act, progress, progress.say)
    show(streaming_act.played(played))
    show(summary.cost(found, played, seconds_since(began), peak.bytes))
    return show(summary.next_steps(showing.somebody(settings)))
