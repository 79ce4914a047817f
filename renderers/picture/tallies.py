"""How many points of each cluster lie in each cell of a picture, followed by what changes.

Integer counts, or sums of whole weights, as exact as sums of pixels (`picture.pixels`), for
pictures that show numbers instead of points: how many lie at one place, and how densely they lie
along a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy import float64, int64, intp
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.plane.extent import WORK
from renderers.plane.placement import Placement
from renderers.plane.plane import Plane
from renderers.plane.weighing import Weighing, numbers_of

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from renderers.plane.view import View

__all__ = ["Cells", "Tallies", "columns_of"]

Counts = NDArray[np.int64]


class Cells(NamedTuple):
    """Cells of a picture: the rectangles between lines across and upwards.

    Attributes
    ----------
    placement : Placement or None
        Where the lines lie; None for lines on the plane itself.
    xs, ys : ndarray, (A,) and (B,)
        Where the columns and the rows begin, ascending; the last ones have no end.
    number : ndarray of intp, (A, B)
        Of each cell; -1 where nothing is counted.
    size : int
        How many cells there are.
    """

    placement: Placement | None
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    number: NDArray[np.intp]
    size: int


def columns_of(placement: Placement) -> Cells:
    """Return a cell for each column of pixels of a box."""
    width = placement.box.width
    numbers = np.append(np.arange(width), -1)[:, None].astype(np.intp)
    return Cells(placement, np.arange(width + 1.0), np.array([-np.inf]), numbers, width)


class _Tally:
    """Counts points, or moves them to other clusters; see `points.visit.Visitor`."""

    def __init__(
        self, plane: Plane, cells: Cells, k: int, come: int, weighing: Weighing | None
    ) -> None:
        self._plane, self._in, self._k, self._come = plane, cells, k, come
        self._weighing = weighing
        self.work_per_row = WORK * len(plane.scale)
        self.cells = cells.size * (k + 2)

    def begin(self) -> Counts:
        """See `Visitor.begin`."""
        return np.zeros((self._in.size, self._k + 2), dtype=np.int64)

    def add(
        self,
        found: Counts,
        rows: range | NDArray[np.integer],
        X: NDArray[Any],
        was: NDArray[np.unsignedinteger] | None,
        now: NDArray[np.unsignedinteger] | None,
        weights: NDArray[np.float64] | None,
    ) -> None:
        """See `Visitor.add`."""
        xy = self._plane.project(X, rows)
        if self._in.placement is not None:
            self._in.placement.within_box(xy)
        old, new = (
            np.full(len(X), row, dtype=np.intp) if side is None else side.astype(np.intp)
            for side, row in ((was, self._come), (now, self._k))
        )
        counts = numbers_of(self._weighing, weights)
        _tally(xy, self._in.xs, self._in.ys, self._in.number, old, new, counts, found)

    def merge(self, found: list[Counts]) -> Counts:
        """See `Visitor.merge`."""
        total: Counts = np.sum(found, axis=0)
        return total


@kernel(counted=False)
def _tally(
    xy: NDArray[float64],  # in, (R, 2)
    xs: NDArray[float64],  # in, (A,), ascending
    ys: NDArray[float64],  # in, (B,), ascending
    number: NDArray[intp],  # in, (A, B)
    was: NDArray[intp],  # in, (R,)
    now: NDArray[intp],  # in, (R,)
    weights: NDArray[int64],  # in, (R,), what each counts for; (0,) for one each
    found: NDArray[int64],  # in and out, (cells, K + 2)
) -> None:
    """Count places by the cell and the cluster that they are in."""
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if not (x >= xs[0] and y >= ys[0]):
            continue
        a, end = 0, xs.shape[0]  # the last column that begins before the place
        while end - a > 1:
            middle = (a + end) // 2
            if xs[middle] <= x:
                a = middle
            else:
                end = middle
        b, end = 0, ys.shape[0]
        while end - b > 1:
            middle = (b + end) // 2
            if ys[middle] <= y:
                b = middle
            else:
                end = middle
        cell = number[a, b]
        if cell >= 0:
            q = weights[r] if weights.shape[0] > 0 else int64(1)
            found[cell, was[r]] -= q
            found[cell, now[r]] += q


class Tallies:
    """The counts of one panel, kept up to date.

    Parameters
    ----------
    view : View
        The points and where they are.
    cells : Cells
        Where they are counted.
    k : int
        Number of clusters.
    """

    def __init__(self, view: View, cells: Cells, k: int) -> None:
        self._view, self._cells, self._k = view, cells, k
        self._held: tuple[Snapshot | None] | None = None
        self._counts = np.zeros((cells.size, k + 2), dtype=np.int64)

    def of(self, snapshot: Snapshot | None) -> Counts:
        """Return how many points of each cluster there are in each cell, (cells, K + 1).

        Of points with weights, what they weigh, as `View.weighing` counts it.

        The last column counts points whose cluster is not known: all of them, or none where there
        is a `snapshot`. Valid until the next call.
        """
        held = self._held
        if held is None or held[0] is not snapshot:
            if held is not None and snapshot is None:
                self._counts[:, self._k] += self._counts[:, : self._k].sum(axis=1)
                self._counts[:, : self._k] = 0
            else:
                # From nowhere, from bare, or from other clusters.
                come = self._k + (1 if held is None else 0)
                view = self._view
                tally = _Tally(view.plane, self._cells, self._k, come, view.weighing)
                before = held[0] if held is not None else None
                self._counts += self._view.points.visit(tally, snapshot, before)
            self._held = (snapshot,)
        return self._counts[:, : self._k + 1]
