"""How far points are from the centroids of their labels, by the engine's definition of distance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.kernels.distances import own_distances

__all__ = ["plain", "squared_distances"]


def plain(X: npt.NDArray[Any]) -> Floats:
    """Return points of any type as kernels read them: float64 in C order, read-only."""
    with np.errstate(over="ignore"):
        rows: Floats = np.ascontiguousarray(X, dtype=np.float64).view()
    rows.flags.writeable = False
    return rows


def squared_distances(
    X: npt.NDArray[Any], centroids: Floats, labels: npt.NDArray[np.integer]
) -> Floats:
    """Return the reference distance of each row from its centroid, squared, (R,).

    Parameters
    ----------
    X : ndarray, (R, N)
        Of any type.
    centroids : ndarray, (K, N), float64
    labels : ndarray, (R,)
    """
    squares = np.empty(len(X))
    own_distances(plain(X), plain(centroids), labels.astype(np.int64), squares)
    return squares
