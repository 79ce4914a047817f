"""Score every centroid for every point. Needs memory for one chunk per thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, LabelArray, Rows
from kmeans_engine.kernels.assign import Block, assign_rows, differing
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.threads import Stock
from kmeans_engine.strategies.base import MemoryAssigner, Step
from kmeans_engine.strategies.scores import Scores, make_block

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
    def check(cls, points: Points) -> None:
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

        def store(start: int, found: npt.NDArray[np.int32]) -> None:
            labels[start : start + len(found)] = found

        self._sweep(centroids, store)

    def _start(self, centroids: Floats, labels: LabelArray) -> None:
        self.assign(centroids, labels)

    def _resume(self, centroids: Floats) -> None:
        """There is nothing to remember."""

    def _find(self, centroids: Floats) -> Step:
        labels = self.assigned.labels
        pieces: dict[int, tuple[npt.NDArray[np.intp], LabelArray]] = {}

        def compare(start: int, found: npt.NDArray[np.int32]) -> None:
            changed, new = (
                np.empty(len(found), dtype=np.intp),
                np.empty_like(labels, shape=len(found)),
            )
            total = differing(found, labels[start : start + len(found)], start, changed, new)
            pieces[start] = changed[:total].copy(), new[:total].copy()

        self._sweep(centroids, compare)
        indices = np.concatenate([piece[0] for piece in pieces.values()])
        return self._moved(indices, np.concatenate([piece[1] for piece in pieces.values()]))

    def _sweep(
        self, centroids: Floats, consume: Callable[[int, npt.NDArray[np.int32]], None]
    ) -> None:
        """Call ``consume(start, labels)`` for consecutive chunks, from several threads."""
        points, (k, n) = self.points, centroids.shape
        if self._scores is None:
            self._scores = Scores(points, k)
            self._stock: Stock[Block] = Stock(lambda: make_block(n))
        scores, stock = self._scores, self._stock
        scores.place(centroids)

        def make(rows: int) -> tuple[Block, npt.NDArray[np.int32]]:
            return stock.take(), np.empty(rows, dtype=np.int32)

        def work(own: tuple[Block, npt.NDArray[np.int32]], start: int, X: Rows) -> None:
            block, found = own[0], own[1][: len(X)]
            assign_rows(X, scores.record, block, scores.count, found)
            consume(start, found)

        for block, _ in points.fold(make, work, work_per_row=k * n):
            stock.give_back(block)
