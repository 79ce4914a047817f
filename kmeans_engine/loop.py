"""The iteration: over the assigners of all parts of the points, which it never sees itself."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np

from kmeans_engine.arrays import Clusters, Floats, Integers
from kmeans_engine.errors import InvalidInput
from kmeans_engine.labels import Labels, Unchanged, join_labels
from kmeans_engine.recalc import Digest, recalc
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.strategies.base import Assigner
from kmeans_engine.sums import ExactSums

__all__ = ["Past", "State", "iterate"]


_NO_COUNTS = np.empty(0, dtype=np.int64)


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


class Past(NamedTuple):
    """What is known of a run that goes on; the attributes are those of its last `Snapshot`.

    Attributes
    ----------
    digest : ndarray, (2,), uint64
        Of these centroids, see `kernels.recalc`, and ...
    seen : set of bytes
        ... of those of the states before.
    """

    iteration: int
    centroids: Floats
    assigned_from: Floats
    counts: Integers
    shift: float
    converged: bool
    digest: Digest
    seen: set[bytes]


def iterate(
    assigners: Sequence[Assigner],
    start: Floats,
    *,
    limit: int | None,
    tolerance: float,
    threads: int,
    only_last: bool = False,
    past: Past | None = None,
    budget: Budget | None = None,
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
    threads : int
        That may work at the centroids.
    only_last : bool
        Yield the last state only.
    past : Past, optional
        Yield the states after this one instead.
    budget : Budget, optional
        Of the labels of all parts as one array.
    """
    # Assigners label the points anew: a function of them and of the centroids, which no part has to
    # be sent, and no more than bounds and blocks need anyway.
    last = past or Past(0, start, start, _NO_COUNTS, 0.0, False, _no_digest(), set())
    iteration, centroids, assigned_from, _, shift, converged, digest, seen = last
    digest, seen = digest.copy(), seen.copy()
    try:
        sums = _total([assigner.adopt(assigned_from) for assigner in assigners])
        if past is not None:
            _check(past, sums, threads)
        n_changed = sum(assigner.n_points for assigner in assigners)
        before: ExactSums | None = None  # the sums that the centroids are the means of
        moved: Clusters | None = None
        while True:
            ended = converged or (limit is not None and iteration >= limit)  # a past may be longer
            now = digest.tobytes()
            if iteration > 0:
                ended = ended or now in seen or 0.0 < tolerance >= shift
            seen.add(now)
            if past is not None and iteration == past.iteration:
                pass  # its reader has it
            elif ended or not only_last:
                kept = [assigner.labels() for assigner in assigners]
                sizes = [assigner.n_points for assigner in assigners]
                labels = join_labels(kept, sizes, budget)
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
                steps = [assigner.step(centroids, moved) for assigner in assigners]
                n_changed = sum(step.n_changed for step in steps)
                before, sums = sums, _total([step.sums for step in steps])
            means, square, moved = recalc(centroids, sums, before, digest, threads)
            shift, converged = math.sqrt(square), len(moved) == 0
            assigned_from, centroids = centroids, means
    finally:
        for assigner in assigners:
            assigner.finish()


def _no_digest() -> Digest:
    return np.zeros(2, dtype=np.uint64)


def _check(past: Past, sums: ExactSums, threads: int) -> None:
    """Raise `InvalidInput` unless these sums lead to the centroids of a state."""
    means = past.assigned_from
    if past.iteration > 0:
        means = recalc(means, sums, None, _no_digest(), threads).centroids
    if not (np.array_equal(sums.counts, past.counts) and np.array_equal(means, past.centroids)):
        raise InvalidInput(
            f"state {past.iteration} does not follow from these points, so they are not those of "
            "its run; resume with the points that were clustered, and their weights if they had any"
        )


def _total(parts: list[ExactSums]) -> ExactSums:
    """Return the sum of the parts, which stay as they are."""
    return parts[0] if len(parts) == 1 else ExactSums.total([parts[0].copy(), *parts[1:]])
