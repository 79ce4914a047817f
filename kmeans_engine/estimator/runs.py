"""Runs as scikit-learn's users ask for them: where they start, when they end, and what is left.

The engine yields the states. Here is decided which one is the last: scikit-learn's tolerance counts
all centres together, relative to the spread of the points.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.engine import Engine
from kmeans_engine.estimator.relocation import relocating
from kmeans_engine.snapshot import Snapshot, sizes_of

__all__ = ["Outcome", "Run", "finish", "spread", "states"]


class Run(NamedTuple):
    """What a run follows from.

    Attributes
    ----------
    start : ndarray, (K, N), float64
    max_iter : int
    relocates : bool
        Whether a cluster that loses all its points is given another one.
    """

    start: Floats
    max_iter: int
    relocates: bool


class Outcome(NamedTuple):
    """The end of a run.

    Attributes
    ----------
    centers : ndarray, (K, N)
        Of the type that was asked for.
    labels : array, (M,), int32
        The nearest of `centers` for each point.
    inertia : float
        The sum of squared distances of the points to their centres, by weight; rounded once.
    converged : bool
        Whether `centers` are the means of the points with their labels as well.
    n_clusters : int
        Clusters that have points.
    """

    centers: Any
    labels: Any
    inertia: float
    converged: bool
    n_clusters: int


def states(
    engine: Engine, run: Run, tol: float = 0.0
) -> Generator[tuple[Snapshot, str], None, None]:
    """Yield the states of a run, and with the last one why nothing follows, if there is a reason.

    Parameters
    ----------
    engine : Engine
    run : Run
    tol : float
        The run ends when the squared shifts of all centres together are at most this share of
        `spread`, as it does in scikit-learn.
    """
    plain = relocating if run.relocates else _plain
    tolerance = _Tolerance(tol, engine)
    with contextlib.closing(plain(engine, run.start, run.max_iter)) as found:
        for state, goes_on in found:
            reason = "" if goes_on else tolerance.reason(state)
            yield state, reason
            if reason:
                return


class _Tolerance:
    """Tells which state ends a run; see `states`."""

    def __init__(self, tol: float, engine: Engine) -> None:
        self._tol, self._limit = tol, 0.0
        # No variance is larger. The variance takes an inertia, K N: it is looked up if need be.
        measure = engine.visible.measure
        self._most = tol * float(np.square(measure.high - measure.low).mean()) / 4

    def reason(self, state: Snapshot) -> str:
        """Return why a run ends with a state, or ""."""
        if state.iteration > 1 and state.n_changed == 0:
            return "strict convergence"
        square = state.shift * state.shift
        if state.iteration == 0 or (square > 0.0 and square > 2 * self._most):
            return ""
        shift = float(np.square(state.centroids - state.assigned_from).sum())
        if state.shift > 0.0 and not self._limit:
            self._limit = self._tol * spread(state)
        ends = state.shift == 0.0 or 0.0 < shift <= self._limit
        return f"center shift {shift} within tolerance {self._limit}" if ends else ""


def _plain(
    engine: Engine, start: Floats, max_iter: int
) -> Generator[tuple[Snapshot, bool], None, None]:
    """Yield the states of the engine; none of them goes on elsewhere."""
    with contextlib.closing(engine.snapshots(start, max_iterations=max_iter)) as found:
        for state in found:
            yield state, False


def spread(state: Snapshot) -> float:
    """Return the mean over the features of the variance of the points, by weight.

    Parameters
    ----------
    state : Snapshot
        Any with means as its centroids: what is added to its inertia is the variance between the
        clusters, so this costs no look at the points.
    """
    sizes = sizes_of(state)
    total = sizes.sum()
    # Not by a matrix product, whose last digit follows from the machine.
    middle = (sizes[:, None] * state.centroids).sum(axis=0) / total
    between = sizes[:, None] * np.square(state.centroids - middle)
    return float((state.inertia + between.sum()) / total / len(middle))


def finish(engine: Engine, last: Snapshot, dtype: np.dtype[np.floating]) -> Outcome:
    """Return what is left of a run that ends with a state.

    Unless nothing changes any more the points are assigned once more, to the centres that are left:
    so labels, inertia and predictions agree.
    """
    centers = last.centroids.astype(dtype)
    final, agrees = last, last.converged
    if not (agrees and dtype == np.float64):
        final = engine.fit(centers, max_iterations=0)
        agrees = bool((final.labels == last.labels).all())
    return Outcome(
        centers=centers if centers is not last.centroids else centers.copy(),
        labels=final.labels.astype(np.int32),
        inertia=final.inertia,
        converged=agrees,
        n_clusters=int(np.count_nonzero(final.counts)),
    )
