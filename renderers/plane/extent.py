"""How far points reach on a plane, found where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.visit import Visible
from renderers.plane.placement import Limits
from renderers.plane.places import bounds
from renderers.plane.plane import Plane

__all__ = ["WORK", "extent_of"]

WORK = 1 << 10  # that a value counts for: chunks of 65,536 values and their places stay in a cache

_LARGEST = float(np.finfo(np.float64).max)
_Extremes = NDArray[np.float64]  # (4,): least x, largest x, least y, largest y


class _Extent:
    """Looks at all points, see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, plane: Plane, within: Limits) -> None:
        # Limits may be endless, but points without a logarithm are nowhere.
        self._plane, self._within = plane, np.clip(within, -_LARGEST, _LARGEST)
        self.work_per_row = WORK * len(plane.scale)

    def begin(self) -> _Extremes:
        """See `Visitor.begin`."""
        return np.array([np.inf, -np.inf, np.inf, -np.inf])

    def add(
        self,
        found: _Extremes,
        rows: range | NDArray[np.integer],
        X: NDArray[Any],
        was: object,
        now: object,
        weights: object,
    ) -> None:
        """See `Visitor.add`."""
        bounds(self._plane.project(X, rows), self._within, found)

    def merge(self, found: list[_Extremes]) -> _Extremes:
        """See `Visitor.merge`."""
        low, high = np.min(found, axis=0), np.max(found, axis=0)
        return np.array([low[0], high[1], low[2], high[3]])


_EVERYWHERE = -_LARGEST, _LARGEST, -_LARGEST, _LARGEST


def extent_of(points: Visible, plane: Plane, within: Limits | None = None) -> Limits | None:
    """Return the least and the largest of the horizontal and the vertical places of points.

    Where features are drawn, their range is known; components need a look at the points, and so do
    logarithms where some have none.

    Parameters
    ----------
    points : Visible
    plane : Plane
    within : tuple of float, optional
        Only points within these limits count; by default all whose places are numbers.

    Returns
    -------
    tuple of float, or None
        ``(xmin, xmax, ymin, ymax)``; None if there is no such point.
    """
    if plane.components is None and within is None:
        # A feature times a scale plus an offset, each rounded, rises or falls with the feature.
        ends = plane.project(np.stack([points.measure.low, points.measure.high]))
        if np.isfinite(ends).all():
            (xmin, ymin), (xmax, ymax) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
            return xmin, xmax, ymin, ymax
    xmin, xmax, ymin, ymax = points.visit(_Extent(plane, within or _EVERYWHERE)).tolist()
    return (xmin, xmax, ymin, ymax) if xmin <= xmax else None
