"""What lies on top of the points of one panel: borders, changes, trails, centroids."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.errors import KMeansError
from renderers.picture.borders import Borders
from renderers.picture.cloud import Cloud
from renderers.picture.ink import blend_disc, blend_line, blend_pixels, blend_rings
from renderers.picture.layout import blend_mask
from renderers.picture.text import text_mask
from renderers.picture.themes import Colour, Theme
from renderers.scene import History, Phase

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = [
    "LEAST_SPREAD",
    "CentroidSizes",
    "Overlays",
    "centroid_sizes",
    "readable_on",
]

_NUMBERED_UP_TO = 60  # clusters; more numbers than that are confetti
_LEAST_NUMBER = 7.0  # pixels; digits can be smaller than words, but no smaller than that
_LEAST_RADIUS = 3.2  # pixels, its edges included; what is smaller shows no colour
#: Where points lie on few places, centroids are as large as among points that fill this share.
LEAST_SPREAD = 0.01
_FAR = 1e6  # pixels; a centroid from a file may be anywhere

Image = NDArray[np.uint8]


class Overlays:
    """Draw over the points of one panel.

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
        self._colours = [(r, g, b) for r, g, b in colours.tolist()]
        self._theme = theme
        self._unit = unit
        self._borders: Borders | None = None
        self._trails: _Trails | None = None

    def draw_state(
        self,
        image: Image,
        snapshot: Snapshot,
        history: History | None,
        overlays: frozenset[str],
        phase: Phase,
    ) -> None:
        """Draw what stays the same for an iteration.

        Parameters
        ----------
        image : ndarray, (height, width, 4), uint8
            The panel's box with its points.
        snapshot : Snapshot
            The state.
        history : History or None
            The states before; without it there are no trails.
        overlays : frozenset of str
            What is drawn.
        phase : {"state", "assignment", "update"}
            Points have changed cluster before an update, so they are not shown in one.
        """
        if min(self.box.width, self.box.height) < 2:
            return
        if "borders" in overlays:
            self._draw_borders(image, snapshot)
        if "changes" in overlays and phase != "update" and snapshot.iteration > 1:
            self._draw_changes(image, snapshot)
        if "trails" in overlays and history is not None:
            self._draw_trails(image, snapshot.iteration, history)

    def draw_centroids(
        self,
        image: Image,
        snapshot: Snapshot,
        now: NDArray[np.float64],
        overlays: frozenset[str],
    ) -> None:
        """Draw the centroids, numbered if that is asked for, and their way in this iteration.

        Parameters
        ----------
        image : ndarray, (height, width, 4), uint8
            The panel's box.
        snapshot : Snapshot
            Tells where they come from.
        now : ndarray, (K, N)
            Where they are, in clustered units.
        overlays : frozenset of str
            What is drawn.
        """
        if min(self.box.width, self.box.height) < 1:
            return
        xy = self._cloud.pixels(self._cloud.view.project(now))
        if "trails" in overlays and snapshot.iteration and now is not snapshot.assigned_from:
            old = self._cloud.pixels(self._cloud.view.project(snapshot.assigned_from))
            legs = np.nan_to_num(np.stack([old, xy], axis=1).clip(-_FAR, _FAR))
            moved = np.abs(legs[:, 1] - legs[:, 0]).sum(axis=1) >= 1.0
            self._draw_ways(
                image, [leg if far else [] for leg, far in zip(legs.tolist(), moved, strict=True)]
            )
        area = self.box.width * self.box.height * max(LEAST_SPREAD, self._cloud.view.spread)
        sizes = centroid_sizes(area, len(xy), self._theme, self._unit, wanted="numbers" in overlays)
        size = sizes.type_size
        for label, ((x, y), colour) in enumerate(zip(xy.tolist(), self._colours, strict=False)):
            for radius, ink in sizes.rings:
                blend_disc(x, y, radius, *ink, image)
            blend_disc(x, y, sizes.radius, *colour, image)
            if size and abs(x) < _FAR and abs(y) < _FAR:
                mask = text_mask(str(label), size, bold=True)
                left, top = round(x - mask.shape[1] / 2), round(y - 0.615 * size)
                blend_mask(image, mask, left, top, readable_on(colour))

    def _sizes(self, k: int, overlays: frozenset[str]) -> CentroidSizes:
        area = self.box.width * self.box.height * max(LEAST_SPREAD, self._cloud.view.spread)
        return centroid_sizes(area, k, self._theme, self._unit, wanted="numbers" in overlays)

    def _draw_borders(self, image: Image, snapshot: Snapshot) -> None:
        view = self._cloud.view
        if not view.is_whole or len(snapshot.centroids) < 2:
            return
        if self._borders is None:
            self._borders = Borders(view, self.box, max(1.0, 0.14 * self._unit))
        try:
            # Of the centroids that the labels refer to, so borders and colours always agree.
            pixels, cover = self._borders.mask(snapshot.assigned_from)
        except KMeansError:  # the padding reaches where squares overflow
            return
        blend_pixels(pixels, cover, *self._theme.text, self._theme.border_opacity, image)

    def _draw_changes(self, image: Image, snapshot: Snapshot) -> None:
        if snapshot.n_changed == 0:
            return
        ink, radius = self._theme.text, self._cloud.radius
        if radius == 0:
            pixels, share = self._cloud.crowd(snapshot)
            # A single point of a full pixel must be seen, and a full pixel must keep its hue.
            seen = np.rint(50 + 0.35 * share).astype(np.uint8)
            blend_pixels(pixels, seen, *ink, 1.0, image)
        else:
            line = min(max(0.8, 0.16 * self._unit), 0.4 * radius)
            opacity = 0.75 * min(1.0, radius / 2.5)
            blend_rings(
                self._cloud.places(snapshot.changed), radius + line, line, *ink, opacity, image
            )

    def _draw_trails(self, image: Image, iteration: int, history: History) -> None:
        """Draw the ways of the centroids up to where the labels refer to."""
        if self._trails is None or self._trails.history is not history:
            self._trails = _Trails(history, self._cloud)
        # The way of this iteration is drawn with the centroids, which may be on it.
        self._draw_ways(image, self._trails.until(iteration - 1))

    def _draw_ways(self, image: Image, ways: Sequence[Sequence[Sequence[float]]]) -> None:
        if not ways:  # the run was not seen from its beginning
            return
        # Among small centroids thin ones, or they cover what they cross.
        radius = self._sizes(len(ways), frozenset()).radius
        core = max(1.0, min(0.3 * self._unit, 0.4 * radius))
        casing = core + max(1.0, min(0.3 * self._unit, 0.3 * radius))
        for way in ways:
            self._draw_path(image, way, casing, self._theme.background, 0.55)
        for way, colour in zip(ways, self._colours, strict=False):
            self._draw_path(image, way, core, _between(colour, self._theme.text, 0.35), 1.0)

    def _draw_path(
        self,
        image: Image,
        path: Sequence[Sequence[float]],
        line: float,
        ink: Colour,
        opacity: float,
    ) -> None:
        for (x0, y0), (x1, y1) in itertools.pairwise(path):
            blend_line(x0, y0, x1, y1, line, *ink, opacity, image)


