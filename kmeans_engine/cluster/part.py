"""A part of the points on its worker, and what is remembered of it: nothing that must not be lost.

A part is a value that Dask stores, moves, spills and makes again. What is computed from it hangs on
it and is never pickled, so it goes wherever its part goes: when memory is short, when nobody needs
the part any more, and when the client that asked for it is gone.
"""

from __future__ import annotations

import functools
import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine._version import __version__
from kmeans_engine.arrays import Clusters, Floats, Integers, LabelArray
from kmeans_engine.errors import ClusterError
from kmeans_engine.frames import Sheet
from kmeans_engine.labels import Labels, label_dtype
from kmeans_engine.points.data import Data
from kmeans_engine.points.measure import Measure, merge
from kmeans_engine.points.stored import ArrayStore
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.strategies import make_strategy
from kmeans_engine.strategies.base import Assigner, Strategy
from kmeans_engine.strategies.brute import BruteAssigner
from kmeans_engine.sums import ExactSums

__all__ = ["Part", "Run", "Segment", "Setting", "Turn", "Worked"]

# States whose labels a part remembers, besides those of runs.
_RECENT = 2


class Segment(NamedTuple):
    """Rows that follow one another, all from number `first` on, and what they weigh."""

    first: int
    rows: npt.NDArray[Any]
    weights: Floats | None = None


class Setting(NamedTuple):
    """What the parts of an engine need to know of the whole.

    Attributes
    ----------
    measure : Measure
        Of all points.
    strategy : str
    version : str
        Of this package where the engine is.
    """

    measure: Measure
    strategy: str
    version: str = __version__


class Run:
    """Names a run. Workers remember it for as long as Dask has this object stored there."""

    __slots__ = ("__weakref__", "name", "setting")

    def __init__(self, name: str, setting: Setting) -> None:
        self.name, self.setting = name, setting

    def __reduce__(self) -> tuple[Any, ...]:
        return Run, (self.name, self.setting)


class Turn:
    """The centroids of a state.

    Parameters
    ----------
    values : ndarray, (K, N)
    moved : ndarray of int32, optional
        Which of them differ from those of the state before, ascending, if that is known.

    Attributes
    ----------
    digest : bytes
        Of the values: what is remembered of other values is not for these.
    """

    __slots__ = ("digest", "moved", "values")

    def __init__(self, values: Floats, moved: Clusters | None = None) -> None:
        self.values, self.moved = values, moved
        self.digest = hashlib.blake2b(values.tobytes(), digest_size=16).digest()

    def __reduce__(self) -> tuple[Any, ...]:
        return Turn, (self.values, self.moved)


class Worked(NamedTuple):
    """What a part gives for one state: exact sums, counts, labels that changed, and strategies."""

    sums: Integers
    counts: Integers
    n_changed: int
    names: tuple[str, ...]


class Part:
    """Some of the points, (M, N), in one or more segments.

    Parameters
    ----------
    segments : sequence of Segment
        Ascending; none is empty.
    threads : int
        How many threads a task may use.
    rounded : tuple of int
        Whole numbers that were rounded when the rows were made, and when their weights were.
    """

    def __init__(
        self, segments: Sequence[Segment], threads: int, rounded: tuple[int, int] = (0, 0)
    ) -> None:
        self.segments, self.threads, self.rounded = segments, threads, rounded
        self._lock = threading.Lock()
        self._data: list[Data] | None = None
        self._measure: Measure | None = None
        self._used: Measure | None = None
        self._strategies: list[Strategy] = []
        self._kept: dict[str, _Kept] = {}
        self._recent: OrderedDict[bytes, list[LabelArray]] = OrderedDict()

    def __reduce__(self) -> tuple[Any, ...]:
        return Part, (self.segments, self.threads, self.rounded)

    def __sizeof__(self) -> int:
        own = [array for _, *arrays in self.segments for array in arrays if array is not None]
        return 200 + sum(array.nbytes for array in own)

    def measured(self) -> Measure:
        """Return the measure of these rows, which may be bad."""
        with self._lock:
            self._look()
        assert self._measure is not None
        return self._measure

    def _look(self) -> list[Data]:
        if self._data is None:
            data = [Data.of(one.rows, self.threads, _budget()) for one in self.segments]
            for one, (_, _, weights) in zip(data, self.segments, strict=True):
                if weights is not None:
                    one.weigh(ArrayStore(Sheet(weights[:, None])))
            starts = [segment.first for segment in self.segments]
            self._measure = merge(
                one.measured().after(first) for one, first in zip(data, starts, strict=True)
            )
            self._data = data
        return self._data

    def data(self, setting: Setting) -> list[Data]:
        """Return the segments as they are computed with."""
        if setting.version != __version__:
            raise ClusterError(
                f"a worker has version {__version__} of kmeans-engine, the client {setting.version}"
                ": install the same version everywhere"
            )
        with self._lock:
            data = self._look()
            if self._used is None:
                for one in data:
                    one.use(setting.measure)
                self._used = setting.measure
                self._strategies = [make_strategy(setting.strategy, one) for one in data]
            return data

    def kept(self, run: Run) -> _Kept:
        """Return what is remembered of a run."""
        self.data(run.setting)
        name = run.name
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept.run() is not run:
                # The object is another one where Dask has moved or spilled it meanwhile.
                kept = kept or _Kept(self._strategies)
                runs = self._kept
                kept.run = weakref.ref(run, lambda ref: _forget(runs, name, ref))
                runs[name] = kept
            return kept

    def labels(self, setting: Setting, turn: Turn) -> list[LabelArray]:
        """Return the labels for these centroids, of each segment, read-only."""
        data = self.data(setting)
        for kept in list(self._kept.values()):
            found = kept.labels.get(turn.digest)
            if found is not None:
                return [labels.all() for labels in found]
        with self._lock:
            if turn.digest in self._recent:
                self._recent.move_to_end(turn.digest)
            else:
                self._recent[turn.digest] = [_assign(one, turn.values) for one in data]
                if len(self._recent) > _RECENT:
                    self._recent.popitem(last=False)
            return self._recent[turn.digest]

    def changed(self, now: Turn, before: Turn) -> list[npt.NDArray[np.intp]] | None:
        """Return where the labels of two states that follow each other differ, if that is kept."""
        for kept in list(self._kept.values()):
            if (kept.before, kept.at) == (before.digest, now.digest):
                found = kept.labels.get(now.digest)
                if found is not None:
                    return [labels.changed() for labels in found]
        return None


