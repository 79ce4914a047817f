"""One K after the other on the same points: each from several starts, one of them a split."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.choosing.sample import engine_on, some_points
from kmeans_engine.choosing.spread import Spread, spread_of
from kmeans_engine.engine import Engine
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.starts.initial import initial_centroids

__all__ = ["Climb", "Step", "below"]

# Points of a cluster that decide how it is split, and iterations among them: only a start.
_SPLITTING, _ENOUGH = 4096, 20


class Step(NamedTuple):
    """What was found for one K.

    Attributes
    ----------
    best : Snapshot
        The end of the run with the least inertia, the first of equals; drawn starts come first.
    others : list of Snapshot
        The ends of the other runs.
    parents : tuple of int
        The clusters that were split for the best run, see `rows.Row.split_from`.
    """

    best: Snapshot
    others: list[Snapshot]
    parents: tuple[int, ...]


class Climb:
    """Clusterings of the same points with more and more clusters.

    Parameters
    ----------
    engine : Engine
        On the points.
    method : str
        How the centroids of a start are drawn, see `initial_centroids`.
    runs : int
        How many starts are drawn for each K. With 0 one is, where there is nothing to split.
    seed : SeedSequence
        Decides all of them.
    limits : dict
        `max_iterations` and `tolerance` of each run.
    """

    def __init__(
        self,
        engine: Engine,
        method: str,
        runs: int,
        seed: np.random.SeedSequence,
        limits: dict[str, Any],
    ) -> None:
        self._engine, self._method, self._runs = engine, method, runs
        self._points: Any = engine.visible
        self._seed, self._limits = seed, limits
        self.last = engine.fit(engine.visible.take([0]))
        self._spread: Spread | None = None

    @property
    def spread(self) -> Spread:
        """How far the points of `last`, the newest best state, lie from its centroids."""
        if self._spread is None:
            self._spread = spread_of(self.last)
        return self._spread

    def to(self, k: int) -> Step:
        """Return the clusterings with `k` clusters, more than before."""
        ends: list[Snapshot] = []
        parents = self._worst(k - len(self.last.counts))
        drawn = self._runs or (0 if parents else 1)
        for run in range(drawn if k > 1 else 0):
            start = initial_centroids(
                self._points, k, method=self._method, seed=below(self._seed, 1, run)
            )
            ends.append(self._engine.fit(start, **self._limits))
        if parents:
            ends.append(self._engine.fit(self._split(parents), **self._limits))
        best = min(ends, key=lambda end: end.inertia, default=self.last)
        if not (parents and best is ends[-1]):
            parents = ()
        if best is not self.last:
            self.last, self._spread = best, None
        return Step(best, [end for end in ends if end is not best], parents)

    def _worst(self, count: int) -> tuple[int, ...]:
        """Return the `count` clusters with the most inertia, the first of equals, ascending.

        Nothing if so many cannot be split.
        """
        squares, counts = self.spread.squares, self.last.counts
        order = np.lexsort((np.arange(len(squares)), -squares))[:count]
        if count > len(order) or (squares[order] == 0.0).any() or (counts[order] < 2).any():
            return ()
        return tuple(sorted(order.tolist()))

    def _split(self, parents: tuple[int, ...]) -> Floats:
        """Return the centroids of the newest state with these clusters cut in two."""
        centroids, seconds = self.last.centroids.copy(), []
        for parent in parents:
            seed = below(self._seed, 2, len(centroids), parent)
            own = some_points(self.last, _SPLITTING, seed, of=parent)
            first = second = centroids[parent]
            if len(own.rows) > 1:
                engine = engine_on(own)
                points: Any = engine.visible
                start = initial_centroids(points, 2, method="k-means++", seed=seed)
                first, second = engine.fit(start, max_iterations=_ENOUGH).centroids
            centroids[parent] = first
            seconds.append(second)
        return np.concatenate([centroids, seconds])


def below(seed: np.random.SeedSequence, *words: int) -> np.random.SeedSequence:
    """Return what a seed is for one of its uses; that of a start is the command's for its runs."""
    entropy = np.ravel(np.asarray(seed.entropy, dtype=object)).tolist()  # a number, or several
    return np.random.SeedSequence([*entropy, *seed.spawn_key, *words])
