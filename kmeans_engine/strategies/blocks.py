"""Sorted blocks of neighbours, assigned as a whole wherever one centroid wins everywhere.

Where a block is small against the cells of the centroids, the cost of an iteration grows like the
borders between clusters, not like the number of points. Holds a sorted copy of the points and eight
bytes a point besides.
"""

from __future__ import annotations

import threading
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.blocks import (
    FAN,
    Found,
    Sweep,
    Tools,
    Turn,
    begin_turn,
    merge_parts,
    sweep,
)
from kmeans_engine.kernels.clocks import LISTED, Clocks
from kmeans_engine.kernels.label_order import Moved
from kmeans_engine.kernels.labels import pick_labels
from kmeans_engine.label_history import LabelHistory
from kmeans_engine.label_order import SortedLabels
from kmeans_engine.labels import label_dtype
from kmeans_engine.points.blocks import SortedPoints
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.scratch import advise
from kmeans_engine.runtime.team import run_kernel
from kmeans_engine.runtime.threads import chunk_rows, even_rows, run_chunks, threads_for
from kmeans_engine.strategies.base import Assigned, OwningAssigner, check_numbers
from kmeans_engine.strategies.costs import sweeping
from kmeans_engine.strategies.scores import Scores, make_batch
from kmeans_engine.sums import ExactSums

__all__ = ["MOST_FEATURES", "Blocks", "BlocksAssigner"]

# With more features a grid has but one or two cells along each, and most blocks are mixed.
MOST_FEATURES = 8
# Chunks of each thread: some parents take much longer than others.
_CHUNKS = 8


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
    def at_hand(self) -> SortedPoints | None:
        """The sorted points, if they are made already."""
        return self._sorted

    @property
    def sorted(self) -> SortedPoints:
        """The sorted points; the first caller makes them."""
        with self._lock:
            if self._sorted is None:
                self._sorted = SortedPoints(self.points)
            return self._sorted


