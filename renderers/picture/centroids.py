"""Centroids as marks: how large they are, their rings and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import Colour, readable_on
from renderers.picture.marks import Disc, Mark, Text
from renderers.picture.text import HALF_DIGIT
from renderers.picture.themes import Theme
from renderers.plane.placement import Box

__all__ = ["CentroidSizes", "centroid_mark", "centroid_marks", "centroid_sizes", "without_hidden"]

_NUMBERED_UP_TO = 60  # clusters; more numbers than that are confetti
_LEAST_NUMBER = 7.0  # pixels; digits can be smaller than words, but no smaller than that
_LEAST_RADIUS = 3.2  # pixels, its edges included; what is smaller shows no colour
# Where points lie on few places, centroids are as large as among points that fill this share.
_LEAST_SPREAD = 0.025


class CentroidSizes(NamedTuple):
    """How large a centroid is drawn, in pixels.

    Attributes
    ----------
    rings : tuple of (float, Colour)
        Radius and colour of its edges, the outermost first.
    radius : float
        Of the disc in its cluster's colour.
    type_size : float
        Of its number; 0 if it has none.
    """

    rings: tuple[tuple[float, Colour], ...]
    radius: float
    type_size: float

    @property
    def outer(self) -> float:
        """The radius with all edges."""
        return self.rings[0][0] if self.rings else self.radius

    def scaled(self, share: float) -> CentroidSizes:
        """Return smaller sizes, such as those of a centroid that appears."""
        rings = tuple((radius * share, ink) for radius, ink in self.rings)
        return CentroidSizes(rings, self.radius * share, self.type_size * share)


def centroid_sizes(
    box: Box, spread: float, k: int, theme: Theme, unit: float, *, numbered: bool
) -> CentroidSizes:
    """Return the sizes of the centroids of one panel.

    Parameters
    ----------
    box : Box
        Pixels of the points.
    spread : float
        Share of the box that the points fill, 0..1.
    k : int
        Number of centroids.
    theme : Theme
        Gives the largest size, and edges.
    unit : float
        Pixels per unit of the theme.
    numbered : bool
        Whether they have numbers, if these fit.
    """
    area = box.width * box.height * max(_LEAST_SPREAD, spread)
    crowded = 0.3 * (area / k) ** 0.5
    rim = sum(max(1.0, width * unit) for _, width in theme.edges)
    wish = theme.centroid_size * unit
    if numbered:
        wish = max(wish, _LEAST_NUMBER / 1.15 + rim)
    outer = max(_LEAST_RADIUS, min(wish, crowded))
    type_size = 1.15 * (outer - rim)
    numbered = numbered and k <= _NUMBERED_UP_TO and type_size >= _LEAST_NUMBER - 1e-9
    if not numbered and not theme.boxed:
        outer = max(_LEAST_RADIUS, min(0.65 * theme.centroid_size * unit, 0.6 * crowded))
    scale = min(unit, outer / theme.centroid_size)
    rings, radius = [], outer
    for ink, width in theme.edges:
        rings.append((radius, ink))
        radius -= min(max(1.0, width * scale), 0.3 * outer)
    return CentroidSizes(tuple(rings), radius, type_size if numbered else 0.0)


def centroid_marks(
    xy: NDArray[np.float64], colours: Sequence[Colour], sizes: CentroidSizes, box: Box
) -> list[Mark]:
    """Return the marks of the centroids that can be seen in a box.

    Parameters
    ----------
    xy : ndarray, (K, 2)
        Pixels of the frame.
    colours : sequence of Colour
        One per cluster.
    sizes : CentroidSizes
        As `centroid_sizes` gives them.
    box : Box
        What is shown.
    """
    reach = sizes.outer + 1
    low_x, high_x = box.left - reach, box.left + box.width + reach
    low_y, high_y = box.top - reach, box.top + box.height + reach
    marks: list[Mark] = []
    for label, ((x, y), colour) in enumerate(zip(xy.tolist(), colours, strict=False)):
        if not (low_x < x < high_x and low_y < y < high_y):
            continue  # a centroid from a file may be anywhere
        marks += centroid_mark(x, y, label, colour, sizes)
    return marks


def centroid_mark(
    x: float, y: float, label: int, colour: Colour, sizes: CentroidSizes
) -> list[Mark]:
    """Return the marks of one centroid: a disc within its edges, and its number if it has one."""
    rings, radius, type_size = sizes
    marks: list[Mark] = [Disc(x, y, radius, colour, rings)]
    if type_size:
        base, ink = y + HALF_DIGIT * type_size, readable_on(colour)
        marks.append(Text(str(label), x, base, type_size, ink, "middle", True))
    return marks


def without_hidden(places: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return places with NaN for empty clusters upon others: of equal ones the first has all.

    Parameters
    ----------
    places : ndarray, (K, D)
        Where the centroids are.
    counts : ndarray, (K,)
        Points in each cluster.
    """
    hidden = [
        label
        for label in np.flatnonzero(counts == 0).tolist()
        if (places[:label] == places[label]).all(axis=1).any()
    ]
    if hidden:
        places = places.copy()
        places[hidden] = np.nan
    return places
