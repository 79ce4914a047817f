"""What chance gives: points without clusters, and halves of the points that should agree."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from kmeans_engine.choosing.agreement import adjusted_rand
from kmeans_engine.choosing.climb import Climb
from kmeans_engine.choosing.sample import Some, engine_on
from kmeans_engine.race import overlap

__all__ = ["Gap", "Halves"]

# Points for each cluster, at least: of fewer, what is found says nothing of all points.
_PER_CLUSTER = 10


class Gap:
    """The gap statistic: how much better points are clustered than points without clusters are.

    gap(k) = mean over the references of log W_k, minus log W_k of the points, where W_k is the
    inertia. The references are as many points, drawn uniformly from the smallest box that holds
    the points; where these have weights, they carry the same. The error is the standard deviation
    over B references, times sqrt(1 + 1 / B). Of many points a sample stands for all.

    Parameters
    ----------
    some : Some
        The points.
    references : int
        B.
    climb : callable
        Makes a `Climb` of points and the number of the reference, from 0; -1 for the points.
    seed : SeedSequence

    References
    ----------
    Tibshirani, Walther and Hastie, "Estimating the number of clusters in a data set via the gap
    statistic", J. R. Stat. Soc. B 63 (2001), with references of kind (a).
    """

    def __init__(
        self,
        some: Some,
        references: int,
        climb: Callable[[Some, int], Climb],
        seed: np.random.SeedSequence,
    ) -> None:
        self._points, self._rng = some, np.random.default_rng(seed)
        if not len(some.rows):
            references = 0
        self._climbs = [climb(self._reference(), number) for number in range(references)]
        self._climbs[:0] = [climb(some, -1)] if references else []

    def _reference(self) -> Some:
        low, high = self._points.points.min(axis=0), self._points.points.max(axis=0)
        points = low + (high - low) * self._rng.random(self._points.points.shape)
        return self._points._replace(points=points)

    def at(self, k: int) -> tuple[float | None, float | None]:
        """Return the gap and its error; None for too few points, or no inertia at all."""
        if not self._climbs or k * _PER_CLUSTER > len(self._points.rows):
            return None, None
        own, *others = (climb.to(k).best.inertia for climb in self._climbs)
        if not (own > 0.0 and min(others) > 0.0):
            return None, None
        logs = np.log(others)
        error = float(logs.std()) * math.sqrt(1 + 1 / len(others))
        return float(logs.mean()) - math.log(own), error


class Halves:
    """Whether halves of the points lead to the same clusters.

    The points are cut in two at random, each half is clustered, and the centroids of both label all
    of them: the adjusted Rand index of these labels is 1 if they agree, and 0 for chance.

    Parameters
    ----------
    some : Some
        The points.
    pairs : int
        How many times they are cut.
    climb : callable
        As for `Gap`; of halves 0 and 1, 2 and 3, and so on.
    seed : SeedSequence

    References
    ----------
    Lange, Roth, Braun and Buhmann, "Stability-based validation of clustering solutions", Neural
    Comput. 16 (2004).
    """

    def __init__(
        self,
        some: Some,
        pairs: int,
        climb: Callable[[Some, int], Climb],
        seed: np.random.SeedSequence,
    ) -> None:
        self._size, rng = len(some.rows), np.random.default_rng(seed)
        halves: list[Some] = []
        for _ in range(pairs if self._size > 1 else 0):
            order = rng.permutation(len(some.rows))
            middle = len(order) // 2
            halves += [some.at(np.sort(half)) for half in (order[:middle], order[middle:])]
        self._whole = engine_on(some) if halves else None
        self._climbs = [climb(half, number) for number, half in enumerate(halves)]

    def at(self, k: int) -> float | None:
        """Return the mean adjusted Rand index; None for too few points."""
        if k < 2 or self._whole is None or 2 * k * _PER_CLUSTER > self._size:
            return None
        ends = [climb.to(k).best.centroids for climb in self._climbs]
        all_points = [self._whole.fit(end, max_iterations=0) for end in ends]
        found = [
            adjusted_rand(overlap(one, other))
            for one, other in zip(all_points[::2], all_points[1::2], strict=True)
        ]
        return math.fsum(found) / len(found)
