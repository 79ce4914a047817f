"""The same points in one part or in several: the same bits in every field of every snapshot."""

import itertools

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, InvalidInput

pytestmark = pytest.mark.kernels

M = 60 if check.PLAIN_PYTHON else 3000


def cut(points, pieces, rng):
    """Divide points into parts of any sizes, none of them empty."""
    at = np.sort(rng.choice(np.arange(1, len(points)), pieces - 1, replace=False))
    return np.split(points, at)


def same_run(parts, points, start, **options):
    want = Engine(points, threads=1, **options).snapshots(start, max_iterations=25)
    got = Engine(parts, threads=2, **options).snapshots(start, max_iterations=25)
    rows = np.arange(0, len(points), 7)
    kept = []
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)
        assert np.array_equal(a.labels_at(rows), b.labels[rows])
        assert a.points is (parts if len(parts) > 1 else parts[0])
        if kept:
            assert a.follows(kept[-1][0])
            assert not kept[-1][0].follows(a)
        kept.append((a, b))
    for a, b in kept:  # what was kept has not changed since
        check.same_snapshot(a, b)
    assert len(kept) > 2


@pytest.mark.parametrize("pieces", [1, 2, 7])
@pytest.mark.parametrize("strategy", problems.strategies(2))
@pytest.mark.parametrize("kind", ["clustered", "lattice", "wide_exponents", "outlier"])
def test_as_many_parts_as_there_may_be(pieces, strategy, kind):
    rng = np.random.default_rng(pieces)
    points = problems.make_points(kind, rng, M, 2)
    same_run(cut(points, pieces, rng), points, points[:9].copy(), strategy=strategy)


@pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")
@check.examples(60)
@given(st.integers(0, 2**32), st.sampled_from(problems.KINDS), st.integers(1, 12))
def test_any_points_in_any_parts(seed, kind, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(20, 80)), n)
    strategies = problems.strategies(n)
    strategy = strategies[rng.integers(len(strategies))]
    parts = cut(points, int(rng.integers(1, 9)), rng)
    start = problems.make_centroids(points, rng, int(rng.integers(2, 9)))
    want = Engine(points, strategy="brute").snapshots(start, max_iterations=10)
    got = Engine(parts, strategy=strategy).snapshots(start, max_iterations=10)
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)


def test_parts_of_different_types_are_measured_together():
    # The float32 part must be read as float64 where another one needs that.
    rng = np.random.default_rng(0)
    single = (1e6 + rng.normal(size=(M, 2))).astype(np.float32)
    double = 1e6 + rng.normal(size=(M, 2))
    whole = rng.integers(999_990, 1_000_010, (M, 2), dtype=np.int32)
    points = np.concatenate([single, double, whole]).astype(np.float64)
    for strategy in problems.strategies(2):
        same_run([single, double, whole], points, points[:: M // 4].copy(), strategy=strategy)


def test_what_is_wrong_is_told_of_all_parts():
    good, bad = np.zeros((4, 2)), np.array([[0.0, 1.0], [np.nan, np.inf]])
    with pytest.raises(
        InvalidInput, match=r"^points have 4 NaN or infinite values, the first in row 5"
    ):
        Engine([good, bad, bad])
    with pytest.raises(InvalidInput, match=r"^parts of the points have 2 and 3 features"):
        Engine([good, np.zeros((4, 3))])
    with pytest.raises(InvalidInput, match="squares overflow float64"):
        Engine([good - 1e154, good + 1e154])
