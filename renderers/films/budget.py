"""Finds the best film that fits into so many bytes, in few attempts. Encodes nothing."""

from __future__ import annotations

import math

__all__ = ["Search"]

_GOOD = 0.85  # of the limit: no better one is looked for


class Search:
    """Which level to try next: bisection, led by what the attempts so far took.

    Parameters
    ----------
    levels : int
        Level 0 is the best and the largest, ``levels - 1`` the smallest.
    limit : int or None
        Bytes; None takes level 0, whatever it takes.
    shrinks : float
        The share of bytes that one level more is expected to leave; only the number of attempts
        depends on it.

    Attributes
    ----------
    smallest : int
        Bytes of the last attempt that did not fit.
    """

    def __init__(self, levels: int, limit: int | None, shrinks: float) -> None:
        self._low, self._high = 0, levels - 1
        self._limit = limit
        self._shrinks = shrinks
        self._guess = 0
        self.smallest = 0

    def next(self) -> int | None:
        """Return the level to try; None if the best that fits is known, or that none does."""
        if self._low > self._high:
            return None
        return min(max(self._guess, self._low), self._high)

    def fits(self, level: int, size: int) -> bool:
        """Take note of what a level took, and return whether that is the best one so far."""
        if self._limit is None:
            self._high = -1
            return True
        needed = math.log(max(size, 1) / self._limit) / -math.log(self._shrinks)
        self._guess = level + math.ceil(needed)
        if size <= self._limit:
            self._high = -1 if size >= _GOOD * self._limit else level - 1
            return True
        self._low = level + 1
        self.smallest = size
        return False
