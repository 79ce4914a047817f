"""Places where many points lie, as in survey data, where few answers are given by many.

Knows no pixels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.visit import Visible
from renderers.plane.extent import WORK
from renderers.plane.placement import Limits
from renderers.plane.plane import Plane
from renderers.plane.weighing import Weighing

__all__ = ["MOST", "Shared", "roomy", "shared_places"]

MOST = 2000  # places; more are a cloud
_LEAST = 3.0  # points at a place on average, or most places have one point
_HALF = 0.6  # of a step: as far as the largest discs reach, and a little
_GLANCE = 5000  # points that tell whether to look at all

Floats = NDArray[np.float64]


class Shared(NamedTuple):
    """Places where points lie, and how many lie at each.

    Attributes
    ----------
    xy : ndarray, (U, 2)
        Places on the plane, by their horizontal and then their vertical position.
    counts : ndarray of int64, (U,)
        Points at each; or what they weigh, as a `Weighing` counts.
    weighed : bool
        Whether that is it: then discs may lie on one another, as points do.
    """

    xy: Floats
    counts: NDArray[np.int64]
    weighed: bool = False


class _Distinct:
    """Collects the places of points while they are few; see `points.visit.Visitor`."""

    cells = 0

    def __init__(self, plane: Plane, weighing: Weighing | None) -> None:
        self._plane, self._weighing = plane, weighing
        self.work_per_row = WORK * len(plane.scale)

    def begin(self) -> dict[complex, int]:
        """See `Visitor.begin`."""
        return {}

    def add(
        self,
        found: dict[complex, int],
        rows: range | NDArray[np.integer],
        X: NDArray[Any],
        was: object,
        now: object,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        if len(found) > MOST:
            return
        places, each, counts = np.unique(
            _as_numbers(self._plane.project(X, rows)), return_inverse=True, return_counts=True
        )
        if weights is not None and self._weighing is not None:
            counts[:] = 0
            np.add.at(counts, each, self._weighing.of(weights))
        for place, count in zip(places.tolist(), counts.tolist(), strict=True):
            found[place] = found.get(place, 0) + count

    def merge(self, found: list[dict[complex, int]]) -> dict[complex, int]:
        """See `Visitor.merge`."""
        total = found[0]
        for part in found[1:]:
            for place, count in part.items():
                total[place] = total.get(place, 0) + count
        return total


def _as_numbers(xy: Floats) -> NDArray[np.complex128]:
    """Return places as complex numbers, which NumPy sorts as pairs."""
    numbers: NDArray[np.complex128] = xy.view(np.complex128)[:, 0] + 0.0
    return numbers


def shared_places(
    points: Visible, plane: Plane, sample: Floats, weighing: Weighing | None
) -> Shared | None:
    """Return the places of points where many share few of them, else None.

    Points of different weights are shown like that wherever they are few: one of weight 5 is what
    five points at one place are.

    Parameters
    ----------
    points : Visible
    plane : Plane
        Where they lie; not a line.
    sample : ndarray, (S, 2)
        Places of evenly spaced ones.
    weighing : Weighing or None
        Of points of different weights.
    """
    glance = sample[:: -(-len(sample) // _GLANCE)]
    if plane.is_line or not np.isfinite(glance).all():
        return None
    alone = max(4, 0.7 * len(glance)) if weighing is None else MOST
    if len(np.unique(_as_numbers(glance))) > min(MOST, alone):
        return None
    found = points.visit(_Distinct(plane, weighing))
    if len(found) > (MOST if weighing else min(MOST, points.n_points / _LEAST)):
        return None
    places = np.array(sorted(found, key=lambda place: (place.real, place.imag)))
    counts = np.array([found[place] for place in places.tolist()], dtype=np.int64)
    xy = np.stack([places.real, places.imag], axis=1)
    return Shared(xy, counts, weighing is not None)


def roomy(limits: Limits, shared: Shared) -> Limits:
    """Return limits with room for half a step beyond the outermost places that they hold."""
    found = []
    for axis, places in enumerate(shared.xy.T):
        low, high = limits[2 * axis : 2 * axis + 2]
        seen = np.unique(places[(places >= low) & (places <= high)])
        if len(seen) > 1:
            room = min(_HALF * float(np.median(np.diff(seen))), 0.3 * (high - low))
            low, high = min(low, float(seen[0]) - room), max(high, float(seen[-1]) + room)
        found += [low, high]
    xmin, xmax, ymin, ymax = found
    return xmin, xmax, ymin, ymax
