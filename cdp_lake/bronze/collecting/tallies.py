"""Counts of what happened, and their text for Prometheus. Names only: no key, no address, no value of an event."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock

Labels = tuple[tuple[str, str], ...]
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
# Of how long a group of requests waits for the disk, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Tallies:
    """Counters, gauges and one histogram; several threads may count."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._lock = prefix, Lock()
        self._about: dict[str, tuple[str, str]] = {}
        self._counts: dict[str, dict[Labels, float]] = defaultdict(lambda: defaultdict(float))

    def declare(self, name: str, kind: str, about: str) -> None:
        """A series with what it means; one without labels is there from the start."""
        self._about[name] = (kind, about)

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Adds to a counter."""
        with self._lock:
            self._counts[name][tuple(sorted(labels.items()))] += amount

    def level(self, name: str, amount: float) -> None:
        """Sets a gauge."""
        with self._lock:
            self._counts[name][()] = amount

    def observe(self, name: str, seconds: float) -> None:
        """Adds one measurement to a histogram."""
        with self._lock:
            for bound in (*BUCKETS, float("inf")):
                self._counts[f"{name}_bucket"][(("le", "+Inf" if bound == float("inf") else f"{bound:g}"),)] += (
                    seconds <= bound
                )
            self._counts[f"{name}_sum"][()] += seconds
            self._counts[f"{name}_count"][()] += 1

    def total(self, name: str) -> float:
        """A counter over all its labels."""
        with self._lock:
            return sum(self._counts[name].values())

    def text(self) -> str:
        """All series in Prometheus' text format."""
        with self._lock:
            return "".join(line + "\n" for name in self._about for line in self._lines(name))

    def _lines(self, name: str) -> list[str]:
        kind, about = self._about[name]
        full = f"{self._prefix}_{name}"
        lines = [f"# HELP {full} {about}", f"# TYPE {full} {kind}"]
        for part in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
            found = self._counts.get(f"{name}{part}") or ({(): 0.0} if kind != "counter" and not part else {})
            lines += [f"{full}{part}{_braced(labels)} {value:.10g}" for labels, value in found.items()]
        return lines


def _braced(labels: Labels) -> str:
    inside = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels)
    return f"{{{inside}}}" if inside else ""
