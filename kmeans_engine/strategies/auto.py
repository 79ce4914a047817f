"""Chooses a strategy by the shape of the problem, and another one if it does not pay.

Equal bits make it safe to change in the middle of a run. The figures are from 30 iterations on two
cores; benchmarks/engine.py measures the choices.
"""

from __future__ import annotations

import threading
from typing import ClassVar

from kmeans_engine.arrays import Clusters, Floats, LabelArray
from kmeans_engine.errors import KMeansError, UnsupportedStrategy
from kmeans_engine.labels import Labels
from kmeans_engine.points.blocks import SortedPoints, block_rows
from kmeans_engine.points.data import Data
from kmeans_engine.points.devices import DeviceStore
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime import products
from kmeans_engine.strategies import make_strategy
from kmeans_engine.strategies.base import Assigned, Assigner, OwningAssigner, Stepped, Strategy
from kmeans_engine.strategies.bounds import MOST_CENTROIDS, BoundsAssigner
from kmeans_engine.strategies.costs import looking, scanning, shipping, sorting
from kmeans_engine.strategies.cuda.device import is_out_of_memory, missing
from kmeans_engine.strategies.neighbours import NeighboursAssigner
from kmeans_engine.strategies.quantized import MOST_FEATURES, QuantizedAssigner
from kmeans_engine.sums import ExactSums

__all__ = ["Auto", "AutoAssigner"]

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
# Clusters from which on it pays anyway with few features, though for so many points at least: 1.5
# (20 k x 3, K = 10,000), 1.2 (20 k x 4, 5,000), 2.8 (100 k x 4, 5,000), 0.65 (20 k x 6, 5,000).
_ANYWAY, _FEW_FEATURES, _SOME_POINTS = 1000, 4, 1 << 13
# K (N + 7), in about 64ths of a nanosecond, from which on scoring all centroids costs more than
# sorting the points by cluster.
_WORTH_LISTS = 4000
# The share of all centroids on the lists when it does not.
_TOO_LONG = 0.9
# K N from which on products of bytes pay, for so many centroids at least; and the share of
# centroids left by them when they do not.
_WORTH_BYTES = 6000 if products.DIRECT else 30000
_MANY_BYTES = 32
_TOO_MANY_LEFT = 0.15
# The share of points looked at again from which on remembering is for nothing; then come so many
# steps of brute, and another try, whose two steps cost up to 1.4 times as much; each pause is twice
# as long as the one before.
_TOO_MANY = 0.95
_PAUSE = 8
# Passes over all points that a run takes at least, as far as it matters whether a device pays.
_PASSES = 4
# Points that are looked at to see whether there are more than K different ones.
_GLANCE = 64