class CentroidSizes(NamedTuple):
    """How large a centroid is drawn, in pixels.

    Attributes
    ----------
    rings : list of (float, Colour)
        Radius and colour of its edges, the outermost first.
    radius : float
        Of the disc in its cluster's colour.
    type_size : float
        Of its number; 0 if it has none.
    """

    rings: list[tuple[float, Colour]]
    radius: float
    type_size: float


def centroid_sizes(
    area: float, k: int, theme: Theme, unit: float, *, wanted: bool
) -> CentroidSizes:
    """Return the sizes of `k` centroids among points that fill `area` pixels.

    With numbers, if they are wanted and fit.
    """
    crowded = 0.3 * (area / k) ** 0.5
    rim = sum(max(1.0, width * unit) for _, width in theme.edges)
    wish = theme.centroid_size * unit
    if wanted:
        wish = max(wish, _LEAST_NUMBER / 1.15 + rim)
    outer = max(_LEAST_RADIUS, min(wish, crowded))
    type_size = 1.15 * (outer - rim)
    numbered = wanted and k <= _NUMBERED_UP_TO and type_size >= _LEAST_NUMBER - 1e-9
    if not numbered and not theme.boxed:
        outer = max(_LEAST_RADIUS, min(0.65 * theme.centroid_size * unit, 0.6 * crowded))
    scale = min(unit, outer / theme.centroid_size)
    rings, radius = [], outer
    for ink, width in theme.edges:
        rings.append((radius, ink))
        radius -= min(max(1.0, width * scale), 0.3 * outer)
    return CentroidSizes(rings, radius, type_size if numbered else 0.0)


class _Trails:
    """The ways of the centroids in pixels, without the steps that cannot be seen."""

    def __init__(self, history: History, cloud: Cloud) -> None:
        self.history = history
        self._cloud = cloud
        self._seen = 0
        # Per cluster: the places that were kept, and since which iteration each is there.
        self._ways: list[list[tuple[float, float]]] = []
        self._since: list[list[int]] = []

    def until(self, iteration: int) -> list[list[tuple[float, float]]]:
        """Return the way of each cluster up to `iteration`."""
        for centroids in self.history.centroids[self._seen : iteration + 1]:
            self._add(centroids)
        return [
            way[: bisect.bisect_right(since, iteration)]
            for way, since in zip(self._ways, self._since, strict=True)
        ]

    def _add(self, centroids: NDArray[np.float64]) -> None:
        places = self._cloud.pixels(self._cloud.view.project(centroids))
        places = np.nan_to_num(places.clip(-_FAR, _FAR))
        if self._seen == 0:
            self._ways = [[] for _ in places]
            self._since = [[] for _ in places]
            moved = np.arange(len(places))
        else:
            kept = np.array([way[-1] for way in self._ways])
            moved = np.flatnonzero(np.abs(places - kept).sum(axis=1) >= 1.0)
        for label in moved.tolist():
            x, y = places[label].tolist()
            self._ways[label].append((x, y))
            self._since[label].append(self._seen)
        self._seen += 1


def _between(one: Colour, other: Colour, share: float) -> Colour:
    r, g, b = (round(a + (z - a) * share) for a, z in zip(one, other, strict=True))
    return (r, g, b)


def readable_on(colour: Sequence[int]) -> Colour:
    """Return black or white, whichever has the higher contrast (WCAG 2) against `colour`."""
    red, green, blue = ((c / 255) ** 2.2 for c in colour)
    return (0, 0, 0) if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else (255, 255, 255)
