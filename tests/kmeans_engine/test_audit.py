"""Anybody's result against the definition: our own holds, and every planted fault is found."""

import math
import pickle
from fractions import Fraction

import check
import naive
import numpy as np
import problems
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_engine import Engine, InvalidInput, InvalidType, make_clusters, verify

pytestmark = [
    pytest.mark.kernels,
    # Problems of every unpleasant kind.
    pytest.mark.filterwarnings("ignore::kmeans_engine.errors.PrecisionWarning"),
]


def exact(points, labels, centroids):
    """The audit in plain Python."""
    data, means = naive.rows(points), naive.rows(centroids)
    labels = [int(label) for label in labels]
    nearest = naive.assign(data, means)
    own = [naive.squared_distance(x, means[k]) for x, k in zip(data, labels, strict=True)]
    best = [naive.squared_distance(x, means[k]) for x, k in zip(data, nearest, strict=True)]
    gaps = [a - b for a, b in zip(own, best, strict=True)]
    wrong = [i for i, gap in enumerate(gaps) if own[i] != best[i]]
    recalculated = naive.recalc(data, labels, means)
    return {
        "n_wrong": len(wrong),
        "n_tied": sum(a != b for a, b in zip(labels, nearest, strict=True)) - len(wrong),
        "worst_point": max(wrong, key=lambda i: (gaps[i], -i), default=None),
        "worst_square": max((gaps[i] for i in wrong), default=0.0),
        "worst_distance": max((math.sqrt(own[i]) - math.sqrt(best[i]) for i in wrong), default=0.0),
        "counts": [labels.count(k) for k in range(len(means))],
        "means": recalculated,
        "n_off": sum(a != b for a, b in zip(recalculated, means, strict=True)),
        "inertia": naive.inertia(data, labels, means),
        "nearest_inertia": naive.inertia(data, nearest, means),
    }


def told(audit):
    return {
        name: value.tolist() if isinstance(value := getattr(audit, name), np.ndarray) else value
        for name in exact([[0.0]], [0], [[0.0]])
    }


@check.examples(50)
@given(
    st.integers(0, 2**32),
    st.sampled_from(problems.KINDS),
    st.sampled_from(["float32", "float64", "int16"]),
    st.integers(1, 7),
)
def test_an_audit_equals_the_oracle(seed, kind, dtype, n):
    rng = np.random.default_rng(seed)
    points = problems.make_layout(problems.make_points(kind, rng, 40, n), dtype, "C")
    centroids = problems.make_centroids(points, rng, int(rng.integers(1, 20)))
    labels = np.array(naive.assign(naive.rows(points), naive.rows(centroids)))
    some = rng.choice(40, int(rng.integers(0, 20)))
    labels[some] = rng.integers(0, len(centroids), len(some))
    audit = verify(points, labels, centroids, threads=int(rng.integers(1, 4)))
    assert told(audit) == exact(points, labels, centroids)


@check.examples(40)
@given(st.integers(0, 2**32), st.sampled_from(problems.KINDS), st.integers(1, 5))
def test_our_own_results_are_fixed_points(seed, kind, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, 200, n)
    last = Engine(points).fit(problems.make_centroids(points, rng, 8), max_iterations=200)
    audit = verify(points, last.labels, last.centroids)
    assert audit.n_wrong == audit.n_tied == 0 or not last.converged
    assert audit.fixed_point is last.converged
    assert audit.inertia == last.inertia
    assert np.array_equal(audit.counts, last.counts)


@pytest.fixture(scope="module")
def result():
    points = make_clusters(5, 800, spread=0.02, seed=3)
    last = Engine(points).fit(points[::800])
    return points, last.labels.copy(), last.centroids


@check.examples(25)
@given(st.integers(0, 2**32), st.sampled_from(problems.KINDS), st.integers(1, 4))
def test_a_weight_is_as_many_points(seed, kind, n):
    rng = np.random.default_rng(seed)
    points = problems.make_points(kind, rng, 60, n)
    centroids = problems.make_centroids(points, rng, 6)
    labels = rng.integers(0, 6, 60)
    weights = rng.integers(0, 4, 60)
    weights[0] = 1
    got = verify(points, labels, centroids, weights=weights, threads=2)
    rows = np.repeat(np.arange(60), weights)
    want = verify(points[rows], labels[rows], centroids)
    assert (got.inertia, got.nearest_inertia) == (want.inertia, want.nearest_inertia)
    assert check.bits(got.means) == check.bits(want.means)
    assert got.weights.tolist() == want.counts.tolist()
    assert got.offsets.tolist() == want.offsets.tolist()
    assert want.weights is None
    last = Engine(points, weights=weights).fit(centroids, max_iterations=99)
    assert (
        verify(points, last.labels, last.centroids, weights=weights).fixed_point == last.converged
    )


