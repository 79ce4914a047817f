"""What float64 cannot tell apart: said once, when points are given. Changes nothing."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Sequence

from kmeans_engine.errors import PrecisionWarning
from kmeans_engine.frames import count_rounded
from kmeans_engine.points.data import Data

__all__ = ["warn_of_precision"]

# From here on float64 skips whole numbers; squares of smaller numbers lose their digits.
_WHOLE, _VANISHING = 2.0**53, 2.0**-511


def warn_of_precision(parts: Sequence[Data], *, stacklevel: int) -> None:
    """Warn, in a line each, of whole numbers that are rounded and of distances that vanish.

    Parameters
    ----------
    parts : sequence of Data
        All parts of the points, measured.
    stacklevel : int
        Whose line the warning names; 2 is that of the function that calls this one.
    """
    measure = parts[0].measure
    low, high = measure.low.tolist(), measure.high.tolist()  # a tenth of the time, for few
    rounded = sum(part.sheet.rounded for part in parts)
    if max(-min(low), max(high)) >= _WHOLE:
        rounded += sum(count_rounded(part.points) for part in parts)
    if rounded:
        some = "1 whole number" if rounded == 1 else f"{rounded:,} whole numbers"
        warnings.warn(
            f"points have {some} beyond 2^53, rounded to the nearest float64: subtract an offset "
            "from the column first, in whole numbers, to keep every digit",
            PrecisionWarning,
            stacklevel=stacklevel + 1,
        )
    reach = max(map(operator.sub, high, low))
    if 0.0 < reach < _VANISHING:
        power = min(-math.frexp(reach)[1], 1000)
        warnings.warn(
            f"points are at most {reach:.3g} apart, and the square of that vanishes in float64, so "
            f"their distances are wrong: multiply them by 2.0**{power}, which costs no digit",
            PrecisionWarning,
            stacklevel=stacklevel + 1,
        )
