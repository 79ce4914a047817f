"""What float64 cannot tell apart: said once, when points are given. Changes nothing."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Sequence

from kmeans_engine.errors import PrecisionWarning
from kmeans_engine.points.data import Data
from kmeans_engine.points.measure import Measure

__all__ = ["rounded_in", "warn_of_rounding", "warn_of_vanishing"]

# From here on float64 skips whole numbers; squares of smaller numbers lose their digits.
_WHOLE, _VANISHING = 2.0**53, 2.0**-511


def rounded_in(parts: Sequence[Data]) -> int:
    """Return how many whole numbers of all parts, measured together, float64 rounds to others."""
    measure = parts[0].measure
    rounded = sum(part.store.rounded for part in parts)
    # As lists: a tenth of the time for few features.
    if max(-min(measure.low.tolist()), max(measure.high.tolist())) >= _WHOLE:
        rounded += sum(part.store.count_rounded() for part in parts)
    return rounded


def warn_of_rounding(rounded: int, name: str = "points") -> None:
    """Warn of so many whole numbers, of points or of their weights, that float64 rounds to others.

    The warning names the line that called the caller.
    """
    if rounded:
        some = "1 whole number" if rounded == 1 else f"{rounded:,} whole numbers"
        remedy = "subtract an offset from the column first, in whole numbers"
        if name == "weights":
            remedy = "divide them by a common divisor first"
        warnings.warn(
            f"{name} have {some} beyond 2^53, rounded to the nearest float64: {remedy}, to keep "
            "every digit",
            PrecisionWarning,
            stacklevel=3,
        )


def warn_of_vanishing(measure: Measure) -> None:
    """Warn of points so near to each other that their squared distances vanish; as above."""
    reach = max(map(operator.sub, measure.high.tolist(), measure.low.tolist()))
    if 0.0 < reach < _VANISHING:
        power = min(-math.frexp(reach)[1], 1000)
        warnings.warn(
            f"points are at most {reach:.3g} apart, and the square of that vanishes in float64, so "
            f"their distances are wrong: multiply them by 2.0**{power}, which costs no digit",
            PrecisionWarning,
            stacklevel=3,
        )
