"""One frame from one moment: points below, what moves on top. All renderers share it.

A frame is built in layers, and each is touched only when it changes: `still` (axes and titles),
`base` (with the points: the pixels of those that changed), `settled` (with what is told of a state
beside them), and the frame itself: points on their way to another colour, and on top what moves
with the centroids.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from renderers.contract import OVERLAYS, Options
from renderers.picture.axes import unit_of
from renderers.picture.cloud import Cloud, Fade
from renderers.picture.colouring import Colouring
from renderers.picture.colours import Colour
from renderers.picture.course import run_strokes
from renderers.picture.exposure import Exposure
from renderers.picture.fonts import typeset
from renderers.picture.ink import paint
from renderers.picture.kinds import make_cloud, note_of, radius_in
from renderers.picture.layout import grid
from renderers.picture.marks import Group, Mark, Raster
from renderers.picture.outside import lay_out_around
from renderers.picture.overlays import Overlays
from renderers.picture.raster import mix
from renderers.picture.solid import Turning
from renderers.picture.telling import Telling
from renderers.picture.themes import theme_named
from renderers.plane.placement import Box
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["FramePainter", "Painter"]

# Of a palette: a GIF of 256 has none left for "as before", and becomes three times as large.
_COLOURS = 255
_OF_CENTROIDS = frozenset({"numbers", "trails", "borders"})
_TAKE_ROOM = frozenset({"curve", "sizes", "legend"})  # the layout depends on these


class FramePainter(Protocol):
    """What paints the frames of a film."""

    def paint(self, moment: Moment, /) -> NDArray[np.uint8]:
        """Return the frame of a moment, (height, width, 4), RGBA."""

    def palette(self) -> NDArray[np.uint8]:
        """Return colours that serve every frame, (n, 3)."""


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
    ground : Colour, optional
        In place of the theme's, see `clear`.

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

    def __init__(self, scene: Scene, options: Options, *, ground: Colour | None = None) -> None:
        self._told: _Told | None = None  # what `settled` shows
        self._scene = scene
        self._size = options.size
        self._theme = theme_named(options.theme)
        if ground is not None:
            self._theme = replace(self._theme, background=ground)
        self._colourings = [Colouring(panel, self._theme, options) for panel in scene.panels]
        self._colours = [colouring.colours for colouring in self._colourings]
        self._possible = _possible(scene)
        width, height = options.size
        cells = grid(len(scene.panels), Box(0, 0, width, height))
        self._unit = unit_of(cells[0].width, cells[0].height)
        self._overlays = self._theme.overlays if options.overlays is None else options.overlays
        if options.overlays is None and len(scene.panels) > 1:
            self._overlays |= {"curve"}  # what a race is about
        self._font = options.font
        self._overlays &= self._possible
        with typeset(self._font):
            self._lay_out()

    @property
    def overlays(self) -> frozenset[str]:
        """What is drawn on top of the points, of `renderers.contract.OVERLAYS`; may be set."""
        return self._overlays

    @overlays.setter
    def overlays(self, names: frozenset[str]) -> None:
        before, self._overlays = self._overlays, names & self._possible
        if (before ^ self._overlays) & _TAKE_ROOM:
            with typeset(self._font):
                self._lay_out()
        self._told = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where on the frame the points of each panel are."""
        return self.layout.boxes

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Return the frame of a moment.

        Parameters
        ----------
        moment : Moment
            One snapshot per panel; none may be there yet if it is of the phase "points".

        Returns
        -------
        ndarray, (height, width, 4), uint8
            Opaque RGBA, C-contiguous, valid until the next call.
        """
        with typeset(self._font):
            return self._painted(moment)

    def _painted(self, moment: Moment) -> NDArray[np.uint8]:
        fades = self._paint_points(moment)
        told = moment.snapshots, (moment.phase, self._telling.key(moment))
        if self._told is None or not _same(told, self._told):
            np.copyto(self._settled, self._base)
            paint(self._settled, self._still_marks(moment))
            self._told = told
        np.copyto(self._frame, self._settled)
        self._fade(moment, fades, self._frame)
        paint(self._frame, self._panel_marks(moment))
        return self._frame

    def marks(self, moment: Moment, *, most: int = 0) -> list[Mark]:
        """Return all that the frame of a moment shows, from the back to the front.

        Parameters
        ----------
        moment : Moment
            As for `paint`.
        most : int
            Up to so many points of a panel are `Markers`; more are a `Raster`.
        """
        with typeset(self._font):
            return self._marks(moment, most)

    def _marks(self, moment: Moment, most: int) -> list[Mark]:
        fades = self._paint_points(moment)
        marks = list(self.layout.marks)
        points = self._base.copy()
        self._fade(moment, fades, points)
        for panel, cloud in enumerate(self._clouds):
            shapes = None
            if self._exposure is None:
                shapes = cloud.shapes(*moment.colours_of(panel), most)
            if shapes is None:
                marks.append(Raster(cloud.box, cloud.box.of(points)[..., :3]))
            else:
                marks.append(Group(cloud.box, tuple(shapes)))
        if self._exposure is not None:
            box = self._exposure.box
            marks.append(Raster(box, box.of(points)[..., :3]))
        return marks + self._still_marks(moment) + self._panel_marks(moment)

    def turn(self, right: float, up: float) -> None:
        """Turn solids by some degrees more than their moments do, as somebody does by hand."""
        for over in self._over:
            if isinstance(over, Turning):
                over.by_hand = right, up

    def colours_of(self, panel: int) -> NDArray[np.uint8]:
        """Return the colours of the clusters of a panel, (k, 3), in the frame painted last."""
        return self._colours[panel]

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
        notes = [
            ", ".join(filter(None, [note_of(panel, radius), _said(colouring.repeats, panel.k)]))
            for panel, radius, colouring in zip(panels, radii, self._colourings, strict=True)
        ]
        self.layout, self.notes = lay_out_around(
            self._scene, self._size, theme, notes, self._overlays, unit=self._unit
        )
        self._telling = Telling(
            self._scene,
            self.layout,
            theme,
            self._size,
            self._unit,
            self.notes,
            rings=any(radii) and self.layout.photo is None,
        )
        width, height = self._size
        self._still = np.full((height, width, 4), 255, dtype=np.uint8)
        paint(self._still, self.layout.marks)
        self._base, self._settled, self._frame = (self._still.copy() for _ in range(3))
        self._clouds: list[Cloud | Turning] = []
        self._over: list[Overlays | Turning] = []
        look = theme, self._unit
        for panel, box, radius, colours in zip(
            panels, self.layout.boxes, radii, self._colours, strict=True
        ):
            if panel.view.solid is not None:
                solid = Turning(panel.view, box, radius, colours, *look)
                self._clouds.append(solid)
                self._over.append(solid)
            else:
                cloud = make_cloud(panel, box, radius, colours, *look)
                self._clouds.append(cloud)
                self._over.append(Overlays(cloud, colours, *look))
        self._exposure: Exposure | None = None
        if self.layout.photo is not None:
            (shown,), (above,), (panel,) = self._clouds, self._over, panels
            self._exposure = Exposure(panel, self.layout.photo, shown, above, theme.background)
        self._told = None

    def _radii(self) -> list[float]:
        """Return the radius of each panel's markers; it does not depend on the overlays."""
        width, height = self._size
        panels = self._scene.panels
        cells = grid(len(panels), Box(0, 0, width, height))
        return [
            radius_in(panel, cell, self._theme, self._unit)
            for panel, cell in zip(panels, cells, strict=True)
        ]

    def _paint_points(self, moment: Moment) -> list[Fade | None]:
        """Bring the points up to date; return where they are on their way to other colours."""
        layers = self._still, self._base
        if self._exposure is not None:
            fade = self._exposure.paint(moment, *layers)
            self._colours = [self._exposure.colours]
            return [fade]
        fades: list[Fade | None] = []
        self._recolour(moment)
        for panel, cloud in enumerate(self._clouds):
            was, now, share = moment.colours_of(panel)
            if now is None or share == 0:
                cloud.paint(now, *layers)
                fades.append(None)
            else:
                fades.append(cloud.fade(was, now, share, *layers))
        return fades

    def _recolour(self, moment: Moment) -> None:
        """Give the clusters of another run their colours."""
        histories = moment.histories or (None,) * len(self._colourings)
        for panel, (colouring, history) in enumerate(zip(self._colourings, histories, strict=True)):
            if colouring.follow(history):
                self._colours[panel] = colouring.colours
                self._clouds[panel].recolour(colouring.colours)
                self._over[panel].recolour(colouring.colours)
                self._told = None

    def _fade(self, moment: Moment, fades: list[Fade | None], image: NDArray[np.uint8]) -> None:
        """Have the points of an image on their way to other colours, and shade their changes."""
        if self._exposure is not None:
            self._exposure.mix(image)
        for panel, (over, fade) in enumerate(zip(self._over, fades, strict=True)):
            if fade is not None:
                mix(*fade, over.box.of(image))
            marks = over.raster_marks(moment, panel, self._seen)
            paint(image, [Group(over.box, tuple(marks))] if marks else [])

    @property
    def _seen(self) -> frozenset[str]:
        """What is drawn on top of the points: no changes where all of them change colour."""
        return self._overlays if self._exposure is None else self._overlays - {"changes"}

    def _still_marks(self, moment: Moment) -> list[Mark]:
        return self._telling.still_marks(moment, self._colours, self._overlays)

    def _panel_marks(self, moment: Moment) -> list[Mark]:
        """Return what lies over the points of each panel."""
        below, overlays = self._telling.marks_below(moment), self._seen
        return [
            Group(
                over.box,
                (
                    *over.lower_marks(moment, panel, overlays),
                    *below[panel],
                    *over.centroid_marks(moment, panel, overlays),
                ),
            )
            for panel, over in enumerate(self._over)
        ]


_Told = tuple[tuple["Snapshot", ...], Hashable]


def _same(one: _Told, other: _Told) -> bool:
    """Return whether the same is told of the same states; equal ones need not be the same."""
    pairs = zip(one[0], other[0], strict=False)
    return len(one[0]) == len(other[0]) and all(a is b for a, b in pairs) and one[1] == other[1]


def _said(colours: int, k: int) -> str:
    """Return a note that some clusters share a colour, if they do."""
    return f"{k:,} clusters in {colours} colours" if colours else ""


def _possible(scene: Scene) -> frozenset[str]:
    """Return what can be drawn on top: steps of other algorithms need not have centroids."""
    found = frozenset(OVERLAYS)
    if not any(panel.centroids for panel in scene.panels):
        found -= _OF_CENTROIDS
    return found if all(panel.measured for panel in scene.panels) else found - {"curve"}
