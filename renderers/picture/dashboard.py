"""The course of the runs in numbers: inertia curves, points that changed, sizes of clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.race import verdict_of
from renderers.picture.colours import cluster_colours
from renderers.picture.ink import blend_disc, blend_line
from renderers.picture.layout import Box, blend_mask
from renderers.picture.text import LEAST_TYPE, fitted_mask, text_mask
from renderers.picture.themes import Colour, Theme
from renderers.scene import History, Moment, Scene

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["draw_dashboard", "draw_sizes", "run_colours", "verdict"]

Image = NDArray[np.uint8]


def run_colours(n_panels: int, theme: Theme) -> list[Colour]:
    """Return the colour of each run: of the type if it is alone, else the clusters' first ones."""
    if n_panels == 1:
        return [theme.text]
    return [(r, g, b) for r, g, b in cluster_colours(n_panels).tolist()]


def draw_dashboard(image: Image, scene: Scene, moment: Moment, theme: Theme, unit: float) -> None:
    """Draw the runs up to a moment.

    Parameters
    ----------
    image : ndarray, (height, width, 4), uint8
        The pixels of the dashboard, cleared; drawn into.
    scene : Scene
        Gives the titles of the runs.
    moment : Moment
        Its snapshots, and their histories if they were recorded.
    theme : Theme
        Colours and sizes.
    unit : float
        Pixels per unit of the theme.
    """
    height, width = image.shape[:2]
    size = min(max(LEAST_TYPE, theme.tick_size * unit), width / 12)
    pen = _Pen(image, size)
    colours = run_colours(len(scene.panels), theme)
    runs = list(zip(scene.panels, moment.snapshots, colours, _told(moment), strict=True))
    if len(runs) > 2:  # a line for each, the best ones if there are too many
        fit = max(1, int(0.6 * height / (1.75 * size)))
        best = sorted(runs, key=lambda run: run[3][1])[:fit]
        for run in runs:
            if run in best:
                panel, snapshot, colour, (_, inertia) = run
                mark = " ".join(filter(None, [_short(inertia), verdict(moment, snapshot)]))
                pen.heading(panel.title, colour, theme.text, mark)
    else:
        for panel, snapshot, colour, (_, inertia) in runs:
            if len(runs) > 1:
                pen.heading(panel.title, colour, theme.text, verdict(moment, snapshot))
            pen.row("inertia", _short(inertia), theme)
            pen.row("changed", _changed(moment, snapshot), theme)
            pen.top += size * (0.9 if len(runs) > 1 else 0.3)
    left, top = 0, round(pen.top + size)
    if height - top < 5 * size or not moment.histories:
        return
    high = min(height - top - round(1.6 * size), round(0.85 * width))
    plot = Box(left, top, width - 1, high)
    _draw_curves(image, plot, moment, colours, theme, unit, size)


def _told(moment: Moment) -> list[tuple[int, float]]:
    """Return the iteration of each run and its inertia: the one before until it has arrived."""
    found = []
    histories = moment.histories or (None,) * len(moment.snapshots)
    for snapshot, history in zip(moment.snapshots, histories, strict=True):
        before = snapshot.iteration - 1
        on_the_way = not (moment.arrived or moment.is_over(snapshot))
        if on_the_way and history is not None and 0 <= before < len(history.inertia):
            found.append((before, history.inertia[before]))
        else:
            found.append((snapshot.iteration, snapshot.inertia))
    return found


def _changed(moment: Moment, snapshot: Snapshot) -> str:
    """Return how many points changed; state 1 has the labels of state 0, which changed none."""
    if snapshot.iteration < 2 or moment.is_over(snapshot):
        return "\N{EN DASH}"
    share = snapshot.n_changed / max(1, len(snapshot.points))
    return f"{snapshot.n_changed:,}" + (f" ({share:.1%})" if share >= 0.001 else "")


def draw_sizes(image: Image, snapshot: Snapshot, colours: NDArray[np.uint8]) -> None:
    """Fill a strip with the clusters' colours, each as wide as its share of the points."""
    ends = np.cumsum(snapshot.counts) / max(1, len(snapshot.points))
    centres = (np.arange(image.shape[1]) + 0.5) / image.shape[1]
    image[:, :, :3] = colours[np.searchsorted(ends, centres).clip(max=len(colours) - 1)]


def verdict(moment: Moment, snapshot: Snapshot) -> str:
    """Return what the end of a race says of one run: that it wins, ties, or nothing."""
    if not moment.last or len(moment.snapshots) < 2:
        return ""
    return verdict_of(snapshot.inertia, [other.inertia for other in moment.snapshots])


