"""Some of the points, drawn by their numbers: the same ones however they are stored."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, LabelArray
from kmeans_engine.engine import Engine
from kmeans_engine.errors import PrecisionWarning
from kmeans_engine.points.visit import Visible
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.starts.parallel import uniform

__all__ = ["Some", "engine_on", "some_points"]


class Some(NamedTuple):
    """Points, by ascending numbers.

    Attributes
    ----------
    rows : ndarray, (S,), int64
    points : ndarray, (S, N), float64
    weights : ndarray, (S,), float64, or None
    """

    rows: Integers
    points: Floats
    weights: Floats | None

    def at(self, which: npt.NDArray[Any]) -> Some:
        """Return some of these."""
        weights = None if self.weights is None else self.weights[which]
        return Some(self.rows[which], self.points[which], weights)


class _Drawing:
    """Keeps points by chance; see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, chance: float, key: int, cluster: int | None) -> None:
        self._chance, self._key, self._cluster = chance, key, cluster
        self.work_per_row = 8

    def begin(self) -> list[Some]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[Some],
        rows: Any,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        numbers = np.asarray(rows, dtype=np.int64)
        taken = uniform(numbers, self._key) < self._chance
        if now is not None:
            taken &= now == self._cluster
        if weights is not None:
            taken &= weights > 0.0
        which = np.flatnonzero(taken)
        if len(which):
            own = None if weights is None else weights[which]
            found.append(Some(numbers[which], X[which].astype(np.float64), own))

    def merge(self, found: list[list[Some]]) -> list[Some]:
        """See `Visitor.merge`."""
        return [piece for some in found for piece in some]


def some_points(
    points: Visible | Snapshot, at_most: int, seed: np.random.SeedSequence, of: int | None = None
) -> Some:
    """Return about `at_most` of the points, or all if there are not more; none of the weight 0.

    Whether a point is taken depends on the seed and its number alone.

    Parameters
    ----------
    points : Visible or Snapshot
        Of a state, the points of one cluster ...
    at_most : int
    seed : SeedSequence
    of : int, optional
        ... which is this one.
    """
    if isinstance(points, Snapshot):
        count, features = int(points.counts[of]), points.centroids.shape[1]
    else:
        count, features = points.n_points, points.n_features
    key = int(seed.generate_state(1, np.uint64)[0])
    chance = 1.0 if count <= at_most else at_most / count
    pieces: list[Some] = points.visit(_Drawing(chance, key, of))
    if not pieces:
        return Some(np.empty(0, np.int64), np.empty((0, features)), None)
    rows, values, weights = zip(*pieces, strict=True)
    shares = None if weights[0] is None else np.concatenate(weights)
    every = Some(np.concatenate(rows), np.concatenate(values), shares)
    return every.at(np.argsort(every.rows))


def engine_on(some: Some) -> Engine:
    """Return an engine on some points; what it could warn of was said of all of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PrecisionWarning)
        return Engine(some.points, weights=some.weights)
