"""Score every centroid for every point. Needs memory for one chunk per thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats, LabelArray, Rows
from kmeans_engine.kernels.assign import Batch, assign_rows, differing
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.threads import Stock
from kmeans_engine.strategies.base import MemoryAssigner, Step, join_pieces
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
    _scores: Scores | None = None

    def assign(self, centroids: Floats, labels: LabelArray) -> None:
        """Write the label of every point to `labels` (M,), any unsigned dtype."""

        def store(_: _Worker, start: int, found: npt.NDArray[np.int32]) -> None:
            labels[start : start + len(found)] = found

        self._sweep(centroids, None, store)

    def _start(self, centroids: Floats, labels: LabelArray) -> None:
        self.assign(centroids, labels)

    def _resume(self, centroids: Floats) -> None:
        """Nothing is remembered."""

    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        labels = self.assigned.labels

        def compare(worker: _Worker, start: int, found: npt.NDArray[np.int32]) -> None:
            changed = np.empty(len(found), dtype=np.intp)
            new = np.empty_like(labels, shape=len(found))
            total = differing(found, labels[start : start + len(found)], start, changed, new)
            worker.pieces.append((changed[:total].copy(), new[:total].copy()))

        workers = self._sweep(centroids, moved, compare)
        pieces = [piece for worker in workers for piece in worker.pieces]
        return self._moved(*join_pieces(pieces))

    def _sweep(
        self,
        centroids: Floats,
        moved: Clusters | None,
        consume: Callable[[_Worker, int, npt.NDArray[np.int32]], None],
    ) -> list[_Worker]:
        """Call ``consume(worker, start, labels)`` for chunks, from several threads."""
        points, (k, n) = self.points, centroids.shape
        if self._scores is None:
            self._scores = Scores(points, k)
            self._batches: Stock[Batch] = Stock(lambda: make_batch(n))
        scores, batches = self._scores, self._batches
        scores.place(centroids, moved)

        def make(rows: int) -> _Worker:
            return _Worker(batches.take(), np.empty(rows, dtype=np.int32), [])

        def work(worker: _Worker, start: int, X: Rows) -> None:
            found = worker.found[: len(X)]
            assign_rows(X, scores.record, worker.batch, scores.count, found)
            consume(worker, start, found)

        workers = points.fold(make, work, work_per_row=k * n)
        for worker in workers:
            batches.give_back(worker.batch)
        return workers


class _Worker(NamedTuple):
    """Scratch of one worker, and what it has found."""

    batch: Batch
    found: npt.NDArray[np.int32]
    pieces: list[tuple[npt.NDArray[np.intp], LabelArray]]
