"""Squared distances to the bit: those of the definition, for points of any type and layout."""

import numpy as np
import pytest
from check import examples
from hypothesis import given
from hypothesis import strategies as st
from naive import rows, squared_distance
from problems import KINDS, make_centroids, make_points

from kmeans_engine.points.distances import plain, squares_to_all, squares_to_own

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_they_are_those_of_the_definition(dtype):
    rng = np.random.default_rng(0)
    X, C = (rng.normal(size=(60, 4)) * 1000).astype(dtype), rng.normal(size=(5, 4))
    labels = rng.integers(5, size=60).astype(np.uint8)
    want = [[squared_distance(x, c) for c in rows(C)] for x in rows(X)]
    assert squares_to_all(X, C).tolist() == want
    own = [all_of_a_row[label] for all_of_a_row, label in zip(want, labels, strict=True)]
    assert squares_to_own(X, C, labels).tolist() == own


@examples(40)
@given(st.data())
def test_of_every_kind_of_points_in_every_layout(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    m, n, k = (data.draw(st.integers(1, most)) for most in (40, 5, 7))
    points = make_points(data.draw(st.sampled_from(KINDS)), rng, m, n)
    centroids, labels = make_centroids(points, rng, k), rng.integers(0, k, m)
    means = rows(centroids)
    want = [squared_distance(x, means[k]) for x, k in zip(rows(points), labels, strict=True)]
    for some in (points, np.asfortranarray(points), np.repeat(points, 2, axis=0)[::2]):
        for kind in (np.uint8, np.uint16, np.intp):
            assert squares_to_own(some, centroids, labels.astype(kind)).tolist() == want


@pytest.mark.parametrize("dtype", ["float16", "longdouble", "int8", "uint64"])
def test_points_of_any_type_count_as_float64(dtype):
    rng = np.random.default_rng(1)
    points, centroids = (100.0 * rng.random((30, 3))).astype(dtype), rng.random((4, 3))
    labels = rng.integers(0, 4, 30)
    found = squares_to_own(points, centroids, labels)
    assert np.array_equal(found, squares_to_own(points.astype(np.float64), centroids, labels))


def test_what_is_given_stays_writable_and_is_not_copied():
    points = np.zeros((3, 2))
    found = plain(points)
    assert np.shares_memory(found, points)
    assert not found.flags.writeable
    assert points.flags.writeable
    assert squares_to_own(points[:0], points, np.empty(0, np.uint8)).shape == (0,)
