"""Points of three axes that are turned slowly: what a panel shows of them, far things first.

In the place of a cloud and what lies over it: points, centroids and their ways hide each other, so
all of them are marks, sorted anew for every frame. A frame depends on its moment alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from renderers.picture.centroids import CentroidSizes, centroid_mark, centroid_sizes, without_hidden
from renderers.picture.cloud import Fade
from renderers.picture.colours import Colour, mixed
from renderers.picture.marks import Mark, Markers, Polyline, Text
from renderers.picture.overlays import changing
from renderers.picture.photo import colours_of, ground_of
from renderers.picture.some import SomeLabels
from renderers.picture.text import HALF_DIGIT, LEAST_TYPE, extent
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.plane.solid import Solid
from renderers.plane.view import View
from renderers.scene import Moment, Panel

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["DEGREES_A_SECOND", "Turning"]

#: How fast the solid is turned.
DEGREES_A_SECOND = 12.0

_AZIMUTH, _ELEVATION = 32.0, 22.0  # degrees, at the beginning
_HAZE = 0.62  # share of the ground in the colour of what is farthest away
_AHEAD = 0.3  # half diagonals: a centroid is in front of the points around it, not among them
_LEAST = 0.8  # radius of a marker, in pixels
_STEP = 0.02  # half diagonals: shorter steps of a way are not drawn

Floats = NDArray[np.float64]


class Turning:
    """The points of one panel and what lies among them.

    Parameters
    ----------
    view : View
        Has a solid.
    box : Box
        Pixels of the panel.
    radius : float
        Of the markers in the middle, in pixels; 0 for the smallest.
    colours : ndarray, (K, 3), uint8
        One per cluster.
    theme : Theme
        Colours and sizes.
    unit : float
        Pixels per unit of the theme.

    Attributes
    ----------
    by_hand : tuple of float
        Degrees by which somebody has turned it to the right and upwards.
    image : Panel or None
        That of an image whose pixels the points are: they have its colours.
    """

    def __init__(
        self,
        view: View,
        box: Box,
        radius: float,
        colours: NDArray[np.uint8],
        theme: Theme,
        unit: float,
    ) -> None:
        assert view.solid is not None
        self.view, self.box = view, box
        self.placement = view.placed(box)
        self.by_hand = 0.0, 0.0
        self.image: Panel | None = None
        self._own: Floats | None = None
        self._solid: Solid = view.solid
        self._theme, self._unit = theme, unit
        self._xyz = self._solid.place(view.points.take(view.turned))
        self.radius = radius or _LEAST
        self.recolour(colours)
        self._labels = SomeLabels(view.points, view.turned)
        self.sizes = lru_cache(maxsize=8)(self._sizes)

    def recolour(self, colours: NDArray[np.uint8], index: object = None) -> None:
        """Give the clusters other colours, (K, 3)."""
        self._colours = colours
        self._inks: list[Colour] = [(r, g, b) for r, g, b in colours.tolist()]

    def paint(self, snapshot: Snapshot | None, still: object, base: object) -> None:
        """Paint nothing: all is marks."""

    def fade(
        self, was: Snapshot | None, now: Snapshot, progress: float, still: object, base: object
    ) -> Fade:
        """Paint nothing: all is marks."""
        return Fade(np.empty(0, dtype=np.intp), np.empty((0, 3), dtype=np.uint8), 0.0)

    def shapes(self, *_: object) -> list[Mark]:
        """Return nothing: points and centroids lie among each other, above."""
        return []

    def raster_marks(self, moment: Moment, panel: int, overlays: frozenset[str]) -> list[Mark]:
        """Return nothing: all is shapes."""
        return []

    def lower_marks(self, moment: Moment, panel: int, overlays: frozenset[str]) -> list[Mark]:
        """Return the box behind the points, and the names of its axes."""
        if min(self.box.width, self.box.height) < 2:
            return []
        theme = self._theme
        corners = self._solid.corners()
        xy, depth, _ = self._pixels(corners, moment)
        nearest = int(depth.argmin())
        marks: list[Mark] = []
        line = max(1.0, 0.14 * self._unit)
        for a, b in _EDGES:
            if nearest not in (a, b):  # the three in front would cross the points
                marks.append(Polyline(xy[[a, b]], line, theme.line))
        return marks + self._name_marks(xy, nearest)

    def centroid_marks(self, moment: Moment, panel: int, overlays: frozenset[str]) -> list[Mark]:
        """Return points, centroids and their ways, the farthest first."""
        if min(self.box.width, self.box.height) < 2:
            return []
        points, depth = self._point_marks(moment, panel, overlays)
        among: list[tuple[float, list[Mark]]] = []
        if moment.phase != "points":
            among = self._centroids(moment, panel, overlays)
        among.sort(key=lambda item: -item[0])
        marks: list[Mark] = []
        done = 0
        for at, some in among:
            until = int(np.searchsorted(-depth, -at))
            marks += _some(points, done, until) + some
            done = until
        return marks + _some(points, done, len(depth))

    def _pixels(self, xyz: Floats, moment: Moment) -> tuple[Floats, Floats, Floats]:
        """Return pixels of the frame, depths and sizes of some places at a moment."""
        azimuth = _AZIMUTH + DEGREES_A_SECOND * moment.at + self.by_hand[0]
        elevation = min(89.0, max(-89.0, _ELEVATION + self.by_hand[1]))
        xy, depth, size = self._solid.seen(xyz, azimuth, elevation)
        across, up = self._solid.reach(elevation)
        left, top, width, height = self.box
        type_size = self._type_size()
        scale = min(width / (2 * across), max(1.0, height - 2.6 * type_size) / (2 * up))
        xy = xy * (scale, -scale) + (left + width / 2, top + height / 2)
        return xy, depth, size

    def _type_size(self) -> float:
        return max(LEAST_TYPE, self._theme.tick_size * self._unit)

    def _point_marks(
        self, moment: Moment, panel: int, overlays: frozenset[str]
    ) -> tuple[Markers, Floats]:
        """Return all points, the farthest first, and their depths."""
        theme, count = self._theme, len(self._xyz)
        was, now, fading = moment.colours_of(panel)
        colours = self._colours_in(now)
        if fading:
            colours = colours * (1 - fading) + self._colours_in(was) * fading
        changed = np.zeros(count)
        if not moment.opening:
            for state, share in changing(moment, panel) if "changes" in overlays else ():
                changed[self._labels.changed(state)] = share
        xy, depth, size = self._pixels(self._xyz, moment)
        order = np.argsort(-depth, kind="stable")
        xy, depth, size, changed = xy[order], depth[order], size[order], changed[order]
        haze = _haze(depth)[:, None]
        ground = np.array(theme.background if self.image is None else ground_of(theme))
        colours = colours[order] * (1 - haze) + ground * haze
        radii = self.radius * size
        if changed.any():  # a rim: a larger disc just behind
            times = 1 + (changed > 0)
            rim = (np.cumsum(times) - times)[changed > 0]
            much = changed[changed > 0][:, None]
            xy, depth = np.repeat(xy, times, axis=0), np.repeat(depth, times)
            colours, radii = np.repeat(colours, times, axis=0), np.repeat(radii, times)
            colours[rim] = np.array(theme.text) * much + colours[rim] * (1 - much)
            radii[rim] += max(0.8, 0.16 * self._unit) * much[:, 0]
        inks = np.rint(colours).astype(np.uint8)
        return Markers(xy, radii, theme.marker, inks, theme.opacity), depth

    def _colours_in(self, state: Snapshot | None) -> Floats:
        """Return the colours of the points in a state, or before there is one, (R, 3)."""
        if self.image is None:
            if state is None:
                return np.tile(np.array(self._theme.muted, dtype=np.float64), (len(self._xyz), 1))
            return self._colours[self._labels.of(state)].astype(np.float64)
        if state is not None:
            colours = colours_of(self.image, state.centroids)
            return colours[self._labels.of(state)].astype(np.float64)
        if self._own is None:
            own = colours_of(self.image, self.view.points.take(self.view.turned))
            self._own = own.astype(np.float64)
        return self._own

    def _centroids(
        self, moment: Moment, panel: int, overlays: frozenset[str]
    ) -> list[tuple[float, list[Mark]]]:
        """Return the marks of each centroid, and of each step of their ways, with their depths."""
        snapshot = moment.snapshots[panel]
        places = self._solid.place(moment.centroids_of(snapshot))
        now = without_hidden(places, snapshot.counts)
        found: list[tuple[float, list[Mark]]] = []
        if "trails" in overlays and moment.histories and not moment.opening:
            history = moment.histories[panel].centroids[: snapshot.iteration]
            stops = [*(self._solid.place(centroids) for centroids in history), now]
            for label, ink in enumerate(self._inks[: len(now)]):
                way = _thinned([stop[label] for stop in stops])
                found += self._way(way, ink, moment)
        xy, depth, size = self._pixels(now, moment)
        sizes = self.sizes(len(now), "numbers" in overlays)
        if moment.phase == "start" and moment.progress < 1:
            sizes = sizes.scaled(moment.progress)
        for label, (ink, (x, y), far, times) in enumerate(
            zip(self._inks, xy.tolist(), depth.tolist(), size.tolist(), strict=False)
        ):
            if np.isfinite([x, y]).all():
                found.append((far - _AHEAD, centroid_mark(x, y, label, ink, sizes.scaled(times))))
        return found

    def _way(self, way: Floats, ink: Colour, moment: Moment) -> list[tuple[float, list[Mark]]]:
        """Return the steps of a way with their depths."""
        xy, depth, _ = self._pixels(way, moment)
        line = max(1.0, 0.3 * self._unit)
        ground = self._theme.background
        found: list[tuple[float, list[Mark]]] = []
        for step in range(len(way) - 1):
            far = float(depth[step : step + 2].mean())
            colour = mixed(mixed(ink, self._theme.text, 0.35), ground, float(_haze(np.array(far))))
            both = xy[step : step + 2]
            casing = Polyline(both, line + max(1.0, 0.3 * self._unit), ground, 0.55)
            found.append((far, [casing, Polyline(both, line, colour)]))
        return found

    def _sizes(self, k: int, numbered: bool) -> CentroidSizes:
        spread = 0.35 * self.view.spread
        return centroid_sizes(self.box, spread, k, self._theme, self._unit, numbered=numbered)

    def _name_marks(self, xy: Floats, nearest: int) -> list[Mark]:
        """Return the name of each axis beside one of its edges at the rim, as far as it fits."""
        size = self._type_size()
        left, top, width, height = self.box
        middle = np.array([left + width / 2, top + height / 2])
        marks: list[Mark] = []
        if min(width, height) < 12 * size:
            return marks
        farthest = 7 - nearest
        for axis, name in enumerate(self._solid.labels):
            rim = [
                (a, b) for a, b in _EDGES if a ^ b == 1 << axis and not {a, b} & {nearest, farthest}
            ]
            ends = max(rim, key=lambda ends: xy[list(ends), 1].mean())
            if axis == 2:
                ends = min(rim, key=lambda ends: xy[list(ends), 0].mean())
            at = xy[list(ends)].mean(axis=0)
            along = xy[ends[1]] - xy[ends[0]]
            away = np.array([-along[1], along[0]])
            away *= np.sign(away @ (at - middle)) / max(1e-9, float(np.hypot(*away)))
            wide = extent(name, size).width
            x, y = at + away * (0.9 * size + abs(away[0]) * wide / 2)
            x = min(max(x, left + wide / 2), left + width - wide / 2)
            y = min(max(y, top + size), top + height - 0.3 * size)
            if wide <= width:
                base = y + HALF_DIGIT * size
                marks.append(Text(name, x, base, size, self._theme.muted, "middle"))
        return marks


# Corners that differ along one axis.
_EDGES = [(a, a | 1 << n) for n in range(3) for a in range(8) if not a >> n & 1]


def _haze(depth: Any) -> Any:
    """Return the share of the ground in the colour of what is so far away."""
    return _HAZE * np.clip(0.5 + 0.5 * depth, 0, 1)


def _some(points: Markers, first: int, end: int) -> list[Mark]:
    """Return some of the points as marks."""
    if first >= end:
        return []
    xy, radii, shape, colours, opacity = points
    part = slice(first, end)
    return [Markers(xy[part], np.asarray(radii)[part], shape, colours[part], opacity)]


def _thinned(stops: list[Floats]) -> Floats:
    """Return the stops of a way that are some way apart, and its end."""
    kept = [stops[0]]
    for stop in stops[1:-1]:
        if np.abs(stop - kept[-1]).sum() >= _STEP:
            kept.append(stop)
    return np.array([*kept, stops[-1]])
