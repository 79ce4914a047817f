"""Few places with many points each, as survey data have: discs whose areas tell how many.

Where points of several clusters lie at one place, as they may where features are not drawn, a disc
is a pie.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import float64, int64, intp, uint8
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.picture.tallies import Cells
from renderers.plane.placement import Placement
from renderers.plane.shared import Shared

__all__ = ["Shared", "bubble_radii", "cells_of", "paint_pies"]

_LARGEST = 0.46  # radius of the largest disc in distances between neighbours: none touch
_FULL = 0.4  # share of the box that discs may fill
_CROWDED = 0.08  # the same of those that may lie on one another, most of them in a few clusters
_SMALLEST = 1.0  # pixels: a place with one point of a million is seen

Floats = NDArray[np.float64]


def cells_of(shared: Shared) -> Cells:
    """Return a cell for each place."""
    (xs, a), (ys, b) = (np.unique(along, return_inverse=True) for along in shared.xy.T)
    number = np.full((len(xs), len(ys)), -1, dtype=np.intp)
    number[a, b] = np.arange(len(shared.xy))
    return Cells(None, xs, ys, number, len(shared.xy))


def bubble_radii(shared: Shared, placement: Placement, most: float) -> Floats:
    """Return the radius of the disc at each place, in pixels: areas are in proportion.

    Parameters
    ----------
    shared : Shared
        Places and counts.
    placement : Placement
        Where the plane is on the picture.
    most : float
        The largest radius, in pixels.
    """
    xy = placement.within_box(shared.xy.copy())
    inside = (xy >= 0).all(axis=1) & (xy <= placement.box[2:]).all(axis=1)
    counts = shared.counts / max(1, shared.counts[inside].max(initial=1))
    room = placement.box.width * placement.box.height * _FULL
    largest = min(most, math.sqrt(room / (math.pi * max(1e-9, float(counts[inside].sum())))))
    apart = _LARGEST * _apart(xy)
    if shared.weighed:
        apart = max(apart, largest * math.sqrt(_CROWDED / _FULL))
    largest = min(largest, apart)
    radii: Floats = np.maximum(_SMALLEST, max(_SMALLEST, largest) * np.sqrt(counts))
    radii[counts == 0] = 0.0  # of points that weigh nothing
    return radii


def _apart(xy: Floats) -> float:
    """Return the median distance of places from their nearest neighbour."""
    if len(xy) < 2:
        return math.inf
    nearest = np.empty(len(xy))
    for i, place in enumerate(xy):
        squared = ((xy - place) ** 2).sum(axis=1)
        squared[i] = np.inf
        nearest[i] = squared.min()
    return float(np.sqrt(np.median(nearest)))


@kernel(counted=False)
def paint_pies(
    xy: NDArray[float64],  # in, (U, 2), pixels
    radii: NDArray[float64],  # in, (U,)
    order: NDArray[intp],  # in, (U,), which of them comes first
    counts: NDArray[int64],  # in, (U, C), points by colour
    colours: NDArray[uint8],  # in, (C, 3)
    opacity: float,  # 0..1
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Paint a disc at each place; one with several colours is a pie, clockwise from the top."""
    height, width = image.shape[0], image.shape[1]
    for u in order:
        x = xy[u, 0]
        y = xy[u, 1]
        reach = radii[u] + 0.5
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        total = 0
        most = 0
        for c in range(counts.shape[1]):
            total += counts[u, c]
            if counts[u, c] > counts[u, most]:
                most = c
        if total == 0:
            continue
        single = counts[u, most] == total
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                cover = min(1.0, reach - math.sqrt(dx * dx + dy * dy))
                if cover <= 0.0:
                    continue
                red = 0.0
                green = 0.0
                blue = 0.0
                if single:
                    red = 9.0 * colours[most, 0]
                    green = 9.0 * colours[most, 1]
                    blue = 9.0 * colours[most, 2]
                else:
                    for s in range(9):  # parts of the pixel
                        turn = math.atan2(dx + (s % 3 - 1) / 3.0, -(dy + (s // 3 - 1) / 3.0))
                        share = turn / (2.0 * math.pi)
                        at = (share if share >= 0.0 else share + 1.0) * total
                        c = 0
                        passed = counts[u, 0]
                        while passed <= at and c + 1 < counts.shape[1]:
                            c += 1
                            passed += counts[u, c]
                        while counts[u, c] == 0:  # a full turn, rounded up
                            c -= 1
                        red += colours[c, 0]
                        green += colours[c, 1]
                        blue += colours[c, 2]
                q = int(cover * opacity * 256 + 0.5)
                for c, value in enumerate((red, green, blue)):
                    both = int(image[i, j, c]) * (256 - q) + int(value / 9.0 + 0.5) * q
                    image[i, j, c] = (both + 128) // 256
