"""The weights of points as a picture counts them: as whole numbers, which add up exactly.

A run counts weights as they are. A picture rounds them: to 20 bits of the largest one, so that the
sums of its pixels are exact and a point that changes cluster can be taken away again.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.visit import Visible
from kmeans_engine.points.weights import visit_weights
from kmeans_engine.starts.shares import Shares, shares_of

__all__ = ["Weighing", "numbers_of", "weighing_of"]

_BITS = 20
# Bits of the sum of all weights: times a colour and an opacity, 16 bits, it fits 63.
_TOTAL = 47
_ONE_EACH = np.empty(0, dtype=np.int64)


class Weighing(NamedTuple):
    """How points of different weights are counted on a picture.

    Attributes
    ----------
    shares : Shares
    bits : int
        Of the largest number.
    unit : float
        The mean of all numbers: what a point counts for where numbers of points are meant.
    """

    shares: Shares
    bits: int
    unit: float = 1.0

    def of(self, weights: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the numbers of some points: 0 for a weight of 0, else 1 at least."""
        whole = np.rint(np.ldexp(self.shares.of(weights), self.bits)).astype(np.int64)
        return np.maximum(whole, weights > 0)


class _Total:
    """Adds up the numbers of points, and finds the extremes; see `points.visit.Visitor`."""

    cells, work_per_row = 0, 1

    def __init__(self, weighing: Weighing) -> None:
        self._weighing = weighing

    def begin(self) -> list[int]:
        """See `Visitor.begin`."""
        return [0, 1 << 62, 0]

    def add(
        self,
        found: list[int],
        rows: object,
        X: NDArray[Any],
        was: object,
        now: object,
        weights: NDArray[np.float64] | None,
    ) -> None:
        """See `Visitor.add`."""
        if weights is not None and len(weights):
            numbers = self._weighing.of(weights)
            _add(found, [int(numbers.sum()), int(numbers.min()), int(numbers.max())])

    def merge(self, found: list[list[int]]) -> list[int]:
        """See `Visitor.merge`."""
        for part in found[1:]:
            _add(found[0], part)
        return found[0]


def _add(found: list[int], more: list[int]) -> None:
    found[:] = [found[0] + more[0], min(found[1], more[1]), max(found[2], more[2])]


def numbers_of(weighing: Weighing | None, weights: NDArray[np.float64] | None) -> NDArray[np.int64]:
    """Return what some points count for, (R,), as kernels take it: (0,) for one each."""
    return _ONE_EACH if weighing is None or weights is None else weighing.of(weights)


def weighing_of(points: Visible) -> Weighing | None:
    """Return how the weights of points are counted; None if all weigh the same, or have none."""
    shares = shares_of(points)
    if shares is None:
        return None
    weighing = Weighing(shares, min(_BITS, _TOTAL - points.n_points.bit_length()))
    total, least, most = visit_weights(points, _Total(weighing))
    if least == most:
        return None
    return weighing._replace(unit=total / points.n_points)
