"""Internal indices against scikit-learn and against their definitions."""

import math

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from kmeans_engine import Engine, initial_centroids, make_clusters
from kmeans_engine.choosing.indices import calinski_harabasz, criteria, davies_bouldin
from kmeans_engine.choosing.spread import spread_of

pytestmark = pytest.mark.kernels


def clustered(points, start):
    engine = Engine(points)
    last = engine.fit(start)
    return last, spread_of(last), engine.fit(points[:1]).inertia


@pytest.mark.parametrize("features", [1, 2, 9])
@pytest.mark.parametrize("k", [2, 5, 30])
def test_scikit_learn_agrees(features, k):
    points = make_clusters(6, 40, features=features, spread=0.02, seed=features)
    start = initial_centroids(points, k, method="k-means++", seed=1)
    last, spread, total = clustered(points, start)
    assert spread.squares.sum() == pytest.approx(last.inertia, rel=1e-13)
    want = calinski_harabasz_score(points, last.labels)
    assert calinski_harabasz(spread, total) == pytest.approx(want, rel=1e-9)
    want = davies_bouldin_score(points, last.labels)
    assert davies_bouldin(spread) == pytest.approx(want, rel=1e-9)


def test_empty_clusters_do_not_count():
    points = make_clusters(3, 30, seed=5)
    start = initial_centroids(points, 3, method="k-means++", seed=0)
    _, spread, total = clustered(points, start)
    _, with_empty, _ = clustered(points, np.concatenate([start, [[99.0, 99.0]]]))
    assert with_empty.sizes.tolist()[3] == 0
    assert calinski_harabasz(with_empty, total) == calinski_harabasz(spread, total)
    assert davies_bouldin(with_empty) == davies_bouldin(spread)
    assert criteria(with_empty) == criteria(spread)


def test_what_is_not_defined_is_none():
    points = np.array([[0.0], [1.0], [5.0]])
    _, spread, total = clustered(points, points[:1])  # one cluster
    assert calinski_harabasz(spread, total) is davies_bouldin(spread) is None
    _, spread, total = clustered(points, points)  # K = M
    assert calinski_harabasz(spread, total) is None
    assert criteria(spread) == (None, None)
    assert davies_bouldin(spread) == 0.0
    _, spread, total = clustered(points[:1], points[:1])  # one point
    assert criteria(spread) == (None, None)
    _, spread, total = clustered(np.repeat(points, 2, axis=0), points)  # duplicates
    assert calinski_harabasz(spread, total) is None


def test_bic_and_aic_by_the_density_of_each_point():
    points = make_clusters(3, 50, features=3, seed=2)
    start = initial_centroids(points, 4, method="k-means++", seed=0)
    last, spread, _ = clustered(points, start)
    n, features = points.shape
    squares = ((points - last.centroids[last.labels]) ** 2).sum(axis=1)
    variance = squares.sum() / (n * features)
    shares = last.counts[last.labels] / n
    density = shares * np.exp(-squares / (2 * variance)) / (2 * np.pi * variance) ** (features / 2)
    likelihood = np.log(density).sum()
    parameters = 4 * features + 3 + 1
    bic, aic = criteria(spread)
    assert bic == pytest.approx(parameters * math.log(n) - 2 * likelihood, rel=1e-12)
    assert aic == pytest.approx(2 * parameters - 2 * likelihood, rel=1e-12)
