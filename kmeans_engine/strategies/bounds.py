"""A time to look again per point, and only the points whose time has come are scored.

Holds eight bytes a point, and the distances between the centroids while there are at most
`MOST_CENTROIDS`. Points that are not float32 or float64 in C order are copied as such, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from kmeans_engine.arrays import Clusters, Floats, LabelArray, Rows
from kmeans_engine.kernels.assign import BATCH, Batch
from kmeans_engine.kernels.bounds import (
    Crew,
    Finder,
    Finding,
    Listing,
    Memory,
    Task,
    bounded,
    find_around,
    list_due,
    look_around,
    merge_found,
    start_points,
)
from kmeans_engine.kernels.cells import (
    Cells,
    Moved,
    measure_centroids,
    mirror,
    move_centroids,
    turn_over,
)
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.records import Record
from kmeans_engine.runtime.team import run_kernel
from kmeans_engine.runtime.threads import (
    chunk_rows,
    even_rows,
    threads_for,
)
from kmeans_engine.strategies.base import (
    MemoryAssigner,
    Step,
    check_numbers,
    make_changes,
    make_draft,
)
from kmeans_engine.strategies.costs import looking
from kmeans_engine.strategies.scores import Scores, make_batch

__all__ = ["MOST_CENTROIDS", "Bounds", "BoundsAssigner", "Worker"]

# 64 MiB of distances between centroids.
MOST_CENTROIDS = 1 << 12
# Rows whose times are compared in one piece, at most.
_ROWS = 1 << 17
# And where they are looked at at once: their labels and times stay in the cache.
_ROWS_AT_ONCE = 1 << 14
# Nanoseconds of a squared difference of two centroids, in vectors.
_DIFFERENCE = 0.06
# Nanoseconds of a chunk of centroids, and how many it has at least.
_CHUNK, _CENTROIDS = 1e6, 16


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
    # Called with a worker's `task`, and with its `search`: see these kernels.
    start_kernel = staticmethod(start_points)
    look_kernel = staticmethod(look_around)

    def __init__(self, points: Data) -> None:
        super().__init__(points)
        self.scored, self.looked = 0, points.n_points

    def _start(self, centroids: Floats, labels: LabelArray) -> None:
        points, (k, n_features) = self.points, centroids.shape
        self._begin(centroids, labels)
        threads = threads_for(looking(0, points.n_points, k, n_features), points.threads)
        rows = self._chunk(points.n_points, threads)
        tasks = [worker.task for worker in self._workers(threads)]
        self.crew.used[0] = run_kernel(self.start_kernel, tasks, points.n_points, rows)
        merge_found(self.crew, 0, k)
        self._forget_twins()

    def _resume(self, centroids: Floats) -> None:
        # Nothing is known of the points yet.
        self._begin(centroids, self.assigned.labels)
        self.memory.expiry[:] = -np.inf

    def _begin(self, centroids: Floats, labels: LabelArray) -> None:
        (k, n), (m, points) = centroids.shape, (self.n_points, self.points)
        rows, dtype = self._rows()
        self.scores = Scores(points, k, dtype=dtype)
        self.scores.place(centroids)
        # Without the distances between them, any other centroid may be a neighbour.
        width = -(-k // WIDTH) * WIDTH if k <= MOST_CENTROIDS else 0
        self.distances = np.empty((k, width), dtype=np.float32)
        self._measured = False
        self.memory = Memory(
            X=rows,
            labels=labels,
            expiry=points.budget.empty(m, np.float32),
            spent=np.zeros(k),
        )
        self.due, self.n_due = points.budget.empty(m, np.uint32), np.zeros(1, dtype=np.int64)
        self.changes = make_changes(m, labels.dtype, points.budget)
        # Workers do not write to the same lines of the cache. Whole rows: one type for any k.
        wide = -(-k // WIDTH) * WIDTH
        self.cells = Cells(
            P=self.scores.record.P,
            columns=np.full((n, width), np.inf, dtype=np.float32),
            D=self.distances,
            root=self.scores.record.root,
            error=np.zeros(1, dtype=np.float32),
            shifts=self.scores.shifts,
            radius=np.zeros(k),
            spent=self.memory.spent,
            ceiling=np.full(k, np.inf),
            threshold=np.empty(k, dtype=np.float32),
        )
        self.crew = Crew(
            radii=np.zeros((points.threads, wide)),
            counts=np.zeros((points.threads, wide), dtype=np.int64),
            used=np.zeros(1, dtype=np.int64),
            sizes=np.zeros(k, dtype=np.int64),
            radius=self.cells.radius,
            ceiling=self.cells.ceiling,
        )
        self._made: list[Worker] = []

    def _rows(self) -> tuple[Rows, np.dtype[np.floating]]:
        """Return the points as kernels read them, and the type that they are scored in."""
        points = self.points
        return points.rows(0, points.n_points, None), points.row_dtype

    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        self.scores.place(centroids, moved)
        self.crew.sizes[:] = self.assigned.sums.counts
        self._move()
        self._look()
        self._forget_twins()
        return self._changed(self.changes)

    def _move(self) -> None:
        """Account for the move of the centroids; find the threshold of each cluster."""
        cells, scoring = self.cells, self.scores.record
        moved, (k, n) = self.scores.moved, scoring.C.shape
        task = Moved(cells=cells, rows=moved)
        if self.distances.shape[1]:
            few = self._measured and 2 * len(moved) < k
            some = task if few else Moved(cells=cells, rows=np.arange(k, dtype=np.int32))
            self._measured, total = True, len(some.rows)
            extent = float(np.square(2.0 * scoring.reach).sum())
            slack = scoring.kappa + scoring.delta_unit * extent
            cells.error[0] = bounded(slack, scoring.kappa)[1]
            self._each(turn_over, some, total, n)
            self._measure(some, few)
            if few:
                self._each(mirror, some, k, total)
        self._each(move_centroids, task, k, len(moved))

    def _measure(self, some: Moved, few: bool) -> None:
        """Measure the distances of `some` centroids to all; of all to all, unless they are few."""
        k, n = self.scores.record.C.shape
        self._each(measure_centroids, some, len(some.rows), k * n * _DIFFERENCE)

    def _each(self, kernel: Callable[..., Any], task: Record, total: int, cost: float) -> None:
        """Run a kernel over centroids that take so many nanoseconds each."""
        threads = threads_for(total * cost, self.points.threads)
        if threads == 1 and total * cost < _CHUNK:
            kernel(task, 0, total)
            return
        rows = even_rows(total, max(int(_CHUNK / max(cost, 1.0)), _CENTROIDS), threads, _CENTROIDS)
        run_kernel(kernel, [task] * threads, total, rows)

    def _look(self) -> None:
        """Find the points that change, and their new labels."""
        self.n_due[0] = 0
        used = self._look_at_once() if self._at_once else self._look_apart()
        self.looked = int(self.n_due[0])
        self.crew.used[0] = used
        merge_found(self.crew, 0, len(self.crew.sizes))
        self.scored = 0
        for worker in self._made:
            self.scored += int(worker.scored[0])
            worker.scored[0] = 0

    def _look_at_once(self) -> int:
        """List points chunk by chunk, and look at them; return how many workers did."""
        points, m = self.points, self.n_points
        threads = threads_for(looking(m, self.looked, *self.scores.record.C.shape), points.threads)
        tasks = [worker.finding for worker in self._workers(threads)]
        return run_kernel(find_around, tasks, m, even_rows(m, _ROWS_AT_ONCE, threads))

    def _look_apart(self) -> int:
        """List all points first, so that all chunks of a look have as many."""
        points, m, shape = self.points, self.n_points, self.scores.record.C.shape
        workers = self._workers(threads_for(looking(m, 0, *shape), points.threads))
        rows = even_rows(m, _ROWS, len(workers), 1 << 14)
        used = run_kernel(list_due, [worker.listing for worker in workers], m, rows)
        due = int(self.n_due[0])
        workers = self._workers(threads_for(looking(0, due, *shape), points.threads))
        rows = self._chunk(due, len(workers))
        tasks = [worker.search for worker in workers]
        return max(run_kernel(self.look_kernel, tasks, due, rows), used)

    @property
    def _at_once(self) -> bool:
        """Whether scores are so cheap that a look is at each chunk of points as it is listed."""
        return self.look_kernel is look_around and self.most() > _ROWS_AT_ONCE

    def most(self) -> int:
        """Return how many points may be looked at in one chunk."""
        return chunk_rows(self.points.n_features * len(self.scores.shifts))

    def _chunk(self, total: int, threads: int) -> int:
        """Return how many of so many points are looked at in one chunk."""
        return even_rows(total, self.most(), threads, BATCH)

    def _forget_twins(self) -> None:
        # A gap does not know of the twin of a centroid, from which it may part; see `Scores`.
        if self.scores.n_distinct < len(self.scores.shifts):
            self.memory.expiry[:] = -np.inf

    def _workers(self, count: int) -> list[Worker]:
        """Return so many workers; they are kept from step to step."""
        while len(self._made) < count:
            self._made.append(self._worker(len(self._made)))
        return self._made[:count]

    def _worker(self, number: int) -> Worker:
        """Return a new worker: `task` for `start_kernel`, `search` for `look_kernel`."""
        return Worker(self, number)


class Worker:
    """What belongs to one worker: its records, with scratch of its own.

    Attributes
    ----------
    listing : Listing
    finding : Finding
        To list points and look at them at once.
    task, search : Record
        For the two kernels of the assigner.
    scored : ndarray, (1,)
        How many scores it took.
    """

    task: Record
    search: Record

    def __init__(self, of: BoundsAssigner, number: int) -> None:
        n, k = of.points.n_features, len(of.memory.spent)
        self._radius = of.crew.radii[number, :k]
        self.scored = np.zeros(1, dtype=np.int64)
        self._draft = make_draft(min(of.most(), of.n_points), of.changes)
        self.listing = Listing(
            memory=of.memory, threshold=of.cells.threshold, due=of.due, total=of.n_due,
            ordered=of.sorts,
            listed=np.empty(min(max(_ROWS, _ROWS_AT_ONCE), of.n_points), dtype=np.uint32),
            positions=np.empty(k + 1, dtype=np.int64), counts=of.crew.counts[number, :k],
        )  # fmt: skip
        task = Task(
            scoring=of.scores.record, memory=of.memory, due=of.due, changes=of.changes,
            finder=self.finder(make_batch(n)),
        )  # fmt: skip
        self.finding = Finding(listing=self.listing, search=task)
        self.task = self.search = task

    def finder(self, batch: Batch) -> Finder:
        """Return the record of what is found, with some scratch."""
        return Finder(radius=self._radius, scored=self.scored, draft=self._draft, batch=batch)
