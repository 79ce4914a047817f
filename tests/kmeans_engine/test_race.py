"""Runs side by side: who wins, which clusters are the same."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_engine import Engine, make_clusters
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
