"""Chooses a strategy by the shape of the problem, and another one if the choice does not pay.

Equal bits make it safe to change in the middle of a run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from kmeans_engine.data import Data
from kmeans_engine.exact import ExactSums
from kmeans_engine.strategies.base import Floats, Labels, Run, Step, Strategy
from kmeans_engine.strategies.blocks import BY_PLACE, Blocks, BlocksRun
from kmeans_engine.strategies.bounds import Bounds
from kmeans_engine.strategies.brute import Brute

__all__ = ["Auto"]

# Fewer points than this are not worth sorting, and fewer multiply-adds a point not worth a bound.
_WORTH_SORTING = 1 << 14
_WORTH_BOUNDS = 1 << 9


class Auto:
    """The other strategies, made when they are needed.

    Parameters
    ----------
    data : Data
        The points.
    """

    def __init__(self, data: Data) -> None:
        self.data = data
        self._made: dict[str, Strategy] = {}
        self._lock = threading.Lock()

    def begin(self) -> AutoRun:
        """Return a new run."""
        return AutoRun(self)

    def strategy(self, name: str) -> Strategy:
        """Return one of the other strategies, the same one every time."""
        classes: dict[str, Callable[[Data], Strategy]]
        classes = {"blocks": Blocks, "bounds": Bounds, "brute": Brute}
        with self._lock:
            if name not in self._made:
                self._made[name] = classes[name](self.data)
            return self._made[name]


class AutoRun:
    """A run of one strategy at a time.

    Parameters
    ----------
    auto : Auto
    """

    def __init__(self, auto: Auto) -> None:
        self._auto = auto
        self._run: Run = auto.strategy("brute").begin()
        self._tried = False

    @property
    def name(self) -> str:
        """The strategy that ran last."""
        return self._run.name

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        data = self._auto.data
        name = _without_sorting(data, len(centroids))
        if data.n_features <= BY_PLACE and _WORTH_SORTING <= data.n_points < 1 << 32:
            name = "blocks"
        self._run = self._auto.strategy(name).begin()
        return self._run.first(centroids, labels)

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Begin here instead of with `first`."""
        self._run.adopt(centroids, labels)

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        begin = time.perf_counter()
        step = self._run.step(centroids, labels, sums)
        seconds = time.perf_counter() - begin
        run = self._run
        if isinstance(run, BlocksRun) and run.share_mixed() > 0.5 and not self._tried:
            # Hardly a block is pure: sorting helps only if the centroids are very many.
            self._tried = True
            brute = self._auto.strategy("brute")
            assert isinstance(brute, Brute)
            if seconds > brute.estimate(centroids):
                name = _without_sorting(self._auto.data, len(centroids))
                self._run = self._auto.strategy(name).begin()
        return step


def _without_sorting(data: Data, k: int) -> str:
    return "bounds" if k * data.n_features >= _WORTH_BOUNDS else "brute"
