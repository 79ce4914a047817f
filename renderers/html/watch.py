"""What changes from state to state: labels of points on a page, points in cells of a density.

Goes to the points, wherever they are; see `kmeans_engine.points.visit.Visitor`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.plane.extent import WORK
from renderers.plane.placement import Placement
from renderers.plane.plane import Plane
from renderers.plane.weighing import Weighing

if TYPE_CHECKING:
    from renderers.html.points import PagePoints

__all__ = ["Cells", "Found", "Labels", "Watch"]

_Rows = range | NDArray[np.integer]
Labels = NDArray[np.unsignedinteger]


class Cells(NamedTuple):
    """Where points are counted: the pixels of a placement, for each of k clusters."""

    plane: Plane
    placement: Placement
    k: int

    @property
    def size(self) -> int:
        """How many counts there are."""
        return self.placement.box.width * self.placement.box.height * self.k

    def of(self, rows: _Rows, X: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return which of some points lie in cells, and the first count of each one's cell."""
        xy = self.placement.within_box(self.plane.project(X, rows))
        width, height = self.placement.box.width, self.placement.box.height
        inside = (xy >= 0).all(axis=1) & (xy[:, 0] < width) & (xy[:, 1] < height)
        some = np.flatnonzero(inside)
        across, down = xy[some].astype(np.intp).T
        return some, (down * width + across) * self.k


class Found:
    """What a worker has found.

    Attributes
    ----------
    counts : ndarray, (cells * k,), int64
        Points that came into a cell with a label, less those that were there before; or what they
        weigh, as a `Weighing` counts.
    points, labels : list of ndarray
        Points of the page, by their place there, and their labels now.
    """

    def __init__(self, size: int) -> None:
        self.counts = np.zeros(size, dtype=np.int64)
        self.points: list[NDArray[np.intp]] = []
        self.labels: list[Labels] = []

    def __reduce__(self) -> tuple[Any, ...]:
        where = np.flatnonzero(self.counts)
        return _restored, (len(self.counts), where, self.counts[where], self.points, self.labels)

    def add(self, other: Found) -> None:
        """Add what another worker has found."""
        self.counts += other.counts
        self.points += other.points
        self.labels += other.labels

    def all(self, count: int) -> Labels:
        """Return the labels of all points of the page."""
        labels = np.empty(count, dtype=self.labels[0].dtype)
        for points, some in zip(self.points, self.labels, strict=True):
            labels[points] = some
        return labels

    def sorted(self) -> tuple[NDArray[np.intp], Labels]:
        """Return the points of the page, ascending, and their labels now."""
        if not self.points:
            return np.empty(0, np.intp), np.empty(0, np.uint8)
        points, labels = np.concatenate(self.points), np.concatenate(self.labels)
        order = np.argsort(points, kind="stable")
        return points[order], labels[order]


def _restored(
    size: int,
    where: NDArray[np.intp],
    counts: NDArray[np.int64],
    points: list[NDArray[np.intp]],
    labels: list[Labels],
) -> Found:
    found = Found(size)
    found.counts[where], found.points, found.labels = counts, points, labels
    return found


class Watch:
    """Finds what a state changes; see the module.

    Parameters
    ----------
    points : PagePoints
        Those on the page.
    cells : Cells or None
        Where all points are counted; None if nowhere.
    weighing : Weighing, optional
        What they count for there.
    """

    def __init__(
        self, points: PagePoints, cells: Cells | None, weighing: Weighing | None = None
    ) -> None:
        self._points, self._cells_of, self._weighing = points, cells, weighing
        self.count = points.count
        self.cells = 0 if cells is None else cells.size
        self.work_per_row = WORK

    def begin(self) -> Found:
        """See `Visitor.begin`."""
        return Found(self.cells)

    def add(
        self,
        found: Found,
        rows: _Rows,
        X: NDArray[Any],
        was: Labels | None,
        now: Labels | None,
        weights: NDArray[np.float64] | None,
    ) -> None:
        """See `Visitor.add`."""
        assert now is not None
        some, places = self._points.places_of(rows)
        if len(some):
            found.points.append(places.astype(np.intp))
            found.labels.append(now[some])
        if self._cells_of is not None:
            some, first = self._cells_of.of(rows, X)
            each: Any = 1
            if weights is not None and self._weighing is not None:
                each = self._weighing.of(weights)[some]
            np.add.at(found.counts, first + now[some], each)
            if was is not None:
                np.subtract.at(found.counts, first + was[some], each)

    def merge(self, found: list[Found]) -> Found:
        """See `Visitor.merge`."""
        total = found[0]
        for other in found[1:]:
            total.add(other)
        return total
