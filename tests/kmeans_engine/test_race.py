"""Runs side by side: who wins, which clusters are the same."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_engine import Engine, InvalidInput, InvalidType, make_clusters, match_labels
from kmeans_engine.race import match_clusters, overlap, side_by_side, verdict_of


def test_one_that_has_ended_waits_for_the_others():
    assert list(side_by_side(["abc", "d"])) == [("a", "d"), ("b", "d"), ("c", "d")]


@pytest.mark.parametrize(
    ("inertias", "said"), [([2.0, 1.0], ["", "wins"]), ([1.0, 1.0, 3.0], ["ties", "ties", ""])]
)
def test_verdicts(inertias, said):
    assert [verdict_of(one, inertias) for one in inertias] == said


@pytest.mark.parametrize("cuts", [[], [100, 101, 250]])
def test_overlaps_are_counted_wherever_the_points_are(cuts):
    points = make_clusters(4, 100, spread=0.05, seed=2)
    engine = Engine(np.split(points, cuts), threads=3)
    ends = [engine.fit(points[start : start + k]) for start, k in ((0, 4), (0, 4), (200, 6))]
    states = [*ends, *engine.snapshots(points[:4])]
    for one, other in itertools.product(states, states):
        want = np.zeros((len(one.counts), len(other.counts)), int)
        np.add.at(want, (one.labels, other.labels), 1)
        assert np.array_equal(overlap(one, other), want)


def shared(partners, counts):
    return sum(counts[k, one] for k, one in enumerate(partners) if one < counts.shape[1])


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 6), st.sampled_from([2, 50]))
def test_no_other_partners_share_more_points(seed, rows, columns, most):
    counts = np.random.default_rng(seed).integers(0, most, (rows, columns))
    partners = match_clusters(counts)
    assert len(set(partners.tolist())) == rows
    assert partners[partners >= columns].tolist() == list(range(columns, max(rows, columns)))
    n = max(rows, columns)
    best = max(shared(some, counts) for some in itertools.permutations(range(n), rows))
    assert shared(partners, counts) == best


def test_many_clusters_as_scipy_does():
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(0)
    counts = rng.integers(0, 1000, (120, 120)) * (rng.random((120, 120)) < 0.1)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    assert shared(match_clusters(counts), counts) == counts[rows, columns].sum()


def test_clusters_that_were_renumbered_are_found_again():
    order = np.random.default_rng(1).permutation(30)
    counts = np.diag(np.arange(1, 31))[:, order]
    assert np.array_equal(order[match_clusters(counts)], np.arange(30))


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 6))
def test_labels_are_matched_so_that_most_agree(seed, k, rows):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, k, 40), rng.integers(0, rows, 40)
    names = match_labels(a, b)
    assert len(names) == b.max() + 1
    assert len(set(names.tolist())) == len(names)
    n = max(k, rows)
    best = max(
        np.count_nonzero(a == np.array(some)[b]) for some in itertools.permutations(range(n), rows)
    )
    assert np.count_nonzero(a == names[b]) == best
    # Those without a partner come after all of the others, without a gap.
    alone = names[names > a.max()]
    assert sorted(alone) == list(range(a.max() + 1, a.max() + 1 + len(alone)))


def test_renumbered_labels_are_the_same_again():
    a = np.random.default_rng(2).integers(0, 9, 3_000_000).astype(np.uint8)
    order = np.random.default_rng(3).permutation(9)
    assert np.array_equal(match_labels(a, order[a])[order[a]], a)
    assert match_labels([0, 0, 1], [3, 3, 0]).tolist() == [1, 2, 3, 0]


def test_more_clusters_than_can_be_matched():
    few, many = np.zeros(8193, int), np.arange(8193)
    for a, b in ((few, many), (many, few)):
        with pytest.raises(InvalidInput, match=r"labels up to 8192, and at most 8,192 clusters"):
            match_labels(a, b)


@pytest.mark.parametrize(
    ("b", "kind", "words"),
    [
        ([0, 1], InvalidInput, "a has 3 labels and b has 2"),
        ([0, -1, 2], InvalidInput, "np.unique(b, return_inverse=True)[1]"),
        ([0, 1, 10**12], InvalidInput, "between 0 and 1000000000000"),
        ([0.0, 1.0, 1.0], InvalidType, "convert them with .astype(int)"),
        ([[0, 1, 1]], InvalidInput, "shape (1, 3)"),
    ],
)
def test_what_are_no_labels(b, kind, words):
    with pytest.raises(kind) as caught:
        match_labels([0, 1, 1], b)
    assert words in str(caught.value)
