"""Seeded chance: every topic has a stream of its own, so adding a draw in one place moves no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

Rng = np.random.Generator
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
T = TypeVar("T")


def stream(seed: int, topic: str) -> Rng:
    """The random stream of one topic; the same seed and topic give the same draws on every machine."""
    return np.random.default_rng([seed, crc32(topic.encode())])


def one_of(rng: Rng, items: Sequence[T]) -> T:
    """One item, each equally likely."""
    return items[int(rng.random() * len(items))]


def below(rng: Rng, limit: int) -> int:
    """A whole number from 0 up to, not including, the limit."""
    return int(rng.random() * limit)


def weighted(rng: Rng, weights: dict[str, float], count: int) -> list[str]:
    """`count` keys drawn by their weights."""
    names = list(weights)
    chances = np.array(list(weights.values()))
    return [names[i] for i in rng.choice(len(names), size=count, p=chances / chances.sum()).tolist()]


def uuids(rng: Rng, count: int) -> list[str]:
    """`count` version-4 shaped UUIDs."""
    texts = (rng.bytes(16).hex() for _ in range(count))
    return [f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}" for t in texts]


def ragged(starts: Ints, counts: Ints) -> Ints:
    """The positions start, start+1, ... of every run, one run after another."""
    ends = np.cumsum(counts)
    positions: Ints = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return positions
