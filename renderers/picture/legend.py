"""What the things on a picture are, as one row of samples and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from renderers.picture.colours import Colour, mixed
from renderers.picture.marks import Disc, Fill, Mark, Polyline, Text
from renderers.picture.text import extent, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box

__all__ = ["LEGEND", "legend_marks"]

#: What is explained, by the overlay that draws it, in wordings from long to short.
LEGEND = {
    "centroids": ("centroid: the mean of its cluster", "centroid", "centroid"),
    "changes": ("point that has changed cluster", "changed cluster", "changed"),
    "trails": ("trail of a centroid", "trail", "trail"),
    "borders": ("border between clusters", "border", "border"),
    "sizes": ("sizes of the clusters", "sizes", "sizes"),
}


def legend_marks(
    box: Box, drawn: Sequence[str], theme: Theme, size: float, seen: float = 1.0
) -> list[Mark]:
    """Return samples and words for what is drawn, the first ones if there is no room for all.

    Parameters
    ----------
    box : Box
        The row.
    drawn : sequence of str
        Those of `LEGEND`.
    theme : Theme
        Colours.
    size : float
        Of the type, in pixels.
    seen : float
        How much of it has not faded, 0..1.
    """
    sample, gap = 1.7 * size, 1.6 * size

    def wide(level: int, names: Sequence[str]) -> float:
        words = sum(extent(LEGEND[name][level], size).width + sample for name in names)
        return words + gap * (len(names) - 1)

    names = [name for name in LEGEND if name in drawn]
    level = next((level for level in range(3) if wide(level, names) <= box.width), 2)
    while names and wide(level, names) > box.width:
        names.pop()

    def ink(colour: Colour) -> Colour:
        return mixed(theme.background, colour, seen)

    base = box.top + round(0.25 * size) + rise(size)
    left, middle = float(box.left), base - 0.36 * size
    marks: list[Mark] = []
    for name in names:
        marks += _sample(name, left, middle, size, ink, theme)
        words = LEGEND[name][level]
        marks.append(Text(words, left + sample, base, size, ink(theme.muted)))
        left += sample + extent(words, size).width + gap
    return marks


def _sample(
    name: str, x: float, y: float, size: float, ink: Callable[[Colour], Colour], theme: Theme
) -> list[Mark]:
    """Return a small one of what is explained, in the inks of the type."""
    right, middle = x + 1.2 * size, x + 0.6 * size
    grey = mixed(theme.background, theme.text, 0.5)
    if name == "centroids":
        rings, radius = [], 0.5 * size
        for colour, _ in theme.edges:
            rings.append((radius, ink(colour)))
            radius -= 0.13 * size
        return [Disc(middle, y, radius, ink(grey), tuple(rings))]
    if name == "changes":
        rings = [(0.44 * size, ink(theme.text)), (0.32 * size, theme.background)]
        return [Disc(middle, y, 0.3 * size, ink(grey), tuple(rings))]
    if name == "sizes":
        shares = (
            (theme.text, 0.5),
            (grey, 0.45),
            (mixed(theme.background, theme.text, 0.25), 0.25),
        )
        marks: list[Mark] = []
        for colour, share in shares:
            marks.append(Fill(x, y - 0.2 * size, share * size, 0.4 * size, ink(colour)))
            x += share * size
        return marks
    if name == "trails":
        xy = np.array([[x, y + 0.3 * size], [middle, y - 0.25 * size], [right, y + 0.05 * size]])
        return [Polyline(xy, max(1.25, 0.16 * size), ink(theme.muted))]
    xy = np.array([[x, y], [right, y]])
    faint = mixed(theme.background, theme.text, theme.border_opacity)
    return [Polyline(xy, max(1.0, 0.08 * size), ink(faint))]
