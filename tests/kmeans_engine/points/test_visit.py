"""Visitors see every labelled point once, in one part or in several."""

import itertools
import pickle

import numpy as np
import pytest

from kmeans_engine import Engine, make_clusters
from kmeans_engine.points.visit import VisibleParts


class Census:
    """Adds up points by their labels, and remembers which were shown."""

    work_per_row = 10
    cells = 0

    def begin(self):
        return []

    def add(self, found, rows, X, was, now, weights):
        numbers = np.array(rows)
        now = np.full(len(X), 99) if now is None else now
        assert len(numbers) == len(X) == len(now)
        for i, x, k in zip(numbers.tolist(), X.tolist(), now.tolist(), strict=True):
            found.append((i, tuple(x), k))
        if was is not None:
            assert len(was) == len(now)
            assert not np.any(was == now)

    def merge(self, found):
        return sorted(itertools.chain(*found))


def wanted(points, labels, rows):
    return [(int(i), tuple(points[i].tolist()), int(labels[i])) for i in rows]


@pytest.mark.parametrize("cuts", [[], [1], [100, 101, 250]])
def test_all_points_or_those_that_differ(cuts):
    points = make_clusters(4, 100, spread=0.05, seed=2)
    engine = Engine(np.split(points, cuts), threads=3)
    states = list(engine.snapshots(points[:4]))
    assert len(states) > 4
    for now in states:
        found = now.visit(pickle.loads(pickle.dumps(Census())))
        assert found == wanted(points, now.labels, range(400))
    for now, before in itertools.product(states[::2], states):
        rows = np.flatnonzero(now.labels != before.labels)
        assert now.visit(Census(), before) == wanted(points, now.labels, rows)


@pytest.mark.parametrize("cuts", [[], [1], [100, 101, 250]])
def test_points_without_labels(cuts):
    points = make_clusters(4, 100, spread=0.05, seed=2)
    visible = Engine(np.split(points, cuts), threads=3).visible
    assert visible.visit(Census()) == wanted(points, np.full(400, 99), range(400))


def test_rows_of_several_parts():
    points = make_clusters(3, 50, seed=1)
    whole = Engine(np.split(points, [7, 8, 90])).snapshots(points[:2])
    visible = next(whole).visible
    assert isinstance(visible, VisibleParts)
    assert (visible.n_points, visible.n_features) == points.shape
    rows = [149, 0, 7, 8, 6, 7]
    assert np.array_equal(visible.take(rows), points[rows])
    for step in (1, 3, 11, 200):
        assert np.array_equal(visible.sample(step), points[::step])


def test_a_state_that_left_its_run_is_visited_as_well():
    points = make_clusters(3, 50, seed=1)
    state = pickle.loads(pickle.dumps(Engine(points).fit(points[:3])))
    assert state.visit(Census()) == wanted(points, state.labels, range(150))
    assert "visible" not in pickle.loads(pickle.dumps(state)).__dict__


class Weighed:
    """What each point weighs."""

    work_per_row = 10
    cells = 0

    def begin(self):
        return []

    def add(self, found, rows, X, was, now, weights):
        found.extend(zip(list(rows), [None] * len(X) if weights is None else weights, strict=True))

    def merge(self, found):
        return sorted(itertools.chain(*found))


@pytest.mark.parametrize("cuts", [[], [100, 101, 250]])
def test_a_visitor_is_told_what_points_weigh(cuts):
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(300, 2)), rng.uniform(size=300)
    engine = Engine(np.split(points, cuts), weights=weights)
    before, *_, now = engine.snapshots(points[:5], max_iterations=3)
    assert now.visit(Weighed()) == list(enumerate(weights))
    rows = np.flatnonzero(now.labels != before.labels)
    assert now.visit(Weighed(), before) == [(i, weights[i]) for i in rows]
    assert now.visit(Weighed(), changed=True) == [(i, weights[i]) for i in now.changed]
    plain = Engine(points).fit(points[:5])
    assert plain.visit(Weighed()) == [(i, None) for i in range(300)]