class Auto:
    """The other strategies, made when they are needed.

    Parameters
    ----------
    points : Data

    Attributes
    ----------
    is_device_broken : bool
        Whether a GPU has failed, other than for want of memory: it is not asked again.
    """

    name: ClassVar[str] = "auto"

    def __init__(self, points: Data) -> None:
        self.points = points
        self._made: dict[str, Strategy] = {}
        self._lock = threading.Lock()
        self.is_device_broken = False

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Serve any points: `brute` does."""

    def begin(self) -> AutoAssigner:
        """Return an assigner for a new run."""
        return AutoAssigner(self)

    @property
    def at_hand(self) -> SortedPoints | None:
        """The sorted points, if another strategy has made them already."""
        return getattr(self._made.get("blocks"), "at_hand", None)

    def has(self, name: str) -> bool:
        """Return whether another strategy is there already."""
        return name in self._made

    def forget(self, name: str) -> None:
        """Make another strategy anew when somebody next wants it."""
        with self._lock:
            self._made.pop(name, None)

    def begin_with(self, name: str) -> Assigner:
        """Return an assigner of another strategy, which is made once."""
        with self._lock:
            if name not in self._made:
                self._made[name] = make_strategy(name, self.points)
        return self._made[name].begin()


class AutoAssigner:
    """One strategy at a time; see `Assigner`.

    Parameters
    ----------
    auto : Auto
    """

    def __init__(self, auto: Auto) -> None:
        self._auto = auto
        self._at_work: Assigner | None = None
        self.name, self.in_place = "", False
        self.n_points = auto.points.n_points
        # Steps of the strategy at work so far, and the one that it is a pause from.
        self._steps, self._paused = 0, ""
        # Nanoseconds of plain sweeps that are left until it is time to sort the points of a file.
        self._left: float | None = None
        self._pause = _PAUSE

    def first(self, centroids: Floats) -> ExactSums:
        """See `Assigner.first`."""
        return self.adopt(centroids)

    def adopt(self, centroids: Floats, labels: LabelArray | Assigned | None = None) -> ExactSums:
        """See `Assigner.adopt`."""
        points, k = self._auto.points, len(centroids)
        choose = _choose_here if self._auto.is_device_broken else _choose
        name = choose(points, k)
        if name == "cuda":
            try:
                return self._begin(name).adopt(centroids, labels)
            except UnsupportedStrategy as error:  # no room there, or the device failed
                self._auto.is_device_broken = not is_out_of_memory(error.__cause__)
            except KMeansError:  # of the points
                raise
            except Exception:  # drivers, compilers and packages fail in ways of their own
                self._auto.is_device_broken = True
            name = _choose_here(points, k)
        return self._begin(name).adopt(centroids, labels)

    def step(self, centroids: Floats, moved: Clusters | None = None) -> Stepped:
        """See `Assigner.step`."""
        now = self._now()
        step, self.name = now.step(centroids, moved), now.name
        self._steps += 1
        # One that begins in the middle knows nothing of the points: its first step looks at all.
        if self._left is not None:
            self._wait(centroids)
        elif isinstance(now, QuantizedAssigner):
            if now.share_left() > _TOO_MANY_LEFT:
                self._change(_choose_scores(len(centroids), self._auto.points), centroids)
        elif isinstance(now, NeighboursAssigner) and now.share_listed() > _TOO_LONG:
            self._change("bounds", centroids)
        elif (
            isinstance(now, BoundsAssigner)
            and self._steps > 1
            and now.looked > _TOO_MANY * self.n_points
        ):
            self._paused = now.name
            self._change("brute", centroids)
        elif self._paused and self._steps == self._pause and now.name == "brute":
            self._pause *= 2
            self._change(self._paused, centroids)
        return step

    def labels(self) -> Labels:
        """See `Assigner.labels`."""
        return self._now().labels()

    def finish(self) -> None:
        """See `Assigner.finish`."""
        if self._at_work is not None:
            self._at_work.finish()

    def _now(self) -> Assigner:
        assert self._at_work is not None, "first or adopt comes first"
        return self._at_work

    def _wait(self, centroids: Floats) -> None:
        """Sort once sweeping has cost as much: never more than twice what was best (ski rental)."""
        assert self._left is not None
        self._left -= scanning(self.n_points, *centroids.shape)
        if self._left <= 0.0:
            self._left, sweeping = None, self._at_work
            try:
                self._change("blocks", centroids)
            except OSError:  # no room in scratch: sweeps go on without
                self._at_work = sweeping
                self._auto.forget("blocks")

    def _begin(self, name: str) -> Assigner:
        points = self._auto.points
        if name == "blocks" and not points.in_memory and not self._auto.has("blocks"):
            # A run may be short, and whoever sorts a file writes another one.
            self._left = sorting(points.n_points, points.n_features)
            name = "brute"
        self._at_work = self._auto.begin_with(name)
        self.name = self._at_work.name
        self.in_place = self._at_work.in_place
        return self._at_work

    def _change(self, name: str, centroids: Floats) -> None:
        """Go on with another strategy from here; it takes over all labels and sums."""
        before, self._at_work = self._now(), self._auto.begin_with(name)
        assert isinstance(before, OwningAssigner)
        self._at_work.adopt(centroids, before.assigned)
        self.in_place = self.in_place or self._at_work.in_place
        self._steps = 0


def _choose(points: Data, k: int) -> str:
    return (
        "cuda" if _is_worth_a_device(points, k) and missing() is None else _choose_here(points, k)
    )


def _is_worth_a_device(points: Data, k: int) -> bool:
    """Return whether passes over the points here take longer than to send them away."""
    m, n = points.n_points, points.n_features
    if m >= 1 << 32:
        return False
    if isinstance(points.store, DeviceStore):
        return True  # they are there
    # Few features are sorted into blocks, and looked at once.
    here = sorting(m, n) if n in _ACROSS_FEW else _PASSES * looking(m, m, k, n)
    return here / points.threads > shipping(m * n * points.measure.dtype.itemsize)


def _choose_here(points: Points, k: int) -> str:
    m, n = points.n_points, points.n_features
    if k == 1 or m * k * n < _WORTH_BOUNDS or m >= 1 << 32:
        return "brute"
    anyway = n <= _FEW_FEATURES and k >= _ANYWAY and m >= _SOME_POINTS
    if k * 16 > m and not anyway:
        return "brute"
    glance = {row.tobytes() for row in points.sample(-(-m // _GLANCE))}
    if len(glance) <= min(k, _GLANCE // 2):
        return "brute"  # duplicates, which settle at once
    least = (_ACROSS_MANY if k >= _MANY else _ACROSS_FEW).get(n)
    if anyway:
        return "blocks"
    if least and m >= _WORTH_SORTING:
        blocks = m / block_rows(m)
        if (blocks / k) ** (1 / n) > least:
            return "blocks"
    if products.FAST and k * n >= _WORTH_BYTES and k >= _MANY_BYTES and n <= MOST_FEATURES:
        return "quantized"
    return _choose_scores(k, points)


def _choose_scores(k: int, points: Points) -> str:
    """Choose between the strategies that score centroids in float32."""
    long = k * (points.n_features + 7) >= _WORTH_LISTS and k <= MOST_CENTROIDS
    return "neighbours" if long else "bounds"
