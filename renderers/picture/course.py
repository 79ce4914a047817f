"""The course of runs as curves over the iteration: where they are at a moment, and their marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import Colour, mixed
from renderers.picture.marks import Area, Disc, Fill, Mark, Polyline, Text
from renderers.picture.text import extent, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import Moment

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["Curve", "Stroke", "axis_marks", "curve_marks", "end_of_axis", "reached", "run_strokes"]

_LEAST_AXIS = 5  # iterations; an axis of fewer would stretch two steps over the whole width
_TINT = 0.1  # of what lies under a curve


class Stroke(NamedTuple):
    """How the line of a run is drawn: its colour, and dashes as lengths on and off, in widths."""

    colour: Colour
    dash: tuple[float, ...] = ()


class Curve(NamedTuple):
    """Values of the iterations from `first` on, the last one where the run is at a moment."""

    at: NDArray[np.float64]
    values: NDArray[np.float64]
    stroke: Stroke
    letter: str = ""

    @classmethod
    def until(
        cls, values: Sequence[float], first: int, now: float, stroke: Stroke, letter: str = ""
    ) -> Curve:
        """Return the part of a course up to `now`, which may be between two iterations."""
        whole = min(int(now), len(values) - 1)
        at = [float(i) for i in range(first, whole + 1)]
        known = [float(values[i]) for i in range(first, whole + 1)]
        part = now - whole
        if part > 0 and whole >= first and whole + 1 < len(values):
            at.append(now)
            known.append(float(values[whole] * (1 - part) + values[whole + 1] * part))
        return cls(np.array(at), np.array(known), stroke, letter)


def run_strokes(n_panels: int, theme: Theme) -> list[Stroke]:
    """Return the line of each run, in the inks of the type: clusters have all other colours."""
    if n_panels == 1:
        return [Stroke(theme.text)]
    quiet = theme.muted if theme.muted != theme.text else mixed(theme.text, theme.background, 0.5)
    inks, dashes = (theme.text, quiet), ((), (4.0, 2.5), (1.0, 2.5), (7.0, 2.5, 1.0, 2.5))
    return [Stroke(inks[i % 2], dashes[i // 2 % 4]) for i in range(n_panels)]


def reached(moment: Moment, snapshot: Snapshot, *, changed: bool = False) -> float:
    """Return the iteration that a run has come to, with what it has made of the next one.

    Parameters
    ----------
    moment : Moment
        What is shown.
    snapshot : Snapshot
        One of its states.
    changed : bool
        Count the points that change cluster, which they do before the centroids move.
    """
    if snapshot.iteration == 0 or moment.is_over(snapshot):
        return float(snapshot.iteration)
    if moment.phase == "assignment":
        return snapshot.iteration - 1 + (moment.progress if changed else 0.0)
    if moment.phase == "update" and changed:
        return float(snapshot.iteration)
    return snapshot.iteration - 1 + moment.progress


def end_of_axis(curves: Sequence[Curve]) -> float:
    """Return where the axis of the iterations ends: where the farthest run is."""
    ends = [float(curve.at[-1]) for curve in curves if len(curve.at)]
    return max(_LEAST_AXIS, *ends, 0.0)


def axis_marks(plot: Box, end: float, theme: Theme, size: float) -> list[Mark]:
    """Return what stands below a plot: its first iteration, and the newest."""
    base = plot.top + plot.height + round(0.35 * size) + rise(size)
    right = plot.left + plot.width
    last = f"{int(end):,}"
    marks: list[Mark] = [
        Text("0", plot.left, base, size, theme.muted),
        Text(last, right, base, size, theme.muted, "right"),
    ]
    # In the middle of what the two leave, so that it never moves.
    if extent("iteration", size).width + 8 * size < plot.width:
        middle = plot.left + plot.width / 2
        marks.append(Text("iteration", middle, base, size, theme.muted, "middle"))
    return marks


def curve_marks(
    plot: Box,
    curves: Sequence[Curve],
    end: float,
    top: float,
    theme: Theme,
    unit: float,
    size: float,
) -> list[Mark]:
    """Return the ground line, the curves, and a dot where each run is now.

    Parameters
    ----------
    plot : Box
        From the value 0 at its foot to `top`.
    curves : sequence of Curve
        A lone one has a tint below it.
    end, top : float
        The iteration at the right edge, and the value at the upper one.
    theme : Theme
        Colours.
    unit : float
        Pixels per unit of the theme.
    size : float
        Of the letters of the runs, which stand at the right of the plot.
    """
    line = max(1, round(0.16 * unit))
    foot = plot.top + plot.height
    marks: list[Mark] = [Fill(plot.left, foot, plot.width, line, theme.line)]
    dot = max(2.5, 0.75 * unit)
    wide = max(1.25, 0.28 * unit)
    dots: list[Mark] = []
    letters: list[tuple[float, str]] = []
    for curve in curves:
        if not len(curve.at):
            continue
        x = plot.left + dot + curve.at / end * (plot.width - 2 * dot)
        y = foot - dot - curve.values / (top or 1.0) * (plot.height - 2 * dot)
        xy = np.stack([x, y], axis=1)
        colour, dash = curve.stroke
        if len(curves) == 1 and len(xy) > 1:
            marks.append(Area(xy, foot, mixed(theme.background, colour, _TINT)))
        marks.append(Polyline(xy, wide, colour, dash=tuple(n * wide for n in dash)))
        rings = ((dot, theme.background),)
        dots.append(Disc(x[-1], y[-1], dot - max(1.0, 0.2 * unit), colour, rings))
        if curve.letter:
            letters.append((float(y[-1]), curve.letter))
    return marks + dots + _letter_marks(plot, letters, size, theme)


def _letter_marks(
    plot: Box, letters: list[tuple[float, str]], size: float, theme: Theme
) -> list[Mark]:
    """Return the letters of the runs at the right of a plot, each at the height of its run.

    They are moved apart where they are close; of too many, the best runs have one.
    """
    step = 1.05 * size
    most = max(1, int(plot.height / step))
    named = sorted(letters)[-most:]
    # From the top downwards, then pushed up from the foot.
    places: list[float] = []
    for y, _ in named:
        places.append(max(y, places[-1] + step if places else plot.top + 0.5 * size))
    lowest = plot.top + plot.height - 0.4 * size
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], lowest)
        lowest = places[i] - step
    left = plot.left + plot.width + 0.4 * size
    return [
        Text(letter, left, place + 0.36 * size, size, theme.text, bold=True)
        for place, (_, letter) in zip(places, named, strict=True)
    ]
