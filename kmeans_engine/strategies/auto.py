"""Chooses a strategy by the shape of the problem, and another one if it does not pay.

Equal bits make it safe to change in the middle of a run. The figures are from 30 iterations on two
cores; benchmarks/engine.py measures the choices.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kmeans_engine.data import Data
from kmeans_engine.exact import ExactSums
from kmeans_engine.layout import block_rows
from kmeans_engine.strategies.base import Floats, Labels, Run, Step, Strategy
from kmeans_engine.strategies.blocks import Blocks
from kmeans_engine.strategies.bounds import MOST_CENTROIDS, Bounds
from kmeans_engine.strategies.brute import Brute
from kmeans_engine.strategies.neighbours import Neighbours, NeighboursRun

__all__ = ["Auto"]

# Differences (M K N) of an iteration from which on remembering anything pays: 50 microseconds.
_WORTH_BOUNDS = 1 << 20
# Fewer points than this are not worth sorting.
_WORTH_SORTING = 1 << 15
# Features up to which sorting helps, and how many blocks must then lie across a cluster, along one
# axis. 1 M points, best other time / that of blocks: 1.6 (N=3, K=64, 6 across), 1.2 (N=4, K=64, 4
# across), 0.75 (N=5, K=64, 3 across), 0.8 (N=4, K=8, 7 across); china.jpg, N=3, 4 across: 0.85.
_BLOCKS_ACROSS = {1: 2.5, 2: 2.5, 3: 4.1}
# K (N + 7), in about 64ths of a nanosecond, from which on scoring all centroids costs more than
# sorting the points by cluster.
_WORTH_LISTS = 4000
# The share of all centroids on the lists when it does not.
_TOO_LONG = 0.9
# Points that are looked at to see whether there are more than K different ones.
_GLANCE = 64


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
        classes = {"blocks": Blocks, "bounds": Bounds, "brute": Brute, "neighbours": Neighbours}
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
        self.name = _choose(self._auto.data, len(centroids))
        self._run = self._auto.strategy(self.name).begin()
        return self._run.first(centroids, labels)

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Begin here instead of with `first`."""
        self._run.adopt(centroids, labels)

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        run = self._run
        step, self.name = run.step(centroids, labels, sums), run.name
        # A new run knows nothing of the labels before: its next step looks at all of them.
        if isinstance(run, NeighboursRun) and run.share_listed() > _TOO_LONG:
            self._run = self._auto.strategy("bounds").begin()
        return step


def _choose(data: Data, k: int) -> str:
    m, n = data.n_points, data.n_features
    if k == 1 or k * 16 > m or m * k * n < _WORTH_BOUNDS or m >= 1 << 32:
        return "brute"
    glance = {row.tobytes() for row in data.sample(-(-m // _GLANCE))}
    if len(glance) <= min(k, _GLANCE // 2):
        return "brute"  # duplicates, which settle at once
    if n in _BLOCKS_ACROSS and m >= _WORTH_SORTING:
        blocks = m / block_rows(m)
        if (blocks / k) ** (1 / n) > _BLOCKS_ACROSS[n]:
            return "blocks"
    return _without_sorting(data, k)


def _without_sorting(data: Data, k: int) -> str:
    long = k * (data.n_features + 7) >= _WORTH_LISTS and k <= MOST_CENTROIDS
    return "neighbours" if long else "bounds"
