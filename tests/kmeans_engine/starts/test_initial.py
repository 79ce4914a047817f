"""Where a run starts."""

from types import SimpleNamespace

import numpy as np
import pytest
from elsewhere import Elsewhere, Hidden

from kmeans_engine import (
    Engine,
    InvalidInput,
    InvalidType,
    assign_points,
    initial_centroids,
    make_clusters,
)
from kmeans_engine.labels import FixedLabels
from kmeans_engine.starts.initial import METHODS


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_alone_decides(method, monkeypatch):
    points = make_clusters(5, 2000, features=3, seed=0)
    want = initial_centroids(points, 20, method=method, seed=9)
    assert not np.array_equal(want, initial_centroids(points, 20, method=method, seed=10))
    for threads in (1, 2, 8):
        monkeypatch.setattr("kmeans_engine.points.opening.default_threads", lambda n=threads: n)
        for array in (points, np.asfortranarray(points)):
            assert np.array_equal(initial_centroids(array, 20, method=method, seed=9), want)


@pytest.mark.kernels
@pytest.mark.parametrize("method", METHODS)
def test_centroids_are_points_at_different_positions(method):
    base = np.random.default_rng(0).normal(size=(12, 2))
    points = np.repeat(base, [500, *[1] * 11], axis=0)
    for seed in range(20):
        chosen = initial_centroids(points, 12, method=method, seed=seed)
        assert {tuple(row) for row in chosen} == {tuple(row) for row in base}


@pytest.mark.kernels
@pytest.mark.parametrize("method", METHODS)
def test_fewer_positions_than_clusters(method):
    points = np.repeat([[0.0, 1.0], [2.0, 3.0], [-0.0, 1.0]], 5, axis=0)
    chosen = initial_centroids(points, 9, method=method, seed=3)
    assert {tuple(row) for row in chosen + 0.0} == {(0.0, 1.0), (2.0, 3.0)}
    assert Engine(points).fit(chosen).inertia == 0.0


def test_plus_plus_finds_separated_clusters_and_random_does_not():
    rng = np.random.default_rng(0)
    points = 100.0 * rng.permutation(64)[:20, None] + rng.normal(size=(20, 50)).reshape(20, 50)
    points = points.reshape(-1, 1)
    engine = Engine(points)

    def median(method):
        starts = [initial_centroids(points, 20, method=method, seed=s) for s in range(15)]
        return np.median([engine.fit(start).inertia for start in starts])

    assert median("k-means++") < 0.1 * median("random")


@pytest.mark.kernels
def test_plus_plus_draws_by_squared_distance():
    # The second of two centroids is the best of two draws; far points win both in most seeds.
    points = np.array([[0.0]] * 50 + [[1.0]] * 50 + [[30.0]])
    far = sum(30.0 in initial_centroids(points, 2, method="k-means++", seed=s) for s in range(200))
    assert far > 190
    # Points at the same distance are drawn evenly.
    ring = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    drawn = np.zeros(5)
    for seed in range(400):
        for row in initial_centroids(ring, 2, method="k-means++", seed=seed):
            drawn += (ring == row).all(axis=1)
    assert drawn[1:].min() > 0.7 * drawn[1:].max()


@pytest.mark.kernels
def test_plus_plus_on_tiny_and_on_far_data():
    tiny = np.arange(6.0)[:, None] * 1e-160
    assert len(np.unique(initial_centroids(tiny, 6, method="k-means++", seed=1))) == 6
    far = np.array([[0.0], [1.0], [1e150]])
    assert len(np.unique(initial_centroids(far, 3, method="k-means++", seed=1))) == 3


def test_an_array_is_accepted_where_a_method_is():
    points = np.arange(6.0).reshape(3, 2)
    assert np.array_equal(initial_centroids(points, 2, method=points[:2]), points[:2])
    with pytest.raises(InvalidInput, match="k=3 but method holds 2"):
        initial_centroids(points, 3, method=points[:2])
    with pytest.raises(InvalidInput, match="same number of features"):
        initial_centroids(points, 1, method=[[1.0]])


@pytest.mark.parametrize(("k", "error"), [(0, InvalidInput), (4, InvalidInput), (1.5, InvalidType)])
@pytest.mark.parametrize("method", METHODS)
def test_k_out_of_range(k, error, method):
    with pytest.raises(error, match="k="):
        initial_centroids([[0.0], [1.0], [2.0]], k, method=method)


def test_unknown_method():
    with pytest.raises(InvalidInput, match="'best' is unknown"):
        initial_centroids([[0.0]], 1, method="best")


def test_synthetic_clusters():
    points = make_clusters(12, 5000, bounds=[(0, 1), (0, 100)], spread=0.01, seed=3)
    assert points.shape == (60_000, 2)
    groups = points.reshape(12, 5000, 2)
    variance = (groups - groups.mean(axis=1, keepdims=True)).var(axis=(0, 1))
    assert np.allclose(variance, [0.01, 1.0], rtol=0.03)
    assert np.array_equal(points, make_clusters(12, 5000, bounds=[(0, 1), (0, 100)], seed=3))
    assert make_clusters(2, 3, features=5).shape == (6, 5)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n_clusters": 0}, InvalidInput, "n_clusters=0"),
        ({"points_per_cluster": 1.5}, InvalidType, "points_per_cluster=1.5"),
        ({"spread": -1}, InvalidInput, "spread=-1"),
        ({"spread": "wide"}, InvalidType, "spread='wide'"),
        ({"bounds": (1, 0)}, InvalidInput, "low <= high"),
        ({"bounds": (1, 2, 3)}, InvalidInput, "shape"),
        ({"bounds": "ab"}, InvalidType, "bounds="),
    ],
)
def test_synthetic_clusters_out_of_range(arguments, error, words):
    with pytest.raises(error, match=words):
        make_clusters(**{"n_clusters": 2, "points_per_cluster": 2} | arguments)


