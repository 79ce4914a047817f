"""The course of the runs in numbers, as marks: inertia, points that changed, sizes of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.race import verdict_of
from renderers.picture.axes import unit_of
from renderers.picture.colours import Colour, cluster_colours
from renderers.picture.marks import Area, Disc, Fill, Group, Mark, Polyline, Text
from renderers.picture.text import LEAST_TYPE, extent, fitted, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import History, Moment, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["dashboard", "run_colours", "size_marks", "verdict"]

_TINT = 26 / 255  # of what lies under a curve


def run_colours(n_panels: int, theme: Theme) -> list[Colour]:
    """Return the colour of each run: of the type if it is alone, else the clusters' first ones."""
    if n_panels == 1:
        return [theme.text]
    return [(r, g, b) for r, g, b in cluster_colours(n_panels).tolist()]


def dashboard(box: Box, scene: Scene, moment: Moment, theme: Theme, size: tuple[int, int]) -> Group:
    """Return what is told of the runs up to a moment.

    Parameters
    ----------
    box : Box
        The pixels of the dashboard.
    scene : Scene
        Gives the titles of the runs.
    moment : Moment
        Its snapshots, and their histories if they were recorded.
    theme : Theme
        Colours and sizes.
    size : tuple of int
        Width and height of the frame in pixels.
    """
    unit = unit_of(*size)
    type_size = min(max(LEAST_TYPE, theme.tick_size * unit), box.width / 12)
    pen = _Pen(box, type_size, theme)
    colours = run_colours(len(scene.panels), theme)
    told = _told(moment)
    runs = list(zip(scene.panels, moment.snapshots, colours, told, strict=True))
    if len(runs) > 2:  # a line for each, the best ones if there are too many
        fit = max(1, int(0.6 * box.height / (1.75 * type_size)))
        best = sorted(runs, key=lambda run: run[3][1])[:fit]
        for run in runs:
            if run in best:
                panel, snapshot, colour, (_, inertia) = run
                end = " ".join(filter(None, [_short(inertia), verdict(moment, snapshot)]))
                pen.heading(panel.title, colour, end)
    else:
        for panel, snapshot, colour, (_, inertia) in runs:
            if len(runs) > 1:
                pen.heading(panel.title, colour, verdict(moment, snapshot))
            pen.row("inertia", _short(inertia))
            pen.row("changed", _changed(moment, snapshot))
            pen.top += type_size * (0.9 if len(runs) > 1 else 0.3)
    top = round(pen.top + type_size)
    if box.height - top >= 5 * type_size and moment.histories:
        high = min(box.height - top - round(1.6 * type_size), round(0.85 * box.width))
        plot = Box(box.left, box.top + top, box.width - 1, high)
        pen.marks += _curve_marks(plot, moment, told, colours, theme, unit, type_size)
    return Group(box, tuple(pen.marks))


def _told(moment: Moment) -> list[tuple[int, float]]:
    """Return the iteration of each run and its inertia: the one before until it has arrived."""
    found = []
    histories = moment.histories or (None,) * len(moment.snapshots)
    for snapshot, history in zip(moment.snapshots, histories, strict=True):
        at, known = snapshot.iteration, len(history.inertia) if history is not None else 0
        if at and at <= known and not (moment.arrived or moment.is_over(snapshot)):
            at -= 1
        # A history computes each but once.
        inertia = history.inertia[at] if history is not None and at < known else snapshot.inertia
        found.append((at, inertia))
    return found


def _changed(moment: Moment, snapshot: Snapshot) -> str:
    """Return how many points changed; state 1 has the labels of state 0, which changed none."""
    if snapshot.iteration < 2 or moment.is_over(snapshot):
        return "\N{EN DASH}"
    share = snapshot.n_changed / max(1, snapshot.n_points)
    return f"{snapshot.n_changed:,}" + (f" ({share:.1%})" if share >= 0.001 else "")


def size_marks(strip: Box, snapshot: Snapshot, colours: NDArray[np.uint8]) -> list[Mark]:
    """Return a strip of the clusters' colours, each as wide as its share of the points."""
    ends = strip.width * (np.cumsum(snapshot.counts) / max(1, snapshot.n_points))
    left, marks = 0.0, list[Mark]()
    for end, (r, g, b) in zip(ends.tolist(), colours.tolist(), strict=False):
        if end > left:
            wide = end - left
            marks.append(Fill(strip.left + left, strip.top, wide, strip.height, (r, g, b)))
        left = end
    return marks


