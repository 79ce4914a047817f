"""How densely points lie along a line: a ridge in the clusters' colours, as pixels.

Its height follows the number of points of each column of pixels, smoothed; its colour is that of
the clusters of the points below it, without smoothing, so that it ends where a cluster ends.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.picture.strokes import blend_line

__all__ = ["column_colours", "heights", "paint_ridge"]

# Of the rule of thumb for a bell curve (Silverman, 1986, equation 3.31), which blurs clusters.
_NARROWER = 0.35

Floats = NDArray[np.float64]


def heights(counts: NDArray[np.int64] | Floats) -> Floats:
    """Return how high the ridge is above each column, 0..1, from the points of each, (W,)."""
    total = counts.sum().item()
    if total == 0:
        return np.zeros(len(counts))
    at = np.arange(len(counts))
    middle = (counts @ at) / total
    deviation = math.sqrt(counts @ (at - middle) ** 2 / total)
    low, high = np.searchsorted(np.cumsum(counts), [0.25 * total, 0.75 * total])
    width = min(deviation, (high - low) / 1.34) or deviation
    reach = max(1.5, 0.004 * len(counts), _NARROWER * 0.9 * width * total**-0.2)
    steps = np.arange(-math.ceil(3 * reach), math.ceil(3 * reach) + 1)
    bell = np.exp(-0.5 * (steps / reach) ** 2)
    half = len(steps) // 2
    smooth = np.convolve(counts, bell)[half : half + len(counts)]
    found: Floats = smooth / smooth.max()
    return found


def column_colours(counts: NDArray[np.int64], colours: NDArray[np.uint8]) -> Floats:
    """Return the colour of each column: that of its points, mixed, or of the nearest column's.

    Parameters
    ----------
    counts : ndarray, (W, C)
        Points of each column by colour.
    colours : ndarray, (C, 3)
    """
    totals = counts.sum(axis=1)
    filled = np.flatnonzero(totals)
    if len(filled) == 0:
        return np.zeros((len(counts), 3))
    mixed = (counts[filled] @ colours.astype(np.int64)) / totals[filled, None]
    after = np.searchsorted(filled, np.arange(len(counts))).clip(0, len(filled) - 1)
    before = (after - 1).clip(0)
    at = np.arange(len(counts))
    nearer = np.where(np.abs(filled[before] - at) <= np.abs(filled[after] - at), before, after)
    found: Floats = mixed[nearer]
    return found


@kernel(counted=False)
def paint_ridge(
    tops: NDArray[float64],  # in, (W,), pixels from the top of the image
    foot: float,  # where the ridge stands, pixels from the top
    colours: NDArray[float64],  # in, (W, 3)
    fill: float,  # opacity below the line, 0..1
    line: float,  # width of the line along the ridge, pixels
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Paint a ridge: an area, and a line along its top."""
    height, width = image.shape[0], tops.shape[0]
    for j in range(width):
        for i in range(max(0, int(tops[j])), min(height, int(foot) + 1)):
            inside = min(1.0, max(0.0, min(i + 1.0, foot) - max(float(i), tops[j])))
            q = int(256 * inside * fill + 0.5)
            for c in range(3):
                both = int(image[i, j, c]) * (256 - q) + int(colours[j, c] + 0.5) * q
                image[i, j, c] = (both + 128) // 256
    for j in range(width - 1):
        if foot - min(tops[j], tops[j + 1]) < 0.5:  # nothing stands here
            continue
        red = int(colours[j, 0] + 0.5)
        green = int(colours[j, 1] + 0.5)
        blue = int(colours[j, 2] + 0.5)
        ends = tops[j], tops[j + 1]
        blend_line(j + 0.5, ends[0], j + 1.5, ends[1], line, red, green, blue, 1.0, image)