class BlocksAssigner(OwningAssigner):
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
        self.seen = np.zeros(4, dtype=np.int64)

    def first(self, centroids: Floats) -> ExactSums:
        """See `Assigner.first`."""
        self._begin(centroids)
        sums = self._sweep(self.points.measure.sum_format.empty(len(centroids)))
        self._own(sums)
        return sums

    def step(self, centroids: Floats, moved: Clusters | None = None) -> SortedStep:
        """See `Assigner.step`."""
        self._labels.catch_up()
        self.scores.place(centroids, moved)
        sums = self._sweep(self.assigned.sums.copy())
        total = self._labels.note(self._turn.active[: self._active])
        if total:
            self.assigned.sums = sums
        return SortedStep(self.assigned.sums, total)

    def _resume(self, centroids: Floats) -> None:
        history = self.assigned.plain()
        self._begin(centroids)
        newest, order, labels = history.newest, self._sorted.order, self._moved.labels

        def pick(start: int, stop: int) -> None:  # NumPy would copy all of the order, as int64
            pick_labels(newest, order[start:stop], labels[start:stop])

        run_chunks(pick, self.n_points, chunk_rows(128), self.points.threads)
        self._turn.state[1] = 0
        self._own(self.assigned.sums, history)

    def _own(self, sums: ExactSums, history: LabelHistory | None = None) -> None:
        self._labels = SortedLabels(self._moved, self.points.threads, self.points.budget, history)
        self.assigned = Assigned(self._labels, sums)

    def _begin(self, centroids: Floats) -> None:
        self._sorted = ordered = self._strategy.sorted
        blocks, parents = len(ordered.record.low), len(ordered.record.parent_low)
        (k, n), budget = centroids.shape, self.points.budget
        self.scores = Scores(self.points, k, dtype=ordered.rows.dtype)
        self.scores.place(centroids)
        self._clocks = Clocks(
            visited=np.full(parents, -2, dtype=np.int64),
            listed=np.empty((parents, LISTED + 1), dtype=np.int32),
            spent=np.empty(parents), ceiling=np.empty(parents),
            expiry=np.empty(blocks, dtype=np.float32), whole=np.full(blocks, -1, dtype=np.int32),
            times=budget.empty(self.n_points, np.float32, sparse=True),  # those of mixed blocks

        )  # fmt: skip
        self._moved = Moved(
            labels=budget.empty(self.n_points, label_dtype(k)), order=ordered.order,
            bits=budget.zeros((blocks, -(-ordered.block // 32)), np.uint32),
            changes=np.zeros(parents, dtype=np.int64), block=ordered.block,
        )  # fmt: skip
        self._turn = Turn(
            state=np.array([0, 1]), spent=np.zeros(1), expiry=np.full(parents, -np.inf),
            active=np.empty(parents, dtype=np.int64),
        )  # fmt: skip
        self._active = 0  # how many of them
        self._reading = ""
        self._most = max(chunk_rows(k * n) // (FAN * ordered.block), 1)
        w, form = self.points.threads, self.points.measure.sum_format
        self._parts = (
            np.zeros((w, k, form.levels, len(form.exponents)), dtype=np.int64),
            np.zeros((w, k), dtype=np.int64),
            np.zeros((w, 4), dtype=np.int64),
        )
        self._tasks: list[Sweep] = []

    @property
    def whole(self) -> npt.NDArray[np.int32]:
        """The cluster of each block that lies in one, (blocks,), and -1 for the others."""
        return self._clocks.whole

    def _sweep(self, sums: ExactSums) -> ExactSums:
        """Find what changes; return the sums after it, which `sums` become."""
        k, n = self.scores.record.C.shape
        # Only while there are equal centroids must blocks not remember their winner, since the
        # others may part from it.
        twins = self.scores.n_distinct < k
        if twins:
            self._forget()
        self._active = active = begin_turn(self._turn, self.scores.shifts)
        self._expect("NORMAL" if active == len(self._turn.expiry) else "RANDOM")
        threads, first = self.points.threads, bool(self._turn.state[1])
        if not first:
            _, whole, mixed, scored = self.seen.tolist()
            threads = threads_for(sweeping(active * k * n, whole, mixed, scored), threads)
        tasks = self._tasks
        while len(tasks) < threads:
            tasks.append(self._make_task(len(tasks)))
        rows = even_rows(active, min(self._most, active // (threads * _CHUNKS) + 1), threads, 1)
        used = run_kernel(sweep, tasks[:threads], active, rows)
        self.seen[:] = 0
        merge_parts(*self._parts, used, sums.sums, sums.counts, self.seen)
        self._turn.state[1] = 0
        if twins:
            self._forget()
        return sums.counted()

    def _expect(self, reading: str) -> None:
        """Tell the system how rows in scratch will be read: all, or some here and there.

        Otherwise it reads what lies around the latter (a sweep of 200 M x 2 that 20,000 points
        leave their cluster in, with nothing in memory: 524 MB in 0.43 s; now 23 MB in 0.24 s).
        """
        if reading != self._reading:
            advise(self._sorted.rows, reading)
            self._reading = reading

    def _forget(self) -> None:
        self._clocks.visited[:] = -2
        self._turn.expiry[:] = -np.inf

    def _make_task(self, number: int) -> Sweep:
        """Return the task of a worker, with scratch of its own."""
        ordered, scores, clocks = self._sorted, self.scores, self._clocks
        k, n = scores.record.C.shape
        sums, counts, seen = (part[number] for part in self._parts)
        found, values = Found(sums=sums, counts=counts, seen=seen), np.empty(n + 1)
        tools = Tools(
            exact=np.empty((n, k)), d=np.empty(k), keep=np.empty(k, dtype=np.int32),
            keep2=np.empty(k + 3, dtype=np.int32), ids=np.empty(k, dtype=np.int32),
            few=np.empty((n, k)), members=np.empty(ordered.block, dtype=np.uint32),
            values=values, bits=values.view(np.int64),
            batch=make_batch(n, ordered.block),
        )  # fmt: skip
        return Sweep(
            points=ordered.record, scoring=scores.record, shifts=scores.shifts, clocks=clocks,
            turn=self._turn, moved=self._moved, found=found, tools=tools,
        )  # fmt: skip


class SortedStep(NamedTuple):
    """What one assignment led to; see `Stepped`."""

    sums: ExactSums
    n_changed: int
