"""Every field of every snapshot has the CPU's bits: on a device, or in the simulator."""

import os
import warnings

import check
import numpy as np
import problems
import pytest

from kmeans_engine import Engine, PrecisionWarning
from kmeans_engine.strategies import scores

pytestmark = pytest.mark.cuda


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PrecisionWarning)
        yield


# Threads of a block in the simulator are 8, so the last block of 29 points is not full.
SHAPES = [(29, 2, 3, "float64"), (23, 5, 6, "float32"), (26, 3, 4, "int16")]


SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0"
# The simulator takes its time: there each kind has one of the shapes.
PROBLEMS = [
    (kind, *shape)
    for index, kind in enumerate(problems.KINDS)
    for shape in ([SHAPES[index % 3]] if SIMULATED else SHAPES)
]


@pytest.mark.parametrize(("kind", "m", "n", "k", "dtype"), PROBLEMS)
def test_every_snapshot_equals_the_oracle(kind, m, n, k, dtype):
    rng = np.random.default_rng([m, problems.KINDS.index(kind)])
    points = problems.make_layout(problems.make_points(kind, rng, m, n), dtype, "C")
    centroids = problems.make_centroids(points, rng, k)
    engine = Engine(points, threads=1, strategy="cuda")
    assert check.like_oracle(engine, centroids, max_iterations=5) > 1


@pytest.mark.parametrize("layout", ["F", "reversed", "strided", "read_only", "swapped"])
def test_any_layout(layout):
    rng = np.random.default_rng(0)
    points = problems.make_layout(rng.normal(size=(17, 3)), "float32", layout)
    check.like_oracle(Engine(points, strategy="cuda"), points[:3], max_iterations=3)


@pytest.mark.parametrize("n", [1, 16, 17, 40])
def test_many_features(n):
    # Up to 16 stay in registers; from 9 on the threads of a warp share the sums of a point.
    rng = np.random.default_rng(n)
    points = problems.make_points("clustered", rng, 12, n)
    check.like_oracle(Engine(points, strategy="cuda"), points[:3] + 0.1, max_iterations=3)


def test_more_clusters_than_points_or_a_byte_holds():
    points = np.random.default_rng(0).normal(size=(9, 2))
    centroids = np.random.default_rng(1).normal(size=(258, 2))
    centroids[257] = points[3]
    check.like_oracle(Engine(points, strategy="cuda"), centroids, max_iterations=2)


def test_one_cluster():
    points = np.random.default_rng(0).normal(size=(9, 2))
    check.like_oracle(Engine(points, strategy="cuda"), points[:1])


def test_twins_that_part():
    # The later one of two equal centroids wins nothing, until one of them goes away.
    rng = np.random.default_rng(4)
    points = np.r_[rng.normal(size=(12, 2)), rng.normal(size=(12, 2)) + 6.0]
    centroids = np.array([[3.0, 3.0], [7.0, 7.0], [3.0, 3.0]])
    check.like_oracle(Engine(points, strategy="cuda"), centroids)


def test_without_the_margin_labels_are_wrong(monkeypatch):
    points, centroids = problems.near_ties(60)
    want = Engine(points, strategy="brute").fit(centroids, max_iterations=0).labels
    got = Engine(points, strategy="cuda").fit(centroids, max_iterations=0).labels
    assert np.array_equal(got, want)
    none = scores.Margin(0.0, 0.0, 0.0, 0.0)
    monkeypatch.setattr(scores, "margin", lambda n_features, scale: none)
    got = Engine(points, strategy="cuda").fit(centroids, max_iterations=0).labels
    assert not np.array_equal(got, want)


WEIGHTS = {
    "whole": lambda rng, m: rng.integers(0, 5, m),
    "real": lambda rng, m: rng.uniform(0.1, 9.0, m),
    "tiny": lambda rng, m: rng.integers(0, 9, m) * 5e-324,
    "wild": lambda rng, m: rng.uniform(0.5, 1.0, m) * 2.0 ** rng.integers(-200, 200, m),
}


@pytest.mark.parametrize("kind", ["random", "lattice", "outlier", "denormal", "wide_exponents"])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_weighted_points(kind, weights):
    rng = np.random.default_rng([problems.KINDS.index(kind), len(weights)])
    n = 2 if weights != "real" else 9  # a warp shares a point's features and its weight
    points = problems.make_points(kind, rng, 14, n)
    if weights == "tiny":
        points = problems.make_points("clustered", rng, 14, n)
    own = WEIGHTS[weights](rng, 14)
    engine = Engine(points, weights=own, strategy="cuda")
    check.like_oracle(engine, points[:3], weights=own, max_iterations=3)


def test_several_runs_share_the_points():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(20, 2))
    engine, want = Engine(points, strategy="cuda"), Engine(points, strategy="brute")
    first, second = engine.snapshots(points[:3]), engine.snapshots(points[3:7])
    got = list(zip(first, second, strict=False))[-1]
    assert got[0].iteration > 1
    check.same_snapshot(got[0], want.fit(points[:3], max_iterations=got[0].iteration))
    check.same_snapshot(got[1], want.fit(points[3:7], max_iterations=got[1].iteration))
