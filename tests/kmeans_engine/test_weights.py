"""Runs with weights against fractions, bit for bit: every strategy, thread, part, layout, file."""

import contextlib
import copy
import itertools
import pickle

import check
import naive
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import (
    Engine,
    InvalidInput,
    InvalidType,
    PrecisionWarning,
    make_clusters,
    recalc_centroids,
)

pytestmark = pytest.mark.kernels

M = 60 if check.PLAIN_PYTHON else 3000

WEIGHTS = (
    "uniform",
    "some are zero",
    "small integers",
    "large integers",
    "booleans",
    "float32",
    "any exponent",
    "subnormal",
    "huge",
    "all the same",
)


def make_weights(kind, rng, m):
    """Return weights of every unpleasant kind, one of them positive at least."""
    some = rng.uniform(size=m)
    match kind:
        case "some are zero":
            some[rng.permutation(m)[: m // 2]] = 0.0
        case "small integers":
            some = rng.integers(0, 4, m)
        case "large integers":
            some = rng.integers(2**52, 2**53, m)
        case "booleans":
            some = rng.integers(0, 2, m).astype(bool)
        case "float32":
            some = some.astype(np.float32)
        case "any exponent":
            some = some * 10.0 ** rng.integers(-300, 100, m)
        case "subnormal":
            some = rng.integers(0, 9, m) * 5e-324
        case "huge":
            some = some * 1e150
        case "all the same":
            some = np.full(m, 0.3)
    some[rng.integers(m)] = some.max() or 1
    return some


def engine_like(points, weights, **options):
    """Return the engine, or None where the sums of squares leave float64 and it says so."""
    try:
        return Engine(points, weights=weights, **options)
    except InvalidInput as error:
        assert "too large" in str(error)
        return None


@pytest.mark.filterwarnings("ignore::kmeans_engine.PrecisionWarning")
@check.examples(120)
@given(
    st.integers(0, 2**32), st.sampled_from(problems.KINDS), st.sampled_from(WEIGHTS),
    st.integers(1, 6),
)  # fmt: skip
def test_every_field_is_that_of_the_oracle(seed, kind, weighing, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(5, 50)), n)
    weights = make_weights(weighing, rng, len(points))
    strategies = problems.strategies(n)
    engine = engine_like(
        points, weights, strategy=strategies[rng.integers(len(strategies))],
        threads=int(rng.integers(1, 4)),
    )  # fmt: skip
    if engine is not None:
        start = problems.make_centroids(points, rng, int(rng.integers(1, 6)))
        with contextlib.suppress(InvalidInput):  # centroids may lie too far away
            check.like_oracle(engine, start, weights=weights, max_iterations=6)


@check.examples(100)
@given(st.integers(0, 2**32), st.sampled_from(["random", "outlier", "lattice", "offset"]))
def test_a_whole_weight_is_as_many_rows(seed, kind):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, int(rng.integers(10, 50)), int(rng.integers(1, 5)))
    weights = rng.integers(0, 4, len(points))
    weights[rng.integers(len(points))] = 3
    rows = np.repeat(points, weights, axis=0)
    start = problems.make_centroids(points, rng, 4)
    one = Engine(points, weights=weights).snapshots(start)
    other = Engine(rows).snapshots(start)
    for a, b in itertools.zip_longest(one, other):
        for name in ("centroids", "inertia", "shift", "iteration", "converged"):
            assert check.bits(getattr(a, name)) == check.bits(getattr(b, name)), name
        assert np.array_equal(np.repeat(a.labels, weights), b.labels)
        assert a.weights.tolist() == b.counts.tolist()
        assert b.weights is None


