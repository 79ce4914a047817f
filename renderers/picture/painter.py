"""One frame from one moment: points below, what moves on top. All renderers share it.

A frame is built in layers, and each is touched only when it changes: `still` (axes and titles),
`base` (with the points: the pixels of those that changed), `settled` (with what belongs to an
iteration: borders, highlights, the curve), and the frame itself (centroids, which may move between
two iterations).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.contract import OVERLAYS, Options
from renderers.picture.axes import unit_of
from renderers.picture.cloud import Cloud, marker_radius
from renderers.picture.colours import cluster_colours
from renderers.picture.course import run_strokes
from renderers.picture.ink import paint
from renderers.picture.layout import Layout, grid, lay_out
from renderers.picture.marks import Group, Mark, Raster
from renderers.picture.overlays import Overlays
from renderers.picture.telling import Telling
from renderers.picture.themes import theme_named
from renderers.plane.placement import Box
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    pass

__all__ = ["Painter"]

# Of a palette: a GIF of 256 has none left for "as before", and becomes three times as large.
_COLOURS = 255
_TAKE_ROOM = frozenset({"curve", "sizes"})  # the layout depends on these


class Painter:
    """Paint moments of a scene.

    The points that changed cluster since the frame before are painted again, and no others; the
    result is the same, to the byte, as painting everything from nothing.

    Parameters
    ----------
    scene : Scene
        What stays the same.
    options : Options
        Size, theme and overlays.

    Attributes
    ----------
    layout : Layout
        Where everything is.
    notes : list of str
        What must be known to read each panel; may be empty.

    Raises
    ------
    InvalidOption
        If the theme is unknown.
    """

    def __init__(self, scene: Scene, options: Options) -> None:
        self._state_of: tuple[object, ...] | None = None  # the state that `settled` shows ...
        self._told: Hashable = None  # ... and what is told beside it
        self._scene = scene
        self._size = options.size
        self._theme = theme_named(options.theme)
        self._colours = [cluster_colours(panel.k, options.theme) for panel in scene.panels]
        width, height = options.size
        cells = grid(len(scene.panels), Box(0, 0, width, height))
        self._unit = unit_of(cells[0].width, cells[0].height)
        self._overlays = self._theme.overlays if options.overlays is None else options.overlays
        if options.overlays is None and len(scene.panels) > 1:
            self._overlays |= {"curve"}  # what a race is about
        self._lay_out()

    @property
    def overlays(self) -> frozenset[str]:
        """What is drawn on top of the points, of `renderers.contract.OVERLAYS`; may be set."""
        return self._overlays

    @overlays.setter
    def overlays(self, names: frozenset[str]) -> None:
        before, self._overlays = self._overlays, names & frozenset(OVERLAYS)
        if (before ^ self._overlays) & _TAKE_ROOM:
            self._lay_out()
        self._state_of = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where on the frame the points of each panel are."""
        return self.layout.boxes

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the frame of a moment.

        Parameters
        ----------
        moment : Moment
            One snapshot per panel.

        Returns
        -------
        ndarray, (height, width, 4), uint8
            Opaque RGBA, C-contiguous, valid until the next call.
        """
        state = (*moment.snapshots, moment.phase == "update")
        told = self._telling.key(moment)
        if self._state_of is None or not _same(state, self._state_of):
            self._paint_points(moment)
            paint(self._settled, self._state_marks(moment))
            self._state_of, self._told = state, None
        if told != self._told:
            self._tell(moment)
            self._told = told
        np.copyto(self._frame, self._settled)
        paint(self._frame, self._moving_marks(moment))
        return self._frame

    def marks(self, moment: Moment) -> list[Mark]:
        """Return all that the frame of a moment shows, from the back to the front.

        Points, borders and changes are a `Raster` for each panel, valid until the next call of a
        method.
        """
        self._paint_points(moment)
        self._state_of = None
        marks = list(self.layout.marks)
        marks += [Raster(box, box.of(self._settled)[..., :3]) for box in self.boxes]
        marks += self._state_marks(moment)
        marks += self._telling.still_marks(moment, self._colours, self._overlays)
        return marks + self._moving_marks(moment)

    def centroid_radius(self, panel: int) -> float:
        """Return the radius, in pixels, of the centroids of a panel, their edges included."""
        over, k = self._over[panel], self._scene.panels[panel].k
        return over.sizes(k, "numbers" in self._overlays).outer

    def palette(self) -> NDArray[np.uint8]:
        """Return colours that serve every frame, before any is painted.

        Returns
        -------
        ndarray, (n, 3), uint8
            At most 255: ground, type and lines, the clusters' colours, and as many of their blends
            with the ground as there is room for.
        """
        theme = self._theme
        ground = np.array(theme.background)
        inks = [theme.background, theme.text, theme.line, theme.muted, (0, 0, 0), (255, 255, 255)]
        inks += [colour for colour, _ in theme.edges]
        inks += [stroke.colour for stroke in run_strokes(len(self._scene.panels), theme)]
        greys = [ground + (np.array(theme.text) - ground) * i // 9 for i in range(1, 9)]
        clusters = np.unique(np.vstack(self._colours), axis=0)[: _COLOURS - len(inks) - len(greys)]
        room = (_COLOURS - len(inks) - len(greys)) // len(clusters) - 1
        # A lone marker, two on top of each other, ... then even steps.
        levels = [1 - (1 - theme.opacity) ** n for n in (1, 2, 3)] if theme.opacity < 1 else []
        levels += [(i + 1) / 10 for i in (4, 1, 6, 2, 0, 3, 5, 7, 8)]
        blends = [
            np.rint(ground + (clusters - ground) * np.rint(255 * level) / 255)
            for level in levels[: max(0, room)]
        ]
        table = np.vstack([np.array(inks), *greys, clusters, *blends]).astype(np.uint8)
        _, first = np.unique(table, axis=0, return_index=True)
        return np.ascontiguousarray(table[np.sort(first)])

    def _lay_out(self) -> None:
        panels, theme = self._scene.panels, self._theme
        radii = self._radii()
        self.notes = ["" if radius else "shaded by density" for radius in radii]
        self.layout: Layout = lay_out(
            self._scene, self._size, theme, self._overlays, unit=self._unit
        )
        self._telling = Telling(self._scene, self.layout, theme, self._size, self._unit, self.notes)
        width, height = self._size
        self._still = np.full((height, width, 4), 255, dtype=np.uint8)
        paint(self._still, self.layout.marks)
        self._base, self._settled, self._frame = (self._still.copy() for _ in range(3))
        self._clouds = [
            Cloud(panel.view, box, radius, colours, theme)
            for panel, box, radius, colours in zip(
                panels, self.layout.boxes, radii, self._colours, strict=True
            )
        ]
        self._over = [
            Overlays(cloud, colours, theme, self._unit)
            for cloud, colours in zip(self._clouds, self._colours, strict=True)
        ]
        self._state_of = None

    def _radii(self) -> list[float]:
        """Return the radius of each panel's markers; it does not depend on the overlays."""
        width, height = self._size
        counts = [panel.view.points.n_points for panel in self._scene.panels]
        cells = grid(len(counts), Box(0, 0, width, height))
        return [
            marker_radius(count, cell.width * cell.height, self._unit, self._theme)
            for count, cell in zip(counts, cells, strict=True)
        ]

    def _paint_points(self, moment: Moment) -> None:
        """Paint what is made of pixels: points, borders and changes."""
        for cloud, snapshot in zip(self._clouds, moment.snapshots, strict=True):
            cloud.paint(snapshot, self._still, self._base)
        np.copyto(self._settled, self._base)
        for over, snapshot in zip(self._over, moment.snapshots, strict=True):
            phase = "update" if moment.is_over(snapshot) else moment.phase
            marks = over.raster_marks(snapshot, self._overlays, phase)
            paint(self._settled, [Group(over.box, tuple(marks))])

    def _state_marks(self, moment: Moment) -> list[Mark]:
        """Return what stays the same for an iteration: trails and sizes."""
        histories = moment.histories or (None,) * len(moment.snapshots)
        marks: list[Mark] = []
        for over, snapshot, history in zip(self._over, moment.snapshots, histories, strict=True):
            trails = over.trail_marks(snapshot.iteration, history, self._overlays)
            marks.append(Group(over.box, tuple(trails)))
        return marks

    def _tell(self, moment: Moment) -> None:
        """Paint what is told of the runs; it changes when the centroids arrive."""
        for box in self._telling.boxes:
            box.of(self._settled)[:] = box.of(self._still)
        paint(self._settled, self._telling.still_marks(moment, self._colours, self._overlays))

    def _moving_marks(self, moment: Moment) -> list[Mark]:
        """Return what may change between two iterations: centroids, and what is told of them."""
        marks: list[Mark] = []
        below = self._telling.marks_below(moment)
        for over, snapshot, words in zip(self._over, moment.snapshots, below, strict=True):
            now = moment.centroids_of(snapshot)
            inside = words + over.centroid_marks(snapshot, now, self._overlays)
            marks.append(Group(over.box, tuple(inside)))
        return marks


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(one, other, strict=True))
