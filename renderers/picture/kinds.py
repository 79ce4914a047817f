"""What the points of a panel are shown as: a cloud, discs that tell numbers, a ridge, a solid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.describing import counted
from renderers.picture.bubbles import bubble_radii, cells_of, paint_pies
from renderers.picture.cloud import Cloud, marker_radius
from renderers.picture.marks import Area, Mark, Markers, Polyline
from renderers.picture.ridge import column_colours, heights, paint_ridge
from renderers.picture.tallies import Tallies, columns_of
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.plane.plane import BASE, TOP_OF_BAND
from renderers.plane.shared import MOST, Shared
from renderers.plane.view import TURNED, View
from renderers.scene import Panel

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Bubbles", "Ridge", "make_cloud", "note_of", "radius_in"]

_LARGEST = 7.0  # radius of the largest disc, in units of the theme
_BAND = 0.24  # share of a box that the points of a line fill
_FAR = 1e6  # pixels
_FILL = 0.45  # opacity of a ridge below its line

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


def radius_in(panel: Panel, cell: Box, theme: Theme, unit: float) -> float:
    """Return the radius of markers in a cell of the picture, 0 where density is shown."""
    view = panel.view
    count, share = view.n_seen, view.share_of(cell)
    if view.solid is not None:
        count, share = len(view.turned), 0.45
    elif (shared := _shared(panel)) is not None:
        count = len(shared.xy)
    elif view.weighing is not None and panel.image is None and count > MOST:
        return 0.0  # markers of one size would say that all weigh the same
    elif view.plane.is_line:
        share *= _BAND
    return marker_radius(max(1, count), share * cell.width * cell.height, unit, theme)


def note_of(panel: Panel, radius: float) -> str:
    """Return what must be known to read the points of a panel; may be empty."""
    view = panel.view
    count = view.points.n_points
    if view.solid is not None:
        shown = len(view.turned)
        if shown == count:
            return ""
        if count > TURNED:
            return f"{shown:,} of them drawn"
        return f"{counted(count - shown, 'point')} outside"  # outliers
    weighed = view.weighing is not None
    if _shared(panel) is not None:
        return f"the larger a disc, the more {'weight' if weighed else 'points'}"
    return "" if radius else f"shaded by {'weight' if weighed else 'density'}"


def make_cloud(
    panel: Panel, box: Box, radius: float, colours: Image, theme: Theme, unit: float
) -> Cloud:
    """Return what shows the points of a panel that is no solid.

    Parameters
    ----------
    panel : Panel
    box : Box
        Pixels of the points.
    radius : float
        Of the markers, in pixels; 0 for a density picture.
    colours : ndarray, (K, 3), uint8
        One per cluster.
    theme : Theme
    unit : float
        Pixels per unit of the theme.
    """
    shared = _shared(panel)
    if shared is not None and min(box.width, box.height) > 0:
        return Bubbles(shared, panel, box, colours, theme, unit)
    # A ridge mixes the colours of clusters, and points of an image have others before.
    if panel.view.plane.is_line and panel.image is None and _has_room(box, radius):
        return Ridge(panel.view, box, radius, colours, theme, unit)
    return Cloud(panel.view, box, radius, colours, theme)


def _shared(panel: Panel) -> Shared | None:
    # The colours of an image are points in their own colours.
    return None if panel.image is not None or panel.view.solid else panel.view.shared


def _has_room(box: Box, radius: float) -> bool:
    """Return whether the markers of a line end below its ridge."""
    return box.width > 1 and (BASE - TOP_OF_BAND) * box.height > radius + 3


class Bubbles(Cloud):
    """Places that many points share, as discs whose areas tell how many.

    Parameters
    ----------
    shared : Shared
        The places.
    panel, box, colours, theme, unit
        As for `make_cloud`.
    """

    tells_number = True

    def __init__(
        self,
        shared: Shared,
        panel: Panel,
        box: Box,
        colours: Image,
        theme: Theme,
        unit: float,
    ) -> None:
        radii = bubble_radii(shared, panel.view.placed(box), _LARGEST * unit)
        super().__init__(panel.view, box, float(np.median(radii)), colours, theme)
        self._shared, self._radii = shared, radii
        self._tallies = Tallies(panel.view, cells_of(shared), len(colours))
        self._at = self.placement.within_box(shared.xy.copy())
        self._order = np.argsort(-radii, kind="stable")

    def radius_of(self, count: int) -> float:
        """Return the radius of the disc of so many points, in pixels; what a legend shows."""
        most = int(self._shared.counts.argmax())
        return float(self._radii[most]) * math.sqrt(count / int(self._shared.counts[most]))

    @property
    def most(self) -> int:
        """How many points share the place with the most."""
        return int(self._shared.counts.max())

    def changed_rings(self, snapshot: Snapshot) -> list[tuple[Floats, float]]:
        """See `Cloud.changed_rings`."""
        places = np.unique(self.changed_places(snapshot).view(np.complex128))
        at = self._at.view(np.complex128)[:, 0]
        order = np.argsort(at)
        here = order[np.searchsorted(at[order], places).clip(0, len(at) - 1)]
        radii = self._radii[here]
        return [(self._at[here[radii == radius]], float(radius)) for radius in np.unique(radii)]

    def shapes(
        self, was: Snapshot | None, now: Snapshot | None, share: float, most: int
    ) -> list[Mark] | None:
        """Return the discs as marks; None while one has several colours."""
        counts = self._tallies.of(now)
        if share or ((counts > 0).sum(axis=1) > 1).any():
            return None
        inks = _inks(self._colours, self._theme)[counts.argmax(axis=1)]
        order, at = self._order[self._radii[self._order] > 0], self._at + self.box[:2]
        return [Markers(at[order], self._radii[order], "disc", inks[order], self._theme.opacity)]

    def _draw(self, snapshot: Snapshot | None, still: Image, base: Image) -> NDArray[np.intp]:
        if self._shown is not None and self._shown[0] is snapshot:
            return np.empty(0, dtype=np.intp)
        counts = np.ascontiguousarray(self._tallies.of(snapshot))
        inks, there = _inks(self._colours, self._theme), self.box.of(base)
        there[...] = self.box.of(still)
        opacity = self._theme.opacity
        paint_pies(self._at, self._radii, self._order, counts, inks, opacity, there)
        self._shown = (snapshot,)
        # Those of discs that are as they were are the same before and after, and may be among them.
        touched = np.zeros(there.shape[:2], dtype=bool)
        for (x, y), radius in zip(self._at.tolist(), self._radii.tolist(), strict=True):
            if abs(x) < _FAR and abs(y) < _FAR:
                rows = slice(max(0, int(y - radius) - 1), max(0, int(y + radius) + 2))
                columns = slice(max(0, int(x - radius) - 1), max(0, int(x + radius) + 2))
                touched[rows, columns] = True
        return np.flatnonzero(touched)


class Ridge(Cloud):
    """Points of one feature, and above them how densely they lie.

    Parameters
    ----------
    view, box, radius, colours, theme
        As for `Cloud`.
    unit : float
        Pixels per unit of the theme.
    """

    def __init__(
        self,
        view: View,
        box: Box,
        radius: float,
        colours: Image,
        theme: Theme,
        unit: float,
    ) -> None:
        super().__init__(view, box, radius, colours, theme)
        self._tallies = Tallies(view, columns_of(self.placement), len(colours))
        self._line = max(1.2, 0.26 * unit)
        self._foot = float(round((1 - BASE) * box.height))
        self._tops: Floats | None = None
        self._last: Floats | None = None  # the colours of the columns that are painted

    def shapes(
        self, was: Snapshot | None, now: Snapshot | None, share: float, most: int
    ) -> list[Mark] | None:
        """Return points and ridge as marks; None if there are more than `most`, or they fade."""
        points = super().shapes(was, now, share, most)
        if points is None or share:
            return None
        tops, colours = self._ridge(now)
        ends = np.flatnonzero((colours[1:] != colours[:-1]).any(axis=1)) + 1
        foot = self.box.top + self._foot
        areas: list[Mark] = []
        lines: list[Mark] = []
        for columns in np.split(np.arange(len(tops)), ends):
            # Up to the next colour, so that no gap is between them.
            along = np.append(columns, columns[-1] + 1).clip(0, len(tops) - 1)
            xy = np.stack([self.box.left + along + 0.5, self.box.top + tops[along]], axis=1)
            r, g, b = np.rint(colours[columns[0]]).astype(int).tolist()
            areas.append(Area(xy, foot, (r, g, b), _FILL))
            seen = np.flatnonzero(self._foot - tops[along] >= 0.5)
            if len(seen) > 1:
                lines.append(Polyline(xy[seen[0] : seen[-1] + 1], self._line, (r, g, b)))
        return [*areas, *lines, *points]

    def _ridge(self, snapshot: Snapshot | None) -> tuple[Floats, Floats]:
        """Return how far from the top the ridge is above each column, and its colour there."""
        counts = self._tallies.of(snapshot)
        if self._tops is None:  # points never move
            room = self._foot - max(4.0, 0.05 * self.box.height)
            weighing, totals = self.view.weighing, counts.sum(axis=1)
            numbers = totals if weighing is None else totals / weighing.unit
            self._tops = self._foot - room * heights(numbers)
        return self._tops, column_colours(counts, _inks(self._colours, self._theme))

    def _draw(self, snapshot: Snapshot | None, still: Image, base: Image) -> NDArray[np.intp]:
        if self._shown is not None and self._shown[0] is snapshot:
            return np.empty(0, dtype=np.intp)
        below = super()._draw(snapshot, still, base)
        tops, colours = self._ridge(snapshot)
        rows = int(self._foot) + 1
        there = self.box.of(base)[:rows]
        there[...] = self.box.of(still)[:rows]
        paint_ridge(tops, self._foot, colours, _FILL, self._line, there)
        changed = np.ones(len(tops), dtype=bool)
        if self._last is not None:  # to compare pixels would take twenty times as long
            changed = (colours != self._last).any(axis=1)
            reach = math.ceil(self._line) + 1
            changed = np.convolve(changed, np.ones(2 * reach + 1), "same") > 0.5
        self._last = colours
        above = np.arange(rows)[:, None] * self.box.width + np.flatnonzero(changed)
        return np.concatenate([above.reshape(-1), below])


def _inks(colours: NDArray[np.int64], theme: Theme) -> Image:
    """Return the colours of the clusters, and that of points without one, (K + 1, 3)."""
    inks = colours[:-1, :3].astype(np.uint8)
    inks[-1] = theme.muted
    return inks
