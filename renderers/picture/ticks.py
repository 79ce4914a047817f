"""Round values along an axis and how they are written. Draws nothing."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.ticker import MaxNLocator

__all__ = ["short", "ticks"]

_STEPS = (1, 2, 2.5, 5, 10)


def ticks(low: float, high: float, at_most: int) -> list[tuple[float, str]]:
    """Return round values within the limits and how they are written, or none where none serve."""
    raw = (high - low) / max(1, at_most)
    largest = max(abs(low), abs(high))
    if at_most < 2 or not 1e-280 < raw < 1e280 or raw < 1e-12 * largest:
        return []
    found = np.asarray(MaxNLocator(at_most, steps=_STEPS).tick_values(low, high))
    # The locator adds steps up; multiples of one have no crumbs of rounding.
    step = float(f"{found[1] - found[0]:.2g}")
    whole = np.rint(found / step)
    values = [float(v) for v in whole * step if low <= v <= high]
    exponent = math.floor(math.log10(step) + 1e-9)
    digits = 0 if math.isclose(step, round(step / 10.0**exponent) * 10.0**exponent) else 1
    decimals = max(0, digits - exponent)
    top = max((math.floor(math.log10(abs(v))) for v in values if v), default=exponent)
    plain = [f"{value:,.{decimals}f}" for value in values]
    short = [_short_exponent(value, max(0, top - exponent + digits)) for value in values]
    longest = max(map(len, plain), default=0)
    written = short if longest > max(10, max(map(len, short), default=0)) else plain
    return [(v, w.replace("-", "\N{MINUS SIGN}")) for v, w in zip(values, written, strict=True)]


def _short_exponent(value: float, decimals: int) -> str:
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def short(value: float) -> str:
    """Write a value, such as an inertia, in about six characters."""
    if value == 0 or 0.01 <= value < 1e6:
        return f"{value:,.{max(0, 4 - len(str(int(value))))}f}" if value else "0"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "\N{MINUS SIGN}")
