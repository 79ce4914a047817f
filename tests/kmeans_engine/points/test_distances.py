"""Distances of points from the centroids of their labels: those of the definition, to the bit."""

import naive
import numpy as np
import pytest
from check import examples
from hypothesis import given
from hypothesis import strategies as st
from problems import KINDS, make_centroids, make_points

from kmeans_engine.points.distances import plain, squared_distances

pytestmark = pytest.mark.kernels

DTYPES = ("float16", "float32", "float64", "longdouble", "int8", "uint64")


@examples(40)
@given(st.data())
def test_they_are_those_of_the_definition(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    m, n, k = (data.draw(st.integers(1, most)) for most in (40, 5, 7))
    points = make_points(data.draw(st.sampled_from(KINDS)), rng, m, n)
    centroids, labels = make_centroids(points, rng, k), rng.integers(0, k, m)
    want = [
        naive.squared_distance(x, centroids[label].tolist())
        for x, label in zip(points.tolist(), labels.tolist(), strict=True)
    ]
    for some in (points, np.asfortranarray(points), np.repeat(points, 2, axis=0)[::2]):
        for kind in (np.uint8, np.uint16, np.intp):
            assert squared_distances(some, centroids, labels.astype(kind)).tolist() == want


@pytest.mark.parametrize("dtype", DTYPES)
def test_points_of_any_type_count_as_float64(dtype):
    rng = np.random.default_rng(1)
    points, centroids = (100.0 * rng.random((30, 3))).astype(dtype), rng.random((4, 3))
    labels = rng.integers(0, 4, 30)
    found = squared_distances(points, centroids, labels)
    assert np.array_equal(found, squared_distances(points.astype(np.float64), centroids, labels))


def test_what_is_given_stays_writable_and_is_not_copied():
    points = np.zeros((3, 2))
    rows = plain(points)
    assert np.shares_memory(rows, points)
    assert not rows.flags.writeable
    assert points.flags.writeable
    assert squared_distances(points[:0], points, np.empty(0, np.uint8)).shape == (0,)