def verdict(moment: Moment, snapshot: Snapshot) -> str:
    """Return what the end of a race says of one run: that it wins, ties, or nothing."""
    if not moment.last or len(moment.snapshots) < 2:
        return ""
    return verdict_of(snapshot.inertia, [other.inertia for other in moment.snapshots])


class _Pen:
    """Writes lines of text from the top down."""

    def __init__(self, box: Box, size: float, theme: Theme) -> None:
        self._box, self._size, self._theme = box, size, theme
        self.top = 0.0
        self.marks: list[Mark] = []

    def heading(self, text: str, colour: Colour, end: str) -> None:
        size, (left, _, width, _) = self._size, self._box
        top = self._box.top + self.top
        room = round(width - 1.9 * size - extent(end, size, True).width)
        words, fits = fitted(text, size * 1.1, room, bold=True)
        base = round(top - 0.05 * size) + rise(fits)
        self.marks.append(Disc(left + 0.45 * size, top + 0.62 * size, 0.42 * size, colour))
        at = left + round(1.3 * size)
        self.marks.append(Text(words, at, base, fits, self._theme.text, bold=True))
        base = round(top) + rise(size)
        self.marks.append(Text(end, left + width, base, size, colour, "right", True))
        self.top += 1.75 * size

    def row(self, name: str, value: str) -> None:
        size, (left, _, width, _) = self._size, self._box
        base = round(self._box.top + self.top) + rise(size)
        room = width - extent(name, size).width - round(size)
        number, fits = fitted(value, size, room)
        self.marks.append(Text(name, left, base, size, self._theme.muted))
        base += rise(fits) - rise(size)
        self.marks.append(Text(number, left + width, base, fits, self._theme.text, "right"))
        self.top += 1.6 * size


def _curve_marks(
    plot: Box,
    moment: Moment,
    told: list[tuple[int, float]],
    colours: list[Colour],
    theme: Theme,
    unit: float,
    size: float,
) -> list[Mark]:
    """Return the inertia of each run against the iteration, and a dot where it is now."""
    line = max(1, round(0.16 * unit))
    foot, end_x = plot.top + plot.height, plot.left + plot.width
    marks: list[Mark] = [Fill(plot.left, foot, plot.width, line, theme.line)]
    end = _round_up(max(5, *(snapshot.iteration for snapshot in moment.snapshots)))
    base = foot + line + round(0.2 * size) + rise(size)
    marks.append(Text("0", plot.left, base, size, theme.muted))
    marks.append(Text(f"{end:,}", end_x, base, size, theme.muted, "right"))
    if extent("iteration", size).width + 6 * size < plot.width:
        middle = plot.left + plot.width / 2
        marks.append(Text("iteration", middle, base, size, theme.muted, "middle"))
    known = [
        (history, n, colour)
        for history, (iteration, _), colour in zip(moment.histories, told, colours, strict=True)
        if (n := min(iteration + 1, len(history.inertia)))
    ]
    # Inertia never rises, so the first value is the largest; the scale begins at zero.
    top = max((history.inertia[0] for history, _, _ in known), default=0.0)
    top = top or 1.0  # all points lie on their centroids
    dot = max(2.5, 0.75 * unit)
    dots: list[Mark] = []
    for history, n, colour in known:
        xy = _curve(history, n, end, top)
        xy[:, 0] = plot.left + dot + xy[:, 0] * (plot.width - 2 * dot)
        xy[:, 1] = foot - xy[:, 1] * (plot.height - 2 * dot)
        if len(colours) == 1:
            marks.append(Area(xy, foot, colour, _TINT))
        marks.append(Polyline(xy, max(1.25, 0.28 * unit), colour))
        x, y = xy[-1].tolist()
        rings = ((dot, theme.background),)
        dots.append(Disc(x, y, dot - max(1.0, 0.2 * unit), colour, rings))
    return marks + dots


def _curve(history: History, n: int, end: int, top: float) -> NDArray[np.float64]:
    """Return iteration and inertia as shares of their scales, (n, 2)."""
    return np.stack([np.arange(n) / end, np.array(history.inertia[:n]) / top], axis=1)


def _round_up(n: int) -> int:
    """Return the end of an axis for `n` iterations: 10, 20, 50, 100, ..."""
    step = 10
    while True:
        for factor in (1, 2, 5):
            if n <= step * factor:
                return step * factor
        step *= 10


def _short(value: float) -> str:
    """Write an inertia in about six characters."""
    if value == 0 or 0.01 <= value < 1e6:
        return f"{value:,.{max(0, 4 - len(str(int(value))))}f}" if value else "0"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "\N{MINUS SIGN}")
