"""The weights of points as starts draw by them: shares of at most 1, whatever their unit.

A point of share 0 is never drawn. Shares below 2^-900 of the largest may count as 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.points.visit import Visible, VisibleParts

__all__ = ["Shares", "gathered", "rows_of_weight", "shares_of", "weighed"]

_Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Shares:
    """What the weights of some points are multiplied by, and how many of them are positive."""

    exponent: int
    positive: int

    def of(self, weights: Floats) -> Floats:
        """Return the shares of some points: weights times a power of two, 1 at most."""
        shares: Floats = np.ldexp(weights, -self.exponent)
        return shares


def weighed(far: Floats, weights: Floats | None, shares: Shares | None) -> Floats:
    """Return squared distances times the shares of the points, as they are without weights."""
    return far if weights is None or shares is None else far * shares.of(weights)


def shares_of(points: Visible) -> Shares | None:
    """Return the shares of all points, or None if they have no weights."""
    if not points.weighted:
        return None
    points.measure.check()
    largest, positive = points.visit(_Survey())
    return Shares(math.frexp(largest)[1], positive)


class _Visit:
    """A visitor that looks at the weights alone."""

    cells, work_per_row = 0, 1


class _Survey(_Visit):
    """Finds the largest weight, and how many are positive; a `Visitor`."""

    def begin(self) -> list[Any]:
        """See `Visitor.begin`."""
        return [0.0, 0]

    def add(
        self, found: list[Any], rows: Any, X: _Array, was: Any, now: Any, weights: Floats | None
    ) -> None:
        """See `Visitor.add`."""
        assert weights is not None
        found[0] = max(found[0], float(weights.max(initial=0.0)))
        found[1] += int(np.count_nonzero(weights))

    def merge(self, found: list[list[Any]]) -> list[Any]:
        """See `Visitor.merge`."""
        return [max(one[0] for one in found), sum(one[1] for one in found)]


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


class _Positive(_Visit):
    """Lists points of positive weight; a `Visitor`."""

    def begin(self) -> list[_Array]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[_Array],
        rows: Any,
        X: _Array,
        was: Any,
        now: Any,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        assert weights is not None
        found.append(np.asarray(rows, dtype=np.int64)[weights > 0])

    def merge(self, found: list[list[_Array]]) -> list[_Array]:
        """See `Visitor.merge`."""
        return [piece for some in found for piece in some]


def rows_of_weight(points: Visible) -> npt.NDArray[np.int64]:
    """Return the points that may be drawn, ascending: all, or those of positive weight."""
    if not points.weighted:
        return np.arange(points.n_points)
    return np.sort(np.concatenate(points.visit(_Positive())))
