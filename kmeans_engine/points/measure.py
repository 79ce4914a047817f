"""What is measured of points once. Measures of parts merge, so parts that never meet agree."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.sums import Grain, SumFormat
from kmeans_engine.validation import bad_values, bad_weights

__all__ = ["Measure", "merge"]


# What sums of squares must stay below.
_LARGEST = float(np.finfo(np.float64).max) / 4


@dataclass(frozen=True, eq=False)
class Measure:
    """Of some points: how many, their range, their finest digit; ``one | other`` is that of both.

    Attributes
    ----------
    n_points : int
        How many there are.
    low, high : ndarray, (N,), float64
        Range of each feature.
    tiny : ndarray, (N,), float64
        Smallest magnitude other than zero; infinite if there is none.
    integral : ndarray, (N,), bool
        Whether all values are integers.
    digits : int
        Bits of the longest significand: 24 for float32, else 53.
    single : bool
        Whether float32 holds every value exactly.
    n_bad, first_bad : int
        How many values are NaN or infinite, and the first row that has one, or -1.
    weights : Measure, optional
        That of the weights, as points of one feature; negative ones are bad as well.
    """

    n_points: int
    low: Floats
    high: Floats
    tiny: Floats
    integral: npt.NDArray[np.bool_]
    digits: int
    single: bool
    n_bad: int = 0
    first_bad: int = -1
    weights: Measure | None = None

    def __or__(self, other: Measure) -> Measure:
        """Return the measure of both parts together."""
        if len(self.low) != len(other.low):
            raise InvalidInput(
                f"parts of the points have {len(self.low)} and {len(other.low)} features, need the "
                "same number: choose the same columns for all"
            )
        bad = [part.first_bad for part in (self, other) if part.n_bad]
        return Measure(
            n_points=self.n_points + other.n_points,
            low=np.minimum(self.low, other.low),
            high=np.maximum(self.high, other.high),
            tiny=np.minimum(self.tiny, other.tiny),
            integral=self.integral & other.integral,
            digits=max(self.digits, other.digits),
            single=self.single and other.single,
            n_bad=self.n_bad + other.n_bad,
            first_bad=min(bad, default=-1),
            weights=self.weights and other.weights and self.weights | other.weights,
        )

    def after(self, rows: int) -> Measure:
        """Return the measure of the same points where so many rows come before them."""
        own = replace(self, weights=self.weights and self.weights.after(rows))
        return replace(own, first_bad=self.first_bad + rows) if self.n_bad else own

    def check(self) -> Measure:
        """Return this, or raise `InvalidInput` with the one line that says what is wrong."""
        if self.n_bad:
            raise bad_values("points", self.n_bad, self.first_bad)
        if self.weights is not None:
            if self.weights.n_bad:
                raise bad_weights(self.weights.n_bad, self.weights.first_bad)
            if self.weights.high[0] == 0.0:
                raise InvalidInput(
                    "weights are all zero, so no point counts: give at least one a positive weight",
                    options=("weights",),
                )
        self._check_range(self.low, self.high)
        return self

    def check_with(self, centroids: Floats) -> None:
        """Raise `InvalidInput` if squared distances to these centroids (K, N) overflow float64."""
        self._check_range(
            np.minimum(self.low, centroids.min(axis=0)),
            np.maximum(self.high, centroids.max(axis=0)),
        )

    def _check_range(self, low: Floats, high: Floats) -> None:
        weight = 1.0 if self.weights is None else float(self.weights.high[0])
        with np.errstate(over="ignore"):
            square = float(np.square(high - low).sum())
            total = float(self.n_points) * square
            weighted = float(self.n_points) * weight * max(square, 1.0)
        if total < _LARGEST and not weighted < _LARGEST:
            raise InvalidInput(
                f"weights up to {weight:.3g} are too large: the sum of squares overflows float64; "
                "divide them by a constant, since only their ratios matter",
                options=("weights",),
            )
        if not total < _LARGEST:
            largest = max(np.abs(low).max(), np.abs(high).max())
            raise InvalidInput(
                f"values up to {largest:.3g} are too large: their squares overflow float64; "
                "scale the features (divide by a constant, or standardize)"
            )

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The smaller of float32 and float64 that holds every value exactly."""
        return np.dtype(np.float32 if self.single else np.float64)

    @functools.cached_property
    def center(self) -> Floats:
        """Middle of the range, (N,): fast scores count from here, so an offset costs no digits."""
        center: Floats = 0.5 * self.low + 0.5 * self.high
        # Kernels may read the points as float32, and subtract in that type: then both numbers must
        # be float32.
        return center.astype(np.float32).astype(np.float64) if self.single else center

    @functools.cached_property
    def scale(self) -> float:
        """Power of two that brings the largest distance from `center` near 1."""
        reach = float(np.maximum(self.high - self.center, self.center - self.low).max())
        # 2^1000 at most: beyond that the reference distance itself underflows, and no score may
        # certify.
        largest = 120 if self.single else 1000
        return math.ldexp(1.0, min(-math.frexp(reach)[1], largest)) if reach else 1.0

    @functools.cached_property
    def grain(self) -> Grain:
        """How fine the values are."""
        largest = np.maximum(np.abs(self.low), np.abs(self.high))
        return Grain.of(largest, self.tiny, self.integral, self.digits)

    @functools.cached_property
    def sum_format(self) -> SumFormat:
        """How exact sums of these points, or of these weighted points, are stored."""
        if self.weights is None:
            return self.plain_format
        own = self.weights.grain
        exponents, bits = self.grain.times(own)
        columns = Grain(exponents + own.exponents, bits + own.bits)
        moderate = self.grain.moderate and own.moderate
        return SumFormat.of_products(columns, self.n_points, moderate=moderate)

    @functools.cached_property
    def plain_format(self) -> SumFormat:
        """How exact sums of these points are stored, whatever they weigh."""
        return SumFormat.plain(self.grain, self.n_points)

    @property
    def square_format(self) -> SumFormat:
        """How exact sums of the weighted squares are stored."""
        assert self.weights is not None
        exponents, bits = self.grain
        squares = Grain([2 * e for e in exponents], [2 * b for b in bits])
        return SumFormat.of_products(
            squares.times(self.weights.grain), self.n_points, moderate=False
        )


def merge(measures: Iterable[Measure]) -> Measure:
    """Return the measure of all parts, in any order."""
    return functools.reduce(operator.or_, measures)
