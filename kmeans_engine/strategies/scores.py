"""Centroids as kernels score them: float32 scores, and margins beyond which they are certain."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from kmeans_engine.arrays import Clusters, Floats
from kmeans_engine.kernels.assign import BATCH, Batch, Scoring
from kmeans_engine.kernels.scores import Places, Placing, place, place_rows, settle
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.team import run_kernel
from kmeans_engine.runtime.threads import even_rows, threads_for

__all__ = ["Margin", "Scores", "make_batch", "margin"]

_U = 2.0**-24
# Balance of relative and absolute slack; 2^-16 keeps the relative slack near what summing costs
# anyway.
_THETA = 2.0**-16

# Values of centroids that are placed in one piece, and the nanoseconds of one.
_CHUNK, _VALUE = 1 << 20, 2
# The largest coordinates are found anew once one centroid in so many has moved.
_FEW = 8


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
    moved : ndarray, int32
        Which centroids the last `place` has placed anew.
    shifts : ndarray, (K,), float64
        How far each of them moved, in units of the scores; upper bounds. Of the others, 0.
    n_distinct, count : int
        How many centroids can win, and that filled up to whole vectors: both of `record.rows`.
    """

    def __init__(self, points: Data, k: int, *, dtype: np.dtype[np.floating] | None = None) -> None:
        measure, n = points.measure, points.n_features
        dtype = points.row_dtype if dtype is None else dtype
        rho, kappa, delta_unit, root = margin(n, measure.scale)
        packed = np.empty((k + 1, n), dtype=np.float32)
        packed[-1] = np.inf
        self.record = Scoring(
            C=np.zeros((k, n)), P=packed, rows=np.empty(k + 3, dtype=np.int32),
            count=np.zeros(2, dtype=np.int64),
            center=measure.center.astype(dtype), scale=dtype.type(measure.scale),
            reach=np.empty(n), rho=rho, kappa=kappa, delta_unit=delta_unit, root=root,
        )  # fmt: skip
        self.shifts = np.zeros(k)
        self._places = Places(
            center=measure.center, scale=float(measure.scale), C=self.record.C, P=packed,
            shifts=self.shifts,
        )  # fmt: skip
        self._all = np.arange(k, dtype=np.int32)
        self.moved = self._all[:0]
        self._table = np.empty(1 << (4 * k).bit_length(), dtype=np.int32)
        self._threads = points.threads
        self.n_distinct = self.count = 0

    def place(self, centroids: Floats, moved: Clusters | None = None) -> None:
        """Take other centroids, of which those in `moved` differ; by default, and at first, all."""
        first = self.n_distinct == 0
        rows = self._all if moved is None or first else moved
        k, n = centroids.shape
        record, total = self.record, len(rows)
        self.shifts[self.moved] = 0.0
        self.moved = rows
        if not total:
            return
        threads = threads_for(total * n * _VALUE, self._threads)
        if threads == 1:
            place_rows(self._places, centroids, rows, 0, total)
        else:
            task = Placing(rows=rows, centroids=centroids, places=self._places)
            most = even_rows(total, max(_CHUNK // n, 1), threads, 1)
            run_kernel(place, [task] * threads, total, most)
        if total * _FEW > k:  # else the largest coordinates may be too large, never too small
            rows, record.reach[:] = self._all, 0.0
        bits = centroids.view(np.uint64)
        distinct = settle(rows, centroids, bits, record.P, record.reach, self._table)
        if first:
            self.shifts[:] = 0.0
        self._list_distinct(centroids, distinct)

    def _list_distinct(self, centroids: Floats, all_of_them: bool) -> None:
        """List the centroids that can win, filled up as `kernels.assign.score` wants them.

        The lowest of several equal centroids wins always, as long as they are equal; the others
        would tie in every score, and each tie costs the definition. A glance at one feature may
        have told that all are distinct.
        """
        k = len(centroids)
        if all_of_them:
            if self.n_distinct != k:
                self._fill(self._all, k)
            return
        lowest = np.unique(centroids, axis=0, return_index=True)[1]
        self._fill(np.sort(lowest).astype(np.int32), k)

    def _fill(self, rows: Clusters, k: int) -> None:
        self.n_distinct = len(rows)
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
