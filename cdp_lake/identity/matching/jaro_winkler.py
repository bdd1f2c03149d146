"""Jaro-Winkler similarity of many pairs of texts at once, counted as Winkler and DuckDB do.

RapidFuzz and DuckDB share an implementation, so what is trained is what is scored: half a transposition is dropped, the
prefix counts only where the Jaro similarity is above 0.7. The JAR for Spark counts the half. Over characters, where
DuckDB takes bytes: equal in ASCII, and of use in any other script.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist


def jaro_winkler(one: Sequence[str], other: Sequence[str]) -> npt.NDArray[np.float64]:
    """The similarity of each text with the one at its place in the other sequence; nothing is like nothing."""
    if not one:
        return np.zeros(0)
    similar: npt.NDArray[np.float64] = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64)
    # RapidFuzz takes two empty texts for equal.
    similar[[not text for text in one]] = 0.0
    return similar
