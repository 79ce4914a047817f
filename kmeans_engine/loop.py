"""The iteration: over the assigners of all parts of the points, which it never sees itself."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Sequence
from typing import NamedTuple

from kmeans_engine.arrays import Floats
from kmeans_engine.kernels.sums import compare_centroids
from kmeans_engine.labels import Labels, Unchanged, join_labels
from kmeans_engine.strategies.base import Assigner
from kmeans_engine.sums import ExactSums

__all__ = ["State", "iterate"]


class State(NamedTuple):
    """One state of a run, without its points; the attributes are those of `Snapshot`.

    Attributes
    ----------
    sums : ExactSums
        Of the clusters, by the labels of this state.
    labels : Labels
        The cluster of each point.
    is_last : bool
        Whether the run ends here.
    """

    iteration: int
    centroids: Floats
    assigned_from: Floats
    sums: ExactSums
    n_changed: int
    shift: float
    converged: bool
    strategy: str
    labels: Labels
    is_last: bool


def iterate(
    assigners: Sequence[Assigner],
    start: Floats,
    *,
    limit: int | None,
    tolerance: float,
    only_last: bool = False,
) -> Generator[State, None, None]:
    """Yield the states of a run, beginning with the initial one.

    Parameters
    ----------
    assigners : sequence of Assigner
        One for each part of the points, at work on no other run.
    start : ndarray, (K, N)
        Initial centroids, read-only.
    limit : int or None
        The last iteration.
    tolerance : float
        Shift that ends the run, if it is more than 0.
    only_last : bool
        Yield the last state only.
    """
    try:
        sums = _total([assigner.first(start) for assigner in assigners])
        n_changed = sum(assigner.n_points for assigner in assigners)
        before: ExactSums | None = None  # the sums that the centroids are the means of
        iteration, assigned_from, centroids = 0, start, start
        shift, converged = 0.0, False
        seen: set[bytes] = set()
        while True:
            ended = converged or iteration == limit
            digest = _digest(centroids)
            if iteration > 0:
                ended = ended or digest in seen or 0.0 < tolerance >= shift
            seen.add(digest)
            if ended or not only_last:
                kept = [assigner.labels() for assigner in assigners]
                labels = join_labels(kept, [assigner.n_points for assigner in assigners])
                yield State(
                    iteration=iteration,
                    centroids=centroids,
                    assigned_from=assigned_from,
                    sums=sums,
                    n_changed=n_changed,
                    shift=shift,
                    converged=converged,
                    strategy=" and ".join(dict.fromkeys(part.name for part in assigners)),
                    # The labels of state 1 are those of state 0.
                    labels=Unchanged(labels) if iteration == 1 else labels,
                    is_last=ended,
                )
                del kept, labels
            if ended:
                return
            iteration += 1
            n_changed = 0
            if iteration > 1:
                # The states before see their labels change only in here, under a lock.
                steps = [assigner.step(centroids) for assigner in assigners]
                n_changed = sum(step.n_changed for step in steps)
                before, sums = sums, _total([step.sums for step in steps])
            means = centroids.copy()
            sums.update_means(means, before)
            means.setflags(write=False)
            square, equal = compare_centroids(centroids, means)
            shift, converged = math.sqrt(square), bool(equal)
            assigned_from, centroids = centroids, means
    finally:
        for assigner in assigners:
            assigner.finish()


def _total(parts: list[ExactSums]) -> ExactSums:
    """Return the sum of the parts, which stay as they are."""
    return parts[0] if len(parts) == 1 else ExactSums.total([parts[0].copy(), *parts[1:]])


def _digest(centroids: Floats) -> bytes:
    # -0.0 and 0.0 are the same state.
    return hashlib.blake2b((centroids + 0.0).tobytes(), digest_size=16).digest()
