"""How far points reach on a plane, found where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.visit import Visible
from renderers.plane.places import bounds
from renderers.plane.plane import Plane

__all__ = ["WORK", "extent_of"]

WORK = 1 << 10  # that a value counts for: chunks of 65,536 values and their places stay in a cache

_Extremes = NDArray[np.float64]  # (4,): least x, largest x, least y, largest y


class _Extent:
    """Looks at all points, see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
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
    ) -> None:
        """See `Visitor.add`."""
        bounds(self._plane.project(X, rows), found)

    def merge(self, found: list[_Extremes]) -> _Extremes:
        """See `Visitor.merge`."""
        low, high = np.min(found, axis=0), np.max(found, axis=0)
        return np.array([low[0], high[1], low[2], high[3]])


def extent_of(points: Visible, plane: Plane) -> tuple[float, float, float, float]:
    """Return the least and the largest of the horizontal and the vertical places of points.

    Where features are drawn, their range is known; only components need a look at the points.
    """
    if plane.components is None:
        # A feature times a scale plus an offset, each rounded, rises or falls with the feature.
        ends = plane.project(np.stack([points.measure.low, points.measure.high]))
        (xmin, ymin), (xmax, ymax) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
    else:
        xmin, xmax, ymin, ymax = points.visit(_Extent(plane)).tolist()
    return xmin, xmax, ymin, ymax
