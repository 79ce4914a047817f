"""The figure of a sweep over K: its verdict, and a curve for each criterion. Draws no points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.describing import counted
from renderers.picture.axes import unit_of
from renderers.picture.colours import Colour, cluster_colours
from renderers.picture.criteria import criteria
from renderers.picture.fonts import typeset
from renderers.picture.growing import verdict_caption
from renderers.picture.ink import paint
from renderers.picture.layout import Sizes
from renderers.picture.marks import Fill, Mark, Text
from renderers.picture.text import LEAST_TYPE, extent, fitted, rise
from renderers.picture.themes import Theme, theme_named
from renderers.picture.versus_k import Look, beside, has_room, plot_marks
from renderers.plane.placement import Box
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    from kmeans_engine.choosing.rows import Sweep

__all__ = ["ElbowPainter", "wrapped"]

_WIDEST = 2.2  # of a plot, by its height
_LINES = 2  # of the verdict


class ElbowPainter:
    """Paint the figure of a sweep, whatever the moment: it is known as a whole.

    Parameters
    ----------
    scene : Scene
        With a sweep.
    options : Options
        Size, theme, palette, whose first colour marks the K that stands out, and font.
    ground : Colour, optional
        In place of the theme's, see `clear`.
    worded : bool
        Whether the title, the verdict and the line at the foot are on it.
    """

    def __init__(
        self,
        scene: Scene,
        options: Options,
        *,
        ground: Colour | None = None,
        worded: bool = True,
    ) -> None:
        theme = theme_named(options.theme)
        if ground is not None:
            theme = replace(theme, background=ground)
        (accent,) = cluster_colours(1, options.theme, options.palette).tolist()
        with typeset(options.font):
            self._marks = _figure(scene, theme, tuple(accent), options.size, worded=worded)
        self._options = options

    def paint(self, moment: Moment | None = None) -> NDArray[np.uint8]:
        """Return the figure, (height, width, 4), uint8: RGBA, opaque."""
        width, height = self._options.size
        frame = np.full((height, width, 4), 255, np.uint8)
        with typeset(self._options.font):
            paint(frame, self._marks)
        return frame

    def marks(self, moment: Moment | None = None, *, most: int = 0) -> list[Mark]:
        """Return all that the figure shows, from the back to the front."""
        return list(self._marks)


def _figure(
    scene: Scene, theme: Theme, accent: Colour, size: tuple[int, int], *, worded: bool
) -> list[Mark]:
    assert scene.sweep is not None
    width, height = size
    unit, sizes = unit_of(*size), Sizes.of(theme, size, 1)
    marks: list[Mark] = [Fill(0, 0, width, height, theme.background)]
    margin = round(3 * unit)
    inside = Box(margin, 0, max(1, width - 2 * margin), height)
    look = Look(theme, unit, sizes.number, accent)
    if not worded:
        return marks + _plots(Box(0, 0, *size), scene.sweep, look)
    verdict, _ = verdict_caption(scene.sweep)
    head, top = _head(scene.title, verdict, inside, theme, sizes)
    foot, under = _foot(scene, inside, theme, sizes)
    rest = Box(inside.left, top, inside.width, max(1, height - top - under))
    return marks + head + _plots(rest, scene.sweep, look) + foot


def _head(title: str, verdict: str, box: Box, theme: Theme, sizes: Sizes) -> tuple[list[Mark], int]:
    """Return the title and the verdict, and where they end."""
    top = max(2, round(0.5 * box.left))
    room = 0.3 * box.height - top
    marks: list[Mark] = []
    size = sizes.title
    if title.strip() and room >= 1.6 * (size + sizes.step):
        words, fits = fitted(title, size, box.width, bold=True)
        marks.append(Text(words, box.left, top + rise(fits), fits, theme.text, bold=True))
        top += round(1.5 * size)
        room -= 1.5 * size
    size = sizes.step
    while size > LEAST_TYPE and len(wrapped(verdict, size, box.width)) > 1:
        size = max(LEAST_TYPE, 0.92 * size)
        if size < 0.75 * sizes.step:
            break
    most = min(_LINES, int(room / (1.3 * size)))
    for line in wrapped(verdict, size, box.width, most):
        words, fits = fitted(line, size, box.width)
        if words:
            marks.append(Text(words, box.left, top + rise(fits), fits, theme.text))
        top += round(1.3 * size)
    return marks, top + round(0.7 * size) if marks else 0


def wrapped(words: str, size: float, width: float, most: int = 99) -> list[str]:
    """Return words as lines of so many pixels, `most` of them, of which the last has the rest."""
    lines: list[str] = []
    rest = words.split()
    while rest and len(lines) < most:
        end = 1
        while end < len(rest) and not _wide(" ".join(rest[: end + 1]), size, width):
            end += 1
        if len(lines) == most - 1:
            end = len(rest)
        lines.append(" ".join(rest[:end]))
        rest = rest[end:]
    return lines


def _wide(line: str, size: float, width: float) -> bool:
    return extent(line, size).width > width


def _foot(scene: Scene, box: Box, theme: Theme, sizes: Sizes) -> tuple[list[Mark], int]:
    """Return the quiet line of where the figure comes from, and its height."""
    size, high = sizes.foot, round(2 * sizes.foot)
    points = scene.panels[0].view.points
    told = [counted(points.n_points, "point"), counted(points.n_features, "feature")]
    seed = [f"seed {scene.facts['seed']}"] if "seed" in scene.facts else []
    weights = [f"weights: {scene.facts['weights']}"] if "weights" in scene.facts else []
    wordings = (" \N{MIDDLE DOT} ".join(told + more + seed) for more in (weights, []))
    words = next((words for words in wordings if not _wide(words, size, box.width)), "")
    if not words or high > 0.1 * box.height:
        return [], round(0.5 * size)
    base = box.height - high + round(0.25 * size) + rise(size)
    return [Text(words, box.left, base, size, theme.muted)], high


def _plots(box: Box, sweep: Sweep, look: Look) -> list[Mark]:
    """Return the plots: inertia large, the others in a grid beside or below it."""
    first, *others = criteria(sweep)
    ks = sweep.rows[0].k, sweep.rows[-1].k
    gap = round(2 * look.size)
    if box.width >= box.height:
        wide = round((0.42 if len(others) > 2 else 0.5) * (box.width - gap))
        large = box._replace(width=wide)
        rest = box._replace(left=box.left + wide + gap, width=box.width - wide - gap)
    else:
        high = round((0.4 if len(others) > 2 else 0.5) * (box.height - gap))
        large = box._replace(height=high)
        rest = box._replace(top=box.top + high + gap, height=box.height - high - gap)
    found = _grid(rest, len(others), look.size, gap)
    if not found:
        large = box
    if not has_room(large, look.size):
        return []
    cells = [(large, first), *zip(found, others, strict=False)]
    columns: dict[int, float] = {}
    for cell, criterion in cells:
        room = beside(criterion, cell.height, look.size)
        columns[cell.left] = max(room, columns.get(cell.left, 0.0))
    marks: list[Mark] = []
    for cell, criterion in cells:
        room = min(columns[cell.left], 0.4 * cell.width)
        marks += plot_marks(cell, criterion, look, room, ks=ks, chosen=sweep.best)
    return marks


def _grid(box: Box, count: int, size: float, gap: int) -> list[Box]:
    """Return as many cells as are wanted and large enough to be read, side by side and below."""
    for n in range(count, 0, -1):
        best: list[Box] = []
        most = 0.0
        for columns in range(1, n + 1):
            rows = -(-n // columns)
            wide = (box.width - (columns - 1) * gap) / columns
            high = (box.height - (rows - 1) * gap) / rows
            cells = [
                Box(
                    round(box.left + i % columns * (wide + gap)),
                    round(box.top + i // columns * (high + gap)),
                    int(wide),
                    int(high),
                )
                for i in range(n)
            ]
            side = min(wide / _WIDEST, high)
            if all(has_room(cell, size) for cell in cells) and side > most:
                best, most = cells, side
        if best:
            return best
    return []
