"""Progress: one line per stage with its seconds; what it is doing shows live, or line by line in a file."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from cdp_lake.adapters.clock import seconds_since, tick


class Display:
    """Where stages say what they do. It shows counts and names of tables, never a value of a row."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._stage: str | None = None
        self._doing = ""
        self._since = tick()
        self._spinner = Spinner("dots")

    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stage is not None:
            self.end(self._stage, "failed" if problem is not None else "ended", seconds_since(self._since))

    def begin(self, stage: str, about: str) -> None:
        """A stage starts."""
        self._stage, self._doing, self._since = stage, about, tick()
        if self._console.is_terminal:
            self._live = Live(self, console=self._console, transient=True, refresh_per_second=5)
            self._live.start()
        else:
            self._print(Text(f"{stage}: {about}"))

    def step(self, text: str) -> None:
        """The stage has come further."""
        self._doing = text
        if not self._console.is_terminal:
            self._print(Text(f"  {seconds_since(self._since):7.1f} s  {text}"))

    def end(self, stage: str, status: str, seconds: float) -> None:
        """A stage ended."""
        self._still()
        good = status != "failed"
        mark = Text("+ " if good else "! ", style="green" if good else "red")
        self._print(mark + Text(f"{stage:<18}{seconds:8.1f} s  {status}"))

    def skip(self, stage: str, why: str) -> None:
        """A stage had nothing to do."""
        self._print(Text(f"= {stage:<18}       -    {why}", style="dim"))

    def say(self, text: str) -> None:
        """Something outside any stage has come further."""
        self._print(Text(f"  {text}"))

    def __rich__(self) -> Spinner:
        line = f"{self._stage:<18}{seconds_since(self._since):8.1f} s  {self._doing}"
        self._spinner.update(text=Text(line[: self._console.width - 3]))
        return self._spinner

    def _still(self) -> None:
        if self._live is not None:
            self._live.stop()
        self._live, self._stage = None, None

    def _print(self, line: Text) -> None:
        # A screen shows one line each; a file keeps all of it.
        watched = self._console.is_terminal
        self._console.print(line, no_wrap=True, overflow="ellipsis" if watched else "ignore", crop=watched)
