"""Markers in groups, as files of shapes write them. Knows no format."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import Colour
from renderers.picture.marks import Markers

__all__ = ["cross_width", "in_groups"]


def in_groups(mark: Markers) -> Iterator[tuple[NDArray[np.float64], float, Colour]]:
    """Yield neighbours in the order of markers that look the same: places, radius, colour."""
    xy, radius, _, colours, _ = mark
    radii = np.broadcast_to(radius, len(xy))
    differ = (colours[1:] != colours[:-1]).any(axis=1) | (radii[1:] != radii[:-1])
    starts = [0, *(np.flatnonzero(differ) + 1).tolist(), len(xy)]
    for first, end in pairwise(starts):
        if first < end:
            red, green, blue = colours[first].tolist()
            yield xy[first:end], float(radii[first]), (red, green, blue)


def cross_width(radius: float) -> float:
    """Return the width of the strokes of a cross, as `raster.add_crosses` draws them."""
    return 2 * max(0.5, 0.25 * radius)
