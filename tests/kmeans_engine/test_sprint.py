"""Runs over few points in one piece: the bits of the loop, of the oracle, and of its last state."""

import itertools

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, sprint

pytestmark = [
    pytest.mark.kernels,
    pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning"),
]


def a_problem(seed, kind, dtype):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(1, 60)), int(rng.integers(1, 5)))
    points = problems.make_layout(points, dtype, rng.choice(["C", "F", "strided"]))
    return points, problems.make_centroids(
        points, rng, int(rng.integers(1, min(len(points), 9) + 1))
    )


any_problem = given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "int16"]),
)


@check.examples(200)
@any_problem
def test_every_snapshot_equals_the_oracle(seed, kind, dtype):
    points, start = a_problem(seed, kind, dtype)
    check.like_oracle(Engine(points), start)


@check.examples(200)
@any_problem
def test_without_a_sprint_nothing_else_comes_out(seed, kind, dtype):
    points, start = a_problem(seed, kind, dtype)
    got = list(Engine(points).snapshots(start))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sprint, "_MOST_POINTS", -1)
        want = list(Engine(points, strategy="brute").snapshots(start))
    for a, b in itertools.zip_longest(got, want):
        check.same_snapshot(a, b)
        assert a.strategy == b.strategy
    assert all(b.follows(a) for a, b in itertools.pairwise(got))


@check.examples(100)
@any_problem
def test_the_last_state_alone_is_that_of_all(seed, kind, dtype):
    points, start = a_problem(seed, kind, dtype)
    engine, rng = Engine(points), np.random.default_rng(seed)
    limit = None if rng.random() < 0.3 else int(rng.integers(0, 5))
    tolerance = float(rng.choice([0.0, 0.3, 1e100]))
    with pytest.MonkeyPatch.context() as patch:
        # Room for few digests, and few states in a call.
        patch.setattr(sprint, "_STATES", int(rng.integers(2, 4)))
        patch.setattr(sprint, "_CALL", points.size * len(start) * int(rng.integers(1, 4)))
        got = engine.fit(start, max_iterations=limit, tolerance=tolerance)
    *_, want = engine.snapshots(start, max_iterations=limit, tolerance=tolerance)
    check.same_snapshot(got, want)


def test_a_state_that_comes_back_ends_the_run():
    points = np.random.default_rng(0).normal(size=(50, 2))
    part = Engine(points)._whole.parts[0]

    def a_run(limit=None):
        return sprint.Sprint(part, points[:4].copy(), limit=limit, tolerance=0.0)

    before = a_run(limit=3)
    (third,) = before.states(only_last=True)
    assert not third.converged
    run = a_run()
    run._seen[0] = before._digest  # as if that of the start
    *_, last = run.states(only_last=False)
    assert (last.iteration, last.is_last, last.converged) == (3, True, False)
    assert check.bits(last.centroids) == check.bits(third.centroids)


def test_where_a_run_is_short():
    def taken(m, n, k):
        return sprint.is_short(Engine(np.zeros((m, n)) + np.arange(m)[:, None])._whole.parts[0], k)

    assert taken(1200, 2, 12)
    assert not taken(1 << 14, 8, 16)
    assert not taken((1 << 14) + 1, 1, 2)
