"""Score every centroid for every point. Needs memory for one chunk per thread."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.assign import BLOCK, assign_block, differing
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.threads import WORTH_A_THREAD, chunk_rows, even_rows, fold_chunks
from kmeans_engine.strategies.base import Floats, Labels, Step, move_points, sum_points, twins
from kmeans_engine.sums import ExactSums

__all__ = ["Brute", "distinct", "pack", "root_margin", "score_margin"]

_U = 2.0**-24
# Balance of relative and absolute slack; 2^-16 keeps the relative slack near what summing costs
# anyway.
_THETA = 2.0**-16


def _gamma(n_features: int) -> float:
    return (n_features + 3) * _U * (1 + 2.0**-10)


def root_margin(n_features: int) -> float:
    """Return root of `kernels.bounds`."""
    return 2 * _gamma(n_features)


@lru_cache(maxsize=8)
def score_margin(n_features: int, scale: float) -> tuple[float, float, float]:
    """Return rho, kappa without Delta, and the factor of Delta^2 of `kernels.assign`."""
    gamma = _gamma(n_features)
    epsilon = (n_features + 2) * 2.0**-53
    if gamma > 1 / 16:  # above a million features: leave everything to the definition
        return 0.0, math.inf, 0.0
    rho = (1 + gamma) * (1 + _THETA) * (1 + epsilon) / (
        (1 - gamma) * (1 - _THETA) * (1 - epsilon)
    ) - 1
    nu = n_features * 2.0**-148
    nu64 = math.ldexp(n_features, 2 * (math.frexp(scale)[1] - 1) - 1074)
    return rho + 4 * _U, 4 * (nu + nu64), 4 * 1.001 * _U * _U / _THETA


def pack(data: Data, centroids: Floats) -> npt.NDArray[np.float32]:
    """Return P of `kernels.assign.score`, (K + 1, N)."""
    packed = np.empty((len(centroids) + 1, data.n_features), dtype=np.float32)
    packed[-1] = np.inf
    with np.errstate(over="ignore"):
        packed[:-1] = (centroids - data.center) * data.scale
    return packed


def distinct(centroids: Floats) -> npt.NDArray[np.int32]:
    """Return the rows of P that can win, filled up as `kernels.assign.score` wants them.

    The lowest of several equal centroids wins always; the others would tie in every score, and
    each tie costs the definition.
    """
    k, others = len(centroids), twins(centroids)
    return _filled(k) if not len(others) else _fill(np.delete(_all_rows(k), others), k)


def _fill(rows: npt.NDArray[np.int32], k: int) -> npt.NDArray[np.int32]:
    filled = np.append(rows, np.full(-len(rows) % 4, k, dtype=np.int32))
    filled.flags.writeable = False  # always: what may be written is another type to Numba
    return filled


def _all_rows(k: int) -> npt.NDArray[np.int32]:
    return np.arange(k, dtype=np.int32)


@lru_cache(maxsize=8)
def _filled(k: int) -> npt.NDArray[np.int32]:
    return _fill(_all_rows(k), k)


class Brute:
    """The plain sweep.

    Parameters
    ----------
    data : Data
        The points.
    """

    name = "brute"

    def __init__(self, data: Data) -> None:
        self.data = data

    def begin(self) -> Brute:
        """Return itself: nothing is remembered from one iteration to the next."""
        return self

    def assign(self, centroids: Floats, labels: Labels) -> None:
        """Write the label of every point to `labels` (M,), any unsigned dtype."""

        def store(start: int, found: npt.NDArray[np.int32]) -> None:
            labels[start : start + len(found)] = found

        self._sweep(centroids, store)

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        self.assign(centroids, labels)
        return sum_points(self.data, labels, len(centroids))

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Take over a run at a state whose labels another strategy found: nothing to do."""

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        pieces: dict[int, tuple[npt.NDArray[np.intp], Labels]] = {}

        def compare(start: int, found: npt.NDArray[np.int32]) -> None:
            changed, new = (
                np.empty(len(found), dtype=np.intp),
                np.empty_like(labels, shape=len(found)),
            )
            total = differing(found, labels[start : start + len(found)], start, changed, new)
            pieces[start] = changed[:total].copy(), new[:total].copy()

        self._sweep(centroids, compare)
        indices = np.concatenate([piece[0] for piece in pieces.values()])
        new = np.concatenate([piece[1] for piece in pieces.values()])
        return move_points(self.data, sums, indices, labels[indices], new)

    def _sweep(
        self, centroids: Floats, consume: Callable[[int, npt.NDArray[np.int32]], None]
    ) -> None:
        """Call ``consume(start, labels)`` for consecutive chunks, from several threads."""
        data = self.data
        k, n_features = centroids.shape
        packed, lines = pack(data, centroids), distinct(centroids)
        reach = np.abs(packed[:-1]).max(axis=0).astype(np.float64)
        rho, kappa, delta_unit = score_margin(n_features, data.scale)
        # Nanoseconds: of a row, and of a difference in registers.
        worth = data.n_points * (3 + 0.06 * k * n_features) > WORTH_A_THREAD
        threads = data.threads if worth else 1
        rows = even_rows(data.n_points, chunk_rows(k * n_features), threads)

        def scratch() -> tuple[Any, ...]:
            return (
                data.rows_buffer(rows),
                np.empty(rows, dtype=np.int32),
                np.zeros((n_features, BLOCK + WIDTH), dtype=np.float32),
                np.empty(BLOCK, dtype=np.float32),
                np.empty(BLOCK, dtype=np.float32),
                np.empty(BLOCK, dtype=np.int32),
            )

        def work(tools: tuple[Any, ...], start: int, stop: int) -> None:
            buffer, found, *rest = tools
            X = data.rows(start, stop, buffer)
            found = found[: stop - start]
            assign_block(
                X, centroids, packed, lines, len(lines), data.center.astype(X.dtype),
                X.dtype.type(data.scale), rho, kappa, delta_unit, reach, found, *rest,
            )  # fmt: skip
            consume(start, found)

        fold_chunks(scratch, work, data.n_points, rows, threads)
