"""What lies on top of the points of one panel, as marks: borders, changes, trails, centroids."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.errors import KMeansError
from renderers.picture.borders import Borders
from renderers.picture.centroids import CentroidSizes, centroid_marks, centroid_sizes
from renderers.picture.cloud import Cloud
from renderers.picture.colours import Colour, mixed
from renderers.picture.marks import Cover, Mark, Polyline, Rings
from renderers.picture.outside import centroid_arrows
from renderers.picture.themes import Theme
from renderers.scene import History, Phase

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Overlays"]

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
        self.recolour(colours)
        self._unit = unit
        self._borders: Borders | None = None
        self._trails: _Trails | None = None
        # Where the centroids come from in this iteration, and its pixels: many frames share it.
        self._left: tuple[Floats, Floats] | None = None
        self.sizes = lru_cache(maxsize=8)(self._sizes)

    def recolour(self, colours: NDArray[np.uint8]) -> None:
        """Take other colours of the clusters."""
        self._colours: list[Colour] = [(r, g, b) for r, g, b in colours.tolist()]
        self._trail_colours = [mixed(colour, self._theme.text, 0.35) for colour in self._colours]

    def raster_marks(
        self, snapshot: Snapshot, overlays: frozenset[str], phase: Phase
    ) -> list[Mark]:
        """Return what is made of pixels, for an iteration: borders and changes.

        Parameters
        ----------
        snapshot : Snapshot
            The state; its points were painted last.
        overlays : frozenset of str
            What is drawn.
        phase : {"state", "assignment", "update"}
            Points have changed cluster before an update, so they are not shown in one.
        """
        marks: list[Mark] = []
        if min(self.box.width, self.box.height) < 2:
            return marks
        if "borders" in overlays:
            marks += self._border_marks(snapshot)
        if "changes" in overlays and phase != "update" and snapshot.iteration > 1:
            marks += self._change_marks(snapshot)
        return marks

    def trail_marks(
        self, iteration: int, history: History | None, overlays: frozenset[str]
    ) -> list[Mark]:
        """Return the ways of the centroids up to where the labels refer to.

        Without a history there are none.
        """
        if "trails" not in overlays or history is None or min(self.box.width, self.box.height) < 2:
            return []
        if self._trails is None or self._trails.history is not history:
            self._trails = _Trails(history, self._cloud)
        # The way of this iteration is drawn with the centroids, which may be on it.
        return self._way_marks(self._trails.until(iteration - 1))

    def centroid_marks(
        self, snapshot: Snapshot, now: Floats, overlays: frozenset[str]
    ) -> list[Mark]:
        """Return the centroids, numbered if that is asked for, and their way in this iteration.

        Parameters
        ----------
        snapshot : Snapshot
            Tells where they come from.
        now : ndarray, (K, N)
            Where they are, in clustered units.
        overlays : frozenset of str
            What is drawn.
        """
        if min(self.box.width, self.box.height) < 1:
            return []
        marks: list[Mark] = []
        xy = self._places(now)
        if "trails" in overlays and snapshot.iteration and now is not snapshot.assigned_from:
            if self._left is None or self._left[0] is not snapshot.assigned_from:
                self._left = snapshot.assigned_from, self._places(snapshot.assigned_from)
            legs = np.stack([self._left[1], xy], axis=1)
            legs = np.nan_to_num(legs.clip(-_FAR, _FAR))
            moved = np.abs(legs[:, 1] - legs[:, 0]).sum(axis=1) >= 1.0
            marks += self._way_marks(
                [leg if far else None for leg, far in zip(legs, moved.tolist(), strict=True)]
            )
        sizes = self.sizes(len(xy), "numbers" in overlays)
        arrow = 1.1 * sizes.outer
        marks += centroid_arrows(xy, self._colours, self.box, arrow, self._theme.background)
        return marks + centroid_marks(xy, self._colours, sizes, self.box)

    def _places(self, centroids: Floats) -> Floats:
        return self._cloud.placement.on_frame(self._cloud.view.plane.project(centroids))

    def _sizes(self, k: int, numbered: bool) -> CentroidSizes:
        spread = self._cloud.view.spread_in(self.box)
        return centroid_sizes(self.box, spread, k, self._theme, self._unit, numbered=numbered)

    def _border_marks(self, snapshot: Snapshot) -> list[Mark]:
        view = self._cloud.view
        if not view.plane.is_whole or len(snapshot.centroids) < 2:
            return []
        if self._borders is None:
            line = max(1.0, 0.14 * self._unit)
            self._borders = Borders(view, self._cloud.placement, line)
        try:
            # Of the centroids that the labels refer to, so borders and colours always agree.
            pixels, cover = self._borders.mask(snapshot.assigned_from)
        except KMeansError:  # the padding reaches where squares overflow
            return []
        return [Cover(pixels, cover, self._theme.text, self._theme.border_opacity)]

    def _change_marks(self, snapshot: Snapshot) -> list[Mark]:
        if snapshot.n_changed == 0:
            return []
        ink, radius = self._theme.text, self._cloud.radius
        if radius == 0:
            pixels, share = self._cloud.crowd(snapshot)
            # A single point of a full pixel must be seen, and a full pixel must keep its hue.
            return [Cover(pixels, np.rint(50 + 0.35 * share).astype(np.uint8), ink, 1.0)]
        line = min(max(0.8, 0.16 * self._unit), 0.4 * radius)
        opacity = 0.75 * min(1.0, radius / 2.5)
        places = self._cloud.changed_places(snapshot)
        places += self.box[:2]
        return [Rings(places, radius + line, line, ink, opacity)]

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