@functools.cache
def _budget() -> Budget:
    """Return what this worker computes in: half of the memory that Dask grants it."""
    from distributed import get_worker

    try:
        limit = get_worker().memory_manager.memory_limit
    except (ValueError, AttributeError):  # not on a worker, or one without a limit
        limit = None
    return Budget(limit // 2 if limit else None)


def _assign(data: Data, centroids: Floats) -> LabelArray:
    labels = np.empty(data.n_points, dtype=label_dtype(len(centroids)))
    BruteAssigner(data).assign(centroids, labels)
    labels.setflags(write=False)
    return labels


def _forget(runs: dict[str, _Kept], name: str, ref: object) -> None:
    kept = runs.get(name)
    if kept is not None and kept.run is ref:
        runs.pop(name, None)


class _Kept:
    """The assigners of one run on one part, and what they found last.

    Parameters
    ----------
    strategies : sequence of Strategy
        Of each segment.
    """

    def __init__(self, strategies: Sequence[Strategy]) -> None:
        self.run: weakref.ref[Run] = lambda: None  # type: ignore[assignment]
        self.labels: dict[bytes, list[Labels]] = {}
        self.at = self.before = b""
        self._strategies = strategies
        self._lock = threading.Lock()
        self._assigners: list[Assigner] = []
        self._worked: Worked | None = None

    def first(self, turn: Turn) -> Worked:
        """Return what all points give for these centroids."""
        with self._lock:
            if self.at != turn.digest or self.before or self._worked is None:
                self._begin(turn)
            assert self._worked is not None
            return self._worked

    def step(self, before: Turn, now: Turn) -> Worked:
        """Return what these centroids give once those before have been the last."""
        with self._lock:
            if (self.before, self.at) == (before.digest, now.digest) and self._worked is not None:
                return self._worked  # a task that is done a second time
            if self.at != before.digest or not self._assigners:
                self._begin(before)
            assigners, self._assigners, self._worked = self._assigners, [], None
            steps = [assigner.step(now.values, now.moved) for assigner in assigners]
            # Only now: an error leaves nothing behind that is half done.
            n_changed = sum(step.n_changed for step in steps)
            sums = [step.sums for step in steps]
            return self._stand(assigners, sums, n_changed, now, before.digest)

    def _begin(self, turn: Turn) -> None:
        self._assigners, self._worked, self.labels, self.at = [], None, {}, b""
        assigners = [strategy.begin() for strategy in self._strategies]
        sums = [assigner.first(turn.values) for assigner in assigners]
        points = sum(assigner.n_points for assigner in assigners)
        self._stand(assigners, sums, points, turn, b"")

    def _stand(
        self,
        assigners: list[Assigner],
        sums: list[ExactSums],
        n_changed: int,
        turn: Turn,
        before: bytes,
    ) -> Worked:
        """Note that the assigners stand at these centroids now."""
        total = ExactSums.total([sums[0].copy(), *(some.copy() for some in sums[1:])])
        names = tuple(sorted({assigner.name for assigner in assigners}))
        labels = {before: self.labels[before]} if before in self.labels else {}
        labels[turn.digest] = [assigner.labels() for assigner in assigners]
        self.labels, self.at, self.before = labels, turn.digest, before
        self._assigners = assigners
        self._worked = Worked(total.sums, total.counts, n_changed, names)
        return self._worked
