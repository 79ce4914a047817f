"""k-means||: a start in a few passes over the points, wherever they are, and in any parts.

Bahmani, Moseley, Vattani, Kumar, Vassilvitskii, "Scalable k-means++", VLDB 5 (2012). Every round
takes some 2 k points, each with a probability that follows its squared distance from those taken
before; what has been taken is weighed by the points nearest to it, and k of them are chosen by
k-means++ with these weights, and improved. Whether a point is taken depends on the seed, the round
and its number alone, and the sum of the distances is exact: so the parts do not matter.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, LabelArray
from kmeans_engine.labels import label_dtype
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.points.totals import Totals
from kmeans_engine.points.visit import Visible, VisibleParts
from kmeans_engine.starts.shares import Shares, rows_of_weight, weighed
from kmeans_engine.strategies.brute import BruteAssigner

__all__ = ["NOTHING", "Chosen", "any_others", "scalable", "uniform", "weight_scale"]

# Bits of the weights of what was taken, together: distances have the others of 63.
_WEIGHT_BITS = 31
# Points that a round takes, in units of k, and rounds: 2 and 5 are where the paper's curves are
# flat (its figures 5.2 and 5.3).
_OVERSAMPLING, _ROUNDS = 2, 5
# Steps of Lloyd on what was taken, at most: they cost nothing, and save steps on all points.
_POLISH = 20
# With squared distances below it every position is taken, or as good as.
NOTHING = 2.0**-900
_Array = npt.NDArray[Any]
_Piece = tuple[npt.NDArray[np.int64], Floats]


class Chosen:
    """Points taken so far as a state that can be visited; see `points.visit.Labelled`.

    Parameters
    ----------
    points : Visible
    centroids : ndarray, (K, N)
    """

    n_changed = 0

    def __init__(self, points: Visible, centroids: Floats) -> None:
        self._points, self.assigned_from = points, centroids

    @functools.cached_property
    def labels(self) -> LabelArray:
        """The nearest of them for each point; asked for where this process reads the points."""
        points = self._points
        assert isinstance(points, VisibleParts)
        dtype = np.dtype(label_dtype(len(self.assigned_from)))
        labels: LabelArray = points.budget.empty(points.n_points, dtype)
        start = 0
        for part in points.parts:
            BruteAssigner(part).assign(self.assigned_from, labels[start : start + part.n_points])
            start += part.n_points
        return labels

    @property
    def changed(self) -> npt.NDArray[np.intp]:
        """No points: there is no state before."""
        return np.empty(0, dtype=np.intp)

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of some points."""
        return self.labels[indices]

    def follows(self, other: Any) -> bool:
        """Return that this follows no state."""
        return False


