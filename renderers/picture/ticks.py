"""Round values along an axis and how they are written. Draws nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.ticker import MaxNLocator

__all__ = ["short", "telling_digits", "ticks"]

_STEPS = (1, 2, 2.5, 5, 10)


def ticks(low: float, high: float, at_most: int, *, log: bool = False) -> list[tuple[float, str]]:
    """Return round values within the limits and how they are written, or none where none serve.

    Parameters
    ----------
    low, high : float
        The limits of an axis.
    at_most : int
        How many there is room for.
    log : bool
        Whether the axis is logarithmic: then limits, and values that are returned, are decimal
        logarithms of what is written.
    """
    if log:
        return _decades(low, high, at_most)
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


# Multiples of powers of ten along a logarithmic axis, from the densest on.
_MULTIPLES = ((1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


def _decades(low: float, high: float, at_most: int) -> list[tuple[float, str]]:
    """Return round values of a logarithmic axis: powers of ten, and what there is room for."""
    if at_most < 2 or not (abs(low) < 300 and abs(high) < 300):
        return []
    first, last = math.floor(low), math.ceil(high)
    choices = [
        [(digit, power) for power in range(first, last + 1) for digit in digits]
        for digits in _MULTIPLES
    ]
    steps = range(2, last - first + 2)
    choices += [
        [(1, power) for power in range(first, last + 1) if power % step == 0] for step in steps
    ]
    for choice in choices:
        found = [(math.log10(digit) + power, digit, power) for digit, power in choice]
        found = [(at, digit, power) for at, digit, power in found if low <= at <= high]
        if len(found) <= at_most:
            break
    if len(found) < 2:  # less than a decade: round values lie almost evenly
        lows, highs = 10.0**low, 10.0**high
        return [
            (math.log10(value), words) for value, words in ticks(lows, highs, at_most) if value > 0
        ]
    plain = all(-4 <= power <= 6 for _, _, power in found)  # else no two ways on one axis
    return [(at, _power(digit, power, plain=plain)) for at, digit, power in found]


def _power(digit: int, power: int, *, plain: bool) -> str:
    """Write a digit times a power of ten."""
    if plain or power in (0, 1):
        return f"{digit * 10.0**power:,.{max(0, -power)}f}"
    return _raised(power) if digit == 1 else _times(str(digit), power)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _raised(power: int) -> str:
    """Write a power of ten as it is printed, 10⁶ and not 1e6."""
    return "10" + str(power).translate(_RAISED)


def _times(mantissa: str, power: int) -> str:
    return f"{mantissa}\N{MULTIPLICATION SIGN}{_raised(power)}"


def _short_exponent(value: float, decimals: int) -> str:
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return _times(mantissa, int(exponent))


def short(value: float, digits: int = 4) -> str:
    """Write a value, such as an inertia, in so many digits or a few more."""
    size = abs(value)
    if size == 0:
        return "0"
    if 0.01 <= size < 1e7:
        written = f"{value:,.{max(0, digits - len(str(int(size))))}f}"
    else:
        written = _short_exponent(value, digits - 1)
    return written.replace("-", "\N{MINUS SIGN}")


def telling_digits(values: Iterable[float]) -> int:
    """Return how many digits tell values apart that differ, as `short` writes them."""
    different = set(values)
    for digits in range(4, 9):
        if len({short(value, digits) for value in different}) == len(different):
            return digits
    return 9
