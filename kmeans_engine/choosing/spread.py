"""How far the points of each cluster lie from its centroid: one pass over the points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, LabelArray
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.points.totals import Totals
from kmeans_engine.snapshot import Snapshot, sizes_of

__all__ = ["Spread", "spread_of"]


class Spread(NamedTuple):
    """The clusters of a state in numbers; sums are exact but for one rounding.

    Attributes
    ----------
    sizes : ndarray, (K,), float64
        Number of points, or their total weight.
    squares : ndarray, (K,), float64
        Sum of the squared distances to the centroid.
    distances : ndarray, (K,), float64
        Sum of the distances.
    centroids : ndarray, (K, N), float64
    """

    sizes: Floats
    squares: Floats
    distances: Floats
    centroids: Floats

    def without_empty(self) -> Spread:
        """Return the clusters that have points."""
        kept = self.sizes > 0.0
        return Spread(*(values[kept] for values in self))


class _Measuring:
    """Adds up distances to the centroids; see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, centroids: Floats) -> None:
        self._centroids = centroids
        self.work_per_row = 4 * centroids.shape[1] + 64

    def begin(self) -> tuple[Totals, Totals]:
        """See `Visitor.begin`."""
        return Totals(len(self._centroids)), Totals(len(self._centroids))

    def add(
        self,
        found: tuple[Totals, Totals],
        rows: Any,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        assert now is not None
        keys, squares = now.astype(np.int64), squares_to_own(X, self._centroids, now)
        roots = np.sqrt(squares)
        for totals, values in zip(found, (squares, roots), strict=True):
            totals.add(values if weights is None else values * weights, keys)

    def merge(self, found: list[tuple[Totals, Totals]]) -> tuple[Totals, Totals]:
        """See `Visitor.merge`."""
        for others in found[1:]:
            for totals, other in zip(found[0], others, strict=True):
                totals.merge(other)
        return found[0]


def spread_of(state: Snapshot) -> Spread:
    """Return how far the points of a state lie from its centroids."""
    squares, distances = state.visit(_Measuring(state.centroids))
    return Spread(
        sizes=sizes_of(state),
        squares=squares.rounded(),
        distances=distances.rounded(),
        centroids=state.centroids,
    )
