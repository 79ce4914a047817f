"""Chooses a strategy by the shape of the problem, and another one if sorting does not pay.

Equal bits make it safe to change in the middle of a run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kmeans_engine.data import Data
from kmeans_engine.exact import ExactSums
from kmeans_engine.layout import block_rows
from kmeans_engine.strategies.base import Floats, Labels, Run, Step, Strategy
from kmeans_engine.strategies.blocks import MOST_FEATURES, Blocks, BlocksRun
from kmeans_engine.strategies.bounds import Bounds
from kmeans_engine.strategies.brute import Brute

__all__ = ["Auto"]

# Fewer points than this are not worth sorting, and fewer multiply-adds a point not worth a bound.
_WORTH_SORTING = 1 << 14
_WORTH_BOUNDS = 1 << 6
# Blocks across a cluster, along one axis, from which on few blocks lie on a border. With 12 of them
# blocks are as fast as bounds (1 M x 2, K = 100), with 6 bounds are 1.1 times as fast (1 M x 3,
# K = 64), with 4 2.5 times (china.jpg, K = 64).
_BLOCKS_ACROSS = 10.0
# The share of points in mixed blocks that shows the opposite.
_TOO_MIXED = 0.35


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

    Attributes
    ----------
    name : str
        The strategy that ran last.
    """

    def __init__(self, auto: Auto) -> None:
        self._auto = auto
        self._run: Run = auto.strategy("brute").begin()
        self.name = self._run.name

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        data, k = self._auto.data, len(centroids)
        name = _without_sorting(data, k)
        if data.n_features <= MOST_FEATURES and _WORTH_SORTING <= data.n_points < 1 << 32:
            blocks = data.n_points / block_rows(data.n_points)
            if (blocks / k) ** (1 / data.n_features) > _BLOCKS_ACROSS:
                name = "blocks"
        self.name = name
        self._run = self._auto.strategy(name).begin()
        return self._run.first(centroids, labels)

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Begin here instead of with `first`."""
        self._run.adopt(centroids, labels)

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        run = self._run
        step, self.name = run.step(centroids, labels, sums), run.name
        if isinstance(run, BlocksRun) and run.share_scored() > _TOO_MIXED:
            # The new run knows nothing of the labels before: its next step looks at all of them.
            name = _without_sorting(self._auto.data, len(centroids))
            self._run = self._auto.strategy(name).begin()
        return step


def _without_sorting(data: Data, k: int) -> str:
    return "bounds" if k * data.n_features >= _WORTH_BOUNDS else "brute"
