"""A time to look again per point, and only the points whose time has come are scored.

Holds eight bytes a point, and the distances between the centroids while there are at most
`MOST_CENTROIDS`. Points that are not float32 or float64 in C order are copied as such, once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.assign import BLOCK
from kmeans_engine.kernels.bounds import (
    bounded,
    expired,
    look_around,
    measure_centroids,
    move_centroids,
    start_points,
)
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.threads import (
    WORTH_A_THREAD,
    Stock,
    chunk_rows,
    even_rows,
    fold_chunks,
    run_chunks,
)
from kmeans_engine.strategies.base import Floats, Labels, Step, move_points, sum_points
from kmeans_engine.strategies.brute import distinct, pack, root_margin, score_margin
from kmeans_engine.sums import ExactSums

__all__ = ["MOST_CENTROIDS", "Bounds", "BoundsRun"]

# 64 MiB of distances between centroids.
MOST_CENTROIDS = 1 << 12
# Rows whose times are compared in one piece.
_ROWS = 1 << 17


class Bounds:
    """The points in an order that can be read row by row.

    Parameters
    ----------
    data : Data
        The points.

    Raises
    ------
    UnsupportedStrategy
        With 2^32 points or more.
    """

    name = "bounds"

    def __init__(self, data: Data) -> None:
        if data.n_points >= 1 << 32:
            raise UnsupportedStrategy(
                f"strategy={self.name!r} serves fewer than 2^32 points, got {data.n_points}: "
                "use 'brute'"
            )
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


class _Look:
    """What one worker finds in a look, and its scratch."""

    def __init__(self, k: int, scratch: tuple[npt.NDArray[Any], ...]) -> None:
        self.scratch = scratch
        self.counts = np.zeros(k, dtype=np.int64)
        self.radius = np.zeros(k)
        self.scored = 0


class BoundsRun:
    """When to look at each point again.

    Parameters
    ----------
    data : Data
    rows : ndarray, (M, N)
        The points, float32 or float64, in C order.
    """

    name = "bounds"
    # Whether a look wants its points cluster by cluster.
    sorts = False

    def __init__(self, data: Data, rows: npt.NDArray[np.floating]) -> None:
        self._data, self._rows = data, rows
        self._before: Floats | None = None
        self._expiry = np.empty(data.n_points, dtype=np.float32)
        self._due = np.empty(data.n_points, dtype=np.uint32)
        self.scored, self.looked = 0, data.n_points
        # Kept from step to step: fresh pages cost more than the work of a late iteration.
        self._scratch: Stock[tuple[npt.NDArray[Any], ...]] | None = None

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        data, (k, n_features) = self._data, centroids.shape
        self._begin(centroids)
        per_chunk = even_rows(data.n_points, chunk_rows(k * n_features), data.threads)
        common = self._common(centroids)

        def make() -> tuple[Floats, tuple[npt.NDArray[Any], ...]]:
            return np.zeros(k), self._scores(BLOCK)

        def work(own: tuple[Floats, tuple[npt.NDArray[Any], ...]], start: int, stop: int) -> None:
            radius, tools = own
            start_points(
                self._rows[start:stop], *common, labels[start:stop], self._expiry[start:stop],
                radius, *tools,
            )  # fmt: skip

        parts = fold_chunks(make, work, data.n_points, per_chunk, data.threads)
        self._radius = np.maximum.reduce([radius for radius, _ in parts])
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
        threshold = self._move(centroids, common)
        indices, new, counts = self._look(common, labels, threshold)
        # What is known of all points of a cluster begins anew with a look at all of them.
        everyone = counts == sums.counts
        self._ceiling[everyone] = np.inf
        self._radius[everyone] = 0.0
        self._radius = np.maximum(self._radius, self._reached)
        self._forget_twins(common, len(centroids))
        return move_points(self._data, sums, indices, labels[indices], new)

    def _begin(self, centroids: Floats) -> None:
        k = len(centroids)
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

    def _move(self, centroids: Floats, common: tuple[Any, ...]) -> npt.NDArray[np.float32]:
        """Account for the move of the centroids; return the threshold of each cluster."""
        data, (k, n_features) = self._data, centroids.shape
        _, packed, _, _, _, _, _, kappa, delta_unit, root, reach = common
        assert self._before is not None
        shifts = data.scaled_shifts(self._before, centroids) * (1.0 + 1e-9)
        self._before = centroids
        threshold = np.empty(k, dtype=np.float32)
        # Without the distances between them, any other centroid may be a neighbour.
        width = -(-k // WIDTH) * WIDTH if k <= MOST_CENTROIDS else 0
        self._distances = np.empty((k, width), dtype=np.float32)
        columns = np.full((n_features, width), np.inf, dtype=np.float32)
        if width:
            columns[:, :k] = packed[:k].T
        _, error = bounded(kappa + delta_unit * float(np.square(2.0 * reach).sum()), kappa)

        def work(start: int, stop: int) -> None:
            part = self._distances[start:stop]
            measure_centroids(packed, columns, start, root, error, part)
            move_centroids(part, start, shifts, self._radius, self._spent, self._ceiling, threshold)

        run_chunks(work, k, max((1 << 20) // (k * n_features), 1), data.threads)
        return threshold

    def _look(
        self, common: tuple[Any, ...], labels: Labels, threshold: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.uint32], Labels, npt.NDArray[np.int64]]:
        """Return the points that change, their new labels, and the looks at each cluster."""
        data, m, (k, n_features) = self._data, len(labels), common[0].shape
        rows = self._piece(k)
        threads = data.threads if self._nanoseconds(k) > WORTH_A_THREAD else 1
        most = chunk_rows(k * n_features)
        totals = np.zeros(-(-m // rows), dtype=np.int64)
        # Together, a piece is in the cache and one hand-over to the other threads is saved; apart,
        # no call lasts too long for Ctrl-C.
        together = rows <= most
        if self._scratch is None:
            self._scratch = Stock(lambda: self._new_scratch(k, max(_ROWS, most), labels.dtype))
        stock = self._scratch
        pieces: list[tuple[npt.NDArray[np.uint32], Labels]] = []

        def make() -> _Look:
            return _Look(k, stock.take())

        def search(own: _Look, due: npt.NDArray[np.uint32]) -> None:
            _, _, changed, new, *tools = own.scratch
            total, scored = self._search(
                self._rows, *common, labels, self._spent, due, self._expiry, own.radius,
                changed, new, *self._tools(), *tools,
            )  # fmt: skip
            own.scored += scored
            if total:
                pieces.append((changed[:total].copy(), new[:total].copy()))

        def compare(own: _Look, start: int, stop: int) -> None:
            due, (listed, positions, *_) = self._due[start:stop], own.scratch
            total = expired(
                labels[start:stop], self._expiry[start:stop], threshold, start, self.sorts, listed,
                due, own.counts, positions,
            )  # fmt: skip
            totals[start // rows] = total
            if together and total:
                search(own, due[:total])

        looks = fold_chunks(make, compare, m, rows, threads)
        for own in looks:
            stock.give_back(own.scratch)
        self.looked = int(totals.sum())
        if not together:
            ends = np.cumsum(totals)
            for piece, (total, end) in enumerate(zip(totals.tolist(), ends.tolist(), strict=True)):
                self._due[end - total : end] = self._due[piece * rows : piece * rows + total]
            due = self._due[: self.looked]
            per_chunk = even_rows(len(due), most, threads, BLOCK)

            def look(own: _Look, start: int, stop: int) -> None:
                search(own, due[start:stop])

            more = fold_chunks(make, look, len(due), per_chunk, threads)
            for own in more:
                stock.give_back(own.scratch)
            looks += more
        self.scored = sum(own.scored for own in looks)
        self._reached = np.maximum.reduce([own.radius for own in looks])
        indices = [piece[0] for piece in pieces] or [self._due[:0]]
        new = [piece[1] for piece in pieces] or [labels[:0]]
        counts = np.sum([own.counts for own in looks], axis=0)
        return np.concatenate(indices), np.concatenate(new), counts

    def _piece(self, k: int) -> int:
        """Return how many rows are compared in one piece."""
        data, n_features = self._data, self._data.n_features
        most = _ROWS
        if n_features <= 8 and self.looked * 8 > data.n_points:
            # Nearly all rows will be read, so they should fit the cache; else the more points of a
            # cluster there are in a piece, the fuller are the vectors.
            most = _ROWS // 4
        return even_rows(data.n_points, most, data.threads, 1 << 14)

    def _nanoseconds(self, k: int) -> float:
        """Return about how long the next look will take on one thread."""
        work = k * self._data.n_features
        return float(1.5 * self._data.n_points + self.looked * (20.0 + work / 20.0))

    # What a look is done with, and its scratch.
    _search: Callable[..., tuple[int, int]] = staticmethod(look_around)

    def _tools(self) -> tuple[npt.NDArray[Any], ...]:
        """Return what `_search` is told besides."""
        return ()

    def _new_scratch(self, k: int, rows: int, dtype: np.dtype[Any]) -> tuple[npt.NDArray[Any], ...]:
        rows = min(rows, self._data.n_points)
        return (
            np.empty(rows, dtype=np.uint32),  # listed
            np.empty(k + 1, dtype=np.int64),  # positions
            np.empty(rows, dtype=np.uint32),  # changed
            np.empty(rows, dtype=dtype),  # new_labels
            *self._scores(BLOCK),
        )

    def _forget_twins(self, common: tuple[Any, ...], k: int) -> None:
        # A gap does not know of the twin of a centroid, from which it may part; see `distinct`.
        if np.count_nonzero(common[2] < k) < k:
            self._expiry[:] = -np.inf

    def _scores(self, rows: int) -> tuple[npt.NDArray[Any], ...]:
        rows += WIDTH  # rows of x a power of two apart would share few lines of the cache
        return (
            np.zeros((self._data.n_features, rows), dtype=np.float32),  # x
            np.empty(rows, dtype=np.float32),  # best
            np.empty(rows, dtype=np.float32),  # second
            np.empty(rows, dtype=np.int32),  # winner
        )
