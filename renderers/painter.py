"""One frame from one moment: points, centroids on top, the iteration. All renderers share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.cloud import Cloud, marker_radius
from renderers.colours import cluster_colours
from renderers.contract import OVERLAYS, Moment, Options, Scene
from renderers.layout import Box, blend_mask, draw_still, grid, unit_of
from renderers.raster import blend_disc
from renderers.text import LEAST_TYPE, text_mask
from renderers.themes import Colour, theme_named

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Painter"]

_NUMBERED_UP_TO = 60  # clusters; more numbers than that are confetti
_LEAST_NUMBER = 7.0  # pixels; digits can be smaller than words, but no smaller than that


class Painter:
    """Paint moments of a scene.

    The points that changed cluster since the frame before are painted again, and no others; the
    result is the same, to the byte, as painting everything from nothing.

    Parameters
    ----------
    scene : Scene
        What stays the same.
    options : Options
        Size and theme.

    Raises
    ------
    InvalidOption
        If the theme is unknown.

    Attributes
    ----------
    overlays : frozenset of str
        Those of `OVERLAYS` that are drawn; may be set between two frames.
    """

    def __init__(self, scene: Scene, options: Options) -> None:
        self._theme = theme = theme_named(options.theme)
        plain = frozenset() if theme.boxed else frozenset(OVERLAYS)
        self.overlays: frozenset[str] = plain if options.overlays is None else options.overlays
        width, height = options.size
        cells = grid(len(scene.panels), Box(0, 0, width, height))
        self._unit = unit_of(cells[0].width, cells[0].height)
        radii = [
            marker_radius(len(panel.view.points), cell.width * cell.height, self._unit, theme)
            for panel, cell in zip(scene.panels, cells, strict=True)
        ]
        notes = [
            "" if radius else f"{len(panel.view.points):,} points, shaded by density"
            for panel, radius in zip(scene.panels, radii, strict=True)
        ]
        self._still, boxes = draw_still(scene, options.size, theme, notes)
        self._base = self._still.copy()
        self._frame = self._still.copy()
        self._colours = [cluster_colours(panel.k, options.theme) for panel in scene.panels]
        self._clouds = [
            Cloud(panel.view, box, radius, colours, theme)
            for panel, box, radius, colours in zip(
                scene.panels, boxes, radii, self._colours, strict=True
            )
        ]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the points of each panel are within the frame painted last."""
        return tuple(cloud.box for cloud in self._clouds)

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
        for cloud, snapshot in zip(self._clouds, moment.snapshots, strict=True):
            cloud.paint(snapshot, self._still, self._base)
        np.copyto(self._frame, self._base)
        for cloud, colours, snapshot in zip(
            self._clouds, self._colours, moment.snapshots, strict=True
        ):
            image = cloud.box.of(self._frame)
            xy = cloud.pixels(cloud.view.project(_centroids_at(moment, snapshot)))
            self._draw_centroids(image, xy, colours)
            self._draw_step(image, snapshot)
        return self._frame

    def palette(self) -> NDArray[np.uint8]:
        """Return colours that serve every frame, before any is painted.

        Returns
        -------
        ndarray, (n, 3), uint8
            At most 256: ground, type and lines, the clusters' colours, and as many of their blends
            with the ground as there is room for.
        """
        theme = self._theme
        ground = np.array(theme.background)
        inks = [theme.background, theme.text, theme.line, theme.muted, (0, 0, 0), (255, 255, 255)]
        inks += [colour for colour, _ in theme.edges]
        greys = [ground + (np.array(theme.text) - ground) * i // 9 for i in range(1, 9)]
        clusters = np.unique(np.vstack(self._colours), axis=0)[: 256 - len(inks) - len(greys)]
        room = (256 - len(inks) - len(greys)) // len(clusters) - 1
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

    def _draw_centroids(
        self, image: NDArray[np.uint8], xy: NDArray[np.float64], colours: NDArray[np.uint8]
    ) -> None:
        theme, unit = self._theme, self._unit
        k = len(xy)
        crowded = 0.2 * (image.shape[0] * image.shape[1] / k) ** 0.5
        rim = sum(max(1.0, width * unit) for _, width in theme.edges)
        wish = theme.centroid_size * unit
        if theme.numbered:
            wish = max(wish, _LEAST_NUMBER / 1.15 + rim)
        outer = max(2.0, min(wish, crowded))
        type_size = 1.15 * (outer - rim)
        numbered = theme.numbered and k <= _NUMBERED_UP_TO and type_size >= _LEAST_NUMBER - 1e-9
        if theme.numbered and not numbered:
            outer = max(2.0, min(0.65 * theme.centroid_size * unit, 0.6 * crowded))
        for label, ((x, y), colour) in enumerate(zip(xy.tolist(), colours.tolist(), strict=True)):
            radius = outer
            for (red, green, blue), width in theme.edges:
                blend_disc(x, y, radius, red, green, blue, image)
                radius -= min(max(1.0, width * unit), 0.4 * outer)
            red, green, blue = colour
            blend_disc(x, y, radius, red, green, blue, image)
            if numbered and abs(x) < 1e6 and abs(y) < 1e6:
                mask = text_mask(str(label), type_size, bold=True)
                left = round(x - mask.shape[1] / 2)
                top = round(y - 0.615 * type_size)
                blend_mask(image, mask, left, top, _readable_on(colour))

    def _draw_step(self, image: NDArray[np.uint8], snapshot: Snapshot) -> None:
        """Write the iteration into the lower left corner."""
        theme, unit = self._theme, self._unit
        size = max(LEAST_TYPE, theme.step_size * unit)
        text = f"i = {snapshot.iteration}"
        if snapshot.converged and not theme.boxed:
            text += ", converged"
        mask = text_mask(text, size)
        height, width = image.shape[:2]
        pad = round(0.45 * size)
        if mask.shape[1] + 2 * pad > width or mask.shape[0] + 2 * pad > height / 3:
            return
        if not theme.boxed:
            ground = np.full((mask.shape[0] + pad, mask.shape[1] + 2 * pad), 205, dtype=np.uint8)
            blend_mask(image, ground, 0, height - ground.shape[0], theme.background)
        blend_mask(image, mask, pad, height - mask.shape[0] - pad // 2, theme.text)


def _centroids_at(moment: Moment, snapshot: Snapshot) -> NDArray[np.float64]:
    """Return where the centroids are at this moment of their way."""
    old: NDArray[np.float64] = snapshot.assigned_from
    new: NDArray[np.float64] = snapshot.centroids
    if moment.phase == "assignment":
        return old
    if moment.progress >= 1:
        return new
    return old * (1 - moment.progress) + new * moment.progress


def _readable_on(colour: Sequence[int]) -> Colour:
    """Return black or white, whichever has the higher contrast (WCAG 2) against `colour`."""
    red, green, blue = ((c / 255) ** 2.2 for c in colour)
    return (0, 0, 0) if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else (255, 255, 255)
