"""Kernels that put points, discs and components into arrays. No validation, no fonts, no themes.

A point adds its colour times its coverage to the pixels it touches, as integers, so the order of
points does not exist and taking a point away is exact: pixel = sum / coverage, whatever happened
before. `tests/test_raster.py` and `tests/test_painter.py` hold this against a repaint from nothing.
"""

from __future__ import annotations

from math import sqrt

from numpy import float64, int64, intp, uint8
from numpy.typing import NDArray

from kmeans_engine._jit import kernel

__all__ = ["FULL", "add_crosses", "add_discs", "add_dots", "blend_disc", "project", "shade"]

#: Coverage of a pixel that lies wholly inside a marker.
FULL = 64


@kernel()
def project(
    X: NDArray[float64],  # in, (R, N)
    centre: NDArray[float64],  # in, (N,)
    basis: NDArray[float64],  # in, (2, N)
    xy: NDArray[float64],  # out, (R, 2)
) -> None:
    """Component of each row along two directions; the same bits for a row in any company.

    (A matrix product rounds by where a row stands in its block, and a point must be taken away
    from exactly the pixel it was added to.)
    """
    for r in range(X.shape[0]):
        a = 0.0
        b = 0.0
        for n in range(X.shape[1]):
            d = X[r, n] - centre[n]
            a += d * basis[0, n]
            b += d * basis[1, n]
        xy[r, 0] = a
        xy[r, 1] = b


@kernel()
def add_dots(
    xy: NDArray[float64],  # in, (R, 2), pixels
    labels: NDArray[intp],  # in, (R,)
    sign: int,  # 1 adds, -1 takes away
    colours: NDArray[int64],  # in, (K, 3)
    size: float,  # not used: one pixel each; the kernels of all markers are called alike
    sums: NDArray[int64],  # in and out, (height, width, 4): R, G, B and coverage
    dirty: NDArray[uint8],  # in and out, (height, width)
) -> None:
    """One pixel per point."""
    height, width = dirty.shape
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if x >= 0.0 and x < width and y >= 0.0 and y < height:
            i = int(y)
            j = int(x)
            k = labels[r]
            sums[i, j, 0] += sign * colours[k, 0]
            sums[i, j, 1] += sign * colours[k, 1]
            sums[i, j, 2] += sign * colours[k, 2]
            sums[i, j, 3] += sign
            dirty[i, j] = 1


@kernel()
def add_discs(
    xy: NDArray[float64],  # in, (R, 2), pixels
    labels: NDArray[intp],  # in, (R,)
    sign: int,  # 1 adds, -1 takes away
    colours: NDArray[int64],  # in, (K, 3)
    size: float,  # radius in pixels
    sums: NDArray[int64],  # in and out, (height, width, 4): R, G, B and coverage
    dirty: NDArray[uint8],  # in and out, (height, width)
) -> None:
    """Discs, anti-aliased by the distance of a pixel's centre from the rim."""
    height, width = dirty.shape
    reach = size + 0.5
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        k = labels[r]
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                cover = reach - sqrt(dx * dx + dy * dy)
                if cover > 0.0:
                    q = sign * int(min(1.0, cover) * 64 + 0.5)
                    sums[i, j, 0] += q * colours[k, 0]
                    sums[i, j, 1] += q * colours[k, 1]
                    sums[i, j, 2] += q * colours[k, 2]
                    sums[i, j, 3] += q
                    dirty[i, j] = 1


@kernel()
def add_crosses(
    xy: NDArray[float64],  # in, (R, 2), pixels
    labels: NDArray[intp],  # in, (R,)
    sign: int,  # 1 adds, -1 takes away
    colours: NDArray[int64],  # in, (K, 3)
    size: float,  # half the width of the square that the cross spans, in pixels
    sums: NDArray[int64],  # in and out, (height, width, 4): R, G, B and coverage
    dirty: NDArray[uint8],  # in and out, (height, width)
) -> None:
    """Crosses of two diagonal strokes within a square."""
    height, width = dirty.shape
    reach = size + 1.0
    half = max(0.5, size * 0.25)  # matplotlib's scatter: 6 pt wide, strokes of 1.5 pt
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        k = labels[r]
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                across = min(abs(dx + dy), abs(dx - dy)) * 0.7071067811865476
                cover = min(1.0, half + 0.5 - across)
                cover *= min(1.0, size + 0.5 - max(abs(dx), abs(dy)))
                if cover > 0.0 and across < half + 0.5:
                    q = sign * int(cover * 64 + 0.5)
                    sums[i, j, 0] += q * colours[k, 0]
                    sums[i, j, 1] += q * colours[k, 1]
                    sums[i, j, 2] += q * colours[k, 2]
                    sums[i, j, 3] += q
                    dirty[i, j] = 1


@kernel()
def shade(
    sums: NDArray[int64],  # in, (height, width, 4)
    alpha: NDArray[uint8],  # in, (height, width), opacity of the points of a pixel
    background: NDArray[uint8],  # in, (height, width, 4)
    dirty: NDArray[uint8],  # in and out, (height, width), cleared
    image: NDArray[uint8],  # out, (height, width, 4)
) -> None:
    """Turn the sums of the dirty pixels into colours over the background."""
    height, width = dirty.shape
    for i in range(height):
        for j in range(width):
            if dirty[i, j]:
                dirty[i, j] = 0
                a = int(alpha[i, j])
                cover = max(1, sums[i, j, 3])
                for c in range(3):
                    both = sums[i, j, c] * a + int(background[i, j, c]) * (255 - a) * cover
                    image[i, j, c] = (both + cover * 127) // (cover * 255)


@kernel()
def blend_disc(
    x: float,  # pixels
    y: float,
    radius: float,  # pixels
    red: int,
    green: int,
    blue: int,
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """One anti-aliased disc over what is there."""
    height, width = image.shape[0], image.shape[1]
    reach = radius + 0.5
    if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
        return
    for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
        dy = i + 0.5 - y
        for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
            dx = j + 0.5 - x
            cover = min(1.0, reach - sqrt(dx * dx + dy * dy))
            if cover > 0.0:
                q = int(cover * 256 + 0.5)
                image[i, j, 0] = (int(image[i, j, 0]) * (256 - q) + red * q + 128) // 256
                image[i, j, 1] = (int(image[i, j, 1]) * (256 - q) + green * q + 128) // 256
                image[i, j, 2] = (int(image[i, j, 2]) * (256 - q) + blue * q + 128) // 256
