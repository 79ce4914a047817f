"""Counts by cell follow the changes exactly, wherever the points are."""

from dataclasses import replace

import numpy as np
import pytest
from elsewhere import Elsewhere, moved_to
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import state

from kmeans_engine.points.weights import open_weighted
from renderers.picture.bubbles import cells_of
from renderers.picture.tallies import Tallies, columns_of
from renderers.plane.placement import Box
from renderers.plane.view import View

BOX = Box(3, 4, 40, 30)
walks = st.lists(
    st.one_of(st.none(), st.lists(st.integers(0, 2), min_size=60, max_size=60)),
    min_size=1,
    max_size=6,
)


def naive(cells, labels, size):
    counts = np.zeros((size, 4), dtype=np.int64)
    for cell, label in zip(cells, labels, strict=True):
        if cell >= 0:
            counts[cell, label] += 1
    return counts


@settings(max_examples=40, deadline=None)
@given(walks, st.booleans())
def test_counts_are_those_of_every_point(walk, far):
    X = np.random.default_rng(1).normal(size=(60, 1))
    view = View(X)
    there = Elsewhere(X) if far else None
    tallies = Tallies(View(there) if far else view, columns_of(view.placed(BOX)), 3)
    places = view.placed(BOX).within_box(view.plane.project(X, range(60)))
    cells = np.floor(places[:, 0]).astype(int)
    for labels in walk:
        one = None if labels is None else state(X, labels, X[:3])
        if one is not None and far:
            one = moved_to(there, one)
        expected = naive(cells, [3] * 60 if labels is None else labels, 40)
        assert np.array_equal(tallies.of(one), expected)


def test_what_lies_outside_is_not_counted():
    X = np.array([[0.0], [0.4], [0.99], [1.0], [5.0], [-3.0]])
    view = View(X, limits="0,1")
    counts = Tallies(view, columns_of(view.placed(BOX)), 2).of(None)
    assert counts.sum() == 3 and counts[[0, 16, 39], 2].tolist() == [1, 1, 1]


def test_each_place_is_a_cell():
    X = np.repeat([[1.0, 5.0], [1.0, 2.0], [4.0, 2.0]], [7, 4, 9], axis=0)
    view = View(X)
    labels = np.arange(20) % 2
    counts = Tallies(view, cells_of(view.shared), 2).of(state(X, labels, X[:2]))
    assert view.shared.xy.tolist() == [[1.0, 2.0], [1.0, 5.0], [4.0, 2.0]]
    assert counts.tolist() == [[2, 2, 0], [4, 3, 0], [4, 5, 0]]


@pytest.mark.parametrize("far", [False, True])
def test_weights_count_as_so_many_points(far):
    rng = np.random.default_rng(4)
    X, weights = rng.normal(size=(60, 1)), rng.integers(0, 9, 60).astype(float)
    there = Elsewhere(X, weights=weights) if far else open_weighted(X, weights)
    view, same = View(there), View(np.repeat(X, weights.astype(int), axis=0))
    places = View(X).placed(BOX)
    tallies = Tallies(view, columns_of(places), 3)
    repeated = Tallies(same, columns_of(places), 3)
    per_point = view.weighing.of(np.ones(1))[0]
    for seed in (None, 1, 2):
        if seed is None:
            got, want = tallies.of(None), repeated.of(None)
        else:
            labels = np.random.default_rng(seed).integers(0, 3, 60)
            one = state(X, labels, X[:3])
            one = moved_to(there, one) if far else replace(one, _whole=there)
            got = tallies.of(one)
            many = np.repeat(labels, weights.astype(int))
            want = repeated.of(state(same.points.take(range(len(many))), many, X[:3]))
        assert np.array_equal(got, per_point * want)
