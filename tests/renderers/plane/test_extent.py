"""How far points reach: what is measured, or what a look at all of them finds."""

import numpy as np
import pytest
from elsewhere import Elsewhere

from renderers.plane.extent import extent_of
from renderers.plane.view import View


def looked_at(view, points):
    xy = view.plane.project(points, np.arange(len(points)))
    return xy[:, 0].min(), xy[:, 0].max(), xy[:, 1].min(), xy[:, 1].max()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
@pytest.mark.parametrize("axes", [None, (3, 1)])
@pytest.mark.parametrize("scale", [1.0, 0.1, -3.7])
def test_the_extent_is_that_of_every_point(dtype, axes, scale):
    for features in (2, 5) if axes is None else (5,):
        points = (np.random.default_rng(features).normal(size=(999, features)) * 30).astype(dtype)
        units = {"scale": np.full(features, scale), "offset": np.arange(features) / 7}
        view = View(points, axes=axes, **units)
        assert extent_of(view.points, view.plane) == looked_at(view, points)


@pytest.mark.parametrize("features", [1, 2, 4])
def test_points_elsewhere_reach_as_far(features):
    points = np.random.default_rng(0).normal(size=(500, features))
    here, there = View(points), View(Elsewhere(points))
    assert here.limits == there.limits and here.spread == there.spread
    assert here.labels == there.labels


def test_no_point_is_looked_at_for_features():
    place = Elsewhere(np.random.default_rng(0).normal(size=(50, 2)))
    place.visit = None
    assert View(place).limits == View(place, axes=(0, 1)).limits
