"""Squared distances by the definition: in float64, feature by feature, the first one first.

With these bits wherever they are computed; the kernels have the same for whole passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, LabelArray
from kmeans_engine.kernels.distances import own_distances

__all__ = ["plain", "squares_to_all", "squares_to_own"]


def plain(X: npt.NDArray[Any]) -> Floats:
    """Return rows of any type as kernels read them: float64 in C order, read-only."""
    with np.errstate(over="ignore"):
        rows: Floats = np.ascontiguousarray(X, dtype=np.float64).view()
    rows.flags.writeable = False
    return rows


def squares_to_own(X: npt.NDArray[Any], C: Floats, labels: LabelArray) -> Floats:
    """Return the squared distance from each row of `X` (R, N) to its row of `C` (K, N), (R,)."""
    squares = np.empty(len(X))
    own_distances(plain(X), plain(C), labels.astype(np.int64), squares)
    return squares


def squares_to_all(X: npt.NDArray[Any], C: Floats) -> Floats:
    """Return the squared distance from each row of `X` (R, N) to each row of `C` (K, N), (R, K)."""
    total = np.zeros((len(X), len(C)))
    for x, c in zip(X.astype(np.float64, copy=False).T, C.T, strict=True):
        difference = x[:, None] - c
        total += np.square(difference, out=difference)
    return total
