"""How the picture is looked at: which overlays are on, along which axes. Paints nothing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

from renderers.scene import Scene

__all__ = ["OWN", "Axes", "Look", "Seen", "projections"]

OWN: Literal["own"] = "own"  # the axes that the caller chose for its scene
Axes = tuple[int, int] | None | Literal["own"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a moment is to be seen.

    Attributes
    ----------
    size : tuple of int
        Width and height in pixels.
    overlays : frozenset of str or None
        What is drawn on top; None for the theme's own.
    axes : tuple of int, None or "own"
        The features to draw, None for principal components.
    """

    size: tuple[int, int]
    overlays: frozenset[str] | None = None
    axes: Axes = OWN


def projections(scene: Scene) -> list[Axes]:
    """Return the ways to look at a scene, its own first; one if its points have no more."""
    views = [panel.view for panel in scene.panels]
    features = min((view.points.n_features for view in views), default=0)
    if features < 3:
        return [OWN]
    others = [None, *itertools.combinations(range(features), 2)]
    return [OWN, *(axes for axes in others if axes != views[0].axes)]


class Seen:
    """What the user chose to see; each choice returns what to say about it.

    Parameters
    ----------
    overlays : frozenset of str or None
        Those that are on at first; None for the theme's own.

    Attributes
    ----------
    overlays : frozenset of str or None
        As chosen.
    """

    def __init__(self, overlays: frozenset[str] | None) -> None:
        self.overlays = overlays
        self._projection = 0

    def look(self, scene: Scene, size: tuple[int, int]) -> Look:
        """Return how to paint a scene at a size."""
        if self._projection == 0:
            return Look(size, self.overlays, OWN)
        choices = projections(scene)
        return Look(size, self.overlays, choices[self._projection % len(choices)])

    def toggle(self, overlay: str, drawn: frozenset[str] | None) -> str:
        """Switch an overlay on or off; the theme's own are those that are `drawn`, if known."""
        before = drawn if self.overlays is None else self.overlays
        if before is None:
            return ""
        self.overlays = before ^ {overlay}
        return f"{overlay} {'on' if overlay in self.overlays else 'off'}"

    def turn(self, by: int, scene: Scene) -> str:
        """Go on to another projection."""
        choices = projections(scene)
        if len(choices) == 1:
            return "other projections need points with three or more features"
        self._projection = (self._projection + by) % len(choices)
        return f"projection {self._projection + 1} of {len(choices)}"
