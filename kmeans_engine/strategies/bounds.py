"""A time to look again per point, and only the points whose time has come are scored.

Holds eight bytes a point, and the distances between the centroids while there are at most
`MOST_CENTROIDS`. Points that are not float32 or float64 in C order are copied as such, once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats, Indices, Integers, LabelArray
from kmeans_engine.kernels.assign import BATCH, Batch, Scoring
from kmeans_engine.kernels.bounds import (
    Finder,
    Memory,
    Task,
    bounded,
    expired,
    look_around,
    measure_centroids,
    mirror,
    move_centroids,
    start_points,
    turn_over,
)
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.threads import (
    Stock,
    chunk_rows,
    even_rows,
    fold_chunks,
    run_chunks,
    threads_for,
)
from kmeans_engine.strategies.base import MemoryAssigner, Step, check_numbers, join_pieces
from kmeans_engine.strategies.costs import looking
from kmeans_engine.strategies.scores import Scores, make_batch

__all__ = ["MOST_CENTROIDS", "Bounds", "BoundsAssigner", "Worker"]

# 64 MiB of distances between centroids.
MOST_CENTROIDS = 1 << 12
# Rows whose times are compared in one piece.
_ROWS = 1 << 17
# Nanoseconds of a squared difference of two centroids, in vectors.
_DIFFERENCE = 0.06


class Bounds:
    """The points as they can be read row by row.

    Parameters
    ----------
    points : Data
    """

    name: ClassVar[str] = "bounds"

    def __init__(self, points: Data) -> None:
        self.points = points

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Raise `UnsupportedStrategy` for 2^32 points or more."""
        check_numbers(cls.name, points)

    def begin(self) -> BoundsAssigner:
        """Return an assigner for a new run."""
        return BoundsAssigner(self.points.compact())


