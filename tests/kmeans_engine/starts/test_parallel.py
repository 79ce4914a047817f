"""k-means||: the same bits for any parts, good starts, and what there is in degenerate data."""

import check
import numpy as np
import problems
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, initial_centroids, make_clusters
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.points.opening import open_visible
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.starts import parallel


@check.examples(40)
@given(st.integers(0, 2**32), st.sampled_from(problems.KINDS), st.integers(1, 5))
def test_the_parts_do_not_matter(seed, kind, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(20, 90)), n)
    k = int(rng.integers(1, 9))
    want = initial_centroids(points, k, method="k-means||", seed=seed)
    assert want.shape == (k, n)
    assert np.isfinite(want).all()
    cuts = np.sort(rng.choice(np.arange(1, len(points)), 3, replace=False))
    got = initial_centroids(np.split(points, cuts), k, method="k-means||", seed=seed)
    assert got.tobytes() == want.tobytes()
    low, high = points.min(axis=0), points.max(axis=0)
    slack = 1e-12 * np.abs(points).max()
    assert (want >= low - slack).all() and (want <= high + slack).all()


def test_well_separated_clusters_are_found():
    points = make_clusters(12, 200, spread=1e-5, seed=3)
    for seed in range(8):
        start = initial_centroids(points, 12, method="k-means||", seed=seed)
        # Each cluster has its own centroid, so the first assignment is the last one.
        assert sorted(Engine(points).fit(start).counts.tolist()) == [200] * 12


def test_fewer_positions_than_centroids():
    points = np.repeat(np.array([[0.0, 0.0], [1.0, 2.0]]), 10, axis=0)
    start = initial_centroids(points, 5, method="k-means||", seed=0)
    assert {tuple(row) for row in start.tolist()} == {(0.0, 0.0), (1.0, 2.0)}


def test_weights_count_as_so_many_points():
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(30, 2)), rng.integers(0, 5, 30)
    weights[:3] = 0
    drawn = [
        parallel.weighted_plus_plus(points, weights, 4, np.random.default_rng(seed))
        for seed in range(200)
    ]
    absent = {tuple(row) for row in points[weights == 0].tolist()}
    assert not absent & {tuple(row) for some in drawn for row in some.tolist()}
    # The first one is drawn by weight alone.
    firsts = np.array([(points == some[0]).all(axis=1).argmax() for some in drawn])
    shares = np.bincount(firsts, minlength=30) / 200
    assert np.abs(shares - weights / weights.sum()).max() < 0.06


def test_potentials_are_exact():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(500, 3)) * 2.0 ** rng.integers(-300, 300, (500, 1))
    visitor = parallel._Potential(points[:1])
    found = visitor.begin()
    visitor.add(found, range(500), points, None, np.zeros(500, dtype=np.uint8), None)
    far = squares_to_own(points, points[:1], np.zeros(500, dtype=int))
    from fractions import Fraction

    exact = sum(map(Fraction, far.tolist()))
    assert found[0].rounded() == [float(exact)]


def test_labels_count_as_memory(monkeypatch):
    points = open_visible(np.random.default_rng(0).normal(size=(900, 2)))
    asked, empty = [], Budget.empty
    monkeypatch.setattr(
        Budget, "empty", lambda self, *shape: asked.append(shape) or empty(self, *shape)
    )
    initial_centroids(points, 5, method="k-means||", seed=0)
    assert (900, np.uint8) in asked
