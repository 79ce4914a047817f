"""Score every centroid for every point. Needs memory for one chunk per thread."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.exact import ExactSums
from kmeans_engine.kernels.assign import BLOCK, assign_block
from kmeans_engine.strategies.base import Floats, Labels, Step, move_points, sum_points, twins
from kmeans_engine.threads import chunk_rows, run_chunks

__all__ = ["Brute", "pack_distinct", "score_margin"]

_U = 2.0**-24
# Balance of relative and absolute slack; 2^-16 keeps the relative slack near what summing costs
# anyway.
_THETA = 2.0**-16


def score_margin(n_features: int, scale: float) -> tuple[float, float, float]:
    """Return rho, kappa without Delta, and the factor of Delta^2 of `kernels.assign`."""
    gamma = (n_features + 3) * _U * (1 + 2.0**-10)
    epsilon = (n_features + 2) * 2.0**-53
    if gamma > 1 / 16:  # above a million features: leave everything to the definition
        return 0.0, math.inf, 0.0
    rho = (1 + gamma) * (1 + _THETA) * (1 + epsilon) / (
        (1 - gamma) * (1 - _THETA) * (1 - epsilon)
    ) - 1
    nu = n_features * 2.0**-148
    nu64 = math.ldexp(n_features, 2 * (math.frexp(scale)[1] - 1) - 1074)
    return rho + 4 * _U, 4 * (nu + nu64), 4 * 1.001 * _U * _U / _THETA


def pack_distinct(
    data: Data, centroids: Floats
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32], Floats]:
    """Return P and ids of `kernels.assign.score`, and the largest |c'_n| of each feature.

    The lowest of several equal centroids wins always, so the others are set aside: they would tie
    in every score, and each tie costs the definition.
    """
    k, n_features = centroids.shape
    scaled = data.scaled(centroids)
    packed = np.full((-(-k // 4) * 4, n_features + n_features % 2), np.inf, dtype=np.float32)
    with np.errstate(over="ignore"):
        packed[:k, :n_features] = scaled
    packed[:k, n_features:] = 0.0
    ids = np.arange(len(packed), dtype=np.int32)
    packed[twins(centroids)] = np.inf
    return packed, ids, np.abs(scaled).max(axis=0)


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
            new = found.astype(labels.dtype)
            indices = np.flatnonzero(new != labels[start : start + len(found)])
            pieces[start] = indices + start, new[indices]

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
        packed, ids, reach = pack_distinct(data, centroids)
        rho, kappa, delta_unit = score_margin(n_features, data.scale)
        rows = min(chunk_rows(k * n_features), data.n_points)
        workers = min(data.threads, -(-data.n_points // rows))
        scratch = [
            (
                data.rows_buffer(rows),
                np.empty(rows, dtype=np.int32),
                np.zeros((packed.shape[1], BLOCK), dtype=np.float32),
                np.empty((4, BLOCK), dtype=np.float32),
                np.empty(BLOCK, dtype=np.float32),
                np.empty(BLOCK, dtype=np.float32),
                np.empty(BLOCK, dtype=np.int32),
            )
            for _ in range(workers)
        ]

        def work(worker: int, start: int, stop: int) -> None:
            buffer, found, *rest = scratch[worker]
            X = data.rows(start, stop, buffer)
            found = found[: stop - start]
            assign_block(
                X, centroids, packed, ids, data.center.astype(X.dtype), X.dtype.type(data.scale),
                rho, kappa, delta_unit, reach, found, *rest,
            )  # fmt: skip
            consume(start, found)

        run_chunks(work, data.n_points, rows, data.threads)
