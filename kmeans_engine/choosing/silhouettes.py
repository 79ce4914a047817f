"""Silhouettes: how much nearer points are to their own cluster than to the next."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, LabelArray
from kmeans_engine.choosing.spread import Spread
from kmeans_engine.kernels.silhouettes import silhouettes
from kmeans_engine.points.distances import plain, squares_to_all
from kmeans_engine.points.totals import Totals
from kmeans_engine.snapshot import Snapshot

__all__ = ["classical", "mean_silhouettes"]

# Distances that are compared at once.
_AT_ONCE = 1 << 20


class _Comparing:
    """Adds up the silhouettes of points; see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, spread: Spread) -> None:
        self._kept = spread.without_empty()
        # Numbers without the empty clusters, which no point has, or only points of weight 0.
        self._numbers: Integers = np.maximum(np.cumsum(spread.sizes > 0.0) - 1, 0)
        k, n = self._kept.centroids.shape
        self.work_per_row = 2 * k * (n + 4)

    def begin(self) -> Totals:
        """See `Visitor.begin`."""
        return Totals(2)

    def add(
        self,
        found: Totals,
        rows: Any,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        assert now is not None
        kept, labels = self._kept, self._numbers[now]
        values = np.empty((2, len(X)))
        silhouettes(
            plain(X), labels, kept.centroids, kept.squares, kept.sizes, values[0], values[1]
        )
        for which, silhouette in enumerate(values):
            terms = silhouette if weights is None else silhouette * weights
            found.add(terms, np.full(len(X), which, dtype=np.int64))

    def merge(self, found: list[Totals]) -> Totals:
        """See `Visitor.merge`."""
        for other in found[1:]:
            found[0].merge(other)
        return found[0]


def mean_silhouettes(state: Snapshot, spread: Spread) -> tuple[float | None, float | None]:
    """Return the simplified silhouette and that by squared distances, means over all points.

    Both take K N operations for each point, and no pairs of points: the mean squared distance to
    the points of a cluster follows from its centroid and its variance. (So does Spark's
    ``ClusteringEvaluator``.) The sums are exact but for one rounding. A point that is alone in its
    cluster has the silhouette 0.

    Parameters
    ----------
    state : Snapshot
        At least one iteration old, so that its centroids are means.
    spread : Spread
        From `spread_of`.

    Returns
    -------
    float or None
        None for one cluster.

    References
    ----------
    Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20 (1987). Hruschka, Campello and de Castro,
    "Evolving clusters in gene-expression data", Inf. Sci. 176 (2006): the simplified one.
    """
    total = math.fsum(spread.sizes)
    if np.count_nonzero(spread.sizes) < 2:
        return None, None
    simplified, squared = state.visit(_Comparing(spread)).rounded().tolist()
    return simplified / total, squared / total


def classical(X: Floats, labels: Integers, weights: Floats | None = None) -> float | None:
    """Return the mean silhouette by Euclidean distances of all pairs of points.

    Parameters
    ----------
    X : ndarray, (M, N)
    labels : ndarray, (M,), of integers
    weights : ndarray, (M,), optional
        How often each point is there.

    Returns
    -------
    float or None
        None if all points have the same label.
    """
    shares = np.ones(len(X)) if weights is None else weights
    order = np.flatnonzero(shares > 0.0)
    order = order[np.argsort(labels[order], kind="stable")]
    X, shares = X[order], shares[order]
    names, labels = np.unique(labels[order], return_inverse=True)
    if len(names) < 2:
        return None
    starts = np.searchsorted(labels, np.arange(len(names)))
    sizes = np.add.reduceat(shares, starts)
    found = np.zeros(len(X))
    step = max(1, _AT_ONCE // len(X))
    for first in range(0, len(X), step):
        some = slice(first, first + step)
        distances = np.sqrt(squares_to_all(X[some], X))
        means = np.add.reduceat(distances * shares, starts, axis=1)
        own, rows = labels[some], np.arange(len(distances))
        others = sizes[own] - 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            a = means[rows, own] / others
            means /= sizes
            means[rows, own] = np.inf
            b = means.min(axis=1)
            s = (b - a) / np.maximum(a, b)
        found[some] = np.where((others > 0.0) & np.isfinite(s), s, 0.0)
    return math.fsum((found * shares).tolist()) / math.fsum(shares.tolist())
