"""Sorted blocks of neighbours, assigned as a whole wherever one centroid wins everywhere.

Where a block is small against the cells of the centroids, the cost of an iteration grows like the
borders between clusters, not like the number of points. Holds a sorted copy of the points and eight
bytes a point besides.
"""

from __future__ import annotations

import functools
import threading
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats, Indices, LabelArray
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.blocks import FAN, Found, Sorted, Sweep, Tools, sweep
from kmeans_engine.kernels.clocks import LISTED, Clocks
from kmeans_engine.kernels.labels import scatter_labels
from kmeans_engine.points.blocks import SortedPoints
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
from kmeans_engine.strategies.costs import sweeping
from kmeans_engine.strategies.scores import Scores, make_batch
from kmeans_engine.sums import ExactSums

__all__ = ["MOST_FEATURES", "Blocks", "BlocksAssigner"]

# With more features a grid has but one or two cells along each, and most blocks are mixed.
MOST_FEATURES = 8


class Blocks:
    """The sorted points, made by the first run.

    Parameters
    ----------
    points : Data
    """

    name: ClassVar[str] = "blocks"

    def __init__(self, points: Data) -> None:
        self.points = points
        self._sorted: SortedPoints | None = None
        self._lock = threading.Lock()

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Raise `UnsupportedStrategy` for 2^32 points or more, or too many features."""
        check_numbers(cls.name, points)
        if points.n_features > MOST_FEATURES:
            raise UnsupportedStrategy(
                f"strategy='blocks' supports up to {MOST_FEATURES} features, got "
                f"{points.n_features}: use 'bounds' or 'neighbours'"
            )

    def begin(self) -> BlocksAssigner:
        """Return an assigner for a new run."""
        return BlocksAssigner(self)

    @property
    def sorted(self) -> SortedPoints:
        """The sorted points; the first caller makes them."""
        with self._lock:
            if self._sorted is None:
                self._sorted = SortedPoints(self.points)
            return self._sorted


class BlocksAssigner(MemoryAssigner):
    """What is known of each block from the iterations before; see `Assigner`.

    Attributes
    ----------
    seen : ndarray, (4,), int64
        In the last step: blocks skipped, assigned whole, mixed; and points scored in the latter.
    """

    name = Blocks.name
    in_place = False

    def __init__(self, strategy: Blocks) -> None:
        super().__init__(strategy.points)
        self._strategy = strategy
        self._spent, self.turn = 0.0, 0
        self.seen = np.zeros(4, dtype=np.int64)

    def _start(self, centroids: Floats, labels: LabelArray) -> ExactSums:
        self._begin(centroids, labels.dtype)
        sums, _, _ = self._sweep(None)
        order, found = self._sorted.order, self._clocks.labels

        def scatter(start: int, stop: int) -> None:
            scatter_labels(found, order, start, stop, labels)

        run_chunks(scatter, len(labels), chunk_rows(128), self.points.threads)
        return sums

    def _resume(self, centroids: Floats) -> None:
        labels = self.assigned.labels
        self._begin(centroids, labels.dtype)
        self._clocks.labels[:] = labels[self._sorted.order]

    def _begin(self, centroids: Floats, dtype: np.dtype[np.unsignedinteger]) -> None:
        self._sorted = ordered = self._strategy.sorted
        blocks, parents = len(ordered.record.low), len(ordered.record.parent_low)
        k, n = centroids.shape
        self.scores = Scores(self.points, k, dtype=ordered.rows.dtype)
        self.scores.place(centroids)
        self._parent_expiry = np.full(parents, -np.inf)
        self._clocks = Clocks(
            visited=np.full(parents, -2, dtype=np.int64),
            listed=np.empty((parents, LISTED + 1), dtype=np.int32),
            spent=np.empty(parents), ceiling=np.empty(parents), remaining=np.empty(parents),
            expiry=np.empty(blocks, dtype=np.float32), whole=np.full(blocks, -1, dtype=np.int32),
            times=np.empty(self.n_points, dtype=np.float32),
            labels=np.empty(self.n_points, dtype=dtype),
        )  # fmt: skip
        self._most = max(chunk_rows(k * n) // (FAN * ordered.block), 1)
        # Not a method, which would keep this alive in a circle.
        make = functools.partial(
            _make_task, ordered.record, self.scores, self._clocks, min(self._most, parents)
        )
        self._tasks = Stock(make)

    @property
    def whole(self) -> npt.NDArray[np.int32]:
        """The cluster of each block that lies in one, (blocks,), and -1 for the others."""
        return self._clocks.whole

    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        self.scores.place(centroids, moved)
        # One centroid comes nearer, another one goes away.
        self._spent += float(np.sort(self.scores.shifts)[-2:].sum()) * (1.0 + 1e-9)
        return Step(*self._sweep(self.assigned.sums))

    def _sweep(self, before: ExactSums | None) -> tuple[ExactSums, Indices, LabelArray]:
        """Return the sums, the points that changed, and their labels; none of them at first."""
        scores, clocks, form = self.scores, self._clocks, self.points.measure.sum_format
        k, n = scores.record.C.shape
        self.turn += 1
        # Only while there are equal centroids must blocks not remember their winner, since the
        # others may part from it.
        twins = scores.n_distinct < k
        if twins:
            self._forget()
        active = np.flatnonzero(self._parent_expiry <= self._spent)
        threads = self.points.threads
        if before is not None:
            _, whole, mixed, scored = self.seen.tolist()
            threads = threads_for(sweeping(len(active) * k * n, whole, mixed, scored), threads)
        per_chunk = even_rows(len(active), self._most, threads, 16)
        share, first = (before or form.empty(k)).share(), before is None

        def make() -> _Worker:
            return _Worker(share(), self._tasks.take(), [])

        def work(worker: _Worker, start: int, stop: int) -> None:
            part, task = worker.sums, worker.task
            total = sweep(
                task, active[start:stop], self.turn, first, scores.n_distinct, part.sums,
                part.counts,
            )  # fmt: skip
            if total and not first:
                found = task.found
                new = found.changed[:total].copy(), found.new_labels[:total].copy()
                worker.pieces.append(new)

        workers = fold_chunks(make, work, len(active), per_chunk, threads)
        # Those with a mixed block have nothing remaining, and are looked at in every turn.
        self._parent_expiry[active] = self._spent + clocks.remaining[active] * (1.0 - 1e-9)
        self.seen[:] = 0
        for _, task, _ in workers:
            self.seen += task.found.seen
            task.found.seen[:] = 0
            self._tasks.give_back(task)
        if twins:
            self._forget()
        sums = ExactSums.total([worker.sums for worker in workers] or [share()])
        none = np.empty(0, dtype=np.uint32), clocks.labels[:0]
        pieces = [piece for worker in workers for piece in worker.pieces] or [none]
        return sums, *join_pieces(pieces)

    def _forget(self) -> None:
        self._clocks.visited[:] = -2
        self._parent_expiry[:] = -np.inf


class _Worker(NamedTuple):
    """What one worker finds, and its scratch."""

    sums: ExactSums
    task: Sweep
    pieces: list[tuple[npt.NDArray[np.uint32], LabelArray]]


def _make_task(points: Sorted, scores: Scores, clocks: Clocks, parents: int) -> Sweep:
    """Return a task with scratch of its own, for so many parents at a time."""
    k, n = scores.record.C.shape
    rows = parents * FAN * points.block
    found = Found(
        changed=np.empty(rows, dtype=np.uint32),
        new_labels=np.empty(rows, dtype=clocks.labels.dtype),
        seen=np.zeros(4, dtype=np.int64),
    )
    tools = Tools(
        exact=np.empty((n, k)), d=np.empty(k), keep=np.empty(k, dtype=np.int32),
        keep2=np.empty(k + 3, dtype=np.int32), ids=np.empty(k, dtype=np.int32),
        few=np.empty((n, k)), members=np.empty(points.block, dtype=np.uint32),
        batch=make_batch(n, points.block),
    )  # fmt: skip
    return Sweep(
        points=points, scoring=scores.record, shifts=scores.shifts, clocks=clocks, found=found,
        tools=tools,
    )  # fmt: skip