class BoundsAssigner(MemoryAssigner):
    """When to look at each point again; see `Assigner`.

    Attributes
    ----------
    scored, looked : int
        In the last step: how many scores it took, and how many points were looked at.
    """

    name = Bounds.name
    # Whether a look wants its points cluster by cluster.
    sorts: ClassVar[bool] = False

    def __init__(self, points: Data) -> None:
        super().__init__(points)
        self.scored, self.looked = 0, points.n_points

    def _start(self, centroids: Floats, labels: LabelArray) -> None:
        points, (k, n_features) = self.points, centroids.shape
        self._begin(centroids, labels)
        per_chunk = even_rows(points.n_points, chunk_rows(k * n_features), points.threads)

        def work(worker: Worker, start: int, stop: int) -> None:
            start_points(worker.task, start, stop, self.scores.count)

        workers = fold_chunks(self._take, work, points.n_points, per_chunk, points.threads)
        np.maximum.reduce([worker.radius for worker in workers], out=self._radius)
        self._give_back(workers)
        self._forget_twins()

    def _resume(self, centroids: Floats) -> None:
        # Nothing is known of the points yet.
        self._begin(centroids, self.assigned.labels)
        self.memory.expiry[:] = -np.inf

    def _begin(self, centroids: Floats, labels: LabelArray) -> None:
        k, n = centroids.shape
        points = self.points
        self.scores = Scores(points, k)
        self.scores.place(centroids)
        self._radius, self._ceiling = np.zeros(k), np.full(k, np.inf)
        self._threshold = np.empty(k, dtype=np.float32)
        self._due = np.empty(points.n_points, dtype=np.uint32)
        # Without the distances between them, any other centroid may be a neighbour.
        width = -(-k // WIDTH) * WIDTH if k <= MOST_CENTROIDS else 0
        self.distances = np.empty((k, width), dtype=np.float32)
        self._columns = np.full((n, width), np.inf, dtype=np.float32)
        self._measured = False
        self.memory = Memory(
            X=points.rows(0, points.n_points, None),
            labels=labels,
            expiry=np.empty(points.n_points, dtype=np.float32),
            spent=np.zeros(k),
        )
        rows = min(max(_ROWS, chunk_rows(k * n)), points.n_points)
        self._workers = Stock(self._maker(k, rows))

    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        self.scores.place(centroids, moved)
        self._move()
        indices, new, counts = self._look()
        # A look at all points of a cluster replaces what was known of them.
        everyone = counts == self.assigned.sums.counts
        self._ceiling[everyone] = np.inf
        self._radius[everyone] = 0.0
        np.maximum(self._radius, self._reached, out=self._radius)
        self._forget_twins()
        return self._moved(indices, new)

    def _move(self) -> None:
        """Account for the move of the centroids; find the threshold of each cluster."""
        scoring, moved, shifts = self.scores.record, self.scores.moved, self.scores.shifts
        k, n = scoring.C.shape
        D, columns, most = self.distances, self._columns, self.points.threads
        if D.shape[1]:
            few = self._measured and 2 * len(moved) < k
            rows = moved if few else np.arange(k, dtype=np.int32)
            self._measured = True
            turn_over(scoring.P, rows, columns)
            extent = float(np.square(2.0 * scoring.reach).sum())
            _, error = bounded(scoring.kappa + scoring.delta_unit * extent, scoring.kappa)

            def measure(start: int, stop: int) -> None:
                measure_centroids(scoring.P, columns, rows[start:stop], scoring.root, error, D)

            threads = threads_for(len(rows) * k * n * _DIFFERENCE, most)
            per_chunk = even_rows(len(rows), max((1 << 24) // (k * n), 1), threads, 1)
            run_chunks(measure, len(rows), per_chunk, threads)
            if few:
                mirror(D, rows)

        def move(start: int, stop: int) -> None:
            move_centroids(
                D, start, stop, moved, shifts, self._radius, self.memory.spent, self._ceiling,
                self._threshold,
            )  # fmt: skip

        threads = threads_for(len(moved) * k, most)
        per_chunk = even_rows(k, max((1 << 22) // max(len(moved), 1), 1), threads, 1)
        run_chunks(move, k, per_chunk, threads)

    def _look(self) -> tuple[Indices, LabelArray, Integers]:
        """Return the points that change, their new labels, and the looks at each cluster."""
        points, memory, m = self.points, self.memory, self.n_points
        k, n_features = self.scores.record.C.shape
        rows, most = self._piece(), chunk_rows(k * n_features)
        threads = threads_for(looking(m, self.looked, k, n_features), points.threads)
        # Together, a piece is in the cache and one hand-over to the other threads is saved; apart,
        # no call lasts too long for Ctrl-C.
        together = rows <= most
        totals: list[tuple[int, int]] = []

        def search(worker: Worker, due: npt.NDArray[np.uint32]) -> None:
            total, scored = self._search(worker, due)
            worker.scored += scored
            if total:
                new = worker.changed[:total].copy(), worker.new_labels[:total].copy()
                worker.pieces.append(new)

        def compare(worker: Worker, start: int, stop: int) -> None:
            due = self._due[start:stop]
            total = expired(
                memory.labels[start:stop], memory.expiry[start:stop], self._threshold, start,
                self.sorts, worker.listed, due, worker.counts, worker.positions,
            )  # fmt: skip
            totals.append((start, total))
            if together and total:
                search(worker, due[:total])

        workers = fold_chunks(self._take, compare, m, rows, threads)
        self.looked = sum(total for _, total in totals)
        if not together:
            end = 0
            for start, total in sorted(totals):
                self._due[end : end + total] = self._due[start : start + total]
                end += total

            def look(worker: Worker, start: int, stop: int) -> None:
                search(worker, self._due[start:stop])

            # Those that compared look as well, with what they have counted so far.
            spare = iter(workers)
            looking_now = fold_chunks(
                lambda: next(spare, None) or self._take(), look, end,
                even_rows(end, most, threads, BATCH), threads,
            )  # fmt: skip
            workers += [worker for worker in looking_now if worker not in workers]
        self.scored = sum(worker.scored for worker in workers)
        self._reached = np.maximum.reduce([worker.radius for worker in workers])
        counts = np.sum([worker.counts for worker in workers], axis=0)
        none = self._due[:0], memory.labels[:0]
        pieces = [piece for worker in workers for piece in worker.pieces] or [none]
        self._give_back(workers)
        return *join_pieces(pieces), counts

    def _search(self, worker: Worker, due: npt.NDArray[np.uint32]) -> tuple[int, int]:
        """Look at the points `due`; return how many change, and how many scores it took."""
        return look_around(worker.task, due, self.scores.count)  # type: ignore[no-any-return]

    def _piece(self) -> int:
        """Return how many rows are compared in one piece."""
        points, most = self.points, _ROWS
        if points.n_features <= 8 and self.looked * 8 > points.n_points:
            # Nearly all rows will be read, so they should fit the cache; else the more points of a
            # cluster there are in a piece, the fuller are the vectors.
            most = _ROWS // 4
        return even_rows(points.n_points, most, points.threads, 1 << 14)

    def _forget_twins(self) -> None:
        # A gap does not know of the twin of a centroid, from which it may part; see `Scores`.
        if self.scores.n_distinct < len(self.scores.shifts):
            self.memory.expiry[:] = -np.inf

    def _maker(self, k: int, rows: int) -> Callable[[], Worker]:
        """Return what makes workers; not a method, which would keep this alive in a circle."""
        return functools.partial(Worker, self.scores.record, self.memory, k, rows)

    def _take(self) -> Worker:
        worker = self._workers.take()
        worker.clear()
        return worker

    def _give_back(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.pieces = []
            self._workers.give_back(worker)


class Worker:
    """What one worker finds in a look, and its scratch; kept from step to step."""

    def __init__(self, scoring: Scoring, memory: Memory, k: int, rows: int) -> None:
        self.listed = np.empty(rows, dtype=np.uint32)
        self.positions = np.empty(k + 1, dtype=np.int64)
        self.counts = np.zeros(k, dtype=np.int64)
        self.radius = np.zeros(k)
        self.changed = np.empty(rows, dtype=np.uint32)
        self.new_labels = np.empty(rows, dtype=memory.labels.dtype)
        self.scored = 0
        self.pieces: list[tuple[Indices, LabelArray]] = []
        finder = self.finder(make_batch(memory.X.shape[1]))
        self.task = Task(scoring=scoring, memory=memory, finder=finder)

    def finder(self, batch: Batch) -> Finder:
        """Return the record of what is found, with some scratch."""
        return Finder(
            radius=self.radius, changed=self.changed, new_labels=self.new_labels, batch=batch
        )

    def clear(self) -> None:
        """Forget what was found."""
        self.counts[:] = 0
        self.radius[:] = 0.0
        self.scored = 0
        self.pieces = []
