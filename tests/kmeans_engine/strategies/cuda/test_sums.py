"""Exact sums come over as a whole, or row by row, from shared memory or without it."""

import check
import numpy as np
import problems
import pytest

from kmeans_engine import Engine
from kmeans_engine.strategies.cuda.device import missing

pytestmark = pytest.mark.cuda

if missing() is None:
    from kmeans_engine.strategies.cuda import sums


@pytest.mark.parametrize("in_block", [True, False])
@pytest.mark.parametrize(("small", "many"), [(1 << 16, 4), (0, 0), (0, 2), (0, 1 << 20)])
@pytest.mark.parametrize("weighted", [False, True])
def test_all_ways_lead_here(monkeypatch, in_block, small, many, weighted):
    monkeypatch.setattr(sums, "_SMALL", small)
    monkeypatch.setattr(sums, "_MANY", many)
    monkeypatch.setattr(sums, "is_shared_memory_enough", lambda size: in_block)
    rng = np.random.default_rng(5)
    points = problems.make_points("clustered", rng, 24, 2)
    weights = rng.uniform(size=24) if weighted else None
    engine = Engine(points, weights=weights, strategy="cuda")
    total = check.like_oracle(engine, points[:6], weights=weights, max_iterations=5)
    assert total > 3


def test_a_cluster_that_nothing_touches_is_not_copied(monkeypatch):
    monkeypatch.setattr(sums, "_SMALL", 0)
    gathered = []
    gather = sums.DeviceSums._gathered
    monkeypatch.setattr(
        sums.DeviceSums,
        "_gathered",
        lambda self, array, rows: (gathered.append(len(rows)), gather(self, array, rows))[1],
    )
    rng = np.random.default_rng(0)
    far = np.arange(10.0)[:, None] * [100.0, 0.0]
    points = np.r_[far, far + 1.0, rng.uniform(-9, 9, (12, 2)) - 500.0]
    start = np.r_[far, [[-508.0, -492.0], [-507.0, -493.0]]]
    assert check.like_oracle(Engine(points, strategy="cuda"), start) > 3
    assert set(gathered) <= {0, 2}
    assert 2 in gathered
