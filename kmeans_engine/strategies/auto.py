"""Chooses a strategy by the shape of the problem, and another one if it does not pay.

Equal bits make it safe to change in the middle of a run. The figures are from 30 iterations on two
cores; benchmarks/engine.py measures the choices.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kmeans_engine.points.blocks import block_rows
from kmeans_engine.points.data import Data
from kmeans_engine.strategies.base import Floats, Labels, Run, Step, Strategy
from kmeans_engine.strategies.blocks import Blocks
from kmeans_engine.strategies.bounds import MOST_CENTROIDS, Bounds, BoundsRun
from kmeans_engine.strategies.brute import Brute
from kmeans_engine.strategies.neighbours import Neighbours, NeighboursRun
from kmeans_engine.sums import ExactSums

__all__ = ["Auto"]

# Differences (M K N) of an iteration from which on remembering anything pays: 50 microseconds.
_WORTH_BOUNDS = 1 << 20
# Fewer points than this are not worth sorting.
_WORTH_SORTING = 1 << 15
# How many blocks must lie across a cluster, along one axis, for sorting to help, with few clusters
# and with many. The time of the best other strategy over that of blocks, by N, K and blocks across:
# 5.5 (2, 4096, 0.6), 1.5 (2, 500, 1.1), 1.5 (3, 64, 6), 0.85 (3, 64, 4, china.jpg), 0.85 (3, 64,
# 3), 0.9 (3, 200, 2), 1.2 (3, 256, 2.6), 1.2 (4, 64, 4), 0.8 (4, 8, 7), 0.9 (4, 256, 2.1), 1.4 (4,
# 512, 2.4), 0.9 (5, 512, 2).
_ACROSS_FEW = {1: 0.5, 2: 0.5, 3: 4.1}
_ACROSS_MANY = {1: 0.5, 2: 0.5, 3: 2.2, 4: 2.2}
_MANY = 128
# K (N + 7), in about 64ths of a nanosecond, from which on scoring all centroids costs more than
# sorting the points by cluster.
_WORTH_LISTS = 4000
# The share of all centroids on the lists when it does not.
_TOO_LONG = 0.9
# The share of points looked at again from which on remembering is for nothing; then come so many
# steps of brute, and another try, whose two steps cost up to 1.4 times as much.
_TOO_MANY = 0.95
_PAUSE = 8
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
        # Steps of this run so far, and what it pauses from.
        self._steps, self._paused = 0, ""

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
        self._steps += 1
        m = self._auto.data.n_points
        # A new run knows nothing of the labels before: its next step looks at all of them.
        if isinstance(run, NeighboursRun) and run.share_listed() > _TOO_LONG:
            self._change("bounds")
        elif isinstance(run, BoundsRun) and self._steps > 1 and run.looked > _TOO_MANY * m:
            self._paused = run.name
            self._change("brute")
        elif self._paused and self._steps == _PAUSE and run.name == "brute":
            self._change(self._paused)
        return step

    def _change(self, name: str) -> None:
        self._run, self._steps = self._auto.strategy(name).begin(), 0


def _choose(data: Data, k: int) -> str:
    m, n = data.n_points, data.n_features
    if k == 1 or k * 16 > m or m * k * n < _WORTH_BOUNDS or m >= 1 << 32:
        return "brute"
    glance = {row.tobytes() for row in data.sample(-(-m // _GLANCE))}
    if len(glance) <= min(k, _GLANCE // 2):
        return "brute"  # duplicates, which settle at once
    least = (_ACROSS_MANY if k >= _MANY else _ACROSS_FEW).get(n)
    if least and m >= _WORTH_SORTING:
        blocks = m / block_rows(m)
        if (blocks / k) ** (1 / n) > least:
            return "blocks"
    return _without_sorting(data, k)


def _without_sorting(data: Data, k: int) -> str:
    long = k * (data.n_features + 7) >= _WORTH_LISTS and k <= MOST_CENTROIDS
    return "neighbours" if long else "bounds"
