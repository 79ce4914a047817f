"""Clusters that have lost all their points get the points that lie farthest from their centres.

As scikit-learn does; the engine lets such a cluster keep its centroid. What is chosen here is a
place to go on from, so it need not be a mean: the next iteration makes it one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, LabelArray
from kmeans_engine.engine import Engine
from kmeans_engine.labels import FixedLabels
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.snapshot import Snapshot, sizes_of

__all__ = ["relocating"]


class _Found(NamedTuple):
    """Points with their clusters, weights and squared distances, the farthest first."""

    squares: Floats
    rows: npt.NDArray[np.intp]
    clusters: npt.NDArray[np.intp]
    weights: Floats
    X: Floats

    def first(self, count: int) -> _Found:
        """Return the farthest; of those that are as far, the first rows."""
        order = np.lexsort((self.rows, -self.squares))[:count]
        squares, rows, clusters, weights, X = self
        return _Found(squares[order], rows[order], clusters[order], weights[order], X[order])


class _Farthest:
    """Finds points that are far from their centres; see `points.visit.Visitor`.

    Parameters
    ----------
    count : int
        How many to find.
    C : ndarray, (K, N)
        The centres that the labels refer to.
    totals : ndarray, (K,)
        Weights of the clusters: one that is a single point keeps it.
    """

    cells = 0

    def __init__(self, count: int, C: Floats, totals: Floats) -> None:
        self._count, self._C, self._totals = count, C, totals
        self.work_per_row = 8 * C.shape[1]

    def begin(self) -> list[_Found]:
        return []

    def add(
        self,
        found: list[_Found],
        rows: Any,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        assert now is not None
        squares = squares_to_own(X, self._C, now)
        w = np.ones(len(X)) if weights is None else weights
        useful = np.flatnonzero((squares > 0.0) & (w > 0.0) & (w < self._totals[now]))
        far = _Found(
            squares[useful],
            np.asarray(rows, dtype=np.intp)[useful],
            now[useful].astype(np.intp),
            w[useful].astype(np.float64),
            X[useful].astype(np.float64),
        )
        found.append(far.first(self._count))

    def merge(self, found: list[list[_Found]]) -> list[_Found]:
        parts = [part for some in found for part in some]
        if not parts:
            return []
        joined = _Found(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        return [joined.first(self._count)]


def relocating(
    engine: Engine, start: Floats, max_iter: int
) -> Generator[tuple[Snapshot, bool], None, None]:
    """Yield the states of a run in which empty clusters get points, and whether they just did.

    Then the run goes on from other centroids than those of that state, as a run of its own; the
    states are numbered through.

    Parameters
    ----------
    engine : Engine
        Of points in this process.
    start : ndarray, (K, N)
    max_iter : int
        See `Engine.snapshots`.
    """
    before: Snapshot | None = None  # the state that the run has gone on from elsewhere
    last: Snapshot | None = None
    while True:
        done = 0 if before is None else before.iteration
        moved = None
        for state in engine.snapshots(start, max_iterations=max_iter - done):
            if before is not None:
                if state.iteration == 0:
                    continue  # its labels are those of the next one
                state = _numbered(state, before)
            moved = _moved(state) if state.iteration else None
            if moved is not None:
                state = dataclasses.replace(state, converged=False)
            if moved is not None and state.iteration == max_iter:
                assert last is not None
                state, moved = _at_last(engine, moved, state, last), None
            yield state, moved is not None
            last = state
            if moved is not None:
                break
        if moved is None:
            return
        start, before = moved, last


def _at_last(engine: Engine, moved: Floats, state: Snapshot, last: Snapshot) -> Snapshot:
    """Return a state that nothing follows any more, with centroids that have been moved."""
    final = engine.fit(moved, max_iterations=0)
    shifts = np.sqrt(np.square(moved - state.assigned_from).sum(axis=1))
    return _compared(final, last, iteration=state.iteration, shift=float(shifts.max()))


def _numbered(state: Snapshot, before: Snapshot) -> Snapshot:
    """Return a state of a run that goes on after another state, with the number that it has then.

    The first one is compared with that state; its centroids are others, so it does not `follow`.
    """
    iteration = before.iteration + state.iteration
    if state.iteration > 1:
        return dataclasses.replace(state, iteration=iteration)
    return _compared(state, before, iteration=iteration, converged=False)


def _compared(state: Snapshot, before: Snapshot, **facts: Any) -> Snapshot:
    """Return a state with the changes since a state of another run, and with these facts."""
    labels = state.labels
    changed = np.flatnonzero(labels != before.labels)
    own = FixedLabels(labels, changed)
    return dataclasses.replace(state, n_changed=len(changed), _labels=own, **facts)


def _moved(state: Snapshot) -> Floats | None:
    """Return centroids without empty clusters; None if there are none, or no points for them."""
    totals = sizes_of(state)
    empty = np.flatnonzero(totals == 0.0)
    if not len(empty):
        return None
    found = state.visit(_Farthest(len(empty), state.assigned_from, totals))
    if not found or not len(found[0].rows):
        return None
    moved = state.centroids.copy()
    for _, _, giver, weight, x in zip(*found[0], strict=True):
        if weight >= totals[giver]:
            continue  # it has given others already
        totals[giver] -= weight
        moved[giver] += (moved[giver] - x) * (weight / totals[giver])
    moved[empty[: len(found[0].X)]] = found[0].X
    return moved
