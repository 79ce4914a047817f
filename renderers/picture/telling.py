"""What is told beside the points, in words and numbers, as marks: titles, the step, the course."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from numpy import uint8
from numpy.typing import NDArray

from renderers.picture.dashboard import dashboard, size_marks, verdict
from renderers.picture.layout import Layout
from renderers.picture.marks import Fill, Mark, Text
from renderers.picture.text import LEAST_TYPE, extent, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Telling"]

_VEIL = 205 / 255  # over the points behind the iteration


class Telling:
    """Decide what is told of the moments of a scene.

    Parameters
    ----------
    scene : Scene
        Gives titles and facts.
    layout : Layout
        Where there is room for it.
    theme : Theme
        Colours and sizes.
    size : tuple of int
        Width and height of the frame in pixels.
    unit : float
        Pixels per unit of the theme.
    """

    def __init__(
        self, scene: Scene, layout: Layout, theme: Theme, size: tuple[int, int], unit: float
    ) -> None:
        self._scene, self._layout, self._theme = scene, layout, theme
        self._size, self._unit = size, unit

    def key(self, moment: Moment) -> Hashable:
        """Return what `still_marks` depends on, beside the snapshots and the phase."""
        return moment.arrived, moment.last

    def still_marks(
        self, moment: Moment, colours: Sequence[NDArray[uint8]], overlays: frozenset[str]
    ) -> list[Mark]:
        """Return what is told of a state, beside the panels: sizes and the course of the runs.

        Parameters
        ----------
        moment : Moment
            What is shown.
        colours : sequence of ndarray, (k, 3), uint8
            Of the clusters of each panel.
        overlays : frozenset of str
            What is drawn.
        """
        marks: list[Mark] = []
        if moment.opening:
            return marks
        if "sizes" in overlays:
            for strip, snapshot, inks in zip(
                self._layout.strips, moment.snapshots, colours, strict=False
            ):
                marks += size_marks(strip, snapshot, inks)
        if self._layout.dashboard is not None:
            marks.append(
                dashboard(self._layout.dashboard, self._scene, moment, self._theme, self._size)
            )
        return marks

    def marks_below(self, moment: Moment) -> list[list[Mark]]:
        """Return what is told of a moment within each panel, below its centroids."""
        return [[] for _ in self._scene.panels]

    def marks_above(self, moment: Moment) -> list[list[Mark]]:
        """Return what is told of a moment within each panel, above its centroids."""
        if moment.opening:
            return [[] for _ in self._scene.panels]
        return [
            self._step_marks(
                box,
                snapshot,
                "" if self._layout.titled else panel.title,
                verdict(moment, snapshot),
            )
            for box, panel, snapshot in zip(
                self._layout.boxes, self._scene.panels, moment.snapshots, strict=True
            )
        ]

    def marks_beside(self, moment: Moment) -> list[Mark]:
        """Return what is told of a moment outside the panels, and changes while something moves."""
        return []

    def _step_marks(self, box: Box, snapshot: Snapshot, name: str, verdict: str) -> list[Mark]:
        """Return the iteration in the lower left corner, and at the end who wins a race.

        With the name of the run, if there is no room for it above the panel.
        """
        theme, unit = self._theme, self._unit
        size = max(LEAST_TYPE, theme.step_size * unit)
        step = f"i = {snapshot.iteration}"
        end = "converged" if snapshot.converged and not theme.boxed else ""
        named = f"{name} {verdict}".strip() if name else verdict
        high, pad = round(1.25 * size), round(0.45 * size)
        # All of it, or what matters most.
        for told in ((named, step, end), (named, step), (named,), (step,)):
            words = ", ".join(filter(None, told))
            wide = math.ceil(extent(words, size).width)
            if 0 < wide <= box.width - 2 * pad and high <= box.height / 3 - 2 * pad:
                break
        else:
            return []
        foot = box.top + box.height
        base = foot - high - pad // 2 + rise(size)
        text = Text(words, box.left + pad, base, size, theme.text)
        if theme.boxed:
            return [text]
        ground = Fill(
            box.left, foot - high - pad, wide + 2 * pad, high + pad, theme.background, _VEIL
        )
        return [ground, text]
