"""A run over few points: what `loop.iterate` does, in one piece of machine code.

Twelve hundred points need 5 us for an iteration, and Python would take 40.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.kernels.assign import BATCH
from kmeans_engine.kernels.sprint import (
    COMPARE,
    DOUBT,
    FIRST,
    ITERATION,
    LAST,
    RECALC,
    SEEN,
    STEP,
    TOUCHED,
    sprint,
)
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.labels import FixedLabels, label_dtype
from kmeans_engine.loop import State
from kmeans_engine.points.data import Data
from kmeans_engine.strategies.scores import margin

__all__ = ["Sprint", "is_short"]

# Differences (M K N) of an iteration, and points: fewer are not worth another thread, nor bounds.
_MOST, _MOST_POINTS = 1 << 20, 1 << 14
# Differences of one call: 50 ms if every point needs the definition, and Ctrl-C waits for it.
_CALL = 1 << 25
# States whose digests there is room for at first.
_STATES = 256


def is_short(data: Data, k: int) -> bool:
    """Return whether an iteration is not worth another thread, with so many clusters."""
    m = data.n_points
    return bool(m <= _MOST_POINTS and m * data.n_features * k <= _MOST)


class Sprint:
    """A run on few points, at the start.

    Parameters
    ----------
    data : Data
        All of the points.
    start : ndarray, (K, N)
        Initial centroids.
    limit : int or None
    tolerance : float
        See `loop.iterate`.
    """

    def __init__(self, data: Data, start: Floats, *, limit: int | None, tolerance: float) -> None:
        measure, (k, n), m = data.measure, start.shape, data.n_points
        form = measure.sum_format
        self._ending = -1 if limit is None else limit, tolerance
        self._turns = max(_CALL // (m * n * k), 1)
        self._form, self._sums = form, form.empty(k)
        self._labels = np.full(m, -1, dtype=np.int32)
        self._changed, self._old = np.empty((2, m), dtype=np.int32)
        self._bits = np.empty((3, k, n), dtype=np.uint64)
        self._centroids = self._bits.view(np.float64)
        self._centroids[:2] = start
        self._squares, self._numbers = np.zeros(1), np.array([0, 0, 0, 1, 0])
        self._doubtful = np.empty((k, n), dtype=np.bool_)
        self._digest = np.zeros(2, dtype=np.uint64)
        self._seen = np.zeros((_STATES, 2), dtype=np.uint64)
        rho, kappa, delta_unit, _ = margin(n, measure.scale)
        self._X = data.rows(0, m, None).astype(np.float64, copy=False)
        self._X.flags.writeable = False
        self._weights = None if data.weights is None else data.weights.view(np.int64)
        values = None if data.weights is None else np.empty(n + 1)
        self._fixed = (
            form.down, form.up, form.exponents, form.width, measure.center, measure.scale,
            rho, kappa, delta_unit,
        )  # fmt: skip
        self._start, (self._rows, moved) = start, np.empty((2, k), dtype=np.int32)
        clusters = np.arange((k + 3) // 4 * 4, dtype=np.int32)
        scaled = np.empty((k + 1, n), np.float32)
        scaled[k], clusters[k:] = np.inf, k
        best, second = np.empty((2, BATCH), np.float32)
        self._scratch = (
            scaled, np.empty(n), clusters, np.zeros((n, BATCH + WIDTH), np.float32), best, second,
            np.empty(BATCH, np.int32), moved, np.empty(self._sums.sums.shape[1] + 1, np.int64),
            np.empty(k, np.bool_), values, None if values is None else values.view(np.int64),
        )  # fmt: skip

    def states(self, *, only_last: bool) -> Generator[State, None, None]:
        """Yield the states, or the last one only; see `loop.iterate`."""
        most = self._turns if only_last else 1
        phase, centroids = FIRST, self._start if not only_last else None
        while True:
            ended = self._go(phase, most)
            if ended or not only_last:
                state = self._state(centroids, is_last=ended)
                centroids = state.centroids
                yield state
                del state
            if ended:
                return
            phase = RECALC if self._numbers[ITERATION] == 0 else STEP

    def _go(self, phase: int, turns: int) -> bool:
        """Go on for some states; return whether the last one is reached."""
        if self._numbers[SEEN] == len(self._seen):
            self._seen = np.concatenate([self._seen, np.zeros_like(self._seen)])
        while True:
            ended = sprint(
                self._X, self._weights, self._labels, self._changed, self._old, self._centroids,
                self._bits, self._rows, self._squares, self._sums.sums, self._sums.counts,
                self._doubtful, self._digest, self._seen, self._numbers,
                *self._scratch, *self._fixed, phase, turns, *self._ending,
            )  # fmt: skip
            if ended != DOUBT:
                return bool(ended == LAST)
            rows = self._rows[: self._numbers[TOUCHED]]
            self._sums.decide(rows, self._doubtful[: len(rows)], self._centroids[2])
            phase = COMPARE

    def _state(self, before: Floats | None, *, is_last: bool) -> State:
        """Return the state of now; `before` are the centroids of the one before, if that is kept.

        The same array: that tells the states of a run, see `Snapshot.follows`.
        """
        iteration, n_changed, _, _, converged = self._numbers.tolist()
        assigned_from = centroids = self._start
        if iteration > 0:
            if before is not None:
                assigned_from = before
            elif iteration > 1:
                assigned_from = self._centroids[0].copy()
                assigned_from.setflags(write=False)
            centroids = self._centroids[1].copy()
            centroids.setflags(write=False)
        labels = self._labels.astype(label_dtype(len(centroids)))
        return State(
            iteration=iteration,
            centroids=centroids,
            assigned_from=assigned_from,
            sums=(self._sums if is_last else self._sums.copy()).counted(),
            n_changed=n_changed,
            shift=math.sqrt(self._squares[0]),
            converged=bool(converged),
            strategy="brute",
            labels=FixedLabels(labels, self._changed[:n_changed].copy()),
            is_last=is_last,
        )
