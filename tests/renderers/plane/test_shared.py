"""Places that many points share are found, wherever the points are, and only where they tell."""

import numpy as np
import pytest
from elsewhere import Elsewhere

from renderers.plane.view import View


def survey(count=2000, features=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 6, (count, features)).astype(float)


@pytest.mark.parametrize("scale", [1.0, 0.1, -3.0])
def test_the_places_of_a_survey(scale):
    X = survey()
    shared = View(X, scale=[scale, 1.0], offset=[0.3, 0.0]).shared
    there = View(Elsewhere(X), scale=[scale, 1.0], offset=[0.3, 0.0]).shared
    places, counts = np.unique(X * [scale, 1.0] + [0.3, 0.0], axis=0, return_counts=True)
    assert len(shared.xy) == 25
    for found in (shared, there):
        assert np.allclose(found.xy, places) and np.array_equal(found.counts, counts)


@pytest.mark.parametrize(
    "X",
    [
        np.random.default_rng(0).normal(size=(3000, 2)),  # no two lie together
        survey(40),  # few do
        np.random.default_rng(0).integers(0, 200, (20_000, 2)).astype(float),  # too many places
        survey(features=1),  # a line has a ridge
        np.vstack([survey(3000), np.random.default_rng(0).normal(size=(2000, 2))]),
    ],
)
def test_other_points_are_a_cloud(X):
    assert View(X).shared is None


def test_two_of_many_features_are_places_too():
    X = survey(features=5)
    assert len(View(X, axes=(0, 3)).shared.xy) == 25
    assert View(X).shared is None  # 3,125 combinations


def test_there_is_room_for_the_discs_at_the_rim():
    xmin, xmax, ymin, ymax = View(survey()).limits
    assert (xmin, xmax, ymin, ymax) == pytest.approx((0.4, 5.6, 0.4, 5.6))
    assert View(survey(), limits="1,5,1,5").limits == (1.0, 5.0, 1.0, 5.0)


def test_one_place_has_room_too():
    view = View(np.ones((50, 2)))
    assert view.shared.counts.tolist() == [50] and view.limits[0] < 1 < view.limits[1]
