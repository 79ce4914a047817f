"""A time to look again per point, and then only at the centroids near its own. For many clusters.

Holds twelve bytes a point, and the distances between the centroids, K^2 float32. Points that are
not float32 or float64 in C order are copied as such, once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.exact import ExactSums
from kmeans_engine.kernels.assign import BLOCK
from kmeans_engine.kernels.bounds import bounded
from kmeans_engine.kernels.neighbours import (
    SEGMENT,
    TILE,
    expired,
    look,
    measure_centroids,
    move_centroids,
    start_points,
)
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.strategies.base import Floats, Labels, Step, move_points, sum_points
from kmeans_engine.strategies.bounds import Bounds
from kmeans_engine.strategies.brute import distinct, pack, root_margin, score_margin
from kmeans_engine.threads import chunk_rows, run_chunks

__all__ = ["MOST_CENTROIDS", "Neighbours"]

# 64 MiB of distances between centroids.
MOST_CENTROIDS = 1 << 12
# Rows whose times are compared in one piece.
_ROWS = 1 << 17


class Neighbours(Bounds):
    """The points in an order that can be read row by row.

    Parameters
    ----------
    data : Data
        The points.

    Raises
    ------
    UnsupportedStrategy
        With 2^32 points or more; with more than `MOST_CENTROIDS` clusters, when a run begins.
    """

    def __init__(self, data: Data) -> None:
        if data.n_points >= 1 << 32:
            raise UnsupportedStrategy(
                f"strategy='neighbours' serves fewer than 2^32 points, got {data.n_points}: "
                "use 'brute'"
            )
        super().__init__(data)

    def begin(self) -> NeighboursRun:
        """Return a new run."""
        return NeighboursRun(self.data, self.rows())


class NeighboursRun:
    """When to look at each point again.

    Parameters
    ----------
    data : Data
    rows : ndarray, (M, N)
        The points, float32 or float64, in C order.
    """

    name = "neighbours"

    def __init__(self, data: Data, rows: npt.NDArray[np.floating]) -> None:
        self._data, self._rows = data, rows
        self._before: Floats | None = None
        self._expiry = np.empty(data.n_points, dtype=np.float32)
        self.scored = 0

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        data, (k, n_features) = self._data, centroids.shape
        self._begin(centroids)
        per_chunk = min(chunk_rows(k * n_features), data.n_points)
        workers = min(data.threads, -(-data.n_points // per_chunk))
        common = self._common(centroids)
        scratch = [self._scratch(BLOCK, n_features) for _ in range(workers)]
        radius = np.zeros((workers, k))

        def work(worker: int, start: int, stop: int) -> None:
            start_points(
                self._rows[start:stop], *common, labels[start:stop], self._expiry[start:stop],
                radius[worker], *scratch[worker],
            )  # fmt: skip

        run_chunks(work, data.n_points, per_chunk, data.threads)
        self._radius = radius.max(axis=0)
        self._forget_twins(common, k)
        return sum_points(data, labels, k)

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Take over a run at a state whose labels another strategy found: nothing is known yet."""
        self._begin(centroids)
        self._expiry[:] = -np.inf

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        if self._before is None:
            self.adopt(centroids, labels)
        common = self._common(centroids)
        distances, threshold = self._move(centroids, common)
        due, counts = self._due(labels, threshold)
        indices, new = self._look(common, distances, labels, due, counts == sums.counts)
        self._forget_twins(common, len(centroids))
        return move_points(self._data, sums, indices, labels[indices], new)

    def _begin(self, centroids: Floats) -> None:
        k = len(centroids)
        if k > MOST_CENTROIDS:
            raise UnsupportedStrategy(
                f"strategy='neighbours' serves at most {MOST_CENTROIDS} clusters, got k={k}: "
                "use 'bounds'"
            )
        self._before = centroids
        self._radius, self._spent = np.zeros(k), np.zeros(k)
        self._ceiling = np.full(k, np.inf)

    def _common(self, centroids: Floats) -> tuple[Any, ...]:
        """Return what `start_points` and `look` are told alike, from C to C_max."""
        data, dtype = self._data, self._rows.dtype
        packed, lines = pack(data, centroids), distinct(centroids)
        reach = np.abs(packed[:-1]).max(axis=0).astype(np.float64)
        center, scale = data.center.astype(dtype), dtype.type(data.scale)
        margin = score_margin(data.n_features, data.scale)
        root = root_margin(data.n_features)
        return centroids, packed, lines, len(lines), center, scale, *margin, root, reach

    def _move(
        self, centroids: Floats, common: tuple[Any, ...]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return the distances between the centroids, and the threshold of each cluster."""
        data, (k, n_features) = self._data, centroids.shape
        _, packed, _, _, _, _, _, kappa, delta_unit, root, reach = common
        assert self._before is not None
        shifts = data.scaled_shifts(self._before, centroids) * (1.0 + 1e-9)
        self._before = centroids
        _, error = bounded(kappa + delta_unit * float(np.square(2.0 * reach).sum()), kappa)
        columns = np.full((n_features, -(-k // WIDTH) * WIDTH), np.inf, dtype=np.float32)
        columns[:, :k] = packed[:k].T
        distances = np.empty((k, columns.shape[1]), dtype=np.float32)
        threshold = np.empty(k, dtype=np.float32)

        def work(worker: int, start: int, stop: int) -> None:
            part = distances[start:stop]
            measure_centroids(packed, columns, start, root, error, part)
            move_centroids(
                part, start, shifts, self._radius, self._spent, self._ceiling, threshold
            )

        run_chunks(work, k, max((1 << 20) // (k * n_features), 1), data.threads)
        return distances, threshold

    def _due(
        self, labels: Labels, threshold: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
        """Return the points to look at, cluster by cluster, and how many of each there are."""
        m, k, n_features = len(labels), len(threshold), self._data.n_features
        # Few features: all of a piece stays in the cache. Many: rows fill cache lines anyway, and
        # the more points of a cluster, the fuller the vectors.
        per_piece = _ROWS if n_features > 8 else _ROWS // 4
        pieces, workers = -(-m // per_piece), self._data.threads
        due = np.empty(m, dtype=np.uint32)
        totals = np.zeros(pieces, dtype=np.int64)
        counts = np.zeros((workers, k), dtype=np.int64)
        scratch = [
            (np.empty(min(per_piece, m), dtype=np.uint32), np.empty(k + 1, dtype=np.int64))
            for _ in range(min(workers, pieces))
        ]

        def compare(worker: int, start: int, stop: int) -> None:
            rows, positions = scratch[worker]
            totals[start // per_piece] = expired(
                labels[start:stop], self._expiry[start:stop], threshold, start, rows,
                due[start:stop], counts[worker], positions,
            )  # fmt: skip

        run_chunks(compare, m, per_piece, workers)
        ends = np.cumsum(totals)
        for piece, (total, end) in enumerate(zip(totals.tolist(), ends.tolist(), strict=True)):
            due[end - total : end] = due[piece * per_piece : piece * per_piece + total]
        return due[: int(ends[-1])], counts.sum(axis=0)

    def _look(
        self,
        common: tuple[Any, ...],
        distances: npt.NDArray[np.float32],
        labels: Labels,
        due: npt.NDArray[np.uint32],
        everyone: npt.NDArray[np.bool_],
    ) -> tuple[npt.NDArray[np.uint32], Labels]:
        """Return the points that change and their new labels.

        `everyone` says which clusters have all their points in `due`.
        """
        data, (k, n_features) = self._data, common[0].shape
        # What is known of all points of a cluster begins anew with a look at all of them.
        self._ceiling[everyone] = np.inf
        self._radius[everyone] = 0.0
        if not len(due):
            return due, labels[:0]
        _, packed, lines, _, *rest = common
        real = int(np.count_nonzero(lines < k))
        per_chunk = min(max(chunk_rows(k * n_features), SEGMENT), len(due))
        workers = min(data.threads, -(-len(due) // per_chunk))
        radius = np.zeros((workers, k))
        pieces: list[tuple[npt.NDArray[np.uint32], Labels]] = []
        counts = np.zeros(workers, dtype=np.int64)
        scratch = [
            (
                np.empty(per_chunk, dtype=np.uint32),  # changed
                np.empty(per_chunk, dtype=labels.dtype),  # new_labels
                *self._scratch(TILE + WIDTH, n_features),
                np.empty(SEGMENT, dtype=np.float32),  # own
                np.empty(SEGMENT, dtype=np.int32),  # order
                np.empty(SEGMENT, dtype=np.int32),  # bins
                np.empty(TILE, dtype=np.uint32),  # members
                np.empty(TILE, dtype=np.float32),  # times
                np.empty(k + 4, dtype=np.int32),  # near
            )
            for _ in range(workers)
        ]

        def work(worker: int, start: int, stop: int) -> None:
            changed, new, *others = scratch[worker]
            total, scored = look(
                self._rows, common[0], packed, lines, real, distances, *rest, labels, self._spent,
                due[start:stop], self._expiry, radius[worker], changed, new, *others,
            )  # fmt: skip
            counts[worker] += scored
            if total:
                pieces.append((changed[:total].copy(), new[:total].copy()))

        run_chunks(work, len(due), per_chunk, data.threads)
        self.scored = int(counts.sum())
        self._radius = np.maximum(self._radius, radius.max(axis=0))
        if not pieces:
            return due[:0], labels[:0]
        indices, new = zip(*pieces, strict=True)
        return np.concatenate(indices), np.concatenate(new)

    def _forget_twins(self, common: tuple[Any, ...], k: int) -> None:
        # A gap does not know of the twin of a centroid, from which it may part; see `distinct`.
        if np.count_nonzero(common[2] < k) < k:
            self._expiry[:] = -np.inf

    @staticmethod
    def _scratch(rows: int, n_features: int) -> tuple[npt.NDArray[Any], ...]:
        return (
            np.zeros((n_features, rows), dtype=np.float32),  # x
            np.empty(rows, dtype=np.float32),  # best
            np.empty(rows, dtype=np.float32),  # second
            np.empty(rows, dtype=np.int32),  # winner
        )
