"""Centroids take their places where they moved, as if all had been placed anew."""

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine.points.data import prepare
from kmeans_engine.strategies.bounds import Bounds
from kmeans_engine.strategies.scores import Scores

pytestmark = pytest.mark.kernels


@check.examples(200)
@given(st.integers(0, 2**32), st.sampled_from(problems.KINDS))
def test_those_that_moved_are_enough(seed, kind):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(1, 6)), int(rng.integers(1, 12))
    points = problems.make_points(kind, rng, 20, n)
    data = prepare(points, 1)
    centroids = problems.make_centroids(points, rng, k)
    scores = Scores(data, k)
    scores.place(centroids)
    assert not scores.shifts.any()
    for _ in range(6):
        before, centroids = centroids, centroids.copy()
        rows = np.flatnonzero(rng.random(k) < 0.4).astype(np.int32)
        centroids[rows] = points[rng.choice(20, len(rows))]
        scores.place(centroids, rows)
        want = Scores(data, k)
        want.place(centroids)
        for name in ("C", "P"):
            assert check.bits(getattr(scores.record, name)) == check.bits(
                getattr(want.record, name)
            )
        assert scores.n_distinct == want.n_distinct == len(np.unique(centroids + 0.0, axis=0))
        count = scores.count
        assert scores.record.rows[:count].tolist() == want.record.rows[:count].tolist()
        assert (scores.record.reach >= want.record.reach).all()
        scale = data.measure.scale
        far = [np.sqrt(sum((d * scale) ** 2 for d in row)) for row in (centroids - before).tolist()]
        assert (scores.shifts >= far).all()
        assert (scores.shifts <= np.array(far) * (1 + 1e-8)).all()


@check.examples(60)
@given(st.integers(0, 2**32))
def test_distances_of_centroids_stay_lower_bounds(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(1, 6)), int(rng.integers(2, 40))
    points = rng.normal(size=(60, n))
    assigner = Bounds(prepare(points, 1)).begin()
    centroids = points[rng.choice(60, k, replace=False)]
    assigner.first(centroids)
    for share in (0.1, 0.9, 0.2, 0.0, 0.3):
        rows = np.flatnonzero(rng.random(k) < share).astype(np.int32)
        centroids = centroids.copy()
        centroids[rows] += 0.1 * rng.normal(size=(len(rows), n))
        assigner.step(centroids, rows)
        true = (
            np.linalg.norm(centroids[:, None] - centroids, axis=2) * assigner.points.measure.scale
        )
        found = assigner.distances[:, :k]
        assert (found <= true).all()
        assert (found >= true * 0.999 - 0.001).all()
        assert np.array_equal(found, found.T)
