"""The visitor of an audit: where labels that were given are not those of the nearest centroids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices, Integers, LabelArray
from kmeans_engine.loop import State
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.points.moves import Mover
from kmeans_engine.sums import SumFormat

__all__ = ["Auditor", "Found", "Nearest"]

_ZERO = np.zeros(1, dtype=np.int64)


class Nearest:
    """The first state of a run, whose labels are the nearest centroids; see `visit.Labelled`."""

    n_changed = 0

    def __init__(self, state: State) -> None:
        self.assigned_from, self._labels = state.assigned_from, state.labels

    @property
    def labels(self) -> LabelArray:
        """The nearest centroid of each point, (M,)."""
        return self._labels.all()

    @property
    def changed(self) -> npt.NDArray[np.intp]:
        """No points: there is no state before."""
        return np.empty(0, dtype=np.intp)

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of some points."""
        return self._labels.at(indices)

    def follows(self, other: Any) -> bool:
        """Return that this follows no state."""
        return False


@dataclass
class Found:
    """What one worker has found; the attributes are those of `Audit`, and sums.

    Attributes
    ----------
    sums, counts : ndarray, (K, L, N) and (K,), int64
        What the sums and counts by the labels that were given have more than those by the nearest
        centroids.
    """

    sums: Integers
    counts: Integers
    n_wrong: int = 0
    n_tied: int = 0
    worst_point: int = -1
    worst_square: float = 0.0
    worst_distance: float = 0.0

    def note(self, point: int, square: float, distance: float) -> None:
        """Note how far a point is off; of equals the first counts."""
        if (-square, point) < (-self.worst_square, self.worst_point):
            self.worst_square, self.worst_point = square, point
        self.worst_distance = max(self.worst_distance, distance)

    def add(self, other: Found) -> None:
        """Add what another worker has found."""
        self.sums += other.sums
        self.counts += other.counts
        self.n_wrong, self.n_tied = self.n_wrong + other.n_wrong, self.n_tied + other.n_tied
        if other.n_wrong:
            self.note(other.worst_point, other.worst_square, other.worst_distance)


class Auditor:
    """Compares labels that were given with the nearest centroids; see `points.visit.Visitor`."""

    def __init__(self, labels: LabelArray, centroids: Floats, form: SumFormat) -> None:
        self._labels, self._centroids, self._form = labels, centroids, form
        self.work_per_row = 8 * centroids.shape[1]
        self.cells = centroids.size * form.levels

    def begin(self) -> Found:
        """See `Visitor.begin`."""
        empty = self._form.empty(len(self._centroids))
        return Found(empty.sums, empty.counts)

    def add(
        self,
        found: Found,
        rows: range | Indices,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        assert isinstance(rows, range)
        assert now is not None
        given = self._labels[rows.start : rows.stop]
        others = np.flatnonzero(given != now)
        if not len(others):
            return
        theirs, ours, some = given[others], now[others], X[others]
        there, here = (squares_to_own(some, self._centroids, label) for label in (theirs, ours))
        wrong = np.flatnonzero(there != here)
        found.n_wrong += len(wrong)
        found.n_tied += len(others) - len(wrong)
        if len(wrong):
            square = (there - here)[wrong]
            distance = (np.sqrt(there) - np.sqrt(here))[wrong].max()
            worst = int(square.argmax())
            point = rows.start + int(others[wrong[worst]])
            found.note(point, float(square[worst]), float(distance))
        own = None if weights is None else weights[others]
        for array in (some, own):
            if array is not None:
                array.setflags(write=False)
        mover = Mover(some, _ZERO, self._form, found.sums, found.counts, own)
        mover.move(np.arange(len(some), dtype=np.uint32), ours, theirs)

    def merge(self, found: list[Found]) -> Found:
        """See `Visitor.merge`."""
        first, *others = found
        for other in others:
            first.add(other)
        return first
