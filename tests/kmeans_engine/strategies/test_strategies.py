"""What a strategy remembers stays true wherever the centroids go, not only where K-means goes."""

import check
import numpy as np
import problems
import pytest

from kmeans_engine import STRATEGIES, assign_points
from kmeans_engine.points.data import Data
from kmeans_engine.strategies import make_strategy

pytestmark = pytest.mark.kernels
# In plain Python there is less of everything.
ROWS, STEPS = (150, 12) if check.PLAIN_PYTHON else (2000, 60)
REMEMBERING = [name for name in STRATEGIES if name not in ("auto", "brute")]


def follow(name: str, points: np.ndarray, places: list[np.ndarray]) -> None:
    """Take centroids from place to place, and compare the labels with those from nothing."""
    run = make_strategy(name, Data(points, 2)).begin()
    labels = np.empty(len(points), dtype=np.uint8)
    sums = run.first(places[0], labels)
    assert np.array_equal(labels, assign_points(points, places[0]))
    for centroids in places[1:]:
        step = run.step(centroids, labels, sums)
        labels[step.indices], sums = step.labels, step.sums
        assert np.array_equal(labels, assign_points(points, centroids))
        assert np.array_equal(sums.counts, np.bincount(labels, minlength=len(centroids)))


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
