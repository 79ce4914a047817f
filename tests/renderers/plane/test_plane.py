"""A plane travels with a visitor, and places the same point at the same bits everywhere."""

import pickle

import numpy as np
import pytest

from renderers.plane.view import View


@pytest.mark.parametrize(("features", "axes"), [(1, None), (2, None), (6, None), (6, (4, 2))])
def test_a_plane_that_was_sent_is_the_same(features, axes):
    points = np.random.default_rng(features).normal(size=(100, features))
    plane = View(points, axes=axes).plane
    sent = pickle.loads(pickle.dumps(plane))
    assert (plane.is_line, plane.is_whole) == (features == 1, features <= 2)
    for rows in (range(20, 70), np.arange(20, 70), None):
        assert np.array_equal(sent.project(points[20:70], rows), plane.project(points[20:70], rows))
    assert len(pickle.dumps(plane)) < 2000  # without the points
    by_range, by_array = (plane.project(points[5:9], r) for r in (range(5, 9), np.arange(5, 9)))
    assert np.array_equal(by_range, by_array)


@pytest.mark.parametrize("features", [1, 2])
def test_what_is_lifted_from_the_plane_lies_there(features):
    points = np.random.default_rng(1).normal(size=(20, features))
    plane = View(points, scale=np.full(features, -2.0), offset=np.ones(features)).plane
    back = plane.lift(plane.project(points))
    assert np.allclose(back, points)
    assert np.array_equal(plane.original(points), points * -2.0 + 1.0)
