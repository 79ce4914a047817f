"""Whether a unit is as long on both axes, so that distances and borders look as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from renderers.plane.placement import Limits
from renderers.plane.plane import Plane

__all__ = ["MOST", "most_degrees", "units_of", "where_on_earth"]

#: Axes whose spans differ by more than this are at two scales: one would be a line.
MOST = 20.0

_LATITUDE = frozenset({"lat", "latitude"})
_LONGITUDE = frozenset({"lon", "lng", "long", "longitude"})


def where_on_earth(names: Sequence[str]) -> tuple[int, int] | None:
    """Return which of two axes is the longitude and which the latitude, by their names."""
    words = [str(name).strip().casefold() for name in names]
    if len(words) == 2:
        for x, y in ((0, 1), (1, 0)):
            if words[x] in _LONGITUDE and words[y] in _LATITUDE:
                return x, y
    return None


def most_degrees(names: Sequence[str], axis: int, low: float) -> float:
    """Return the highest degree that there is along an axis of a map; infinity on other planes.

    `low` is the lowest value that is drawn: longitudes are written up to 180 or up to 360.
    """
    earth = where_on_earth(names)
    if earth is None:
        return math.inf
    return 90.0 if axis == earth[1] else 180.0 if low < 0 else 360.0


def units_of(plane: Plane, limits: Limits, names: Sequence[str]) -> tuple[float, float] | None:
    """Return lengths along the two axes of a plane that should look as long as each other.

    Clusters are found by distances in clustered units, so these are equal: of standardised points
    one standard deviation. On a map it is a kilometre in its middle.

    Parameters
    ----------
    plane : Plane
    limits : tuple of float
        What is drawn.
    names : sequence of str
        Of the features along the two axes; may be empty.

    Returns
    -------
    tuple of float, or None
        None for axes at scales of their own: a line, logarithms, or spans that differ by more than
        `MOST`.
    """
    if plane.is_line or plane.is_bent:
        return None
    xmin, xmax, ymin, ymax = limits
    if plane.components is not None:
        units = 1.0, 1.0
    elif (earth := where_on_earth(names)) is not None and _on_earth(limits, earth[1]):
        low, high = limits[2 * earth[1] : 2 * earth[1] + 2]
        degree = 1 / max(0.01, math.cos(math.radians((low + high) / 2)))
        units = (degree, 1.0) if earth == (0, 1) else (1.0, degree)
    else:
        a, b = (abs(float(plane.scale[column])) for column in plane.columns)
        if not (0 < a < math.inf and 0 < b < math.inf):
            return None
        units = a, b
    across, down = (xmax - xmin) / units[0], (ymax - ymin) / units[1]
    if not (0 < across <= MOST * down < math.inf and down <= MOST * across < math.inf):
        return None
    return units


def _on_earth(limits: Limits, latitude: int) -> bool:
    low, high = limits[2 * latitude : 2 * latitude + 2]
    return low < 90 and high > -90
