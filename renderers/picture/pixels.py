"""Points become sums of pixels where they are; the sums travel, and add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.picture import raster
from renderers.plane.extent import WORK
from renderers.plane.placement import Placement
from renderers.plane.plane import Plane
from renderers.plane.weighing import Weighing, numbers_of

__all__ = ["Colours", "Dots", "Pixels", "Places"]

_Rows = range | NDArray[np.integer]
_Labels = NDArray[np.unsignedinteger] | None
_Weights = NDArray[np.float64] | None
_Found = tuple[int, NDArray[np.float64]]


class Pixels:
    """Integer sums of the pixels of a box; they are pickled as the pixels that were touched.

    Parameters
    ----------
    height, width : int
        Of the box.

    Attributes
    ----------
    sums : ndarray, (height, width, 4), int64
        See `raster`: R, G, B and coverage.
    moved : ndarray, (height, width), int64
        Coverage by the points that were added since it was taken last.
    """

    def __init__(self, height: int, width: int) -> None:
        self.sums = np.zeros((height, width, 4), dtype=np.int64)
        self.moved = np.zeros((height, width), dtype=np.int64)

    def __reduce__(self) -> tuple[Any, ...]:
        pixels, moved = self.touched()
        numbers, bits = pixels.astype(np.uint32), np.packbits(self.moved != 0)
        where = bits if bits.nbytes < numbers.nbytes else numbers
        sums = self.sums.reshape(-1, 4)[pixels]
        return _restored, (self.moved.shape, where, _narrow(sums), _narrow(moved))

    def add(self, other: Pixels) -> None:
        """Add what was found elsewhere."""
        self.sums += other.sums
        self.moved += other.moved

    def touched(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return the pixels that were touched, as row * width + column, and by how much."""
        moved = self.moved.reshape(-1)
        pixels = np.flatnonzero(moved != 0)  # of integers it would take ten times as long
        return pixels, moved[pixels]

    def take_touched(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Return what `touched` does, and forget it."""
        pixels, counts = self.touched()
        self.moved.reshape(-1)[pixels] = 0
        return pixels, counts


def _narrow(numbers: NDArray[np.int64]) -> NDArray[np.integer]:
    """Return the same numbers in the smallest type that holds them."""
    least, most = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    kinds = np.int8, np.int16, np.int32
    held = (kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return numbers.astype(next(held, np.int64))


def _restored(
    shape: tuple[int, int],
    where: NDArray[np.integer],
    sums: NDArray[np.integer],
    moved: NDArray[np.integer],
) -> Pixels:
    found = Pixels(*shape)
    if where.dtype == np.uint8:  # a bit for each pixel
        where = np.flatnonzero(np.unpackbits(where.astype(np.uint8), count=found.moved.size))
    found.sums.reshape(-1, 4)[where] = sums
    found.moved.reshape(-1)[where] = moved
    return found


class Dots:
    """Puts points on a picture, or moves them to other clusters; see `points.visit.Visitor`.

    Parameters
    ----------
    plane : Plane
        Where points lie.
    placement : Placement
        Where the plane lies on the picture.
    marker : {"dots", "discs", "crosses"}
        What a point is drawn as.
    size : float
        Of the marker, see `raster`.
    colours : ndarray, (K + 2, 4), int64
        See `raster`.
    home : Pixels
        What is found in this process is added to these.
    come : int
        The row of `colours` that points without a label before come from: the last one, nowhere,
        or the one before it if they are on the picture, bare. Those without a label now are bare.
    index : callable, optional
        Tells which of `colours` points have by their values, (R, N), in place of their labels.
    weighing : Weighing, optional
        What dots count for; other markers are one point each.
    """

    def __init__(
        self,
        plane: Plane,
        placement: Placement,
        marker: str,
        size: float,
        colours: NDArray[np.int64],
        home: Pixels | None = None,
        come: int = -1,
        index: Callable[[NDArray[Any]], NDArray[np.intp]] | None = None,
        weighing: Weighing | None = None,
    ) -> None:
        self._plane, self._placement, self._weighing = plane, placement, weighing
        self._unlabelled = come % len(colours), len(colours) - 2
        self._marker, self._size, self._colours = marker, size, colours
        self._home, self._index = home, index
        self._free = [] if home is None else [home]
        self.work_per_row = WORK * len(plane.scale)
        self.cells = 5 * placement.box.width * placement.box.height

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_home": None, "_free": []}

    def begin(self) -> Pixels:
        """See `Visitor.begin`."""
        try:
            return self._free.pop()
        except IndexError:  # threads that added to the same pixels would lose some
            return Pixels(self._placement.box.height, self._placement.box.width)

    def add(
        self,
        found: Pixels,
        rows: _Rows,
        X: NDArray[Any],
        was: _Labels,
        now: _Labels,
        weights: _Weights,
    ) -> None:
        """See `Visitor.add`."""
        xy = self._placement.within_box(self._plane.project(X, rows))
        if self._index is not None:
            now = self._index(X).astype(np.uint32)
        old, new = (
            np.broadcast_to(np.intp(row), len(X)) if side is None else side.astype(np.intp)
            for side, row in zip((was, now), self._unlabelled, strict=True)
        )
        if self._marker == "dots":
            counts = numbers_of(self._weighing, weights)
            raster.add_dots(
                xy, old, new, self._colours, self._size, counts, found.sums, found.moved
            )
            return
        add = raster.add_discs if self._marker == "discs" else raster.add_crosses
        add(xy, old, new, self._colours, self._size, found.sums, found.moved)

    def merge(self, found: list[Pixels]) -> Pixels:
        """See `Visitor.merge`."""
        total = self._home if any(part is self._home for part in found) else found[0]
        assert total is not None
        for part in found:
            if part is not total:
                total.add(part)
        return total


class Places:
    """Tells where points are on a picture; see `points.visit.Visitor`.

    What is found are the places of consecutive points and the number of the first one: sorted, they
    are in the order of the points.
    """

    cells = 0

    def __init__(self, plane: Plane, placement: Placement) -> None:
        self.plane, self.placement = plane, placement
        self.work_per_row = WORK * len(plane.scale)

    def begin(self) -> list[_Found]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[_Found],
        rows: _Rows,
        X: NDArray[Any],
        was: object,
        now: object,
        weights: object,
    ) -> None:
        """See `Visitor.add`."""
        if len(rows):
            found.append((int(rows[0]), self.placement.within_box(self.plane.project(X, rows))))

    def merge(self, found: list[list[_Found]]) -> list[_Found]:
        """See `Visitor.merge`."""
        return [some for part in found for some in part]


class Colours:
    """Tells which colours points have on a picture; see `points.visit.Visitor`.

    What is found are the colours of consecutive points and the number of the first one, as those of
    `Places` are.

    Parameters
    ----------
    colours : ndarray, (K, 3), uint8
        One per cluster.
    """

    work_per_row, cells = WORK, 0

    def __init__(self, colours: NDArray[np.uint8]) -> None:
        self._colours = colours

    def begin(self) -> list[tuple[int, NDArray[np.uint8]]]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[tuple[int, NDArray[np.uint8]]],
        rows: _Rows,
        X: NDArray[Any],
        was: object,
        now: _Labels,
        weights: object,
    ) -> None:
        """See `Visitor.add`."""
        if len(rows) and now is not None:
            found.append((int(rows[0]), self._colours[now]))

    def merge(
        self, found: list[list[tuple[int, NDArray[np.uint8]]]]
    ) -> list[tuple[int, NDArray[np.uint8]]]:
        """See `Visitor.merge`."""
        return [some for part in found for some in part]
