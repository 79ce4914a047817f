"""Where values lie in a solid of three axes, and how it looks from a side. Knows no pixels."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.plane.aspect import MOST
from renderers.plane.limits import ranges
from renderers.plane.placement import padded

__all__ = ["Solid", "solid_of"]

_EYE = 4.5  # distance of the eye, in half diagonals of the box: nearer, parallels seem to diverge

Floats = NDArray[np.float64]


class Solid(NamedTuple):
    """Three features, or three principal components, in a box whose half diagonal is 1.

    Attributes
    ----------
    columns : tuple of int
        The features that are drawn.
    components : tuple of ndarray, (N,) and (3, N), or None
        A centre and the directions of principal components.
    middle, unit : ndarray, (3,)
        The place of a value is (value - middle) / unit, in clustered units.
    half : ndarray, (3,)
        Half the sides of the box.
    labels : tuple of str
        Of the axes; may be empty.
    """

    columns: tuple[int, ...]
    components: tuple[Floats, Floats] | None
    middle: Floats
    unit: Floats
    half: Floats
    labels: tuple[str, ...]

    def place(self, values: NDArray[Any]) -> Floats:
        """Return where values, (R, N), lie, (R, 3); each wherever it would lie alone."""
        return (_along(values, self.columns, self.components) - self.middle) / self.unit

    def holds(self, xyz: Floats) -> NDArray[np.bool_]:
        """Return which places lie within the box, (R,)."""
        inside: NDArray[np.bool_] = np.all(np.abs(xyz) <= self.half * (1 + 1e-9), axis=1)
        return inside

    def corners(self) -> Floats:
        """Return the corners of the box, (8, 3); bit n of a number is the side of axis n."""
        signs = [[1 if corner >> n & 1 else -1 for n in range(3)] for corner in range(8)]
        return np.array(signs) * self.half

    def seen(self, xyz: Floats, azimuth: float, elevation: float) -> tuple[Floats, Floats, Floats]:
        """Return how places look from a side.

        Parameters
        ----------
        xyz : ndarray, (R, 3)
        azimuth, elevation : float
            Of the eye, in degrees.

        Returns
        -------
        xy : ndarray, (R, 2)
            To the right and upwards.
        depth : ndarray, (R,)
            Away from the eye, -1..1 within the box.
        size : ndarray, (R,)
            How large something looks there; 1 in the middle.
        """
        turn, rise = math.radians(azimuth), math.radians(elevation)
        x, y, z = xyz.T
        right = x * math.cos(turn) - y * math.sin(turn)
        back = x * math.sin(turn) + y * math.cos(turn)
        up = z * math.cos(rise) + back * math.sin(rise)
        depth = back * math.cos(rise) - z * math.sin(rise)
        size = _EYE / np.maximum(0.1, _EYE + depth)
        return np.stack([right * size, up * size], axis=1), depth, size

    def reach(self, elevation: float) -> tuple[float, float]:
        """Return how far the box reaches to the right and upwards, however it is turned."""
        rise, radius, high = math.radians(elevation), math.hypot(*self.half[:2]), self.half[2]
        # The largest of radius * cos(t) / (a + b * sin(t)) is radius / sqrt(a * a - b * b).
        a, b = _EYE - high * abs(math.sin(rise)), radius * math.cos(rise)
        across = _EYE * radius / math.sqrt(a * a - b * b)
        ends = [
            abs(z * math.cos(rise) + back * math.sin(rise))
            / (_EYE + back * math.cos(rise) - z * math.sin(rise))
            for z in (-high, high)
            for back in (-radius, radius)
        ]
        return across, _EYE * max(ends)


def _along(
    values: NDArray[Any], columns: tuple[int, ...], components: tuple[Floats, Floats] | None
) -> Floats:
    """Return values along the three axes, (R, 3)."""
    values = np.asarray(values, dtype=np.float64)
    if components is None:
        return values[:, list(columns)]
    centre, basis = components
    # One product at a time: a product of matrices rounds by where a row stands.
    return np.stack([((values - centre) * direction).sum(axis=1) for direction in basis], axis=1)


def solid_of(
    sample: Floats,
    columns: tuple[int, ...],
    components: tuple[Floats, Floats] | None,
    labels: tuple[str, ...],
    *,
    equal: bool,
    everything: bool,
) -> Solid:
    """Return the solid that shows some points.

    Parameters
    ----------
    sample : ndarray, (S, N)
        The points that are drawn.
    columns, components, labels
        As the attributes.
    equal : bool
        Whether a unit is as long on all axes, unless their spans differ by more than `MOST` times.
    everything : bool
        Whether outliers are drawn as well; see `limits.ranges`.
    """
    xyz = _along(sample, columns, components)
    extents = list(zip(xyz.min(axis=0).tolist(), xyz.max(axis=0).tolist(), strict=True))
    if not everything:
        found = ranges(xyz, extents)
        lows, highs = np.array(found).T
        inside = xyz[((xyz >= lows) & (xyz <= highs)).all(axis=1)]
        extents = list(zip(inside.min(axis=0).tolist(), inside.max(axis=0).tolist(), strict=True))
    ends = np.array([padded(low, high) for low, high in extents])
    middle, half = ends.mean(axis=1), np.diff(ends, axis=1)[:, 0] / 2
    if equal and half.max() <= MOST * half.min():
        unit = np.full(3, math.sqrt(float((half / half.max()) @ (half / half.max()))))
        unit *= half.max()
    else:
        unit = half * math.sqrt(3)
    return Solid(columns, components, middle, unit, half / unit, labels)
