"""What is told beside the points, in words and numbers, as marks: the step, the course, facts."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from numpy import uint8
from numpy.typing import NDArray

from renderers.describing import counted, listed_ks
from renderers.picture.axes import unit_of
from renderers.picture.caption import Wordings, caption, status
from renderers.picture.colours import mixed
from renderers.picture.dashboard import dashboard, size_marks
from renderers.picture.growing import growing
from renderers.picture.layout import Layout
from renderers.picture.legend import LEGEND, legend_marks
from renderers.picture.marks import Mark, Text
from renderers.picture.race import letter_of, race
from renderers.picture.text import LEAST_TYPE, extent, fitted, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Telling"]

_STEPS = 2  # of the dashboard, while centroids are on their way from one state to the next


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
        Pixels per unit of the theme, within a panel.
    notes : sequence of str
        What must be known to read each panel; may be empty.
    rings : bool
        Whether points that change cluster have rings.
    """

    def __init__(
        self,
        scene: Scene,
        layout: Layout,
        theme: Theme,
        size: tuple[int, int],
        unit: float,
        notes: Sequence[str],
        *,
        rings: bool,
    ) -> None:
        self._scene, self._layout, self._theme = scene, layout, theme
        self._unit, self._frame_unit = unit, unit_of(*size)
        self._facts = _facts(scene, notes)
        self._rings = rings

    def key(self, moment: Moment) -> Hashable:
        """Return what `still_marks` depends on, beside the snapshots and the phase."""
        return _steady(moment.progress), moment.last, moment.legend

    def still_marks(
        self, moment: Moment, colours: Sequence[NDArray[uint8]], overlays: frozenset[str]
    ) -> list[Mark]:
        """Return what is told outside the panels.

        Parameters
        ----------
        moment : Moment
            What is shown.
        colours : sequence of ndarray, (k, 3), uint8
            Of the clusters of each panel.
        overlays : frozenset of str
            What is drawn.
        """
        marks = self._caption_marks(moment) + self._head_marks(moment)
        marks += self._foot_marks(moment, overlays)
        strips = self._layout.strips
        if not moment.opening:
            for strip, snapshot, inks in zip(strips, moment.snapshots, colours, strict=False):
                marks += size_marks(strip, snapshot, inks)
        return marks + self._course_marks(moment, colours, overlays)

    def marks_below(self, moment: Moment) -> list[list[Mark]]:
        """Return what is told within each panel, below its centroids: the tutorial's iteration."""
        if not self._theme.boxed or moment.opening:
            return [[] for _ in self._scene.panels]
        return [
            self._corner_marks(box, snapshot)
            for box, snapshot in zip(self._layout.boxes, moment.snapshots, strict=True)
        ]

    def _course_marks(
        self, moment: Moment, colours: Sequence[NDArray[uint8]], overlays: frozenset[str]
    ) -> list[Mark]:
        layout, theme, size = self._layout, self._theme, self._layout.sizes.number
        if layout.dashboard is None:
            return []
        moment = replace(moment, progress=_steady(moment.progress))
        if layout.parts is None:
            return race(layout.dashboard, self._scene, moment, theme, self._frame_unit, size)
        look = theme, self._unit, size, colours[0]
        numbered, sweep = "numbers" in overlays, self._scene.sweep
        if sweep is not None:
            return growing(layout.parts, sweep, moment, *look, numbered=numbered)
        return dashboard(layout.parts, moment, *look, numbered=numbered)

    def _caption_marks(self, moment: Moment) -> list[Mark]:
        """Return the line that names the step, and the iteration at its end."""
        box, size, theme = self._layout.caption, self._layout.sizes.step, self._theme
        if box is None:
            return []
        base = box.top + round(0.1 * size) + rise(size)
        marks, room = list[Mark](), float(box.width)
        if not (theme.boxed or len(moment.snapshots) > 1 or moment.phase == "points"):
            step = self._step(moment.snapshots[0])
            right = box.left + box.width
            marks.append(Text(step, right, base, size, theme.text, "right"))
            room -= extent(step, size).width + 1.2 * size
        words, fits = _fitting(caption(self._scene, moment), size, room)
        if theme.boxed:
            middle = box.left + box.width / 2
            return [*marks, Text(words, middle, base, fits, theme.text, "middle")]
        return [Text(words, box.left, base, fits, theme.text), *marks]

    def _head_marks(self, moment: Moment) -> list[Mark]:
        """Return the name of each run above its panel, and how far it is."""
        theme, size = self._theme, self._layout.sizes.name
        marks = list[Mark]()
        many = len(self._scene.panels) > 1
        for at, (box, panel) in enumerate(
            zip(self._layout.heads, self._scene.panels, strict=False)
        ):
            base, left, room = box.top + round(0.4 * size) + rise(size), box.left, float(box.width)
            if many:
                letter = letter_of(at)
                marks.append(Text(letter, left, base, size, theme.text, bold=True))
                wide = round(extent(letter, size, True).width + 0.5 * size)
                left, room = left + wide, room - wide
                # The name in full if that is possible, else half of the room at least.
                full = extent(panel.title, size).width + size
                said, fits = _fitting(status(moment, at), size, max(room - full, 0.5 * room))
                if said and extent(said, fits).width + size < room:
                    right = box.left + box.width
                    marks.append(Text(said, right, base, fits, theme.muted, "right"))
                    room -= extent(said, fits).width + size
            words, fits = fitted(panel.title, size, room, bold=not many)
            if words:
                marks.append(Text(words, left, base, fits, theme.text, bold=not many))
        return marks

    def _foot_marks(self, moment: Moment, overlays: frozenset[str]) -> list[Mark]:
        """Return where the picture comes from, and what the things on it are.

        A legend that nobody asked for stands in the place of the facts until it has faded.
        """
        layout, theme, size = self._layout, self._theme, self._layout.sizes.foot
        marks = list[Mark]()
        drawn = self._drawn(moment, overlays)
        if layout.legend is not None:
            marks += legend_marks(layout.legend, drawn, theme, size)
        box, seen = layout.foot, moment.legend
        if box is None:
            return marks
        if layout.legend is not None or len(drawn) < 2:
            seen = 0.0
        if seen > 0.5:
            return marks + legend_marks(box, drawn, theme, size, 2 * seen - 1)
        ink = mixed(theme.muted, theme.background, 2 * seen)
        words, fits = _fitting(self._facts, size, box.width)
        base = box.top + round(0.25 * size) + rise(size)
        return [*marks, Text(words, box.left, base, fits, ink)]

    def _drawn(self, moment: Moment, overlays: frozenset[str]) -> list[str]:
        """Return what is on the picture that a legend explains."""
        view, k = self._scene.panels[0].view, self._scene.panels[0].k
        there = {
            "centroids": moment.phase != "points" and self._scene.panels[0].centroids,
            "changes": self._rings and not moment.opening,
            "trails": bool(moment.histories) and not moment.opening,
            "borders": view.plane.is_whole and k > 1 and not moment.opening,
            "sizes": bool(self._layout.strips) and not moment.opening,
        }
        return [name for name in LEGEND if there[name] and name in overlays | {"centroids"}]

    def _step(self, snapshot: Snapshot) -> str:
        return f"{'i' if self._scene.sweep is None else 'K'} = {snapshot.iteration}"

    def _corner_marks(self, box: Box, snapshot: Snapshot) -> list[Mark]:
        theme, size = self._theme, max(LEAST_TYPE, self._theme.step_size * self._unit)
        words = self._step(snapshot)
        high, pad = round(1.25 * size), round(0.45 * size)
        if extent(words, size).width > box.width - 2 * pad or high > box.height / 3 - 2 * pad:
            return []
        base = box.top + box.height - high - pad // 2 + rise(size)
        return [Text(words, box.left + pad, base, size, theme.text)]


