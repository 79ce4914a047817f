"""The cluster under the pointer, found in a thread of its own. Draws nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderers.live.hand import spot_at
from renderers.live.painting import Frame
from renderers.plane.view import View

__all__ = ["Finding", "Probe"]

REACH = 8  # pixels from the pointer to a point that it means
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
    """

    panel: int
    cluster: int
    size: int


class _Overtaken(Exception):
    """Something else is under the pointer now."""


class Probe:
    """Look up the newest place asked for; one that a newer one overtakes is dropped.

    Points of one or two features belong to the centroid nearest to the pointer. Where more are
    projected, the nearest point decides, by an index of pixels that is made when first needed.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted: tuple[Frame, float, float] | None = None
        self._new = False
        self._stopped = False
        self._found: Finding | None = None
        self._index: _Index | None = None
        self._thread: threading.Thread | None = None

    @property
    def found(self) -> Finding | None:
        """What is under the pointer, as far as is known."""
        with self._changed:
            return self._found

    def ask(self, frame: Frame, x: float, y: float) -> None:
        """Look up a pixel of a frame; asking again for the same costs nothing."""
        with self._changed:
            wanted = self._wanted
            if wanted is None or wanted[0] is not frame or wanted[1:] != (x, y):
                self._wanted, self._new = (frame, x, y), True
                self._changed.notify_all()
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._work, name="live-probe", daemon=True)
                self._thread.start()

    def forget(self) -> None:
        """Nothing is under the pointer."""
        with self._changed:
            self._wanted, self._new, self._found = None, False, None

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for it."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._new)
                if self._stopped:
                    return
                assert self._wanted is not None
                frame, x, y = self._wanted
                self._new = False
            try:
                found = self._look_up(frame, x, y)
            except _Overtaken:
                continue
            except Exception:  # a picture without a hint is better than no picture
                found = None
            with self._changed:
                if self._wanted is not None:
                    self._found = found

    def _look_up(self, frame: Frame, x: float, y: float) -> Finding | None:
        from kmeans_engine import assign_points

        spot = spot_at(frame, x, y)
        if spot is None:
            return None
        view, snapshot = frame.scene.panels[spot.panel].view, frame.moment.snapshots[spot.panel]
        if view.points.shape[1] <= 2:
            place = view.moved(np.zeros(view.points.shape[1]), spot.xy)
            cluster = int(assign_points(place[None], snapshot.assigned_from)[0])
        else:
            row = self._nearest(view, frame.boxes[spot.panel][2:], spot.xy)
            if row is None:
                return None
            cluster = int(snapshot.labels_at(np.array([row], dtype=np.intp))[0])
        return Finding(spot.panel, cluster, int(snapshot.counts[cluster]))

    def _nearest(self, view: View, size: tuple[int, int], xy: NDArray[np.float64]) -> int | None:
        if len(view.points) > INDEXED_UP_TO:
            return None
        if self._index is None or self._index.view is not view or self._index.size != size:
            self._index = None
            self._index = _Index(view, size, self._check)
        return self._index.nearest(xy)

    def _check(self, view: View) -> None:
        """Give up what nobody waits for: another view, or no view at all."""
        with self._changed:
            wanted = self._wanted
            if self._stopped or (
                wanted is not None and view not in [p.view for p in wanted[0].scene.panels]
            ):
                raise _Overtaken


class _Index:
    """The points sorted by the cell of `REACH` by `REACH` pixels that they lie in."""

    def __init__(self, view: View, size: tuple[int, int], check: object) -> None:
        assert callable(check)
        self.view, self.size = view, size
        self._columns = size[0] // REACH + 1
        self._rows = size[1] // REACH + 1
        self._xy = np.empty((len(view.points), 2), dtype=np.float32)
        cells = np.empty(len(view.points), dtype=np.int32)
        step = view.block_rows()
        for start in range(0, len(view.points), step):
            check(view)
            part = slice(start, min(start + step, len(view.points)))
            self._xy[part] = pixels = self._pixels(view.project_rows(part.start, part.stop))
            column, row = (pixels // REACH).astype(np.int32).T
            cells[part] = row.clip(0, self._rows - 1) * self._columns
            cells[part] += column.clip(0, self._columns - 1)
        self._order = np.argsort(cells, kind="stable")
        check(view)
        counts = np.bincount(cells, minlength=self._columns * self._rows)
        self._first = np.concatenate([[0], np.cumsum(counts)])

    def nearest(self, xy: NDArray[np.float64]) -> int | None:
        """Return the row of the point nearest to a place on the plane, within `REACH` pixels."""
        x, y = self._pixels(xy[None])[0]
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

    def _pixels(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        xmin, xmax, ymin, ymax = self.view.limits
        return np.column_stack(
            [
                (xy[:, 0] - xmin) * (self.size[0] / (xmax - xmin)),
                (ymax - xy[:, 1]) * (self.size[1] / (ymax - ymin)),
            ]
        )
