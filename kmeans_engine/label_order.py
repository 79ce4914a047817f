"""The labels of a run whose points are sorted: in their order, until somebody asks for a label.

Labels in the order of the points cost a scattered write for each that changes, and few are ever
looked at (10 M x 2, 20 iterations: 12 of 120 ms). So the history is one of sorted rows at first.
The first who asks for labels turns it, all that is kept included, to the order of the points, where
it stays: a picture asks in every iteration.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import LabelArray
from kmeans_engine.kernels.label_order import Moved, list_moved, scatter_labels
from kmeans_engine.kernels.labels import put_labels
from kmeans_engine.label_history import KeptLabels, LabelHistory
from kmeans_engine.labels import IndexSet
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.threads import chunk_rows, even_rows, run_chunks, threads_for

__all__ = ["SortedLabels"]

# Nanoseconds for each label that changes, and for each parent that is looked at.
_MOVE, _LOOK = 2.0, 50.0


class SortedLabels:
    """What `LabelHistory` is, for labels that are found in the order of sorted rows.

    Parameters
    ----------
    moved : Moved
        Where the newest labels are found; `note` says when.
    threads : int
        How many threads may work at it.
    budget : Budget
        What becomes of arrays as long as the points.
    history : LabelHistory, optional
        The labels until now, by points. By default it begins with the labels in `moved`.
    """

    def __init__(
        self, moved: Moved, threads: int, budget: Budget, history: LabelHistory | None = None
    ) -> None:
        self._moved: Moved | None = moved
        self._order, self._threads, self._budget = moved.order, threads, budget
        self._history = history or LabelHistory(
            self._copied(moved.labels), by_points=False, budget=budget
        )
        # The parents that were looked at in the last turn, and how many labels have changed in them
        # and those before, if these are not in the history yet.
        self._noted: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None = None

    def note(self, parents: npt.NDArray[np.int64]) -> int:
        """Take note of a turn in which only some parents were looked at; return what changed.

        Parameters
        ----------
        parents : ndarray, (R,)
            Ascending, and left alone until `catch_up`.

        Returns
        -------
        int
            How many labels changed.
        """
        assert self._moved is not None
        ends = np.cumsum(self._moved.changes[parents])
        self._noted = parents, ends
        return int(ends[-1]) if len(ends) else 0

    def catch_up(self) -> None:
        """Bring the history up to date, before another turn begins."""
        if self._noted is None:
            return
        (parents, ends), self._noted = self._noted, None
        history, moved = self._history, self._moved
        assert moved is not None
        with history.lock:
            plain, before = history.by_points, history.newest
            total = int(ends[-1]) if len(ends) else 0
            changed = self._budget.empty(total, np.uint32)
            old, new = (self._budget.empty(total, before.dtype) for _ in range(2))

            def find(start: int, stop: int) -> None:
                first = int(ends[start - 1]) if start else 0
                part = parents[start:stop]
                list_moved(moved, part, before, plain, first, changed, old, new)

            def put(start: int, stop: int) -> None:
                put_labels(before, changed[start:stop], new[start:stop])

            threads = threads_for(_MOVE * total + _LOOK * len(parents), self._threads)
            run_chunks(find, len(parents), even_rows(len(parents), 1 << 10, threads, 16), threads)
            order = None if plain else self._order
            history.record(
                changed, lambda: old, IndexSet(changed, len(before), order, self._budget)
            )
            run_chunks(put, total, even_rows(total, 1 << 18, threads), threads)

    def now(self) -> KeptSorted:
        """See `LabelHistory.now`."""
        self.catch_up()
        return KeptSorted(self, self._history.now())

    def finish(self) -> None:
        """See `LabelHistory.finish`."""
        self._moved = self._noted = None  # a kept state is not to keep more than its labels
        self._history.finish()

    def plain(self) -> LabelHistory:
        """Return the history as one of points, for good."""
        self.catch_up()
        self.turn()
        return self._history

    def turn(self) -> None:
        """Turn the history to the order of the points."""
        with self._history.lock:
            if not self._history.by_points:
                self._history.reorder(self._order, self._placed)

    def _placed(self, labels: LabelArray) -> LabelArray:
        placed, order = self._budget.empty(labels.shape, labels.dtype), self._order

        def scatter(start: int, stop: int) -> None:
            scatter_labels(labels, order, start, stop, placed)

        run_chunks(scatter, len(labels), chunk_rows(128), self._threads)
        return placed

    def _copied(self, labels: LabelArray) -> LabelArray:
        copied = self._budget.empty(labels.shape, labels.dtype)

        def copy(start: int, stop: int) -> None:
            copied[start:stop] = labels[start:stop]

        run_chunks(copy, len(labels), 1 << 22, self._threads)
        return copied


class KeptSorted:
    """The labels of one state, see `Labels`; only who asks for labels pays for their order."""

    __slots__ = ("_kept", "_labels")

    def __init__(self, labels: SortedLabels, kept: KeptLabels) -> None:
        self._labels, self._kept = labels, kept

    def all(self) -> LabelArray:
        """See `Labels.all`."""
        self._labels.turn()
        return self._kept.all()

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`."""
        self._labels.turn()
        return self._kept.at(indices)

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        return self._kept.changed()
