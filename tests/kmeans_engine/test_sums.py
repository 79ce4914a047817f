"""Sums, means and inertia against fractions, bit for bit."""

from fractions import Fraction

import check
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import InvalidInput, InvalidType, recalc_centroids
from kmeans_engine.points.data import prepare
from kmeans_engine.points.moves import move_points, sum_points
from kmeans_engine.points.squares import exact_inertia, square_totals

pytestmark = pytest.mark.kernels

moderate = st.floats(-1e150, 1e150, allow_subnormal=True)


@check.examples(300)
@given(st.lists(st.tuples(moderate, st.integers(0, 3)), min_size=1, max_size=30))
def test_means_are_the_nearest_floats_to_the_exact_means(rows):
    points = np.array([[value] for value, _ in rows])
    labels = np.array([label for _, label in rows])
    means = recalc_centroids(points, labels, np.full((4, 1), 7.5))
    for k in range(4):
        members = [Fraction(value) for value, label in rows if label == k]
        want = float(sum(members) / len(members)) if members else 7.5
        assert means[k, 0] == want


@check.examples(200)
@given(st.integers(0, 2**53), st.integers(0, 60), st.integers(1, 5))
def test_quotients_near_the_middle_of_two_floats(m, exponent, k):
    # Pairs whose mean is a tie, or one unit beside it.
    scale = 2.0 ** (exponent - 30)
    points = np.array([[m * scale], [(m + k) * scale], [(m + 1) * scale]])
    for rows in ([0, 1], [0, 2], [1, 2], [0, 1, 2]):
        mean = recalc_centroids(points[rows], np.zeros(len(rows), dtype=int), [[0.0]])[0, 0]
        assert mean == float(sum(Fraction(v) for v in points[rows, 0].tolist()) / len(rows))


@pytest.mark.parametrize("kind", problems.KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_sums_and_squares_of_every_kind_of_data(kind, dtype):
    rng = np.random.default_rng(11)
    points = problems.make_layout(problems.make_points(kind, rng, 300, 3), dtype, "C")
    labels = rng.integers(0, 4, 300).astype(np.uint8)
    data = prepare(points, 2)
    sums, exponents = sum_points(data, labels, 4), data.measure.sum_format.exponents
    exact = [[Fraction(float(v)) for v in row] for row in points.tolist()]
    for k in range(4):
        for n in range(3):
            want = sum(row[n] for row, label in zip(exact, labels, strict=True) if label == k)
            assert (
                sums.integer(k, n) * Fraction(2) ** int(data.measure.sum_format.exponents[n])
                == want
            )
    for n, total in enumerate(square_totals([data])):
        want = sum(row[n] ** 2 for row in exact)
        assert total * Fraction(4) ** int(exponents[n]) == want


def test_ordinary_data_needs_few_limbs_and_wild_data_gets_more():
    rng = np.random.default_rng(0)
    ordinary = rng.normal(size=(1000, 2))
    assert prepare(ordinary.astype(np.float32), 1).measure.sum_format.levels == 1
    assert prepare(ordinary, 1).measure.sum_format.levels == 2
    wild = ordinary.copy()
    wild[0, 0] = 1e36
    assert prepare(wild, 1).measure.sum_format.levels > 2
    assert prepare(np.round(ordinary * 1000), 1).measure.sum_format.levels == 1


def test_inertia_is_rounded_once():
    points = np.array([[1e15], [1e15 + 0.125], [3.0]])
    data = prepare(points, 1)
    sums = sum_points(data, np.array([0, 0, 1]), 2)
    centroids = np.array([[1e15 + 0.125], [3.0]])
    assert exact_inertia(sums, square_totals([data]), centroids) == 0.125**2


def test_labels_that_do_not_fit_are_refused():
    points, centroids = [[0.0], [1.0]], [[0.0], [1.0]]
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        recalc_centroids(points, [0, 2], centroids)
    with pytest.raises(InvalidInput, match="one label for each of the 2 points"):
        recalc_centroids(points, [0], centroids)
    with pytest.raises(InvalidType, match="float64"):
        recalc_centroids(points, [0.0, 1.0], centroids)


@check.examples(100)
@given(st.integers(0, 2**32))
def test_sums_of_a_state_stay_while_a_run_goes_on(seed):
    rng = np.random.default_rng(seed)
    m, n, k = 60, int(rng.integers(1, 9)), int(rng.integers(1, 30))
    data = prepare(rng.normal(size=(m, n)), 1)
    labels = rng.integers(0, k, m).astype(np.uint8)
    states, want = [sum_points(data, labels, k)], [labels]
    for _ in range(12):
        # Mostly from the newest state, as a run does.
        at = len(states) - 1 if rng.random() < 0.8 else int(rng.integers(len(states)))
        labels = want[at].copy()
        indices = rng.choice(m, int(rng.integers(0, 4)), replace=False)
        new = rng.integers(0, k, len(indices)).astype(np.uint8)
        states.append(move_points(data, states[at], indices, labels[indices], new))
        labels[indices] = new
        want.append(labels)
    for state, labels in zip(states, want, strict=True):
        fresh, got = sum_points(data, labels, k), state.copy()
        assert np.array_equal(got.sums, fresh.sums)
        assert np.array_equal(state.counts, fresh.counts)
        for other in (states[0], states[-1]):
            unlike = (other.copy().sums != got.sums).any(axis=(1, 2))
            unlike |= other.counts != state.counts
            # Those that change and change back may be among them.
            assert set(np.flatnonzero(unlike)) <= set(other.unlike(state).tolist())


def test_a_state_that_is_kept_holds_little_more_than_its_sums():
    rng = np.random.default_rng(0)
    data = prepare(rng.normal(size=(500, 4)), 1)
    labels = rng.integers(0, 50, 500).astype(np.uint8)
    first = newest = sum_points(data, labels, 50)
    for i in range(100):
        new = (labels[i : i + 1] + 1) % 50
        newest = move_points(data, newest, np.array([i]), labels[i : i + 1], new)
    held, later = 0, first._later
    assert later is not None
    while later is not None:
        held += later[2].size + later[0].counts.size
        later = later[0]._later
    assert held <= first.sums.size / 2
