"""The point and the cluster under the pointer, found in a thread of its own. Draws nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.live.frame import Frame, Spot
from renderers.live.newest import Newest
from renderers.picture.pixels import Places
from renderers.plane.placement import Placement
from renderers.plane.plane import Plane
from renderers.plane.view import View

__all__ = ["Finding", "Probe"]

REACH = 8  # pixels from the pointer to a point that it means
RESTED_FOR, REST = 200_000, 0.1  # points, and seconds: an index of so many waits for a hand at rest
INDEXED_UP_TO = 4_000_000  # points; an index of more would take too long and too much memory


@dataclass(frozen=True, slots=True)
class Finding:
    """What is under the pointer.

    Attributes
    ----------
    panel, cluster : int
        Where it belongs.
    size : int
        Points of that cluster.
    row : int or None
        The point that is nearest, within a few pixels; None if there is none, or nobody knows.
    values : tuple of float
        Of that point, in the units of the picture.
    """

    panel: int
    cluster: int
    size: int
    row: int | None = None
    values: tuple[float, ...] = ()


class _Overtaken(Exception):
    """Something else is under the pointer now."""


class Probe:
    """Look up the newest place asked for; one that a newer one overtakes is dropped.

    The nearest point is found by an index of pixels, which is made when first needed. Where there
    is none, the ground of one or two features belongs to the centroid nearest to the pointer.

    Parameters
    ----------
    indexed_up_to : int
        Largest number of points that are looked up.
    """

    def __init__(self, *, indexed_up_to: int = INDEXED_UP_TO) -> None:
        self._indexed_up_to = indexed_up_to
        self._newest: Newest[tuple[Frame, float, float], Finding | None]
        self._newest = Newest("live-probe", self._look)
        self._index: _Index | None = None

    @property
    def found(self) -> Finding | None:
        """What is under the pointer, as far as is known."""
        return self._newest.result

    @property
    def idle(self) -> bool:
        """Whether the newest place asked for is being looked up, or was."""
        return self._newest.idle

    def ask(self, frame: Frame, x: float, y: float) -> None:
        """Look up a pixel of a frame; asking again for the same costs nothing."""
        if self._newest.wanted != (frame, x, y):
            self._newest.ask((frame, x, y))

    def forget(self) -> None:
        """Nothing is under the pointer."""
        self._newest.withdraw()

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for it."""
        self._newest.stop(seconds)

    def _look(self, request: tuple[Frame, float, float]) -> Iterator[Finding | None]:
        frame, x, y = request
        spot = frame.spot_at(x, y)
        if spot is None:
            yield None
            return
        known: Finding | None = None
        for look in (self._of_place, self._of_point):  # the first at once, the second if it can
            try:
                known = look(frame, spot) or known
            except _Overtaken:
                return
            except Exception:  # a picture without a hint is better than no picture
                pass
            if self._newest.wanted != request:
                return
            yield known

    def _of_place(self, frame: Frame, spot: Spot) -> Finding | None:
        """Return the cluster that a place on the plane belongs to, if it says all of a value."""
        from kmeans_engine import assign_points

        view, snapshot = frame.scene.panels[spot.panel].view, frame.moment.snapshots[spot.panel]
        if not view.plane.is_whole:
            return None
        place = view.plane.lift(spot.xy[None])
        cluster = int(assign_points(place, snapshot.assigned_from)[0])
        return Finding(spot.panel, cluster, int(snapshot.counts[cluster]))

    def _of_point(self, frame: Frame, spot: Spot) -> Finding | None:
        """Return the nearest point, its values and its cluster, if one is near."""
        view, snapshot = frame.scene.panels[spot.panel].view, frame.moment.snapshots[spot.panel]
        row = self._nearest(view, frame.placement(spot.panel), spot.xy)
        if row is None:
            return None
        rows = np.array([row], dtype=np.intp)
        cluster = int(snapshot.labels_at(rows)[0])
        values = tuple(view.plane.original(view.points.take(rows))[0].tolist())
        return Finding(spot.panel, cluster, int(snapshot.counts[cluster]), row, values)

    def _nearest(self, view: View, placement: Placement, xy: NDArray[np.float64]) -> int | None:
        if view.points.n_points > self._indexed_up_to:
            return None
        index = self._index
        if index is None or index.view is not view or index.placement != placement:
            if view.points.n_points > RESTED_FOR:
                time.sleep(REST)  # a picture that is looked at closer needs the processors more
                self._check(view)
            self._index = index = None  # frees its memory first
            self._index = index = _Index(view, placement, lambda: self._check(view))
        return index.nearest(xy)

    def _check(self, view: View) -> None:
        """Give up what nobody waits for: another view, or no view at all."""
        wanted = self._newest.wanted
        elsewhere = wanted is not None and all(
            panel.view is not view for panel in wanted[0].scene.panels
        )
        if elsewhere or self._newest.stopped:
            raise _Overtaken


