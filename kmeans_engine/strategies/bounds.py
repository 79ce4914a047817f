"""A bound per point, and only the points that use theirs up are scored. For many features.

Holds four bytes a point. Points that are not float32 or float64 in C order are copied as such,
once.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.exact import ExactSums
from kmeans_engine.kernels.assign import BLOCK
from kmeans_engine.kernels.bounds import advance
from kmeans_engine.strategies.base import Floats, Labels, Step, move_points, sum_points
from kmeans_engine.strategies.brute import distinct, pack, root_margin, score_margin
from kmeans_engine.threads import chunk_rows, run_chunks

__all__ = ["Bounds"]


class Bounds:
    """The points in an order that can be read row by row.

    Parameters
    ----------
    data : Data
        The points.
    """

    def __init__(self, data: Data) -> None:
        self.data = data
        self._rows: npt.NDArray[np.floating] | None = None
        self._lock = threading.Lock()

    def begin(self) -> BoundsRun:
        """Return a new run."""
        return BoundsRun(self.data, self.rows())

    def rows(self) -> npt.NDArray[np.floating]:
        """Return the points, (M, N), float32 or float64 in C order."""
        with self._lock:
            if self._rows is None:
                self._rows = self.data.contiguous()
            return self._rows


class BoundsRun:
    """The gap of each point.

    Parameters
    ----------
    data : Data
    rows : ndarray, (M, N)
        The points, float32 or float64, in C order.
    """

    name = "bounds"

    def __init__(self, data: Data, rows: npt.NDArray[np.floating]) -> None:
        self._data, self._rows = data, rows
        self._gap = np.zeros(data.n_points, dtype=np.float32)
        self._before: Floats | None = None
        self.scored = 0

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        labels[:] = 0
        indices, new = self._advance(centroids, labels)
        labels[indices] = new
        return sum_points(self._data, labels, len(centroids))

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Take over a run at a state whose labels another strategy found: nothing is known yet."""

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        indices, new = self._advance(centroids, labels)
        return move_points(self._data, sums, indices, labels[indices], new)

    def _advance(self, centroids: Floats, labels: Labels) -> tuple[npt.NDArray[np.intp], Labels]:
        data, rows = self._data, self._rows
        k, n_features = centroids.shape
        packed, lines = pack(data, centroids), distinct(centroids)
        reach = np.abs(packed[:-1]).max(axis=0).astype(np.float64)
        margin = score_margin(n_features, data.scale)
        loss = self._loss(centroids)
        per_chunk = min(chunk_rows(k * n_features), data.n_points)
        workers = min(data.threads, -(-data.n_points // per_chunk))
        center, scale = data.center.astype(rows.dtype), rows.dtype.type(data.scale)
        scratch = [self._scratch(per_chunk, n_features, labels.dtype) for _ in range(workers)]
        pieces: list[tuple[npt.NDArray[np.intp], Labels]] = []
        counts = np.zeros(workers, dtype=np.int64)

        def work(worker: int, start: int, stop: int) -> None:
            changed, new, *rest = scratch[worker]
            total, scored = advance(
                rows[start:stop], centroids, packed, lines, len(lines), center, scale, *margin,
                root_margin(n_features), reach, loss, labels[start:stop], self._gap[start:stop], changed, new, *rest,
            )  # fmt: skip
            counts[worker] += scored
            if total:
                pieces.append((changed[:total] + start, new[:total].copy()))

        run_chunks(work, data.n_points, per_chunk, data.threads)
        self.scored = int(counts.sum())
        if np.count_nonzero(lines < k) < k:
            # Gaps do not know of the twin of a centroid, from which it may part; see
            # `distinct`.
            self._gap[:] = 0.0
        if not pieces:
            return np.empty(0, dtype=np.intp), labels[:0]
        indices, new = zip(*pieces, strict=True)
        return np.concatenate(indices), np.concatenate(new)

    def _loss(self, centroids: Floats) -> npt.NDArray[np.float32]:
        """Return what the gap of a point of each cluster loses since the last call."""
        before, self._before = self._before, centroids
        if before is None:
            return np.full(len(centroids), np.inf, dtype=np.float32)
        shifts = self._data.scaled_shifts(before, centroids)
        others = np.full(len(shifts), shifts.max())
        if len(shifts) > 1:
            others[shifts.argmax()] = np.sort(shifts)[-2]
        with np.errstate(over="ignore"):
            loss = (shifts + others) * (1.0 + 2.0**-20) + 2.0**-100
            return np.asarray(loss, dtype=np.float32)

    def _scratch(self, rows: int, width: int, dtype: np.dtype[Any]) -> tuple[npt.NDArray[Any], ...]:
        return (
            np.empty(rows, dtype=np.intp),  # changed
            np.empty(rows, dtype=dtype),  # new_labels
            np.empty(rows, dtype=np.int32),  # failing
            np.zeros((width, BLOCK), dtype=np.float32),  # x
            np.empty(BLOCK, dtype=np.float32),  # best
            np.empty(BLOCK, dtype=np.float32),  # second
            np.empty(BLOCK, dtype=np.int32),  # winner
        )