class _Pen:
    """Writes lines of text from the top down."""

    def __init__(self, image: Image, size: float) -> None:
        self.image, self.size, self.top = image, size, 0.0

    def heading(self, text: str, colour: Colour, ink: Colour, mark: str) -> None:
        size, width = self.size, self.image.shape[1]
        blend_disc(0.45 * size, self.top + 0.62 * size, 0.42 * size, *colour, self.image)
        note = text_mask(mark, size, bold=True)
        mask = fitted_mask(text, size * 1.1, round(width - 1.9 * size - note.shape[1]), bold=True)
        blend_mask(self.image, mask, round(1.3 * size), round(self.top - 0.05 * size), ink)
        blend_mask(self.image, note, width - note.shape[1], round(self.top), colour)
        self.top += 1.75 * size

    def row(self, name: str, value: str, theme: Theme) -> None:
        width = self.image.shape[1]
        label = text_mask(name, self.size)
        number = fitted_mask(value, self.size, width - label.shape[1] - round(self.size))
        blend_mask(self.image, label, 0, round(self.top), theme.muted)
        blend_mask(self.image, number, width - number.shape[1], round(self.top), theme.text)
        self.top += 1.6 * self.size


def _draw_curves(
    image: Image,
    plot: Box,
    moment: Moment,
    colours: Sequence[Colour],
    theme: Theme,
    unit: float,
    size: float,
) -> None:
    """Draw the inertia of each run against the iteration, and a dot where it is now."""
    line = max(1, round(0.16 * unit))
    foot = plot.top + plot.height
    image[foot : foot + line, plot.left : plot.left + plot.width] = (*theme.line, 255)
    now = max(snapshot.iteration for snapshot in moment.snapshots)
    end = _round_up(max(now, 5))
    known = [
        (history, n, colour)
        for history, (iteration, _), colour in zip(
            moment.histories, _told(moment), colours, strict=True
        )
        if (n := min(iteration + 1, len(history.inertia)))
    ]
    # Inertia never rises, so the first value is the largest; the scale begins at zero.
    top = max((history.inertia[0] for history, _, _ in known), default=0.0)
    for text, at in (("0", 0.0), (f"{end:,}", 1.0)):
        mask = text_mask(text, size)
        left = plot.left + round(at * (plot.width - mask.shape[1]))
        blend_mask(image, mask, left, foot + line + round(0.2 * size), theme.muted)
    mask = text_mask("iteration", size)
    if mask.shape[1] + 6 * size < plot.width:
        left = plot.left + (plot.width - mask.shape[1]) // 2
        blend_mask(image, mask, left, foot + line + round(0.2 * size), theme.muted)
    top = top or 1.0  # all points lie on their centroids
    thick = max(1.25, 0.28 * unit)
    dot = max(2.5, 0.75 * unit)
    inner = plot.width - 2 * dot, plot.height - 2 * dot
    ends = []
    for history, n, colour in known:
        xy = _curve(history, n, end, top)
        xy[:, 0] = plot.left + dot + xy[:, 0] * inner[0]
        xy[:, 1] = foot - xy[:, 1] * inner[1]
        if len(colours) == 1:
            _fill(image, xy, foot, colour)
        for (x0, y0), (x1, y1) in zip(xy[:-1].tolist(), xy[1:].tolist(), strict=True):
            blend_line(x0, y0, x1, y1, thick, *colour, 1.0, image)
        ends.append((*xy[-1].tolist(), colour))
    for x, y, colour in ends:
        blend_disc(x, y, dot, *theme.background, image)
        blend_disc(x, y, dot - max(1.0, 0.2 * unit), *colour, image)


def _curve(history: History, n: int, end: int, top: float) -> NDArray[np.float64]:
    """Return iteration and inertia as shares of their scales, (n, 2)."""
    return np.stack([np.arange(n) / end, np.array(history.inertia[:n]) / top], axis=1)


def _fill(image: Image, xy: NDArray[np.float64], foot: int, colour: Colour) -> None:
    """Tint what lies under a curve."""
    left, right = max(0, int(xy[0, 0])), min(image.shape[1], int(xy[-1, 0]) + 1)
    heights = np.interp(np.arange(left, right) + 0.5, xy[:, 0], xy[:, 1])
    below = np.arange(foot)[:, None] >= np.rint(heights)
    blend_mask(image[:foot], below * np.uint8(26), left, 0, colour)


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
