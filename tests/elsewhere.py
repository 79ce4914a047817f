"""Points that never come here: a double of a cluster, where only what is pickled goes to and fro.

The points lie in parts. Neither they nor their labels can be had as arrays: visitors are sent to
the parts, and what they have found comes back.
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np

from kmeans_engine import Snapshot
from kmeans_engine.points.data import Data, measure_together
from kmeans_engine.points.visit import VisibleParts
from kmeans_engine.points.weights import weigh
from kmeans_engine.runtime.memory import Budget

MOST_ROWS = 200_000  # that may be taken at a time


def sent(what):
    """What arrives of something that is sent."""
    return pickle.loads(pickle.dumps(what))


class Elsewhere:
    """Points in parts of which each is a process, as it were; see `Visible`."""

    def __init__(self, points, n_parts=3, weights=None):
        self._parts = [Data.of(part, 1, Budget()) for part in np.array_split(points, n_parts)]
        if weights is not None:
            weigh(self._parts, weights)
        measure_together(self._parts)
        self._starts = np.cumsum([0, *(part.n_points for part in self._parts)]).tolist()
        self.n_points, self.n_features = points.shape
        self.names, self.weighted, self._weights = (), weights is not None, weights
        self.measure = sent(self._parts[0].measure)

    def __array__(self, *_, **__):
        raise AssertionError("the points do not come here")

    def take(self, indices):
        assert len(indices) <= MOST_ROWS
        return VisibleParts(self._parts).take(indices)

    def sample(self, step):
        assert self.n_points // step <= MOST_ROWS
        return VisibleParts(self._parts).sample(step)

    def visit(self, visitor, now=None, before=None, *, changed=False, within=None):
        found = []
        for part, start in zip(self._parts, self._starts, strict=False):
            here = slice(start, start + part.n_points)
            rows, was, new = _rows(here, now, before, changed=changed)
            worker = sent(visitor)
            mine = worker.begin()
            for some in np.array_split(np.arange(len(rows)), 2):
                X = part.take(rows[some] - start)
                old, young = (side if side is None else side[some] for side in (was, new))
                weights = self._weights if self._weights is None else self._weights[rows[some]]
                worker.add(mine, rows[some], X, old, young, weights)
            found.append(sent(worker.merge([mine])))
        # As a tree: some of what was found is merged where it is.
        return visitor.merge([sent(sent(visitor).merge(found[1:])), found[0]])


def _rows(here, now, before, *, changed):
    """Return the rows of a part that are shown, and their labels before and now."""
    rows = np.arange(here.start, here.stop)
    if now is None:
        return rows, None, None
    labels = now._labels.at_home.all()
    if changed:
        rows = np.intersect1d(now._labels.at_home.changed(), rows)
        return rows, None, None
    if before is None:
        return rows, None, labels[rows]
    old = before._labels.at_home.all()
    rows = rows[labels[rows] != old[rows]]
    return rows, old[rows], labels[rows]


class Hidden:
    """Labels that stay with their points: only a few of them can be had."""

    def __init__(self, labels):
        self.at_home = labels

    def all(self):
        raise AssertionError("the labels do not come here")

    changed = all

    def at(self, indices):
        assert len(indices) <= 1
        return self.at_home.at(indices)


def moved(snapshots, n_parts=3):
    """Return the same states, their points elsewhere."""
    snapshots = list(snapshots)
    there = Elsewhere(np.asarray(snapshots[0].points), n_parts)
    return [moved_to(there, snapshot) for snapshot in snapshots]


def moved_to(there: Elsewhere, snapshot: Snapshot) -> Snapshot:
    """Return the same state, its points in a place that has them."""
    return replace(
        snapshot, points=there, _whole=there, _labels=Hidden(snapshot._labels),
        compute_inertia=lambda: snapshot.inertia,
    )  # fmt: skip