def _steady(progress: float) -> float:
    """Return the progress in steps: numbers that change in each frame cannot be read."""
    return math.floor(progress * _STEPS) / _STEPS


def _fitting(wordings: Wordings, size: float, room: float) -> tuple[str, float]:
    """Return the first wording that fits, or what fits of the last, and the size of its type."""
    for words in wordings:
        if extent(words, size).width <= room:
            return words, size
    return fitted(wordings[-1], size, max(0.0, room))


def _facts(scene: Scene, notes: Sequence[str]) -> Wordings:
    """Return what was clustered and how, in one line; shorter ones lack the least important."""
    panel, facts = scene.panels[0], scene.facts
    points = counted(panel.view.points.n_points, "point")
    read = [points, *dict.fromkeys(filter(None, notes))]
    features = counted(panel.view.points.n_features, "feature")
    ks = sorted({one.k - one.noise for one in scene.panels})
    k = f"K = {ks[0]:,}" + (f" to {ks[-1]:,}" if len(ks) > 1 else "")
    if scene.sweep is not None:
        k = f"K = {listed_ks([row.k for row in scene.sweep.rows])}"
    start = facts.get("init", "") if len(scene.panels) == 1 and scene.sweep is None else ""
    start = start and f"start: {start}"
    seed = f"seed {facts['seed']}" if "seed" in facts else ""
    weights = f"weights: {facts['weights']}" if "weights" in facts else ""
    noted = ", ".join(read)
    wordings = (
        (noted, features, weights, k, start, seed),
        (noted, weights, k, start, seed),
        (noted, weights, k, start),
        (noted, weights, k),
        (noted,),
        (points, k),
        (points,),
    )
    return tuple(" \N{MIDDLE DOT} ".join(filter(None, words)) for words in wordings)
