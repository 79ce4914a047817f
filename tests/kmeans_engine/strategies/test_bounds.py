"""Times to look again, at all centroids or at lists: shortcuts give the bits of the definition."""

import itertools

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies.bounds import Bounds

# Problems of every unpleasant kind.
pytestmark = pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning")


@pytest.mark.kernels
@check.examples(160)
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "int16"]),
    st.integers(1, 20),
    st.sampled_from(["bounds", "neighbours", "quantized"]),
)
def test_every_snapshot_equals_the_oracle(seed, kind, dtype, n, strategy):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(1, 60)), n)
    points = problems.make_layout(points, dtype, "C")
    k = int(rng.integers(1, min(len(points), 8) + 1))
    engine = Engine(points, strategy=strategy)
    check.like_oracle(engine, problems.make_centroids(points, rng, k))


@pytest.mark.parametrize("strategy", ["bounds", "neighbours", "quantized"])
@pytest.mark.parametrize("kind", ["clustered", "random"])
def test_many_chunks_on_several_threads_equal_brute(kind, strategy, monkeypatch):
    monkeypatch.setattr("kmeans_engine.runtime.threads.CHUNK_WORK", 16 * 30 * 700)
    rng = np.random.default_rng(0)
    points = problems.make_points(kind, rng, 20_000, 16)
    want = Engine(points, strategy="brute").snapshots(points[:30], max_iterations=40)
    got = Engine(points, strategy=strategy, threads=3).snapshots(points[:30], max_iterations=40)
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


def test_fewer_and_fewer_points_are_scored():
    rng = np.random.default_rng(2)
    points = rng.uniform(size=(20_000, 10))
    assigner = Bounds(prepare(points, 2)).begin()
    centroids, scored = points[:30].copy(), []
    sums = assigner.first(centroids)
    for _ in range(30):
        sums = assigner.step(centroids).sums
        scored.append(assigner.scored)
        centroids = centroids.copy()
        sums.update_means(centroids)
    assert scored[-1] < 0.5 * max(scored)
