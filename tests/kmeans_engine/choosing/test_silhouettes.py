"""Silhouettes by centroids against all pairs of points, and against scikit-learn."""

import math

import check
import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score

from kmeans_engine import Engine, initial_centroids, make_clusters
from kmeans_engine.choosing.silhouettes import classical, mean_silhouettes
from kmeans_engine.choosing.spread import spread_of

pytestmark = pytest.mark.kernels


def found(points, k, seed=0, **options):
    points = np.asarray(points)
    start = initial_centroids(points, k, method="k-means++", seed=seed)
    last = Engine(points, **options).fit(start)
    return last, mean_silhouettes(last, spread_of(last))


@check.examples(60)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.floats(-8, 8, width=32)), min_size=2, max_size=25),
    st.integers(2, 6),
)
def test_all_pairs_agree(rows, k):
    last, (simplified, squared) = found(np.array(rows, dtype=float), min(k, len(rows)))
    labels, points = last.labels.tolist(), naive.rows(rows)
    if len(set(labels)) < 2:
        assert simplified is squared is None
        return
    want = naive.silhouettes(points, labels, naive.squared_distance)
    assert squared == pytest.approx(math.fsum(want) / len(rows), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("k", [2, 5, 40])
@pytest.mark.parametrize("far", [0.0, 1e6])
def test_scikit_learn_agrees(k, far):
    points = make_clusters(6, 50, features=3, spread=0.02, seed=4) + far
    last, (_, squared) = found(points, k)
    want = silhouette_score(points - far, last.labels, metric="sqeuclidean")
    assert squared == pytest.approx(want, rel=1e-9 if not far else 1e-6)
    want = silhouette_score(points - far, last.labels)
    assert classical(points, last.labels) == pytest.approx(want, rel=1e-6 if far else 1e-9)


def test_the_simplified_silhouette_by_hand():
    # One cluster at 0 and 2, one at 9 and 11, one point at 30, which is alone.
    points = np.array([[0.0], [2.0], [9.0], [11.0], [30.0]])
    last = Engine(points).fit([[1.0], [10.0], [30.0]])
    simplified, _ = mean_silhouettes(last, spread_of(last))
    want = [(10 - 1) / 10, (8 - 1) / 8, (8 - 1) / 8, (10 - 1) / 10, 0.0]
    assert simplified == pytest.approx(sum(want) / 5, rel=1e-15)


def test_empty_clusters_and_single_points_do_not_count():
    points = np.repeat([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]], [4, 3, 1], axis=0)
    last = Engine(points).fit([[0, 0], [99, 99], [1, 0], [5, 5]])
    assert last.counts.tolist() == [4, 0, 3, 1]
    assert mean_silhouettes(last, spread_of(last)) == (7 / 8, 7 / 8)
    assert silhouette_score(points, last.labels, metric="sqeuclidean") == 7 / 8
    assert classical(points, last.labels) == 7 / 8


def test_points_in_one_place_have_no_silhouette_and_no_division_by_zero():
    points = np.zeros((5, 2))
    last = Engine(points, threads=1).fit([[0.0, 0.0], [0.0, 0.0]])
    assert mean_silhouettes(last, spread_of(last)) == (None, None)
    assert classical(points, last.labels) is None


@pytest.mark.parametrize("dtype", ["float32", "uint8", ">f8"])
def test_the_same_bits_for_any_threads_types_and_parts(dtype, tmp_path):
    size = 80 if check.PLAIN_PYTHON else 3000
    points = np.round(make_clusters(5, size, bounds=(0, 200), seed=3)).clip(0, 255).astype(dtype)
    _, want = found(points.astype("float64"), 7, threads=1)
    assert found(points, 7, threads=3)[1] == want
    assert found(points, 7, strategy="blocks", threads=2)[1] == want
    start = initial_centroids(points, 7, method="k-means++", seed=0)
    parts = Engine([points[:7], points[7 : 3 * size], points[3 * size :]], threads=2).fit(start)
    assert mean_silhouettes(parts, spread_of(parts)) == want
    np.save(tmp_path / "points.npy", points)
    engine = Engine(tmp_path / "points.npy", memory=1, scratch=tmp_path)
    stored = engine.fit(start)
    assert mean_silhouettes(stored, spread_of(stored)) == want


def test_the_classical_silhouette_counts_weights_as_copies():
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(60, 2)), rng.integers(0, 3, 60)
    weights = rng.integers(1, 4, 60)
    want = silhouette_score(np.repeat(points, weights, axis=0), np.repeat(labels, weights))
    got = classical(points, labels, weights.astype(float))
    assert got == pytest.approx(want, abs=1e-9)
