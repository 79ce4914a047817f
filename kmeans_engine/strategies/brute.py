"""Score every centroid for every point. Needs memory for one chunk per thread."""

from __future__ import annotations

from typing import ClassVar

from kmeans_engine.arrays import Clusters, Floats, Integers, LabelArray, Rows
from kmeans_engine.kernels.assign import Comparison, Sweep, assign_rows, compare_rows
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.threads import chunk_rows
from kmeans_engine.strategies.base import MemoryAssigner, Step, make_changes, make_draft
from kmeans_engine.strategies.scores import Scores, make_batch

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

    def _start(self, centroids: Floats, labels: LabelArray) -> None:
        self.assign(centroids, labels)
        self._begin(labels)

    def _resume(self, centroids: Floats) -> None:
        # Nothing is remembered but where things are.
        self._scores = Scores(self.points, len(centroids))
        self._begin(self.assigned.labels)

    def _begin(self, labels: LabelArray) -> None:
        self._labels = labels
        self._changes = make_changes(self.n_points, labels.dtype)
        self._comparisons: dict[int, Comparison] = {}

    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        self._scores.place(centroids, moved)
        made = self._comparisons

        def make(worker: int, X: Rows, base: Integers) -> Comparison:
            if worker not in made or made[worker].sweep.X is not X:
                made[worker] = self._comparison(X, base)
            return made[worker]

        self.points.run(compare_rows, make, work_per_row=centroids.size)
        return self._changed(self._changes)

    def _comparison(self, X: Rows, base: Integers) -> Comparison:
        sweep, changes = self._sweep(X, base, self._labels), self._changes
        rows = min(chunk_rows(self._scores.record.C.size), self.n_points)
        return Comparison(sweep=sweep, changes=changes, draft=make_draft(rows, changes))

    def _sweep(self, X: Rows, base: Integers, labels: LabelArray) -> Sweep:
        batch = make_batch(self.points.n_features)
        return Sweep(X=X, base=base, labels=labels, scoring=self._scores.record, batch=batch)
