"""Sums of many float64 values, each rounded once: the same for any threads, parts and machines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers
from kmeans_engine.kernels.adding import WORDS, add_exactly
from kmeans_engine.sums import nearest_float

__all__ = ["Totals"]


class Totals:
    """Sums to which values can be added in any order.

    Parameters
    ----------
    count : int
        How many sums there are.
    """

    def __init__(self, count: int) -> None:
        self._words: Integers = np.zeros((count, WORDS), dtype=np.int64)

    def add(self, values: Floats, keys: npt.NDArray[np.int64]) -> None:
        """Add finite `values`, (R,), each to the sum of its key, (R,)."""
        add_exactly(values.view(np.int64), keys, self._words)

    def merge(self, other: Totals) -> None:
        """Add all that was added to others."""
        self._words += other._words

    def rounded(self) -> Floats:
        """Return the float64 nearest to each sum."""
        return np.array([_float_of(words) for words in self._words.tolist()])


def _float_of(words: list[int]) -> float:
    return nearest_float(sum(word << (32 * place) for place, word in enumerate(words)), -1074)
