"""Kernels that find where points lie on the plane, and on the pixels of a picture of it."""

from __future__ import annotations

from math import inf, log10

from numpy import float64
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel

__all__ = ["bounds", "logarithms", "place", "project", "to_pixels"]


@kernel(counted=False)
def project(
    X: NDArray[float64],  # in, (R, N)
    centre: NDArray[float64],  # in, (N,)
    basis: NDArray[float64],  # in, (2, N)
    xy: NDArray[float64],  # out, (R, 2)
) -> None:
    """Component of each row along two directions; the same bits for a row in any company.

    (A matrix product rounds by where a row stands in its chunk, and a point must be taken away
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


@kernel(counted=False)
def place(
    X: NDArray[float64],  # in, (R, N), float32 or float64
    a: int,  # the horizontal feature
    b: int,  # the vertical one
    scale: NDArray[float64],  # in, (N,)
    offset: NDArray[float64],  # in, (N,)
    xy: NDArray[float64],  # out, (R, 2)
) -> None:
    """Two features of each row in the units of the picture."""
    for r in range(X.shape[0]):
        xy[r, 0] = float64(X[r, a]) * scale[a] + offset[a]
        xy[r, 1] = float64(X[r, b]) * scale[b] + offset[b]


@kernel(counted=False)
def logarithms(
    xy: NDArray[float64],  # in and out, (R, 2)
    axis: int,
) -> None:
    """Turn one coordinate into its decimal logarithm; what has none lies infinitely far below.

    (One number at a time: NumPy's rounds by where a number stands in its chunk.)
    """
    for r in range(xy.shape[0]):
        xy[r, axis] = log10(xy[r, axis]) if xy[r, axis] > 0.0 else -inf


@kernel(counted=False)
def bounds(
    xy: NDArray[float64],  # in, (R, 2)
    within: NDArray[float64],  # in, (4,): least x, largest x, least y, largest y that count
    extremes: NDArray[float64],  # in and out, (4,), likewise
) -> None:
    """Extend `extremes` to the rows that lie within limits."""
    for r in range(xy.shape[0]):
        x = xy[r, 0]
        y = xy[r, 1]
        if x >= within[0] and x <= within[1] and y >= within[2] and y <= within[3]:
            extremes[0] = min(extremes[0], x)
            extremes[1] = max(extremes[1], x)
            extremes[2] = min(extremes[2], y)
            extremes[3] = max(extremes[3], y)


@kernel(counted=False)
def to_pixels(
    xy: NDArray[float64],  # in and out, (R, 2)
    left: float,
    across: float,  # pixels per unit
    top: float,
    down: float,
) -> None:
    """Turn places on the plane into pixels, in place; y points down."""
    for r in range(xy.shape[0]):
        xy[r, 0] = (xy[r, 0] - left) * across
        xy[r, 1] = (top - xy[r, 1]) * down
