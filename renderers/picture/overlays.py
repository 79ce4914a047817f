"""What lies on top of the points of one panel, as marks: borders, changes, trails, centroids."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.picture.borders import borders
from renderers.picture.centroids import (
    CentroidSizes,
    centroid_marks,
    centroid_sizes,
    without_hidden,
)
from renderers.picture.cloud import Cloud
from renderers.picture.colours import Colour, mixed
from renderers.picture.marks import Cover, Mark, Polyline, Rings, Segments
from renderers.picture.outside import centroid_arrows
from renderers.picture.recent import Recent
from renderers.picture.themes import Theme
from renderers.scene import History, Moment

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Overlays", "changing"]

_FAR = 1e6  # pixels; a centroid from a file may be anywhere

Floats = NDArray[np.float64]


class Overlays:
    """Decide what lies over the points of one panel.

    Parameters
    ----------
    cloud : Cloud
        The points, and where they are on the picture.
    colours : ndarray, (K, 3), uint8
        One per cluster.
    theme : Theme
        Colours and sizes.
    unit : float
        Pixels per unit of the theme.
    """

    def __init__(self, cloud: Cloud, colours: NDArray[np.uint8], theme: Theme, unit: float) -> None:
        self.box = cloud.box
        self._cloud = cloud
        self._theme = theme
        self._ways: tuple[Snapshot, list[Mark]] | None = None
        self.recolour(colours)
        self._unit = unit
        self._crowds = Recent[tuple[NDArray[np.intp], NDArray[np.uint8]]]()
        self._borders: tuple[Floats, Floats] | None = None  # of which centroids, and where
        self._trails: _Trails | None = None
        # Where the centroids come from in this iteration, and its pixels: many frames share it.
        self._left: tuple[Floats, Floats] | None = None
        self.sizes = lru_cache(maxsize=8)(self._sizes)

    def recolour(self, colours: NDArray[np.uint8]) -> None:
        """Take other colours of the clusters."""
        self._colours: list[Colour] = [(r, g, b) for r, g, b in colours.tolist()]
        self._trail_colours = [mixed(colour, self._theme.text, 0.35) for colour in self._colours]
        self._ways = None

    def raster_marks(self, moment: Moment, panel: int, overlays: frozenset[str]) -> list[Mark]:
        """Return what shades the pixels of the points: the changes of a density picture."""
        if "changes" not in overlays or moment.opening or self._cloud.radius:
            return []
        marks: list[Mark] = []
        for state, share in changing(moment, panel):
            pixels, cover = self._crowds.get(state, partial(self._crowd, state))
            marks.append(Cover(pixels, cover, self._theme.text, share))
        return marks

    def _crowd(self, state: Snapshot) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Return the pixels of points that changed, and how much they are covered."""
        pixels, crowd = self._cloud.crowd(state)
        # A single point of a full pixel must be seen, and a full pixel must keep its hue.
        return pixels, np.rint(50 + 0.35 * crowd).astype(np.uint8)

    def lower_marks(self, moment: Moment, panel: int, overlays: frozenset[str]) -> list[Mark]:
        """Return what lies between the points and the centroids: borders, changes, trails.

        Parameters
        ----------
        moment : Moment
            What is shown.
        panel : int
            Which of its runs.
        overlays : frozenset of str
            What is drawn.
        """
        marks: list[Mark] = []
        if moment.opening or min(self.box.width, self.box.height) < 2:
            return marks
        snapshot = moment.snapshots[panel]
        if "borders" in overlays:
            marks += self._border_marks(moment, panel)
        if "changes" in overlays and self._cloud.radius:
            line = min(max(0.8, 0.16 * self._unit), 0.4 * self._cloud.radius)
            opacity = 0.75 * min(1.0, self._cloud.radius / 2.5)
            for state, share in changing(moment, panel):
                for places, size in self._cloud.changed_rings(state):
                    at, ink = places + self.box[:2], self._theme.text
                    marks.append(Rings(at, size + line, line, ink, opacity * share))
        if "trails" in overlays and moment.histories:
            history = moment.histories[panel]
            if self._trails is None or self._trails.history is not history:
                self._trails, self._ways = _Trails(history, self._cloud), None
            # The way of this iteration is drawn with the centroids, which may be on it.
            if self._ways is None or self._ways[0] is not snapshot:
                ways = self._way_marks(self._trails.until(snapshot.iteration - 1))
                self._ways = snapshot, ways
            marks += self._ways[1]
        return marks

    def centroid_marks(self, moment: Moment, panel: int, overlays: frozenset[str]) -> list[Mark]:
        """Return the centroids, numbered if that is asked for, and their way in this iteration."""
        if moment.phase == "points" or min(self.box.width, self.box.height) < 1:
            return []
        snapshot = moment.snapshots[panel]
        now = moment.centroids_of(snapshot)
        marks: list[Mark] = []
        xy = without_hidden(self._places(now), snapshot.counts)
        left = moment.left_by(snapshot)
        if "trails" in overlays and snapshot.iteration and now is not left:
            if self._left is None or self._left[0] is not left:
                self._left = left, self._places(left)
            legs = np.stack([self._left[1], xy], axis=1).clip(-_FAR, _FAR)
            # Of steps of other algorithms a centroid may be new: NaN is not at least 1.
            moved = np.abs(legs[:, 1] - legs[:, 0]).sum(axis=1) >= 1.0
            marks += self._way_marks(
                [leg if far else None for leg, far in zip(legs, moved.tolist(), strict=True)]
            )
        sizes = self.sizes(len(xy), "numbers" in overlays)
        if moment.phase == "start" and moment.progress < 1:
            sizes = sizes.scaled(moment.progress)
        arrow = max(1.1 * sizes.outer, 1.4 * self._unit)
        marks += centroid_arrows(xy, self._colours, self.box, arrow, self._theme.background)
        return marks + centroid_marks(xy, self._colours, sizes, self.box)

    def _places(self, centroids: Floats) -> Floats:
        return self._cloud.placement.on_frame(self._cloud.view.plane.project(centroids))

    def _sizes(self, k: int, numbered: bool) -> CentroidSizes:
        view = self._cloud.view
        spread = view.spread * view.share_of(self.box)
        return centroid_sizes(self.box, spread, k, self._theme, self._unit, numbered=numbered)

    def _border_marks(self, moment: Moment, panel: int) -> list[Mark]:
        """Return the borders of the centroids that the labels refer to, or those on their way."""
        plane, snapshot = self._cloud.view.plane, moment.snapshots[panel]
        if not plane.is_whole or len(snapshot.centroids) < 2:
            return []
        now, opacity = snapshot.assigned_from, self._theme.border_opacity
        if moment.faded < 1:
            if moment.before:
                was = moment.before[panel].assigned_from
                if was is not now:
                    now = was * (1 - moment.faded) + now * moment.faded
            else:
                opacity *= moment.faded
        if self._borders is None or not np.array_equal(self._borders[0], now):
            self._borders = now, borders(plane, self._cloud.placement, now)
        line = max(1.0, 0.14 * self._unit)
        return [Segments(self._borders[1], line, self._theme.text, opacity)]

    def _way_marks(self, ways: Sequence[Floats | None]) -> list[Mark]:
        """Return a line for each way, in its cluster's colour, all of them above their casings."""
        if not ways:  # the run was not seen from its beginning
            return []
        # Among small centroids thin ones, or they cover what they cross.
        radius = self.sizes(len(ways), False).radius
        core = max(1.0, min(0.3 * self._unit, 0.4 * radius))
        casing = core + max(1.0, min(0.3 * self._unit, 0.3 * radius))
        ground = self._theme.background
        pairs = zip(ways, self._trail_colours, strict=False)
        seen = [(way, colour) for way, colour in pairs if way is not None]
        below: list[Mark] = [Polyline(xy, casing, ground, 0.55) for xy, _ in seen]
        return below + [Polyline(xy, core, colour) for xy, colour in seen]


