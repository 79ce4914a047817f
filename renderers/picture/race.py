"""The course of a race beside its panels: the runs by name and inertia, and their curves."""

from __future__ import annotations

import numpy as np

from renderers.picture.caption import verdict
from renderers.picture.course import (
    Curve,
    Stroke,
    axis_marks,
    curve_marks,
    end_of_axis,
    reached,
    run_strokes,
)
from renderers.picture.dashboard import inertia_of
from renderers.picture.marks import Group, Mark, Polyline, Text
from renderers.picture.text import extent, fitted, rise
from renderers.picture.themes import Theme
from renderers.picture.ticks import short, telling_digits
from renderers.plane.placement import Box
from renderers.scene import Moment, Scene

__all__ = ["letter_of", "race"]

_ROW = 1.6  # heights in sizes of the type
_LEAST_PLOT = 5.0


def letter_of(run: int) -> str:
    """Return what a run is called where there is no room for its name: A, B, C, ..."""
    letters = ""
    run += 1
    while run:
        run, rest = divmod(run - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def race(
    box: Box, scene: Scene, moment: Moment, theme: Theme, unit: float, size: float
) -> list[Mark]:
    """Return what is told of several runs up to a moment: a list of them, and their curves.

    Parameters
    ----------
    box : Box
        The pixels of the dashboard.
    scene : Scene
        Gives the names of the runs.
    moment : Moment
        Their snapshots, and histories if they were recorded.
    theme : Theme
        Colours.
    unit : float
        Pixels per unit of the theme.
    size : float
        Of the type.
    """
    n = len(scene.panels)
    wide = box.width > 1.4 * box.height
    if wide:
        gap = round(2 * size)
        half = (box.width - gap) // 2
        rows, plots = box._replace(width=half), box._replace(left=box.left + half + gap, width=half)
        most = int(box.height / (_ROW * size)) - 1
    else:
        most = max(1, int(0.55 * box.height / (_ROW * size)) - 1)
        high = round((min(n, most) + 1.6) * _ROW * size)
        rows = box._replace(height=high)
        plots = box._replace(top=box.top + high, height=box.height - high)
    strokes = run_strokes(n, theme)
    marks = _list_marks(rows, scene, moment, theme, unit, size, max(1, most), strokes)
    if moment.histories:
        marks += _plot_marks(plots, moment, theme, unit, size, strokes)
    return [Group(box, tuple(marks))]


def _list_marks(
    box: Box,
    scene: Scene,
    moment: Moment,
    theme: Theme,
    unit: float,
    size: float,
    most: int,
    strokes: list[Stroke],
) -> list[Mark]:
    """Return a line for each run, the best ones if there are too many."""
    if moment.opening:
        runs = [(0.0, at, "") for at in range(len(scene.panels))]
    else:
        runs = [
            (inertia_of(moment, at), at, verdict(moment, snapshot))
            for at, snapshot in enumerate(moment.snapshots)
        ]
    shown = sorted(sorted(runs)[:most], key=lambda run: run[1])
    right, row = box.left + box.width, _ROW * size
    marks: list[Mark] = [
        Text("run", box.left, box.top + rise(size), size, theme.muted),
        Text("inertia", right, box.top + rise(size), size, theme.muted, "right"),
    ]
    # In the end the winner has to differ from the others; before that, digits would come and go.
    digits = telling_digits(run[0] for run in shown) if moment.last else 4
    letters = max(extent(letter_of(at), size, True).width for _, at, _ in shown) + 0.6 * size
    values = max(extent(short(inertia, digits), size, bool(end)).width for inertia, _, end in shown)
    room = box.width - letters - values - size
    # Samples of the lines where there is room for them beside the names: there are letters, too.
    longest = max(extent(scene.panels[at].title, size, bool(end)).width for _, at, end in shown)
    line, pen = 2.4 * size, max(1.25, 0.28 * unit)
    line = line if longest + line <= room else 0.0
    for place, (inertia, at, end) in enumerate(shown, start=1):
        base = box.top + round(place * row) + rise(size)
        left, bold = box.left + letters, bool(end)
        marks.append(Text(letter_of(at), box.left, base, size, theme.text, bold=True))
        if line:
            (colour, dash), y = strokes[at], base - 0.36 * size
            xy = np.array([[left, y], [left + line - 0.6 * size, y]])
            marks.append(Polyline(xy, pen, colour, dash=tuple(n * pen for n in dash)))
        words, fits = fitted(scene.panels[at].title, size, max(0.0, room - line), bold=bold)
        value = f"{end}, {short(inertia, digits)}"
        wide = extent(value, size, bold).width + extent(words, fits, bold).width + size
        if not end or wide > box.width - letters - line:
            value = short(inertia, digits)
        if moment.opening:
            value = ""
        if words:
            marks.append(Text(words, left + line, base, fits, theme.text, bold=bold))
        if value:
            marks.append(Text(value, right, base, size, theme.text, "right", bold))
    return marks


def _plot_marks(
    box: Box, moment: Moment, theme: Theme, unit: float, size: float, strokes: list[Stroke]
) -> list[Mark]:
    high = round(box.height - 3.4 * size)
    beside = round(1.6 * size)
    if high < _LEAST_PLOT * size or box.width < 8 * size:
        return []
    runs = () if moment.opening else zip(moment.histories, moment.snapshots, strokes, strict=True)
    curves = [
        Curve.until(history.inertia, 0, reached(moment, snapshot), stroke, letter_of(at))
        for at, (history, snapshot, stroke) in enumerate(runs)
    ]
    top = max((float(curve.values.max(initial=0.0)) for curve in curves), default=0.0)
    base = box.top + rise(size)
    marks: list[Mark] = []
    if curves:
        marks.append(Text(short(top), box.left, base, size, theme.muted))
    plot = Box(box.left, box.top + round(1.5 * size), box.width - beside, high)
    end = end_of_axis(curves)
    marks += curve_marks(plot, curves, end, top, theme, unit, size)
    if not moment.opening:
        end = max(end, *(snapshot.iteration for snapshot in moment.snapshots))
    return marks + axis_marks(plot, end, theme, size)
