"""What a strategy remembers stays true wherever the centroids go, not only where K-means goes."""

import gc
import weakref

import check
import numpy as np
import problems
import pytest

from kmeans_engine import assign_points, recalc_centroids
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies import make_strategy

pytestmark = pytest.mark.kernels
# In plain Python there is less of everything.
ROWS, STEPS = (150, 12) if check.PLAIN_PYTHON else (2000, 60)
REMEMBERING = [name for name in problems.USABLE if name not in ("auto", "brute")]


def follow(name: str, points: np.ndarray, places: list[np.ndarray]) -> None:
    """Take centroids from place to place, and compare the labels with those from nothing."""
    assigner = make_strategy(name, prepare(points, 2)).begin()
    assigner.first(places[0])
    assert np.array_equal(assigner.labels().all(), assign_points(points, places[0]))
    for centroids in places[1:]:
        step = assigner.step(centroids)
        labels = assigner.labels().all()
        assert np.array_equal(labels, assign_points(points, centroids))
        assert np.array_equal(step.sums.counts, np.bincount(labels, minlength=len(centroids)))


@pytest.mark.parametrize("name", REMEMBERING)
@pytest.mark.parametrize("seed", range(12))
def test_centroids_that_walk_about(name, seed, monkeypatch):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(
        "kmeans_engine.points.blocks.block_rows", lambda m: int(rng.integers(1, 20))
    )
    n, k = int(rng.choice([1, 2, 3, 8])), int(rng.integers(2, 30))
    points = problems.make_points(("random", "clustered")[seed % 2], rng, ROWS, n)
    place = points[:k].copy()
    places = [place]
    speed = 10.0 ** rng.uniform(-6, 0.3, (k, 1))
    for _ in range(STEPS):
        if rng.integers(8) == 0:
            speed = 10.0 ** rng.uniform(-6, 0.3, (k, 1))
        place = place + rng.normal(size=(k, n)) * speed
        places.append(place)
    follow(name, points, places)


@pytest.mark.parametrize("name", REMEMBERING)
@pytest.mark.parametrize("n", [1, 2, 6])
def test_a_centroid_that_comes_from_far(name, n, monkeypatch):
    # While it is far it is no neighbour, and its shifts count for nothing: what counts is how far
    # behind it was at the end of that. Without the ceilings its last steps change no label.
    monkeypatch.setattr("kmeans_engine.points.blocks.block_rows", lambda m: 4)
    rng = np.random.default_rng(n)
    points = rng.uniform(-1, 1, (ROWS // 4, n))
    way = np.concatenate([1000.0 * 0.9 ** np.arange(60), np.linspace(1.7, -1.7, 80)])
    start, end = np.zeros(n), np.full(n, 0.01)
    far = np.full(n, 2000.0)
    points[0] = far
    follow(name, points, [np.stack([start, end * 0 + x, far]) for x in way])


@pytest.mark.parametrize("name", REMEMBERING)
def test_a_cluster_that_walks_away_from_its_points(name):
    # Its radius grows with every step, and with it the range in which others are neighbours.
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (ROWS // 4, 2))
    points[0] = 100.0
    places = [np.array([[-x, 0.0], [6.0 - 0.03 * x, 0.0], [100.0, 100.0]]) for x in range(0, 90)]
    follow(name, points, places)


@pytest.mark.parametrize("name", problems.strategies(2))
@pytest.mark.parametrize("how", ["from labels", "from centroids alone", "from another assigner"])
def test_a_run_goes_on_in_the_middle(name, how):
    # What resumes a run, rebuilds what a worker lost, or changes the strategy.
    rng = np.random.default_rng(3)
    points = problems.make_points("clustered", rng, ROWS, 2)
    places = [points[:7] + 0.3 * step for step in range(6)]
    points_of_run = prepare(points, 2)
    before = make_strategy("brute", points_of_run).begin()
    before.first(places[0])
    before.step(places[1])
    labels = {
        "from labels": before.labels().all(),
        "from centroids alone": None,
        "from another assigner": before.assigned,
    }[how]
    assigner = make_strategy(name, points_of_run).begin()
    sums = assigner.adopt(places[1], labels)
    assert np.array_equal(sums.sums, before.assigned.sums.sums)
    for centroids in places[2:]:
        step = assigner.step(centroids)
        assert np.array_equal(assigner.labels().all(), assign_points(points, centroids))
        want = recalc_centroids(points, assigner.labels().all(), centroids)
        means = centroids.copy()
        step.sums.update_means(means)
        assert np.array_equal(means, want)


@pytest.mark.parametrize("name", problems.USABLE)
def test_what_a_run_remembers_goes_with_it(name):
    # Gigabytes for many points: they must not wait for the collector of circles.
    points = prepare(np.random.default_rng(0).normal(size=(4000, 2)), 2)
    strategy = make_strategy(name, points)
    gc.collect()
    gc.disable()
    try:
        assigner = strategy.begin()
        assigner.first(points.points[:300].copy())
        assigner.step(points.points[1:301].copy())
        gone = weakref.ref(assigner)
        assigner.finish()
        del assigner
        assert gone() is None
    finally:
        gc.enable()