def changing(moment: Moment, panel: int) -> list[tuple[Snapshot, float]]:
    """Return the states whose changes are shown, and how much they are seen, 0..1.

    Points have changed cluster before an update, so they are marked until its centroids move.
    """
    snapshot, share = moment.snapshots[panel], moment.progress
    if moment.phase == "update":
        share = 1 - share
    found = [(snapshot, 0.0 if moment.is_over(snapshot) else share)]
    if moment.phase == "state" and moment.before:
        before = moment.before[panel]
        is_over = any(other.iteration > before.iteration for other in moment.before)
        found.append((before, 0.0 if is_over else 1 - moment.progress))
    return [
        (state, share)
        for state, share in found
        if share > 0 and state.iteration > 0 and state.n_changed
    ]


class _Trails:
    """The ways of the centroids in pixels, without the steps that cannot be seen."""

    def __init__(self, history: History, cloud: Cloud) -> None:
        self.history = history
        self._cloud = cloud
        self._seen = 0
        # Per cluster: the places that were kept, and since which iteration each is there.
        self._ways: list[list[tuple[float, float]]] = []
        self._since: list[list[int]] = []

    def until(self, iteration: int) -> list[Floats | None]:
        """Return the way of each cluster up to `iteration`; None where there is no way yet."""
        for centroids in self.history.centroids[self._seen : iteration + 1]:
            self._add(centroids)
        found: list[Floats | None] = []
        for way, since in zip(self._ways, self._since, strict=True):
            end = bisect.bisect_right(since, iteration)
            found.append(np.array(way[:end]) if end > 1 else None)
        return found

    def _add(self, centroids: Floats) -> None:
        places = self._cloud.placement.on_frame(self._cloud.view.plane.project(centroids))
        known = ~np.isnan(places).any(axis=1)  # steps of other algorithms may have fewer
        places = places.clip(-_FAR, _FAR)
        if self._seen == 0:
            self._ways = [[] for _ in places]
            self._since = [[] for _ in places]
            moved = np.flatnonzero(known)
        else:
            kept = np.array([way[-1] if way else (np.inf, np.inf) for way in self._ways])
            moved = np.flatnonzero(known & (np.abs(places - kept).sum(axis=1) >= 1.0))
        for label in moved.tolist():
            x, y = places[label].tolist()
            self._ways[label].append((x, y))
            self._since[label].append(self._seen)
        self._seen += 1