# --------------------------------------------------------------------------------------- weights


class Labelling(Elsewhere):
    """Points elsewhere that are labelled there, as on a cluster."""

    def __init__(self, points, weights):
        super().__init__(points, weights=weights)
        self._given = points

    def visit(self, visitor, now=None, *others, **options):
        if now is not None:
            labels = FixedLabels(
                assign_points(self._given, now.assigned_from), np.empty(0, np.intp)
            )
            now = SimpleNamespace(_labels=Hidden(labels))
        return super().visit(visitor, now, *others, **options)


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_alone_decides_with_weights(method, monkeypatch):
    points = make_clusters(5, 2000, features=3, seed=0)
    weights = np.random.default_rng(1).exponential(size=len(points)) * 1e200
    want = initial_centroids(points, 20, weights=weights, method=method, seed=9)
    assert not np.array_equal(want, initial_centroids(points, 20, method=method, seed=9))
    scaled = initial_centroids(points, 20, weights=weights * 2.0**-900, method=method, seed=9)
    assert np.array_equal(scaled, want)
    parts = np.array_split(points, 3)
    for threads in (1, 2, 8):
        monkeypatch.setattr("kmeans_engine.points.opening.default_threads", lambda n=threads: n)
        for given in (points, np.asfortranarray(points)):
            got = initial_centroids(given, 20, weights=weights, method=method, seed=9)
            assert np.array_equal(got, want)
    shares = np.array_split(weights, 3)
    got = initial_centroids(parts, 20, weights=shares, method=method, seed=9)
    assert np.array_equal(got, want)
    far = Labelling(points, weights)
    assert np.array_equal(initial_centroids(far, 20, method=method, seed=9), want)


@pytest.mark.kernels
@pytest.mark.parametrize("method", METHODS)
def test_points_without_weight_are_never_drawn(method):
    rng = np.random.default_rng(0)
    points, weights = rng.normal(size=(60, 2)), rng.integers(0, 3, 60).astype(float)
    weights[0] = 0.0
    points[0] = 1e6  # the farthest of all
    absent = {tuple(row) for row in points[weights == 0]}
    count = int(np.count_nonzero(weights))
    for seed in range(20):
        chosen = initial_centroids(points, 5, weights=weights, method=method, seed=seed)
        low, high = points[weights > 0].min(axis=0), points[weights > 0].max(axis=0)
        assert (chosen >= low).all() and (chosen <= high).all()
        if method != "k-means||":  # whose centroids are means
            assert not absent & {tuple(row) for row in chosen}
    chosen = initial_centroids(points, count, weights=weights, method=method, seed=1)
    assert len(np.unique(chosen, axis=0)) == count


@pytest.mark.parametrize("method", METHODS)
def test_a_weight_counts_as_so_many_points(method):
    rng = np.random.default_rng(2)
    points, weights = rng.normal(size=(6, 1)) * 3.0, np.array([1, 2, 0, 5, 1, 3])
    many = np.repeat(points, weights, axis=0)
    shares = np.zeros((2, 6))
    for seed in range(300):
        for side, chosen in enumerate(
            (
                initial_centroids(points, 2, weights=weights, method=method, seed=seed),
                initial_centroids(many, 2, method=method, seed=seed + 10_000),
            )
        ):
            for row in chosen:
                shares[side] += np.abs(points[:, 0] - row[0]) < 1e-12
    assert np.abs(shares[0] - shares[1]).max() / 300 < 0.12
    assert shares[:, 2].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("method", METHODS)
def test_what_weighs_next_to_nothing_is_drawn_before_a_position_comes_twice(method):
    points = np.repeat(np.arange(4.0), 3)[:, None]
    weights = np.repeat([1.0, 1e-300, 1e9, 1e-310], 3)
    for seed in range(10):
        chosen = initial_centroids(points, 4, weights=weights, method=method, seed=seed)
        assert sorted(chosen[:, 0].tolist()) == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("method", METHODS)
def test_fewer_points_of_positive_weight_than_clusters(method):
    points, weights = np.arange(10.0).reshape(5, 2), [0.0, 1.0, 0.0, 2.0, 0.0]
    with pytest.raises(InvalidInput, match=r"k=3 needs at least 3 points of positive weight, got"):
        initial_centroids(points, 3, weights=weights, method=method)
    chosen = initial_centroids(points, 2, weights=weights, method=method, seed=0)
    assert sorted(chosen.tolist()) == [[2.0, 3.0], [6.0, 7.0]]
    same = np.ones((5, 2))
    assert (initial_centroids(same, 2, weights=weights, method=method, seed=0) == 1.0).all()