def test_a_wrong_label_is_found(result):
    points, labels, centroids = result
    labels = labels.copy()
    labels[2_345] = (labels[2_345] + 1) % 5
    audit = verify(points, labels, centroids)
    assert (audit.n_wrong, audit.worst_point, audit.fixed_point) == (1, 2_345, False)
    assert audit.n_off == 2  # the means of both clusters
    assert audit.inertia > audit.nearest_inertia


def test_a_centroid_that_is_off_by_its_last_digit_is_found(result):
    points, labels, centroids = result
    centroids = centroids.copy()
    centroids[3, 1] = np.nextafter(centroids[3, 1], np.inf)
    audit = verify(points, labels, centroids)
    assert audit.n_off == 1
    assert audit.offsets.tolist() == [0, 0, 0, np.spacing(abs(centroids[3, 1])), 0]
    assert not audit.fixed_point
    assert audit.means[3, 1] == result[2][3, 1]


def test_the_smallest_numbers_do_not_vanish():
    audit = verify([[5e-324], [1.0]], [0, 1], [[0.0], [1.0]])
    assert audit.worst_offset == 5e-324
    assert audit.n_off == 1


def test_a_tie_is_no_fault():
    points, centroids = np.array([[0.0], [1.0], [2.0]]), np.array([[0.5], [2.0]])
    assert verify(points, [0, 0, 1], centroids).n_tied == 0
    audit = verify([[0.0], [1.0], [2.0], [1.0]], [0, 1, 1, 0], [[0.5], [1.5]])
    assert (audit.n_tied, audit.n_wrong, audit.fixed_point) == (1, 0, True)
    assert "1 point has another centroid, of a lower number, exactly as near" in str(audit)


def test_the_same_wherever_the_points_are(result, tmp_path):
    points, labels, centroids = result
    labels = labels.copy()
    labels[::777] = 2
    want = told(verify(points, labels, centroids, threads=1))
    np.save(tmp_path / "points.npy", points)
    for given_points in (
        np.split(points, [1, 1_900]),
        tmp_path / "points.npy",
        np.asfortranarray(points),
    ):
        for options in ({"threads": 3}, {"memory": 1, "scratch": tmp_path}):
            assert told(verify(given_points, labels, centroids, **options)) == want


@pytest.mark.slow
def test_the_same_on_a_cluster(cluster, result):
    import dask.array

    points, labels, centroids = result
    labels = np.where(np.arange(4000) % 777, labels, 4)
    there = dask.array.from_array(points, chunks=(900, 2))
    want = told(verify(points, labels, centroids))
    assert want["n_wrong"] > 3
    assert told(verify(there, labels, centroids)) == want
    assert told(verify(there, dask.array.from_array(labels, chunks=500), centroids)) == want


def test_columns_go_by_name():
    import pandas as pd

    points = pd.DataFrame({"x": [0.0, 4.0], "y": [1.0, 5.0]})
    centroids = pd.DataFrame({"y": [1.0, 5.0], "x": [0.0, 4.0]})
    assert verify(points, pd.Series([0, 1]), centroids).fixed_point


@pytest.mark.parametrize(
    ("labels", "kind", "words"),
    [
        ([0, 1], InvalidInput, "shape (2,), need one label for each of the 3 points"),
        ([0, 1, 2], InvalidInput, "between 0 and 2, need to lie between 0 and 1"),
        ([1, 2, 2], InvalidInput, "if they count from 1, give labels - 1"),
        ([0, -1, 1], InvalidInput, "between -1 and 1"),
        ([0.0, 1.0, 1.0], InvalidType, "convert them with .astype(int)"),
        (["a", "b", "b"], InvalidType, "need integers between 0 and 1"),
    ],
)
def test_labels_that_are_none(labels, kind, words):
    with pytest.raises(kind) as caught:
        verify([[0.0], [1.0], [2.0]], labels, [[0.0], [1.0]])
    assert words in str(caught.value)


def test_the_report(result):
    points, labels, centroids = result
    good = verify(points, labels, centroids)
    assert str(good).splitlines() == [
        "4,000 points, 2 features, k = 5",
        "every point is at its nearest centroid",
        "every centroid is the exact mean of its points",
        f"inertia {good.inertia!r}",
        "a fixed point",
    ]
    shifted = centroids + np.array([0.0, 1e-3])
    bad = str(verify(points, np.zeros_like(labels), shifted))
    assert "are nearer to another centroid, by " in bad
    assert "5 of 5 centroids are not" not in bad  # four have no points
    assert "k = 5, 4 without points" in bad
    assert bad.endswith("\nnot a fixed point")
    assert pickle.loads(pickle.dumps(good)).inertia == good.inertia


def test_exactly_far_from_the_origin():
    points = np.array([[2.0**40 + 1], [2.0**40 + 4], [2.0**40 + 9]])
    mean = float(sum(map(Fraction, points[:2, 0].tolist())) / 2)
    audit = verify(points, [0, 0, 1], [[mean], [2.0**40 + 9]])
    assert audit.fixed_point
    assert audit.inertia == 4.5
