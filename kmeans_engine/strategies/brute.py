"""Score every centroid for every point. Needs memory for one chunk per thread."""

from __future__ import annotations

from typing import ClassVar

from kmeans_engine.arrays import Clusters, Floats, Integers, LabelArray, Rows
from kmeans_engine.kernels.assign import Comparison, Sweep, assign_rows, compare_rows
from kmeans_engine.kernels.sums import Adding
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.points.moves import Mover, sum_while
from kmeans_engine.runtime.threads import chunk_rows
from kmeans_engine.strategies.base import MemoryAssigner, Step, make_changes, make_draft
from kmeans_engine.strategies.scores import Scores, make_batch
from kmeans_engine.sums import ExactSums

__all__ = ["Brute", "BruteAssigner"]


class Brute:
    """The plain sweep; nothing is remembered from one iteration to the next.

    Parameters
    ----------
    points : Data
    """

    name: ClassVar[str] = "brute"

    def __init__(self, points: Data) -> None:
        self._points = points

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Serve any points."""

    def begin(self) -> BruteAssigner:
        """Return an assigner for a new run."""
        return BruteAssigner(self._points)


class BruteAssigner(MemoryAssigner):
    """See `Assigner`."""

    name = Brute.name

    def assign(self, centroids: Floats, labels: LabelArray) -> None:
        """Write the label of every point to `labels` (M,), any unsigned dtype."""
        k, n = centroids.shape
        self._scores = Scores(self.points, k)
        self._scores.place(centroids)

        def make(worker: int, X: Rows, base: Integers) -> Sweep:
            return self._sweep(X, base, labels)

        self.points.run(assign_rows, make, work_per_row=k * n)

    def _start(self, centroids: Floats, labels: LabelArray) -> ExactSums | None:
        sums = None
        if self.points.copies:
            sums = self._assign_and_add(centroids, labels)
        else:
            self.assign(centroids, labels)
        self._begin(labels)
        return sums

    def _assign_and_add(self, centroids: Floats, labels: LabelArray) -> ExactSums:
        self._scores = Scores(self.points, len(centroids))
        self._scores.place(centroids)

        def make(worker: int, X: Rows, base: Integers, mover: Mover) -> tuple[Sweep, Mover, Adding]:
            return self._sweep(X, base, labels), mover, mover.adding(labels)

        def work(task: tuple[Sweep, Mover, Adding], start: int, stop: int) -> None:
            sweep, mover, adding = task
            assign_rows(sweep, start, stop)
            mover.add(adding, start, stop)

        total = self.points.measure.sum_format.empty(len(centroids))
        return sum_while(self.points, total, work, make, work_per_row=centroids.size)

    def _resume(self, centroids: Floats) -> None:
        # Nothing is remembered but where things are.
        self._scores = Scores(self.points, len(centroids))
        self._begin(self.assigned.labels)

    def _begin(self, labels: LabelArray) -> None:
        self._labels = labels
        self._changes = make_changes(self.n_points, labels.dtype, self.points.budget)
        self._comparisons: dict[int, Comparison] = {}

    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        self._scores.place(centroids, moved)
        if self.points.copies:
            return self._find_and_move(centroids)
        made = self._comparisons

        def make(worker: int, X: Rows, base: Integers) -> Comparison:
            if worker not in made or made[worker].sweep.X is not X:
                made[worker] = self._comparison(X, base)
            return made[worker]

        self.points.run(compare_rows, make, work_per_row=centroids.size)
        return self._changed(self._changes)

    def _find_and_move(self, centroids: Floats) -> Step:
        def make(worker: int, X: Rows, base: Integers, mover: Mover) -> tuple[Comparison, Mover]:
            return self._comparison(X, base), mover

        def work(task: tuple[Comparison, Mover], start: int, stop: int) -> None:
            comparison, mover = task
            total = int(compare_rows(comparison, start, stop))
            if total:
                draft = comparison.draft
                mover.move(draft.points[:total], draft.before[:total], draft.labels[:total])

        total = self.assigned.sums.copy()
        sums = sum_while(self.points, total, work, make, work_per_row=centroids.size)
        return self._changed(self._changes, sums)

    def _comparison(self, X: Rows, base: Integers) -> Comparison:
        sweep, changes = self._sweep(X, base, self._labels), self._changes
        rows = min(chunk_rows(self._scores.record.C.size), self.n_points)
        return Comparison(sweep=sweep, changes=changes, draft=make_draft(rows, changes))

    def _sweep(self, X: Rows, base: Integers, labels: LabelArray) -> Sweep:
        batch = make_batch(self.points.n_features)
        return Sweep(X=X, base=base, labels=labels, scoring=self._scores.record, batch=batch)
