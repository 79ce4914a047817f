"""The weights of points as starts draw by them: shares of at most 1, whatever their unit.

A point of share 0 is never drawn, and any other is drawn before a position is taken twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.points.visit import Visible, VisibleParts
from kmeans_engine.points.weights import visit_weights, weights_of

__all__ = ["Shares", "gathered", "rows_of_weight", "shares_of", "weighed"]

_Array = npt.NDArray[Any]

# The least share of a point that weighs something. It is no chance beside the largest, but times a
# squared distance it is not lost either, once those that weigh more have been taken.
_LEAST = 2.0**-200


@dataclass(frozen=True)
class Shares:
    """What the weights of some points are multiplied by, and how many of them are positive."""

    exponent: int
    positive: int

    def of(self, weights: Floats) -> Floats:
        """Return the shares of some points: weights times a power of two, 1 at most."""
        shares: Floats = np.ldexp(weights, -self.exponent)
        return np.maximum(shares, _LEAST, out=shares, where=weights > 0.0)


def weighed(far: Floats, weights: Floats | None, shares: Shares | None) -> Floats:
    """Return squared distances times the shares of the points, as they are without weights."""
    return far if weights is None or shares is None else far * shares.of(weights)


def shares_of(points: Visible) -> Shares | None:
    """Return the shares of all points, or None if they have no weights."""
    if not points.weighted:
        return None
    weights = points.measure.check().weights
    assert weights is not None
    positive: list[int] = visit_weights(points, _Count())
    return Shares(math.frexp(weights.high[0])[1], positive[0])


class _Count:
    """Counts positive weights; a `Visitor`."""

    cells, work_per_row = 0, 1

    def begin(self) -> list[int]:
        """See `Visitor.begin`."""
        return [0]

    def add(
        self, found: list[int], rows: Any, X: _Array, was: Any, now: Any, weights: Floats | None
    ) -> None:
        """See `Visitor.add`."""
        assert weights is not None
        found[0] += int(np.count_nonzero(weights))

    def merge(self, found: list[list[int]]) -> list[int]:
        """See `Visitor.merge`."""
        return [sum(one[0] for one in found)]


def gathered(points: VisibleParts, shares: Shares | None) -> Floats:
    """Return the share of each point, (M,), or nothing, (0,), without weights."""
    if shares is None:
        return np.empty(0)
    out: Floats = points.budget.empty(points.n_points, np.dtype(np.float64))
    start = 0
    for part in points.parts:
        assert part.weights is not None
        out[start : start + part.n_points] = shares.of(part.weights)
        start += part.n_points
    return out


def rows_of_weight(points: Visible) -> npt.NDArray[np.int64]:
    """Return the points that may be drawn, ascending: all, or those of positive weight."""
    weights = weights_of(points)
    return np.arange(points.n_points) if weights is None else np.flatnonzero(weights)
