"""A painted moment, and where everything is on it. Paints nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.live.seen import Look
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from renderers.plane.placement import Box, Placement

__all__ = ["Frame", "Spot"]

Floats = NDArray[np.float64]


class Spot(NamedTuple):
    """A place on the picture: which panel, and where on its plane."""

    panel: int
    xy: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A painted moment.

    Attributes
    ----------
    asked : Scene
        What it belongs to.
    scene : Scene
        The same, along the axes that are drawn.
    moment : Moment
        What it shows.
    look : Look
        As it was asked for.
    pixels : ndarray, shape (height, width, 4), uint8
        Red, green, blue and alpha, the top row first; never written again.
    boxes : tuple of Box
        The pixels of each panel's points.
    radii : tuple of float
        Of each panel's centroids, in pixels.
    overlays : frozenset of str
        What is drawn on top.
    wholes : tuple of Placement
        Where all of each panel's plane would lie, whatever part of it is drawn; none of solids.
    colours : tuple of ndarray, (k, 3)
        Of each panel's clusters.
    """

    asked: Scene
    scene: Scene
    moment: Moment
    look: Look
    pixels: NDArray[np.uint8]
    boxes: tuple[Box, ...]
    radii: tuple[float, ...]
    overlays: frozenset[str]
    wholes: tuple[Placement, ...] = ()
    colours: tuple[NDArray[np.uint8], ...] = ()

    def placement(self, panel: int) -> Placement:
        """Return where a panel's plane is on the picture."""
        return self.scene.panels[panel].view.placed(self.boxes[panel])

    @property
    def is_solid(self) -> bool:
        """Whether points are drawn as a solid: a pixel says nothing of a value."""
        return any(panel.view.solid is not None for panel in self.scene.panels)

    def spot_at(self, x: float, y: float) -> Spot | None:
        """Return what is at a pixel; None outside the panels' boxes, on solids and bare points."""
        if self.is_solid or not self.moment.snapshots:
            return None
        for panel in range(len(self.boxes)):
            placement = self.placement(panel)
            if placement.contains(x, y):
                return Spot(panel, placement.on_plane(x, y))
        return None

    def pixels_of(self, panel: int, values: Floats) -> Floats:
        """Return the pixels where values in clustered units are, (R, 2)."""
        return self.placement(panel).on_frame(self.scene.panels[panel].view.plane.project(values))

    def centroids_of(self, panel: int) -> Floats:
        """Return the centroids where they are shown, (K, N)."""
        return self.moment.centroids_of(self.moment.snapshots[panel])