@pytest.mark.parametrize("strategy", problems.strategies(2))
@pytest.mark.parametrize("weighing", ["uniform", "some are zero", "any exponent"])
def test_same_bits_with_any_strategy_threads_parts_and_layout(strategy, weighing):
    rng = np.random.default_rng(3)
    points = problems.make_points("clustered", rng, M, 2)
    weights, start = make_weights(weighing, rng, M), points[:9].copy()
    want = list(
        Engine(points, weights=weights, strategy="brute", threads=1).snapshots(
            start, max_iterations=25
        )
    )
    assert len(want) > 2
    cuts = [M // 7, M // 2]
    parts, cut = np.split(points, cuts), np.split(weights, cuts)
    wide = np.repeat(weights, 2)[::2]
    for given_points, given_weights, threads in [
        (points, weights, 1),
        (points, weights.tolist(), 2),
        (np.asfortranarray(points), wide, 16),
        (points.astype(">f8"), weights[:, None], 3),
        (parts, cut, 2),
        (parts, weights, 2),
    ]:
        engine = Engine(given_points, weights=given_weights, strategy=strategy, threads=threads)
        for a, b in itertools.zip_longest(engine.snapshots(start, max_iterations=25), want):
            check.same_snapshot(a, b)


@pytest.mark.parametrize("strategy", problems.strategies(2))
def test_an_order_of_rows_does_not_exist(strategy):
    rng = np.random.default_rng(4)
    points = problems.make_points("wide_exponents", rng, M // 10, 2)
    weights, order = make_weights("any exponent", rng, len(points)), rng.permutation(len(points))
    start = points[:5].copy()
    one = Engine(points, weights=weights, strategy=strategy).fit(start, max_iterations=10)
    other = Engine(points[order], weights=weights[order], strategy=strategy).fit(
        start, max_iterations=10
    )
    for name in ("centroids", "weights", "counts", "inertia", "shift", "iteration"):
        assert check.bits(getattr(one, name)) == check.bits(getattr(other, name)), name
    assert np.array_equal(one.labels[order], other.labels)


@pytest.mark.parametrize("strategy", problems.strategies(2))
def test_files_and_scratch(tmp_path, strategy, monkeypatch):
    rng = np.random.default_rng(5)
    points = problems.make_points("random", rng, 10 * M, 2)
    weights, start = rng.uniform(size=10 * M), points[:7].copy()
    np.save(tmp_path / "points.npy", points)
    np.save(tmp_path / "weights.npy", weights)
    monkeypatch.setattr("kmeans_engine.runtime.memory.SMALL", 1 << 10)
    want = Engine(points, weights=weights).fit(start, max_iterations=6)
    for given_weights in (
        weights,
        tmp_path / "weights.npy",
        np.load(tmp_path / "weights.npy", "r"),
    ):
        engine = Engine(
            tmp_path / "points.npy", weights=given_weights, strategy=strategy, memory="8kB",
            scratch=tmp_path,
        )  # fmt: skip
        check.same_snapshot(engine.fit(start, max_iterations=6), want)


def test_a_point_without_weight_gets_a_label_and_moves_nothing():
    points = np.array([[0.0], [1.0], [10.0], [11.0], [99.0]])
    state = Engine(points, weights=[1, 1, 1, 1, 0]).fit([[0.0], [10.0]])
    assert state.labels.tolist() == [0, 0, 1, 1, 1]
    assert state.counts.tolist() == [2, 3]
    assert state.weights.tolist() == [2.0, 2.0]
    assert state.centroids.tolist() == [[0.5], [10.5]]
    assert state.inertia == 1.0


def test_a_cluster_without_weight_keeps_its_centroid():
    state = Engine([[0.0], [1.0], [9.0]], weights=[2, 1, 0]).fit([[0.0], [8.0]])
    assert state.centroids.tolist() == [[1 / 3], [8.0]]
    assert state.weights.tolist() == [3.0, 0.0]
    assert state.counts.tolist() == [2, 1]


def test_a_run_that_goes_on():
    points = make_clusters(5, 80, seed=1)
    weights = np.random.default_rng(0).uniform(size=len(points))
    engine = Engine(points, weights=weights)
    states = list(engine.snapshots(points[:5]))
    rest = list(engine.resume(states[:3]))
    for a, b in itertools.zip_longest(rest, states[3:]):
        check.same_snapshot(a, b)
    with pytest.raises(InvalidInput, match="does not follow from these points"):
        list(Engine(points).resume(states[:3]))


def test_engines_and_snapshots_that_leave_take_the_weights_along():
    points = make_clusters(3, 50, seed=1)
    weights = np.random.default_rng(0).uniform(size=len(points))
    engine = Engine(points, weights=weights)
    assert "weighted" in repr(engine)
    state = engine.fit(points[:3])
    for other in (pickle.loads(pickle.dumps(engine)), copy.deepcopy(engine)):
        check.same_snapshot(other.fit(points[:3]), state)
    sent = pickle.loads(pickle.dumps(state))
    check.same_snapshot(sent, state)
    assert not sent.weights.flags.writeable
    assert sent.visible.weighted


def test_weights_that_change_are_seen():
    points = make_clusters(6, 60, seed=1)
    for strategy in ("brute", "bounds"):
        weights = np.random.default_rng(0).uniform(size=len(points))
        engine = Engine(points, weights=weights, strategy=strategy)
        weights[7] *= 1.5
        with pytest.raises(InvalidInput, match="the weights have been changed since Engine"):
            engine.fit(points[:6])
        weights[7] /= 1.5


@check.examples(200)
@given(st.integers(0, 2**32), st.sampled_from(WEIGHTS))
def test_means_of_given_labels(seed, weighing):
    rng = np.random.default_rng(seed)
    points = problems.make_points("wide_exponents", rng, 20, 2)
    weights, labels = make_weights(weighing, rng, 20), rng.integers(0, 4, 20)
    start = rng.normal(size=(4, 2))
    want = naive.recalc(
        naive.rows(points), labels.tolist(), naive.rows(start), np.float64(weights).tolist()
    )
    got = recalc_centroids(points, labels, start, weights)
    assert check.bits(got) == check.bits(np.array(want))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -2, 3], r"1 negative, NaN or infinite value, the first in row 1 \(-2.0\)"),
        ([1, np.nan, np.inf], r"2 negative, NaN or infinite values, the first in row 1 \(nan\)"),
        ([0, 0, 0], "weights are all zero, so no point counts"),
        ([1, 2], "weights have 2 values, need one for each of the 3 points"),
        ([1], "weights have 1 value, need one for each of the 3 points"),
        (np.ones((3, 2)), "weights have 2 columns, need a single one"),
        (np.ones((3, 1, 1)), "3 dimensions"),
        ([1e308] * 3, "weights up to 1e.308 are too large"),
        ("mass", r"weights='mass' is neither a file nor numbers: .* points\['mass'\]"),
        (7.5, "weights=7.5 is a single value, need one number for each point: an array"),
        (np.float64(7.5), "weights=7.5 is a single value, need one number for each point"),
        ({0: 1.0}, "weights are of type dict, need one number for each point: an array"),
        (range(3).__iter__(), "weights are of type range_iterator, need one number"),
        ([np.ones(1), np.ones(2)], "weights are 2 arrays and points 1 array: give one array"),
    ],
)
def test_what_is_not_a_weight(weights, message):
    with pytest.raises((InvalidInput, InvalidType), match=message):
        Engine([[0.0], [1.0], [2.0]], weights=weights)


