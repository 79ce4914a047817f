"""Lists of neighbours: every shortcut gives the bits of the definition."""

import check
import numpy as np
import pytest

from kmeans_engine import Engine, UnsupportedStrategy
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies import bounds as neighbours
from kmeans_engine.strategies.bounds import MOST_CENTROIDS
from kmeans_engine.strategies.neighbours import Neighbours


def test_lists_are_short_where_clusters_are_apart():
    rng = np.random.default_rng(2)
    points = rng.uniform(-4, 4, (100, 12))[rng.integers(0, 100, 20_000)]
    points += rng.normal(0, 0.2, points.shape)
    assigner = Neighbours(prepare(points, 2)).begin()
    centroids, shares = points[:100].copy(), []
    assigner.first(centroids)
    for _ in range(6):
        sums = assigner.step(centroids).sums
        if assigner.looked:
            shares.append(assigner.share_listed())
        centroids = centroids.copy()
        sums.update_means(centroids)
    assert min(shares) < 0.3


def test_too_many_clusters_are_refused():
    points = np.arange(MOST_CENTROIDS + 1.0)[:, None]
    with pytest.raises(UnsupportedStrategy, match="4096 clusters, got k=4097: use 'bounds'"):
        Engine(points, strategy="neighbours").fit(points)


def test_a_list_without_its_margin_fails(monkeypatch):
    # Two centroids at distances that only the last bits tell apart: with D taken as longer than it
    # is, the true winner is not on the list.
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(3000, 3))
    start = points[:40].copy()
    engine = Engine(points, strategy="neighbours")
    want = [s.labels for s in Engine(points, strategy="brute").snapshots(start)]
    assert all(map(np.array_equal, (s.labels for s in engine.snapshots(start)), want))
    measure = neighbours.measure_centroids

    def too_far(task, start, stop):
        measure(task, start, stop)
        task.cells.D[task.rows[start:stop]] *= np.float32(2.0)

    monkeypatch.setattr(neighbours, "measure_centroids", too_far)
    engine = Engine(points, strategy="neighbours")
    assert not all(map(np.array_equal, (s.labels for s in engine.snapshots(start)), want))


@pytest.mark.kernels
def test_many_points_of_a_cluster_share_lists():
    # More than a tile, so that they are sorted by their distance; and a centroid that is far.
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal(size=(150, 9)), 40 + rng.normal(size=(20, 9))])
    start = np.concatenate([points[:3], points[-1:]])
    check.like_oracle(Engine(points, strategy="neighbours"), start, max_iterations=4)
