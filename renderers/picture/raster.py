"""Kernels that put points into sums and sums into colours. No validation, no themes.

A point adds its colour times its coverage to the pixels it touches, as integers, so the order of
points does not exist and a point that changes cluster is one exact addition: pixel = sum /
coverage, whatever happened before. test_raster.py and test_painter.py in `tests/renderers/picture`
hold this against a repaint from nothing. Colours have two further rows: "bare", coverage without a
colour, for points whose cluster is not known, and "nowhere", zeros, for points that are not on the
picture yet.
"""

from __future__ import annotations

from math import sqrt

from numpy import float64, int64, intp, uint8
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel

__all__ = [
    "FULL",
    "add_crosses",
    "add_discs",
    "add_dots",
    "cross_cover",
    "mix",
    "shade",
]

#: Coverage of a pixel that lies wholly inside a marker.
FULL = 64


@kernel(counted=False)
def add_dots(
    xy: NDArray[float64],  # in, (R, 2), pixels
    was: NDArray[intp],  # in, (R,), labels so far
    now: NDArray[intp],  # in, (R,), labels from now on
    colours: NDArray[int64],  # in, (K + 2, 4): R, G, B and 1; bare; nowhere
    size: float,  # whole pixels along each side of a dot
    weights: NDArray[int64],  # in, (R,), what each point counts for; (0,) for one each
    sums: NDArray[int64],  # in and out, (height, width, 4): R, G, B and coverage
    moved: NDArray[int64],  # in and out, (height, width): coverage by these points
) -> None:
    """Square dots of a few whole pixels, the place of the point in their middle."""
    height, width = moved.shape
    weighted = weights.shape[0] > 0
    side = int(size)
    for r in range(xy.shape[0]):
        x = xy[r, 0] - 0.5 * (side - 1)
        y = xy[r, 1] - 0.5 * (side - 1)
        if not (x > -side and x < width and y > -side and y < height):
            continue
        old = was[r]
        new = now[r]
        q = weights[r] if weighted else int64(1)
        # int() cuts towards zero, where floor() is meant.
        top = int(y + side) - side
        left = int(x + side) - side
        for i in range(max(0, top), min(height, top + side)):
            for j in range(max(0, left), min(width, left + side)):
                for c in range(4):
                    sums[i, j, c] += q * (colours[new, c] - colours[old, c])
                moved[i, j] += q


@kernel(counted=False)
def add_discs(
    xy: NDArray[float64],  # in, (R, 2), pixels
    was: NDArray[intp],  # in, (R,), labels so far
    now: NDArray[intp],  # in, (R,), labels from now on
    colours: NDArray[int64],  # in, (K + 2, 4): R, G, B and 1; bare; nowhere
    size: float,  # radius in pixels
    sums: NDArray[int64],  # in and out, (height, width, 4): R, G, B and coverage
    moved: NDArray[int64],  # in and out, (height, width): coverage by these points
) -> None:
    """Discs, anti-aliased by the distance of a pixel's centre from the rim."""
    height, width = moved.shape
    reach = size + 0.5
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        old = was[r]
        new = now[r]
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                dx = j + 0.5 - x
                cover = reach - sqrt(dx * dx + dy * dy)
                if cover > 0.0:
                    q = int(min(1.0, cover) * 64 + 0.5)
                    for c in range(4):
                        sums[i, j, c] += q * (colours[new, c] - colours[old, c])
                    moved[i, j] += q


@kernel(counted=False, inline=True)
def cross_cover(dx: float, dy: float, size: float, half: float) -> float:
    """Return how much of a pixel a cross covers whose middle is `dx`, `dy` away from its own.

    `half` is half the width of the strokes; not above 0 beyond them.
    """
    across = min(abs(dx + dy), abs(dx - dy)) * 0.7071067811865476
    cover = min(1.0, max(0.0, half + 0.5 - across))
    return cover * min(1.0, size + 0.5 - max(abs(dx), abs(dy)))


@kernel(counted=False)
def add_crosses(
    xy: NDArray[float64],  # in, (R, 2), pixels
    was: NDArray[intp],  # in, (R,), labels so far
    now: NDArray[intp],  # in, (R,), labels from now on
    colours: NDArray[int64],  # in, (K + 2, 4): R, G, B and 1; bare; nowhere
    size: float,  # half the width of the square that the cross spans, in pixels
    sums: NDArray[int64],  # in and out, (height, width, 4): R, G, B and coverage
    moved: NDArray[int64],  # in and out, (height, width): coverage by these points
) -> None:
    """Crosses of two diagonal strokes within a square."""
    height, width = moved.shape
    reach = size + 1.0
    half = max(0.5, size * 0.25)  # matplotlib's scatter: 6 pt wide, strokes of 1.5 pt
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if not (x > -reach and x < width + reach and y > -reach and y < height + reach):
            continue
        old = was[r]
        new = now[r]
        for i in range(max(0, int(y - reach)), min(height, int(y + reach) + 1)):
            dy = i + 0.5 - y
            for j in range(max(0, int(x - reach)), min(width, int(x + reach) + 1)):
                cover = cross_cover(j + 0.5 - x, dy, size, half)
                if cover > 0.0:
                    q = int(cover * 64 + 0.5)
                    for c in range(4):
                        sums[i, j, c] += q * (colours[new, c] - colours[old, c])
                    moved[i, j] += q


@kernel(counted=False)
def shade(
    sums: NDArray[int64],  # in, (height, width, 4)
    alpha: NDArray[uint8],  # in, (height, width), opacity of the points of a pixel
    background: NDArray[uint8],  # in, (height, width, 4)
    pixels: NDArray[intp],  # in, (P,), which of them, as row * width + column
    image: NDArray[uint8],  # out, (height, width, 4)
) -> None:
    """Turn the sums of some pixels into colours over the background."""
    width = alpha.shape[1]
    for p in range(pixels.shape[0]):
        i = pixels[p] // width
        j = pixels[p] - i * width
        a = int(alpha[i, j])
        cover = max(1, sums[i, j, 3])
        for c in range(3):
            both = sums[i, j, c] * a + int(background[i, j, c]) * (255 - a) * cover
            image[i, j, c] = (both + cover * 127) // (cover * 255)


@kernel(counted=False)
def mix(
    pixels: NDArray[intp],  # in, (P,), as row * width + column
    old: NDArray[uint8],  # in, (P, 3)
    share: float,  # of the old colours, 0..1
    image: NDArray[uint8],  # in and out, (height, width, 4)
) -> None:
    """Mix older colours into some pixels."""
    width = image.shape[1]
    q = int(share * 256 + 0.5)
    for p in range(pixels.shape[0]):
        i = pixels[p] // width
        j = pixels[p] - i * width
        for c in range(3):
            both = int(image[i, j, c]) * (256 - q) + int(old[p, c]) * q
            image[i, j, c] = (both + 128) // 256