class _Potential:
    """Adds up squared distances exactly, and counts points by their labels; a `Visitor`.

    Points with weights count by their shares, scaled to integers whose total fits 63 bits.
    """

    cells = 0

    def __init__(self, centroids: Floats, shares: Shares | None = None, bits: int = 0) -> None:
        self._centroids, self._shares, self._bits = centroids, shares, bits
        self.work_per_row = 8 * centroids.shape[1]

    def begin(self) -> tuple[Totals, Integers]:
        """See `Visitor.begin`."""
        return Totals(1), np.zeros(len(self._centroids), dtype=np.int64)

    def add(
        self,
        found: tuple[Totals, Integers],
        rows: Any,
        X: _Array,
        was: Any,
        now: Any,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        potential, counts = found
        far = weighed(squares_to_own(X, self._centroids, now), weights, self._shares)
        potential.add(far, np.zeros(len(far), dtype=np.int64))
        if weights is None or self._shares is None:
            counts += np.bincount(now, minlength=len(counts))
        else:
            whole = np.ldexp(self._shares.of(weights), self._bits).astype(np.int64)
            np.add.at(counts, now, np.maximum(whole, weights > 0.0))

    def merge(self, found: list[tuple[Totals, Integers]]) -> tuple[Totals, Integers]:
        """See `Visitor.merge`."""
        potential, counts = found[0]
        for more, others in found[1:]:
            potential.merge(more)
            counts += others
        return potential, counts


class _Take:
    """Takes points at random by their distances; a `Visitor`."""

    cells = 0

    def __init__(self, centroids: Floats, factor: float, key: int, shares: Shares | None) -> None:
        self.centroids, self.factor, self.key = centroids, factor, key
        self.shares = shares
        self.work_per_row = 8 * centroids.shape[1]

    def begin(self) -> list[_Piece]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[_Piece],
        rows: Any,
        X: _Array,
        was: Any,
        now: Any,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        numbers = np.asarray(rows, dtype=np.int64)
        far = squares_to_own(X, self.centroids, now)
        chance = self.factor * weighed(far, weights, self.shares)
        taken = np.flatnonzero(uniform(numbers, self.key) < chance)
        if len(taken):
            found.append((numbers[taken], X[taken].astype(np.float64)))

    def merge(self, found: list[list[_Piece]]) -> list[_Piece]:
        """See `Visitor.merge`."""
        return [piece for some in found for piece in some]


def uniform(numbers: npt.NDArray[np.int64], key: int) -> Floats:
    """Return a random number in [0, 1) for each row number: splitmix64 (Steele et al. 2014)."""
    z = numbers.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def scalable(
    points: Visible, k: int, rng: np.random.Generator, first: int, shares: Shares | None = None
) -> Floats:
    """Return `k` initial centroids by k-means||.

    Parameters
    ----------
    points : Visible
        Measured.
    k : int
        At most as many as there are points of positive weight.
    rng : Generator
    first : int
        The point to begin with.
    shares : Shares, optional
        Of the points, if they have weights.
    """
    rows = [first]
    taken = points.take(rows)
    keys = rng.integers(1 << 64, size=_ROUNDS, dtype=np.uint64).tolist()
    for key in keys:
        state = Chosen(points, taken)
        total, _ = points.visit(_Potential(taken, shares), state)
        potential = float(total.rounded()[0])
        if potential < NOTHING:
            break
        factor = min(_OVERSAMPLING * k / potential, 2.0**1000)
        found = points.visit(_Take(taken, factor, key, shares), state)
        if found:
            numbers = np.concatenate([some for some, _ in found])
            order = np.argsort(numbers)
            rows += numbers[order].tolist()
            taken = np.concatenate([taken, np.concatenate([X for _, X in found])[order]])
    more = _filling(points, rows, k, rng, shares)
    if more:
        taken = np.concatenate([taken, points.take(more)])
    bits = 62 - points.n_points.bit_length()
    _, counts = points.visit(_Potential(taken, shares, bits), Chosen(points, taken))
    if shares is not None:
        # What weighs little is still there.
        least = np.minimum(counts, 1)
        counts >>= max(int(counts.sum()).bit_length() - _WEIGHT_BITS, 0)
        np.maximum(counts, least, out=counts)
    chosen = weighted_plus_plus(taken, counts, k, rng)
    return _polished(taken, counts, chosen)


def _filling(
    points: Visible, rows: list[int], k: int, rng: np.random.Generator, shares: Shares | None
) -> list[int]:
    """Return any other points that may be drawn, if fewer than `k` have been taken."""
    more: list[int] = []
    if shares is not None:
        if len(rows) < k:
            more = any_others(rows_of_weight(points), rows, k - len(rows), rng)
        return more
    known = set(rows)
    while len(rows) + len(more) < k:
        row = int(rng.integers(points.n_points))
        if row not in known:
            known.add(row)
            more.append(row)
    return more


def any_others(
    rows: npt.NDArray[np.int64], chosen: list[int], more: int, rng: np.random.Generator
) -> list[int]:
    """Return some of the rows that are not chosen yet: any will do."""
    free = np.setdiff1d(rows, chosen)
    others: list[int] = rng.choice(free, more, replace=False).tolist()
    return others


def weight_scale(total: int, top: float) -> float:
    """Return what squared distances are multiplied by to be weights.

    As integers: their total fits 63 bits, and does not depend on the order of its terms.

    Parameters
    ----------
    total : int
        How many distances there are.
    top : float
        The largest.
    """
    exponent = 62 - total.bit_length() - math.frexp(top)[1]
    return math.ldexp(1.0, min(exponent, 1023))


def weighted_plus_plus(X: Floats, weights: Integers, k: int, rng: np.random.Generator) -> Floats:
    """Return `k` of the rows of `X` by greedy k-means++, each as if it were there `weights` times.

    Parameters
    ----------
    X : ndarray, (M, N)
    weights : ndarray, (M,), int64
    k : int
        At most M.
    rng : Generator
    """
    trials = 2 + int(math.log(k))
    total = int(weights.sum())
    ends = np.cumsum(weights)
    chosen = [int(np.searchsorted(ends, int(rng.integers(total)), side="right"))]
    nearest = _from(X, X[chosen[0]])
    while len(chosen) < k:
        top = float(nearest[weights > 0].max())
        if top < NOTHING:
            chosen += any_others(np.arange(len(X)), chosen, k - len(chosen), rng)
            break
        scale = weight_scale(total, top)
        ends = np.cumsum((np.minimum(nearest, top) * scale).astype(np.int64) * weights)
        targets = rng.integers(0, int(ends[-1]), size=trials)
        candidates = np.searchsorted(ends, targets, side="right")
        left = [np.minimum(nearest, _from(X, X[row])) for row in candidates.tolist()]
        sums = [
            int(((np.minimum(some, top) * scale).astype(np.int64) * weights).sum()) for some in left
        ]
        best = int(np.argmin(sums))
        chosen.append(int(candidates[best]))
        nearest = left[best]
    return X[chosen]


def _from(X: Floats, centroid: Floats) -> Floats:
    return squares_to_own(X, centroid[None], np.zeros(len(X), dtype=np.uint8))


def _polished(X: Floats, weights: Integers, centroids: Floats) -> Floats:
    """Return centroids after some steps of Lloyd on weighted points."""
    shares = weights.astype(np.float64)
    for _ in range(_POLISH):
        near = np.stack([_from(X, centroid) for centroid in centroids])
        labels = near.argmin(axis=0)
        sizes = np.bincount(labels, shares, minlength=len(centroids))
        moved = centroids.copy()
        for n in range(X.shape[1]):
            sums = np.bincount(labels, shares * X[:, n], minlength=len(centroids))
            np.divide(sums, sizes, out=moved[:, n], where=sizes > 0)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return centroids