class _Places(Places):
    """Tells where points are, unless nobody waits for that any more."""

    def __init__(self, plane: Plane, placement: Placement, check: Callable[[], None]) -> None:
        super().__init__(plane, placement)
        self._check = check

    def __reduce__(self) -> tuple[Any, ...]:  # nobody can be asked from elsewhere
        return Places, (self.plane, self.placement)

    def begin(self) -> list[tuple[int, NDArray[np.float64]]]:
        self._check()
        return super().begin()

    def add(
        self,
        found: list[tuple[int, NDArray[np.float64]]],
        rows: range | NDArray[np.integer],
        X: NDArray[Any],
        was: object,
        now: object,
        weights: object,
    ) -> None:
        self._check()
        super().add(found, rows, X, was, now, weights)


class _Index:
    """The points sorted by the cell of `REACH` by `REACH` pixels that they lie in.

    Parameters
    ----------
    view : View
        The points and where they are.
    placement : Placement
        The box of pixels that they fill.
    check : callable
        Called now and then; raises if nobody waits for the index any more.
    """

    def __init__(self, view: View, placement: Placement, check: Callable[[], None]) -> None:
        self.view, self.placement = view, placement
        size = placement.box[2:]
        self._columns = size[0] // REACH + 1
        self._rows = size[1] // REACH + 1
        count = view.points.n_points
        self._xy = np.empty((count, 2), dtype=np.float32)
        cells = np.empty(count, dtype=np.int32)
        for start, pixels in view.points.visit(_Places(view.plane, placement, check)):
            part = slice(start, start + len(pixels))
            self._xy[part] = pixels
            column, row = (pixels // REACH).astype(np.int32).T
            cells[part] = row.clip(0, self._rows - 1) * self._columns
            cells[part] += column.clip(0, self._columns - 1)
        self._order = np.argsort(cells, kind="stable")
        check()
        counts = np.bincount(cells, minlength=self._columns * self._rows)
        self._first = np.concatenate([[0], np.cumsum(counts)])

    def nearest(self, xy: NDArray[np.float64]) -> int | None:
        """Return the row of the point nearest to a place on the plane, within `REACH` pixels."""
        x, y = self.placement.within_box(xy[None].copy())[0]
        column, row = int(x // REACH), int(y // REACH)
        rows = [
            self._order[self._first[cell] : self._first[cell + 1]]
            for r in range(max(0, row - 1), min(self._rows, row + 2))
            for c in range(max(0, column - 1), min(self._columns, column + 2))
            for cell in [r * self._columns + c]
        ]
        near = np.concatenate(rows) if rows else np.empty(0, dtype=np.intp)
        if not len(near):
            return None
        distance = np.hypot(self._xy[near, 0] - x, self._xy[near, 1] - y)
        best = int(distance.argmin())
        return int(near[best]) if distance[best] <= REACH else None
