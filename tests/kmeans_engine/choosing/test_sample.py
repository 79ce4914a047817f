"""Points that are drawn by their numbers."""

import numpy as np
import pytest

from kmeans_engine import Engine
from kmeans_engine.choosing.sample import some_points

POINTS = np.random.default_rng(0).normal(size=(3000, 2))
SEED = np.random.SeedSequence(5)


def test_all_points_if_there_are_not_more():
    some = some_points(Engine(POINTS).visible, 3000, SEED)
    assert np.array_equal(some.rows, np.arange(3000))
    assert np.array_equal(some.points, POINTS)
    assert some.weights is None


@pytest.mark.parametrize("threads", [1, 3])
def test_parts_and_threads_make_no_difference(threads):
    want = some_points(Engine(POINTS, threads=1).visible, 300, SEED)
    assert 250 < len(want.rows) < 350
    assert np.array_equal(want.points, POINTS[want.rows])
    parts = Engine([POINTS[:1], POINTS[1:2000], POINTS[2000:]], threads=threads)
    got = some_points(parts.visible, 300, SEED)
    assert np.array_equal(got.rows, want.rows)
    assert np.array_equal(got.points, want.points)


def test_points_of_one_cluster():
    last = Engine(POINTS).fit(POINTS[:3])
    some = some_points(last, 10_000, SEED, of=1)
    assert np.array_equal(some.rows, np.flatnonzero(last.labels == 1))
    assert np.array_equal(some.points, POINTS[last.labels == 1])
    few = some_points(last, 100, SEED, of=1)
    assert set(few.rows) < set(some.rows)
    assert 60 < len(few.rows) < 140


def test_an_empty_cluster_has_no_points():
    last = Engine(POINTS).fit([[0.0, 0.0], [1e9, 1e9]])
    assert len(some_points(last, 10, SEED, of=1).rows) == 0
