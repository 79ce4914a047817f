"""How the picture is looked at: overlays, axes, theme, part of the plane. Paints nothing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from renderers.contract import Options
from renderers.scene import Scene

if TYPE_CHECKING:
    from renderers.plane.placement import Limits, Placement
    from renderers.plane.view import View

__all__ = ["OWN", "Axes", "Look", "Seen", "projections"]

OWN: Literal["own"] = "own"  # the axes that the caller chose for its scene
Axes = tuple[int, int] | None | Literal["own"]

DEGREES, MOST_UP = 0.4, 75.0  # that a pixel turns a solid, and how far it is turned up or down
DEEPEST = 1e-6  # of the span of all points; below it places are not told apart


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
    theme : str or None
        Name of the theme; None for that of the window.
    limits : tuple of float or None
        The part of the plane that is drawn, ``(xmin, xmax, ymin, ymax)``; None for all of it.
    turned : tuple of float
        How far a solid is turned by hand, to the right and upwards, in degrees.
    """

    size: tuple[int, int]
    overlays: frozenset[str] | None = None
    axes: Axes = OWN
    theme: str | None = None
    limits: Limits | None = None
    turned: tuple[float, float] = (0.0, 0.0)


def projections(scene: Scene) -> list[Axes]:
    """Return the ways to look at a scene, its own first; one if its points have no more."""
    features = _features(scene)
    if features < 3:
        return [OWN]
    others = [None, *itertools.combinations(range(features), 2)]
    return [OWN, *(axes for axes in others if axes != scene.panels[0].view.axes)]


def _features(scene: Scene) -> int:
    return min((panel.view.points.n_features for panel in scene.panels), default=0)


class Seen:
    """What the user chose to see; each choice returns what to say about it.

    Parameters
    ----------
    options : Options
        Overlays and theme at first.

    Attributes
    ----------
    overlays : frozenset of str or None
        As chosen; None for the theme's own.
    theme : str
        As chosen.
    axes : tuple of int, None or "own"
        As chosen.
    limits : tuple of float or None
        The part of the plane that is looked at; None for all of it.
    turned : tuple of float
        As in `Look`.
    """

    def __init__(self, options: Options) -> None:
        self.overlays = options.overlays
        self.theme = options.theme
        self.axes: Axes = OWN
        self.limits: Limits | None = None
        self.turned = 0.0, 0.0
        self._of: View | None = None  # the view whose plane the limits are on

    def look(self, scene: Scene, size: tuple[int, int]) -> Look:
        """Return how to paint a scene at a size."""
        view = scene.panels[0].view if scene.panels else None
        if self.limits is not None and view is not self._of:
            self.limits = None  # other points, which may lie anywhere
        axes = self._axes_for(scene)
        return Look(size, self.overlays, axes, self.theme, self.limits, self.turned)

    def _axes_for(self, scene: Scene) -> Axes:
        """Return the axes as chosen, unless the points have no such columns."""
        features = _features(scene)
        if self.axes == OWN or self.axes is None:
            return self.axes if features > 2 else OWN
        return self.axes if max(self.axes) < features else OWN

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
        at = choices.index(self.axes) if self.axes in choices else 0
        at = (at + by) % len(choices)
        self.along(choices[at])
        return f"projection {at + 1} of {len(choices)}"

    def along(self, axes: Axes) -> None:
        """Look along other axes, at all points."""
        if axes != self.axes:
            self.axes, self.limits = axes, None

    def next_theme(self) -> str:
        """Go on to another theme."""
        from renderers.picture.themes import THEMES

        names = list(THEMES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        return f"{self.theme} theme"

    def zoom(self, scene: Scene, placed: Placement, x: float, y: float, factor: float) -> None:
        """Look closer, or from farther away, with what is at a pixel staying there.

        Parameters
        ----------
        scene : Scene
            What is looked at.
        placed : Placement
            Where all of the plane would lie.
        x, y : float
            A pixel of the picture.
        factor : float
            Of what is seen along each axis; less than 1 to see less.
        """
        seen = placed._replace(limits=self.limits or placed.limits)
        across, up = seen.on_plane(x, y).tolist()
        left, right, low, high = seen.limits
        whole_x, whole_y = _span(placed.limits)
        factor = max(factor, DEEPEST * whole_x / (right - left), DEEPEST * whole_y / (high - low))
        wanted = (
            across + (left - across) * factor,
            across + (right - across) * factor,
            up + (low - up) * factor,
            up + (high - up) * factor,
        )
        self._see(scene, placed, wanted)

    def pan(self, scene: Scene, placed: Placement, dx: float, dy: float) -> None:
        """Move what is seen along with the pointer, by pixels."""
        left, right, low, high = self.limits or placed.limits
        x = -dx * (right - left) / max(1, placed.box.width)
        y = dy * (high - low) / max(1, placed.box.height)
        self._see(scene, placed, (left + x, right + x, low + y, high + y))

    def rotate(self, dx: float, dy: float) -> None:
        """Turn a solid along with the pointer, by pixels."""
        right, up = self.turned
        up = min(max(up + DEGREES * dy, -MOST_UP), MOST_UP)
        self.turned = (right + DEGREES * dx) % 360.0, up

    def whole(self) -> None:
        """Look at all points again, as they were turned at first."""
        self.limits, self.turned = None, (0.0, 0.0)

    def _see(self, scene: Scene, placed: Placement, wanted: Limits) -> None:
        """Look at a part of the plane; never beyond its edges."""
        line = scene.panels[0].view.plane.is_line  # whose height means nothing
        left, right = _within(wanted[:2], placed.limits[:2])
        low, high = placed.limits[2:] if line else _within(wanted[2:], placed.limits[2:])
        self.limits = left, right, low, high
        self._of = scene.panels[0].view
        if self.limits == placed.limits:
            self.limits = None


def _span(limits: Limits) -> tuple[float, float]:
    return limits[1] - limits[0], limits[3] - limits[2]


def _within(wanted: tuple[float, float], whole: tuple[float, float]) -> tuple[float, float]:
    """Return an interval of the same length that lies in the whole, or all of that."""
    (a, b), (low, high) = wanted, whole
    if b - a >= high - low:
        return whole
    if a < low:
        return low, low + (b - a)
    if b > high:
        return high - (b - a), high
    return a, b
