"""A run once more, after the fit: a run is a function of its points, weights and start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from kmeans_engine.arrays import Floats, Integers
from kmeans_engine.engine import Engine
from kmeans_engine.errors import InvalidInput
from kmeans_engine.estimator.runs import Run, states
from kmeans_engine.snapshot import Snapshot

__all__ = ["Iteration", "Replay"]


class Iteration(NamedTuple):
    """What an iteration has done, without its labels.

    Attributes
    ----------
    iteration : int
        0 for the start.
    inertia : float
        Of the points about the centres that this iteration has left.
    shift : float
        Largest distance that a centre moved.
    n_changed : int
        Points that changed cluster.
    counts : ndarray, (K,), int64
        Points in each cluster.
    """

    iteration: int
    inertia: float
    shift: float
    n_changed: int
    counts: Integers

    @classmethod
    def of(cls, state: Snapshot) -> Iteration:
        """Return the record of a state."""
        return cls(state.iteration, state.inertia, state.shift, state.n_changed, state.counts)


class Replay(NamedTuple):
    """What the states of the run that won can be made of again.

    Attributes
    ----------
    engine : callable
        Returns an engine of the points; it refers to these, and to no copy of them.
    run : Run
        With the iterations that there were as its limit.
    means : ndarray, (K, N)
        The centroids that the run ended with.
    """

    engine: Callable[[], Engine]
    run: Run
    means: Floats

    def states(self) -> Iterator[Snapshot]:
        """Yield the states of the run.

        Raises
        ------
        InvalidInput
            At the end, if the points are not those that were clustered.
        """
        last = None
        for last, _ in states(self.engine(), self.run):
            if last.iteration < self.run.max_iter:
                yield last
        if last is None or not np.array_equal(last.centroids, self.means):
            raise InvalidInput(
                "X has been changed since the fit, so its run cannot be told again: fit once more, "
                "or give fit a copy, fit(X.copy()), and change yours"
            )
        yield last
