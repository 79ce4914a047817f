"""Distances from points to centres, by the engine's definition: what `KMeans.transform` gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Rows
from kmeans_engine.points.distances import squares_to_all
from kmeans_engine.points.opening import elsewhere
from kmeans_engine.points.visit import Visible, VisibleParts

__all__ = ["distances"]

# Distances at a time, which stay in the cache while the features are added up.
_CELLS = 1 << 14


def distances(points: Any, visible: Visible, C: Floats, dtype: np.dtype[np.floating]) -> Any:
    """Return the distance from each point to each centre, (M, K).

    Parameters
    ----------
    points
        What `visible` has been opened from: a Dask array gives a Dask array.
    visible : Visible
    C : ndarray, (K, N), float64
    dtype : dtype
        Of the result.
    """
    if elsewhere(points) is not None:
        rows = getattr(points, "to_dask_array", lambda **_: points)(lengths=True)
        rows = rows.rechunk({1: -1})
        return rows.map_blocks(_of_block, C, dtype, dtype=dtype, chunks=(rows.chunks[0], (len(C),)))
    assert isinstance(visible, VisibleParts)
    found = np.empty((visible.n_points, len(C)), dtype=dtype)

    def add(_: None, start: int, X: Rows) -> None:
        _measure(X, C, found[start : start + len(X)])

    visible.fold(lambda _: None, add, work_per_row=4 * C.size)
    return found


def _of_block(X: npt.NDArray[Any], C: Floats, dtype: np.dtype[np.floating]) -> npt.NDArray[Any]:
    found = np.empty((len(X), len(C)), dtype=dtype)
    _measure(X, C, found)
    return found


def _measure(X: npt.NDArray[Any], C: Floats, out: npt.NDArray[Any]) -> None:
    """Write distances to `out` (R, K)."""
    step = max(_CELLS // len(C), 1)
    for start in range(0, len(X), step):
        squares = squares_to_all(X[start : start + step], C)
        out[start : start + step] = np.sqrt(squares, out=squares)
