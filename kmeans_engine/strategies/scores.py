"""Centroids as kernels score them: float32 scores, and margins beyond which they are certain."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.kernels.assign import BATCH, Batch, Scoring
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.data import Data

__all__ = ["Margin", "Scores", "make_batch", "margin"]

_U = 2.0**-24
# Balance of relative and absolute slack; 2^-16 keeps the relative slack near what summing costs
# anyway.
_THETA = 2.0**-16


def _gamma(n_features: int) -> float:
    return (n_features + 3) * _U * (1 + 2.0**-10)


class Margin(NamedTuple):
    """How far scores can be trusted: see `kernels.assign`, and `kernels.bounds` for `root`."""

    rho: float
    kappa: float
    delta_unit: float
    root: float


@lru_cache(maxsize=8)
def margin(n_features: int, scale: float) -> Margin:
    """Return the margin for scores of so many features, with this `Measure.scale`."""
    gamma = _gamma(n_features)
    epsilon = (n_features + 2) * 2.0**-53
    if gamma > 1 / 16:  # above a million features: leave everything to the definition
        return Margin(0.0, math.inf, 0.0, 2 * gamma)
    rho = (1 + gamma) * (1 + _THETA) * (1 + epsilon) / (
        (1 - gamma) * (1 - _THETA) * (1 - epsilon)
    ) - 1
    nu = n_features * 2.0**-148
    nu64 = math.ldexp(n_features, 2 * (math.frexp(scale)[1] - 1) - 1074)
    return Margin(rho + 4 * _U, 4 * (nu + nu64), 4 * 1.001 * _U * _U / _THETA, 2 * gamma)


class Scores:
    """The centroids of one run, in arrays that stay: a record of them is made once.

    Parameters
    ----------
    points : Data
        Gives centre and scale.
    k : int
        Number of clusters.
    dtype : dtype, optional
        The type of the rows that are scored, if it is not that which `points.fold` hands out.

    Attributes
    ----------
    record : Scoring
        What the kernels read.
    shifts : ndarray, (K,), float64
        How far each centroid moved in the last `place`, in units of the scores; upper bounds.
    n_distinct, count : int
        How many centroids can win, and that filled up to whole vectors: both of `record.rows`.
    """

    def __init__(self, points: Data, k: int, *, dtype: np.dtype[np.floating] | None = None) -> None:
        measure, n = points.measure, points.n_features
        dtype = points.row_dtype if dtype is None else dtype
        self._center, self._scale = measure.center, measure.scale
        rho, kappa, delta_unit, root = margin(n, measure.scale)
        packed = np.empty((k + 1, n), dtype=np.float32)
        packed[-1] = np.inf
        self.record = Scoring(
            C=np.empty((k, n)), P=packed, rows=np.empty(k + 3, dtype=np.int32),
            count=np.zeros(2, dtype=np.int64),
            center=measure.center.astype(dtype), scale=dtype.type(measure.scale),
            reach=np.empty(n), rho=rho, kappa=kappa, delta_unit=delta_unit, root=root,
        )  # fmt: skip
        self.shifts = np.zeros(k)
        self._known = -1  # how many were distinct, if `rows` tells which
        self.n_distinct = self.count = 0

    def place(self, centroids: Floats, *, moved: bool = False) -> None:
        """Take other centroids; `moved` says that `shifts` from those before are wanted."""
        record = self.record
        if moved:
            with np.errstate(over="ignore"):
                # Scaled first: none underflows.
                squares = np.square((centroids - record.C) * self._scale).sum(axis=1)
            np.multiply(np.sqrt(squares), 1.0 + 1e-9, out=self.shifts)
        record.C[:] = centroids
        with np.errstate(over="ignore"):
            record.P[:-1] = (centroids - self._center) * self._scale
        record.reach[:] = np.abs(record.P[:-1]).max(axis=0)
        self._list_distinct(centroids)

    def _list_distinct(self, centroids: Floats) -> None:
        """List the centroids that can win, filled up as `kernels.assign.score` wants them.

        The lowest of several equal centroids wins always, as long as they are equal; the others
        would tie in every score, and each tie costs the definition.
        """
        k = len(centroids)
        # A glance at one feature costs a tenth of the rest, and there are hardly ever any.
        if len(set(centroids[:, 0].tolist())) == k:
            if self._known != k:
                self._fill(np.arange(k, dtype=np.int32), k)
            return
        lowest = np.unique(centroids, axis=0, return_index=True)[1]
        self._fill(np.sort(lowest).astype(np.int32), k)

    def _fill(self, rows: npt.NDArray[np.int32], k: int) -> None:
        self.n_distinct = self._known = len(rows)
        self.count = -(-len(rows) // 4) * 4
        self.record.rows[: len(rows)] = rows
        self.record.rows[len(rows) : self.count] = k
        self.record.count[:] = self.count, self.n_distinct


def make_batch(n_features: int, rows: int = BATCH) -> Batch:
    """Return scratch for scoring `rows` points together."""
    rows += WIDTH  # rows of x a power of two apart would share few lines of the cache
    return Batch(
        x=np.zeros((n_features, rows), dtype=np.float32),
        best=np.empty(rows, dtype=np.float32),
        second=np.empty(rows, dtype=np.float32),
        winner=np.empty(rows, dtype=np.int32),
    )
