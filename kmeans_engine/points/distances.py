"""Squared distances by the definition: in float64, feature by feature, the first one first.

With these bits wherever they are computed; the kernels have the same for whole passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, LabelArray

__all__ = ["squares_to_all", "squares_to_own"]


def squares_to_own(X: npt.NDArray[Any], C: Floats, labels: LabelArray) -> Floats:
    """Return the squared distance from each row of `X` (R, N) to its row of `C` (K, N), (R,)."""
    total = np.zeros(len(X))
    for n in range(X.shape[1]):
        with np.errstate(over="ignore"):
            t = X[:, n].astype(np.float64) - C[labels, n]
        total += t * t
    return total


def squares_to_all(X: npt.NDArray[Any], C: Floats) -> Floats:
    """Return the squared distance from each row of `X` (R, N) to each row of `C` (K, N), (R, K)."""
    total = np.zeros((len(X), len(C)))
    for x, c in zip(X.astype(np.float64, copy=False).T, C.T, strict=True):
        difference = x[:, None] - c
        total += np.square(difference, out=difference)
    return total
