"""The points of one panel as pixels, kept up to date by what changed. Draws nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers import raster
from renderers.layout import Box
from renderers.themes import Theme
from renderers.view import View

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Cloud", "marker_radius"]

_SMALLEST_MARKER = 0.75  # pixels; below it discs blur into each other and a count says more


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
        self._radius = radius
        self._colours = colours.astype(np.int64)
        self._opacity = theme.opacity
        self._add = raster.add_discs if theme.marker == "disc" else raster.add_crosses
        if radius == 0:
            self._add = raster.add_dots
        self._sums = np.zeros((box.height, box.width, 4), dtype=np.int64)
        self._dirty = np.zeros((box.height, box.width), dtype=np.uint8)
        self._alpha = np.zeros((box.height, box.width), dtype=np.uint8)
        self._labels: NDArray[np.unsignedinteger] | None = None
        self._shown: tuple[int, NDArray[np.float64] | None] = (-1, None)

    def pixels(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn places on the plane into pixels within the box, in place; y points down."""
        xmin, xmax, ymin, ymax = self.view.limits
        with np.errstate(over="ignore"):  # a centroid from a file may be anywhere
            xy[:, 0] = (xy[:, 0] - xmin) * (self.box.width / (xmax - xmin))
            xy[:, 1] = (ymax - xy[:, 1]) * (self.box.height / (ymax - ymin))
        return xy

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
        if self._labels is None:
            labels = snapshot.labels
            for rows, xy in self.view.blocks():
                self._stamp(self.pixels(xy), labels[rows], 1)
            self._alpha = self._opacities(self._sums[..., 3])
            self._labels = labels.copy()
        else:
            self._follow(snapshot, self._labels)
        self._shown = snapshot.iteration, snapshot.centroids
        raster.shade(self._sums, self._alpha, self.box.of(still), self._dirty, self.box.of(base))

    def _follow(self, snapshot: Snapshot, painted: NDArray[np.unsignedinteger]) -> None:
        """Move the points whose label differs from the one they were painted with."""
        iteration, centroids = self._shown
        # The same array, not an equal one: that proves that it is a state of the same run.
        if snapshot.iteration == iteration and snapshot.centroids is centroids:
            return
        if snapshot.iteration == iteration + 1 and snapshot.assigned_from is centroids:
            changed = snapshot.changed
        else:
            changed = np.flatnonzero(snapshot.labels != painted)
        if len(changed) == 0:
            return
        labels = snapshot.labels
        for start in range(0, len(changed), 1 << 16):
            rows = changed[start : start + (1 << 16)]
            xy = self.pixels(self.view.project(self.view.points[rows], rows))
            self._stamp(xy, painted[rows], -1)
            self._stamp(xy, labels[rows], 1)
            painted[rows] = labels[rows]

    def _stamp(
        self, xy: NDArray[np.float64], labels: NDArray[np.unsignedinteger], sign: int
    ) -> None:
        self._add(
            xy,
            labels.astype(np.intp),
            sign,
            self._colours,
            self._radius,
            self._sums,
            self._dirty,
        )

    def _opacities(self, cover: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the opacity of the points at each pixel; fixed, since points never move."""
        if self._radius > 0:
            layers = np.arange(cover.max(initial=0) + 1) / raster.FULL
            alpha = 1 - (1 - self._opacity) ** layers if self._opacity < 1 else layers.clip(0, 1)
            return np.rint(255 * alpha).astype(np.uint8)[cover]
        filled = cover[cover > 0]
        # The fullest half per cent saturates: one crowded pixel must not dim all others.
        top = max(2.0, float(np.quantile(filled, 0.995))) if len(filled) else 2.0
        # A lone point must be seen: strongly where most pixels have no more than it does.
        lone = max(0.3, 1.0 - 0.14 * math.log2(top))
        shades = lone + (1 - lone) * np.log(cover.clip(1)) / math.log(top)
        return np.where(cover > 0, np.rint(255 * shades.clip(0, 1)), 0).astype(np.uint8)
