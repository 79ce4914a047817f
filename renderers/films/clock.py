"""Seconds of moments as whole numbers of frames."""

from __future__ import annotations

import math

__all__ = ["FrameClock"]


class FrameClock:
    """Turn the seconds of moments into whole numbers of frames, without drift.

    Parameters
    ----------
    rate : float
        Frames per second.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._seconds = 0.0
        self._frames = 0

    def frames(self, seconds: float) -> int:
        """Return how many frames the next moment gets; 0 if it is too short to be seen.

        The frames of all moments so far are their total time, rounded; so no error accumulates.
        """
        self._seconds += seconds
        # Halves go up and the millionth absorbs the rounding of the sum: 50 moments a second at 25
        # frames a second must give 1, 0, 1, 0, ..., where round() would give 0, 1, 1, 0, 0, 1.
        total = math.floor(self._seconds * self.rate + 0.5 + 1e-6)
        count, self._frames = total - self._frames, total
        return count
