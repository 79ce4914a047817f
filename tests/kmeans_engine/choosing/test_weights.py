"""A sweep over points with weights: a weight counts as a number of points."""

import numpy as np
import pytest

from kmeans_engine import Engine, InvalidInput, make_clusters, sweep
from kmeans_engine.choosing.climb import Climb
from kmeans_engine.choosing.indices import calinski_harabasz, criteria, davies_bouldin
from kmeans_engine.choosing.sample import some_points
from kmeans_engine.choosing.silhouettes import mean_silhouettes
from kmeans_engine.choosing.spread import spread_of

POINTS = make_clusters(4, 40, spread=0.02, seed=3)
COPIES = np.random.default_rng(0).integers(0, 4, 160)


def measured(engine, start):
    last, total = engine.fit(start), engine.fit(start[:1]).inertia
    spread = spread_of(last)
    return (
        *mean_silhouettes(last, spread),
        calinski_harabasz(spread, total),
        davies_bouldin(spread),
        *criteria(spread),
    )


def test_whole_weights_are_copies():
    start = POINTS[[0, 40, 80, 120, 121]]
    got = measured(Engine(POINTS, weights=COPIES), start)
    assert got == pytest.approx(measured(Engine(np.repeat(POINTS, COPIES, axis=0)), start), 1e-12)


def test_a_cluster_of_no_weight_does_not_count():
    far = np.arange(160) < 40
    points = POINTS + 100.0 * far[:, None]
    start = points[[0, 40, 80, 120]]
    got = measured(Engine(points, weights=np.where(far, 0.0, 1.0)), start)
    assert got == pytest.approx(measured(Engine(POINTS[40:]), start[1:]), 1e-12)


def test_points_of_no_weight_are_not_drawn():
    some = some_points(Engine(POINTS, weights=COPIES).visible, 1000, np.random.SeedSequence(0))
    assert np.array_equal(some.rows, np.flatnonzero(COPIES))
    assert np.array_equal(some.weights, COPIES[COPIES > 0])


def test_a_sweep_over_points_with_weights():
    found = sweep(POINTS, range(2, 7), weights=COPIES + 1, seed=0)
    assert found.best == 4
    for row in found.rows:
        assert row.last.weights.sum() == (COPIES + 1).sum()
        assert None not in (row.gap, row.stability, row.silhouette, row.bic)
    again = sweep(Engine(POINTS, weights=COPIES + 1, threads=3), range(2, 7), seed=0)
    assert [row.facts() for row in again.rows] == [row.facts() for row in found.rows]


def test_hardly_any_weight():
    weights = np.zeros(160)
    weights[[7, 90]] = 2.5, 1.5
    found = sweep(POINTS, (2,), weights=weights, seed=0)
    assert found[2].inertia == 0.0
    assert found[2].gap is found[2].bic is None
    assert found[2].last.weights.tolist() in ([2.5, 1.5], [1.5, 2.5])
    with pytest.raises(InvalidInput, match="k=3 needs at least 3 points of positive weight, got 2"):
        sweep(POINTS, (3,), weights=weights, seed=0)


def test_splits_follow_the_weights():
    # Many light points far from few heavy ones, which alone are worth a cluster more.
    points = np.concatenate([np.linspace(0, 1, 50), np.linspace(10, 11, 5)])[:, None]
    weights = np.repeat([1e-6, 1.0], [50, 5])
    climb = Climb(Engine(points, weights=weights), "k-means++", 0, np.random.SeedSequence(0), {})
    assert len(np.unique(climb.to(2).best.labels[-5:])) == 2
    plain = Climb(Engine(points), "k-means++", 0, np.random.SeedSequence(0), {})
    assert len(np.unique(plain.to(2).best.labels[-5:])) == 1


def test_weights_beside_an_engine_are_refused():
    with pytest.raises(InvalidInput, match=r"weights have no effect on an Engine"):
        sweep(Engine(POINTS), (2,), weights=COPIES)
