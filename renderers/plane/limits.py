"""What part of a plane is drawn: as asked for, or so that a few outliers do not squeeze the rest.

Limits are places on the plane. Knows no pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.visit import Visible
from renderers.errors import InvalidOption
from renderers.plane.extent import extent_of
from renderers.plane.placement import Limits, padded
from renderers.plane.plane import Plane

__all__ = ["ALL", "asked_limits", "fences", "limits_of", "ranges"]

#: What is asked for to see all points.
ALL = "all"

# Outliers: fewer than this share of the points, and they would take more than that of the span.
_FEW, _MOST = 0.005, 0.5
# How far the picture reaches beyond the shortest range of all but the few, at each end, in its
# lengths: a bell curve is seen to its ends.
_BEYOND = 0.35

Floats = NDArray[np.float64]


def limits_of(
    points: Visible, plane: Plane, sample: Floats, extent: Limits, *, everything: bool
) -> Limits:
    """Return the limits of the axes: the points and 5% around them.

    Parameters
    ----------
    points : Visible
    plane : Plane
        Where they lie.
    sample : ndarray, (S, 2)
        Places of evenly spaced ones.
    extent : tuple of float
        How far all of them reach.
    everything : bool
        Whether outliers count.
    """
    fence = None if everything else fences(sample[:, :1] if plane.is_line else sample, extent)
    if fence is not None:
        extent = extent_of(points, plane, fence) or extent
    left, right, bottom, top = extent
    xmin, xmax = padded(left, right)
    if plane.is_line:
        return xmin, xmax, 0.0, 1.0
    return xmin, xmax, *padded(bottom, top)


def fences(sample: Floats, extent: Limits) -> Limits | None:
    """Return limits beyond which few points would take most of the picture.

    Parameters
    ----------
    sample : ndarray, (S, 1) or (S, 2)
        Places on the plane. Of points of one feature only the horizontal ones.
    extent : tuple of float
        How far all points reach.

    Returns
    -------
    tuple of float, or None
        Infinite where nothing is cut off; None if nothing is anywhere.
    """
    found = ranges(sample, [extent[:2], extent[2:]][: sample.shape[1]])
    if not np.isfinite(found).any():
        return None
    (xmin, xmax), (ymin, ymax) = found[0], found[-1] if len(found) > 1 else (-math.inf, math.inf)
    return xmin, xmax, ymin, ymax


def ranges(sample: Floats, extents: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the range of each axis beyond which few points would take most of it.

    Parameters
    ----------
    sample : ndarray, (S, A)
        Evenly spaced points.
    extents : sequence of (float, float)
        How far all points reach along each axis.

    Returns
    -------
    list of (float, float)
        Infinite where nothing is cut off.
    """
    everything = (-math.inf, math.inf)
    found = [everything] * len(extents)
    sample = sample[np.isfinite(sample).all(axis=1)]
    few = math.ceil(len(sample) * _FEW) - 1
    if few < 1:
        return found
    gains: dict[int, float] = {}
    for axis, whole in enumerate(extents):
        low, high = _shortest(np.sort(sample[:, axis]), few)
        seen = min(high, whole[1]) / 2 - max(low, whole[0]) / 2
        span = whole[1] / 2 - whole[0] / 2
        if 0 < seen < _MOST * span:
            found[axis], gains[axis] = (low, high), span / seen
    # Few along each axis, but together perhaps more: then only where most is gained.
    for axis in sorted(gains, key=gains.__getitem__):
        lows, highs = np.array(found).T
        if ((sample < lows) | (sample > highs)).any(axis=1).sum() <= few:
            break
        found[axis] = everything
    return found


def _shortest(places: Floats, few: int) -> tuple[float, float]:
    """Return the shortest range of all but `few` of some sorted places, and room around it."""
    ends = places[len(places) - few - 1 :] / 2
    first = int(np.argmin(ends - places[: few + 1] / 2))
    low, high = float(places[first]), float(places[len(places) - few - 1 + first])
    room = _BEYOND * (high - low)
    return low - room, high + room


def asked_limits(limits: Iterable[float] | str, plane: Plane) -> Limits:
    """Return limits that were asked for, in the units of the picture, as places on the plane.

    Parameters
    ----------
    limits : iterable of float, or str
        ``x0, x1, y0, y1``, also as one string; of points of one feature only the first two.
    plane : Plane
        Which axes are logarithmic.

    Raises
    ------
    InvalidOption
        If they are not limits.
    """
    names = ("x0", "x1") if plane.is_line else ("x0", "x1", "y0", "y1")
    words = f"limits={limits!r}"
    number = {2: "two", 4: "four"}[len(names)]
    try:
        values = [float(v) for v in (limits.split(",") if isinstance(limits, str) else limits)]
    except (TypeError, ValueError):
        values = []
    if len(values) != len(names):
        raise InvalidOption(
            f"{words} must be {number} numbers, {','.join(names)}, or 'all'", option="limits"
        )
    for axis, name in enumerate("x" if plane.is_line else "xy"):
        low, high = values[2 * axis : 2 * axis + 2]
        if not (abs(low) <= 1e300 and abs(high) <= 1e300):
            raise InvalidOption(f"{words} must be finite numbers", option="limits")
        if not high - low > 1e-12 * max(abs(low), abs(high)):
            raise InvalidOption(f"{words} must have {name}0 below {name}1", option="limits")
        if plane.logs[axis]:
            if low <= 0:
                raise InvalidOption(
                    f"{words} begins at {low:g}, but a logarithmic axis has no place for values up "
                    f"to 0: give a {name}0 above 0",
                    option="limits",
                )
            values[2 * axis : 2 * axis + 2] = math.log10(low), math.log10(high)
    xmin, xmax, ymin, ymax = values if len(values) == 4 else (*values, 0.0, 1.0)
    return xmin, xmax, ymin, ymax
