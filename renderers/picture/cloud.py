"""The points of one panel as pixels, kept up to date by what changed. Draws nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.runtime.threads import default_threads, fold_chunks
from renderers.picture import raster
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.plane.view import View

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Cloud", "marker_radius"]

_Counted = tuple[NDArray[np.intp], NDArray[np.int32]]  # pixels, and a number for each

_SMALLEST_MARKER = 0.75  # pixels; below it discs blur into each other and a count says more
_SPARSE = 0.3  # points per pixel; below it dots of one pixel are lost in the ground
_ALONE = 1 << 20  # points that one thread puts on the picture before others could help
_MOST_THREADS = 16


def marker_radius(n_points: int, area: int, unit: float, theme: Theme) -> float:
    """Return the radius of markers in pixels, or 0 where the points are shown by their density.

    Parameters
    ----------
    n_points : int
        Number of points.
    area : int
        Pixels there are for them.
    unit : float
        Pixels per unit of the theme.
    theme : Theme
        Gives the largest radius.
    """
    radius = 0.16 * math.sqrt(area / n_points)
    if radius < _SMALLEST_MARKER and n_points > 1:
        return 0.0
    return max(_SMALLEST_MARKER, min(radius, theme.marker_size * unit))


def dot_side(n_points: int, area: int) -> int:
    """Return the pixels along each side of the dots of a density picture."""
    return 2 if n_points < _SPARSE * area else 1


class Cloud:
    """The points of one panel: integer sums per pixel, and the labels they were made from.

    Parameters
    ----------
    view : View
        The points and where they are.
    box : Box
        Their pixels within the frame.
    radius : float
        Of the markers, in pixels; 0 for a density picture.
    colours : ndarray, (k, 3), uint8
        One per cluster.
    theme : Theme
        Shape and opacity of the markers.
    """

    def __init__(
        self, view: View, box: Box, radius: float, colours: NDArray[np.uint8], theme: Theme
    ) -> None:
        self.view = view
        self.box = box
        self.placement = view.placed(box)
        self.radius = radius
        # One more row: nowhere, where points are before they are drawn.
        self._colours = np.zeros((len(colours) + 1, 4), dtype=np.int64)
        self._colours[:-1, :3], self._colours[:-1, 3] = colours, 1
        self._theme = theme
        self._add = raster.add_discs if theme.marker == "disc" else raster.add_crosses
        self._size = radius
        if radius == 0:
            self._add = raster.add_dots
            self._size = dot_side(len(view.points), box.width * box.height)
        self._sums = np.zeros((box.height, box.width, 4), dtype=np.int64)
        self._moved = np.zeros((box.height, box.width), dtype=np.int32)
        self._alpha = np.zeros((box.height, box.width), dtype=np.uint8)
        # The pixels that the last step forward touched, and how many points moved in each.
        self._step: tuple[Snapshot, _Counted] | None = None
        self._labels: NDArray[np.unsignedinteger] | None = None
        self._shown: Snapshot | None = None

    def places(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the pixels of some points from the corner of the box, (R, 2)."""
        xy = self.view.project(self.view.points.take(rows, axis=0), rows)
        return self.placement.within_box(xy)

    def paint(self, snapshot: Snapshot, still: NDArray[np.uint8], base: NDArray[np.uint8]) -> None:
        """Bring the points up to date with `snapshot`.

        Parameters
        ----------
        snapshot : Snapshot
            Any state of any run on these points, with no more clusters than there are colours.
        still : ndarray, (height, width, 4), uint8
            The frame without points.
        base : ndarray, (height, width, 4), uint8
            The frame with points, as this method left it; pixels of points that moved to another
            cluster are painted again.
        """
        forward = False
        if self._labels is None:
            self._labels = snapshot.labels.copy()
            self._stamp(None, None, self._labels)
            self._alpha = self._opacities(self._sums[..., 3])
        elif snapshot is not self._shown:
            rows, forward = self._differing(snapshot, self._labels)
            if len(rows):
                now = snapshot.labels_at(rows)
                self._stamp(rows, self._labels[rows], now)
                self._labels[rows] = now
        counted = self._take_moved()
        if forward:
            self._step = snapshot, counted
        self._shown = snapshot
        raster.shade(self._sums, self._alpha, self.box.of(still), counted[0], self.box.of(base))

    def crowd(self, snapshot: Snapshot) -> _Counted:
        """Return the pixels of a density picture whose points just changed, and their share.

        Parameters
        ----------
        snapshot : Snapshot
            The one that was painted last.

        Returns
        -------
        pixels : ndarray, (P,), intp
            As row * width + column within the box.
        share : ndarray, (P,), int32
            Of the points of the pixel, 0..255.
        """
        if self._step is None or self._step[0] is not snapshot:
            rows = snapshot.changed
            same = np.broadcast_to(np.intp(0), rows.shape)
            self._spread(rows, same, same, self._colours, self._sums)  # changes nothing, but counts
            self._step = snapshot, self._take_moved()
        pixels, some = self._step[1]
        all_ = np.maximum(self._sums.reshape(-1, 4)[pixels, 3], 1)
        return pixels, (some * np.int64(255) // all_).astype(np.int32)

    def _differing(
        self, snapshot: Snapshot, painted: NDArray[np.unsignedinteger]
    ) -> tuple[NDArray[np.intp], bool]:
        """Return the points, or some more, whose label differs from the one painted.

        And whether these are those that the snapshot changed.
        """
        shown = self._shown
        assert shown is not None
        if snapshot.follows(shown):
            return snapshot.changed, True
        if shown.follows(snapshot):
            return shown.changed, False
        return np.flatnonzero(snapshot.labels != painted), False

    def _stamp(
        self,
        rows: NDArray[np.intp] | None,
        was: NDArray[np.unsignedinteger] | None,
        now: NDArray[np.unsignedinteger],
    ) -> None:
        """Move points, all of them for no rows, from their labels so far (nowhere) to others."""
        nowhere = len(self._colours) - 1
        before = np.broadcast_to(np.intp(nowhere), now.shape) if was is None else was
        self._spread(rows, before, now, self._colours, self._sums)

    def _spread(
        self,
        rows: NDArray[np.intp] | None,
        was: NDArray[np.integer],
        now: NDArray[np.integer],
        colours: NDArray[np.int64],
        sums: NDArray[np.int64],
    ) -> None:
        """Add the colours of `now` and take away those of `was`, on all threads for many points."""
        total = len(now)
        threads = 1
        if total >= _ALONE:
            # Each thread has a picture of sums, 33 MB at 1280x720, which one thread adds up.
            threads = min(default_threads(), _MOST_THREADS, 1 + 4 * total // self._moved.size)
        # Threads that added to the same pixels would lose some; integers may be added later.
        first = iter([(sums, self._moved)])

        def make() -> tuple[NDArray[np.int64], NDArray[np.int32]]:
            return next(first, None) or (np.zeros_like(sums), np.zeros_like(self._moved))

        def add(part: tuple[NDArray[np.int64], NDArray[np.int32]], start: int, stop: int) -> None:
            if rows is None:
                xy = self.placement.within_box(self.view.project_rows(start, stop))
            else:
                xy = self.places(rows[start:stop])
            old, new = was[start:stop].astype(np.intp), now[start:stop].astype(np.intp)
            self._add(xy, old, new, colours, self._size, *part)

        for more, moved in fold_chunks(make, add, total, self.view.chunk_rows(), threads):
            if more is not sums:
                sums += more
                self._moved += moved

    def _take_moved(self) -> _Counted:
        """Return the pixels that were touched and by how much, and forget them."""
        moved = self._moved.reshape(-1)
        pixels = np.flatnonzero(moved != 0)  # of integers it would take ten times as long
        counts = moved[pixels]
        moved[pixels] = 0
        return pixels, counts

    def _opacities(self, cover: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the opacity of the points at each pixel; fixed, since points never move."""
        if self.radius > 0:
            layers = np.arange(cover.max(initial=0) + 1) / raster.FULL
            opacity = self._theme.opacity
            alpha = 1 - (1 - opacity) ** layers if opacity < 1 else layers.clip(0, 1)
            return np.rint(255 * alpha).astype(np.uint8)[cover]
        alpha = np.zeros(cover.shape, dtype=np.uint8)
        filled = cover[cover > 0]
        if len(filled):
            sample = np.sort(filled[:: -(-len(filled) // 65_536)])
            # The fullest half per cent saturates: one crowded pixel must not dim all others.
            top = max(2.0, float(sample[int(0.995 * (len(sample) - 1))]))
            # A lone point must be seen: strongly where most pixels have no more than it does.
            lone = max(0.45, 1.0 - 0.14 * math.log2(top))
            # Logarithms alone leave heavy tails dark, ranks alone flatten even crowds: half each.
            rank = np.searchsorted(sample, filled) / len(sample)
            shades = 0.5 * rank + 0.5 * (np.log(filled) / math.log(top)).clip(0, 1)
            shades[filled >= top] = 1.0
            alpha[cover > 0] = np.rint(255 * (lone + (1 - lone) * shades))
        return alpha
