"""Numbers as small integers times a power of two, so that what is read is exact arithmetic."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rounded", "rounded"]

_STEPS = 65_534  # between the least and the largest: one less than 16 bits hold, as both may round


class Rounded(NamedTuple):
    """Columns of integers: value = (base + number) * 2^exponent.

    Attributes
    ----------
    numbers : ndarray, (R, C), uint8 or uint16
    base, exponent : list of int
        One for each column.
    exact : bool
        Whether nothing was lost.
    """

    numbers: NDArray[Any]
    base: list[int]
    exponent: list[int]
    exact: bool


def rounded(values: NDArray[np.float64]) -> Rounded:
    """Round columns to 16 bits, or to 8 where that loses nothing more."""
    numbers = np.empty(values.shape, dtype=np.uint16)
    base, exponent, exact = [], [], True
    for c, column in enumerate(values.T):
        step = _exponent(column)
        # In two factors: 2^1074 is not a float64.
        half = -(step // 2)
        scaled = np.ldexp(np.ldexp(column, half), -step - half)
        first = math.floor(float(scaled.min()))
        whole = np.rint(scaled)
        numbers[:, c] = whole - first
        base.append(first)
        exponent.append(step)
        exact = exact and bool((whole == scaled).all())
    if len(numbers) and int(numbers.max()) < 256:
        numbers = numbers.astype(np.uint8)
    return Rounded(numbers, base, exponent, exact)


def _exponent(column: NDArray[np.float64]) -> int:
    """Return the exponent of the steps of a column, not finer than its values are."""
    low, high = float(column.min()), float(column.max())
    span = high / 2 - low / 2
    needed = math.frexp(span / (_STEPS / 2))[1] if span else -1074
    # Multiples of this are float64, whatever integer below 2^53 multiplies it.
    finest = max(-1074, math.frexp(max(abs(low), abs(high)))[1] - 53)
    if span <= _STEPS / 2 and max(abs(low), abs(high)) < 2.0**53 and _integers(column):
        return 0
    return max(needed, finest)


def _integers(column: NDArray[np.float64]) -> bool:
    return bool((np.rint(column) == column).all())
