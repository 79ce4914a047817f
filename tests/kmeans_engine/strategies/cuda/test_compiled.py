"""The plain kernels as machine code, on many points: see `one_thread`."""

import itertools

import check
import numpy as np
import problems
import pytest

from kmeans_engine import Engine, make_clusters
from kmeans_engine.strategies.cuda.device import missing

pytestmark = pytest.mark.cuda


@pytest.fixture(scope="module", autouse=True)
def kernels():
    if missing() is None:
        import one_thread

        from kmeans_engine.kernels.cuda.compiling import SIMULATED

        if SIMULATED:
            with pytest.MonkeyPatch.context() as patch:
                one_thread.use(patch)
                yield
            return
    yield  # on a device, the same problems once more


def same(points, start, weights=None, iterations=12):
    run = Engine(points, weights=weights, strategy="cuda").snapshots(
        start, max_iterations=iterations
    )
    want = Engine(points, weights=weights, strategy="brute").snapshots(
        start, max_iterations=iterations
    )
    total = 0
    for a, b in itertools.zip_longest(run, want):
        check.same_snapshot(a, b)
        total += 1
    return total


def test_many_points():
    points = make_clusters(12, 2500, spread=0.4, seed=0).astype(np.float32)
    rng = np.random.default_rng(0)
    assert same(points, points[rng.choice(len(points), 12, replace=False)].astype(float)) > 5


def test_many_clusters_of_weighted_points():
    rng = np.random.default_rng(1)
    points = problems.make_points("clustered", rng, 3000, 5)
    weights = rng.uniform(size=3000) * 2.0 ** rng.integers(-60, 60, 3000)
    assert same(points, points[:300], weights, iterations=5) == 6


def test_many_features_and_ties():
    rng = np.random.default_rng(2)
    points = rng.integers(-2, 3, (4000, 20)).astype(np.float64)
    assert same(points, points[:40], iterations=6) > 3


@pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning")
@pytest.mark.parametrize("kind", ["outlier", "wide_exponents", "denormal", "huge"])
def test_wild_points(kind):
    rng = np.random.default_rng(3)
    points = problems.make_points(kind, rng, 2000, 2)
    same(points, points[:9])
