"""A model that is text, as a registry keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ModelFiles:
    """A model that is text: its files by name, what it was made with, how it turned out."""

    files: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]
