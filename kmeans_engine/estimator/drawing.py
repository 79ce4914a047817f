"""Where runs start: points drawn so that neither copies nor the order of few rows matter.

A weight of 2 and the row twice must draw the same points, so a number decides for a place among the
weights, whatever they add up to; `initial_centroids` alone keeps this only for one and the same
total.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.engine import Engine
from kmeans_engine.points.data import Data
from kmeans_engine.points.visit import VisibleParts
from kmeans_engine.points.weights import weights_of
from kmeans_engine.starts.initial import initial_centroids

__all__ = ["draw"]

# Points that are put in order before some of them are drawn: 0.1 ms for 1,000, where drawing takes
# 0.4.
_SORTED = 1 << 12


def draw(engine: Engine, k: int, method: str, seed: int | list[int]) -> Floats:
    """Return `k` points to start from; see `initial_centroids`.

    The order of the rows has no influence where there are at most 4,096 of them.
    """
    points: Any = engine.visible  # with its weights
    random: Any = _Places(np.random.PCG64(seed))
    if points.n_points > _SORTED:
        return initial_centroids(points, k, method=method, seed=random)
    rows, weights = points.take(np.arange(points.n_points)), weights_of(points)
    order = _order_of(rows)
    if weights is not None:
        weights = weights[order]
        return initial_centroids(rows[order], k, weights=weights, method=method, seed=random)
    data = Data.of(rows[order], 1)
    data.use(points.measure)
    ordered: Any = VisibleParts([data])
    ordered.measure = points.measure  # nothing else than the order has changed
    return initial_centroids(ordered, k, method=method, seed=random)


class _Places(np.random.Generator):
    """Draws whole numbers as places in their range: one draw for each, and none is drawn again.

    NumPy's own are drawn again where the range does not divide 2^64, so that a range twice as long
    gives numbers that have nothing to do with these. The price is that some numbers are more
    likely than others, by a share of the range in 2^64: nothing where a point has many of them.
    """

    def integers(  # type: ignore[override]
        self, low: int, high: int | None = None, size: Any = None, dtype: Any = np.int64
    ) -> Any:
        """Return whole numbers of `low` or more, and below `high`."""
        first, last = (0, low) if high is None else (low, high)
        width = int(last) - int(first)
        raw = super().integers(1 << 64, size=size, dtype=np.uint64)
        if size is None:
            return int(first) + (int(raw) * width >> 64)
        return np.array([int(first) + (one * width >> 64) for one in raw.tolist()], dtype=dtype)


def _order_of(X: Any) -> Any:
    """Return the order of the rows by their first feature, then by the next, and so on."""
    order = np.argsort(X[:, 0])  # rows that are equal may come in any order
    first = X[order, 0]
    if X.shape[1] > 1 and (first[1:] == first[:-1]).any():
        order = np.lexsort(X.T[::-1])
    return order
