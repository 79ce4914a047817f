import pytest

from kmeans_engine import make_clusters
from kmeans_engine.cluster import tasks


@pytest.fixture
def part():
    """Three chunks of 300 points as one part."""
    points = make_clusters(5, 60, spread=0.1, seed=0)
    return tasks.make_part(
        [(0, 100), (100, 100), (200, len(points) - 200)], 2, points.shape[1],
        points[:100], points[100:200], points[200:],
    )  # fmt: skip