def test_what_is_not_a_number():
    with pytest.raises(InvalidType, match="'a' in row 0, column 0 is not a number"):
        Engine([[0.0], [1.0]], weights=["a", "b"])


def test_a_list_of_one_array_is_that_of_one_part():
    points, weights = np.array([[0.0], [1.0], [5.0]]), np.array([1.0, 3.0, 0.0])
    for some, own in [
        ([points], [weights]),
        (points, (weights,)),
        (points[:1], [weights[:1]]),
        (points, [np.array([1.0]), np.array([3.0]), np.array([0.0])]),  # one number each
    ]:
        assert Engine(some, weights=own).fit([[2.0]]).weights.tolist() in ([4.0], [1.0])


def test_the_row_is_that_among_all_parts():
    parts = [np.zeros((3, 1)), np.ones((4, 1))]
    with pytest.raises(InvalidInput, match=r"the first in row 5 \(-1.0\)"):
        Engine(parts, weights=[np.ones(3), np.array([1.0, 1.0, -1.0, 1.0])])
    with pytest.raises(InvalidInput, match="weights are 3 arrays and points 2"):
        Engine(parts, weights=[np.ones(3), np.ones(2), np.ones(2)])
    with pytest.raises(InvalidInput, match=r"weights\[1\] have 3 values, need .* 4 points"):
        Engine(parts, weights=[np.ones(3), np.ones(3)])


def test_whole_weights_beyond_2_53_are_rounded_and_told():
    weights = np.array([2**53 + 1, 1, 1], dtype=np.int64)
    with pytest.warns(PrecisionWarning, match="weights have 1 whole number beyond 2"):
        Engine([[0.0], [1.0], [2.0]], weights=weights)
