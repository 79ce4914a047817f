"""The strategy ``cuda``: whether it can be used, and the points that its runs share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.strategies.base import check_numbers
from kmeans_engine.strategies.cuda.device import free_bytes, missing

if TYPE_CHECKING:
    from kmeans_engine.strategies.cuda.assigner import CudaAssigner
    from kmeans_engine.strategies.cuda.points import DevicePoints

__all__ = ["Cuda"]

# The share of the free memory of a device that points may take: runs need some besides.
_SHARE = 0.6


class Cuda:
    """The points on the device, in a copy there: all of them, or as many as fit.

    Parameters
    ----------
    points : Data
    """

    name: ClassVar[str] = "cuda"

    def __init__(self, points: Data) -> None:
        self._points = points
        self._lock = threading.Lock()
        self._held: DevicePoints | None = None

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Raise `UnsupportedStrategy` without a device, or for 2^32 points or more."""
        reason = missing()
        if reason is not None:
            raise UnsupportedStrategy(
                f"strategy={cls.name!r} cannot be used: {reason}", options=("strategy",)
            )
        check_numbers(cls.name, points)

    def begin(self) -> CudaAssigner:
        """Return an assigner for a new run."""
        from kmeans_engine.strategies.cuda.assigner import CudaAssigner
        from kmeans_engine.strategies.cuda.points import DevicePoints

        self.check(self._points)  # a process may have been forked meanwhile
        with self._lock:
            if self._held is None:
                self._held = DevicePoints(self._points, _SHARE * free_bytes())
            return CudaAssigner(self._held)
