"""Solids: everything lies in the box, distances are true, and turning is turning."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from hypothesis import given
from hypothesis import strategies as st

from renderers.errors import InvalidOption
from renderers.plane.view import View

angles = st.floats(-720, 720)


def room(count=500, features=3, seed=0):
    return np.random.default_rng(seed).normal(size=(count, features)) * np.arange(1, features + 1)


def test_the_box_holds_the_points_and_has_a_half_diagonal_of_one():
    points = room()
    solid = View(points, view="3d").solid
    xyz = solid.place(points)
    assert solid.holds(xyz).all() and np.linalg.norm(solid.half) == pytest.approx(1)
    assert np.abs(xyz).max(axis=0) == pytest.approx(solid.half / 1.1)
    assert np.allclose(np.linalg.norm(solid.corners(), axis=1), 1)
    distances = np.linalg.norm(points[1:] - points[:-1], axis=1)
    drawn = np.linalg.norm(xyz[1:] - xyz[:-1], axis=1)
    assert np.allclose(distances / drawn, distances[0] / drawn[0])


def test_axes_at_scales_of_their_own():
    for points, aspect in ((room() * [1, 1, 1000], "equal"), (room(), "auto")):
        assert np.allclose(View(points, view="3d", aspect=aspect).solid.half, 3**-0.5)


@given(angles, st.floats(-89, 89))
def test_whatever_the_side_the_box_fits(azimuth, elevation):
    solid = View(room(50), view="3d").solid
    xy, depth, size = solid.seen(solid.corners(), azimuth, elevation)
    assert np.abs(depth).max() <= 1 + 1e-9
    # What is near looks larger.
    assert np.array_equal(np.argsort(depth, kind="stable"), np.argsort(-size, kind="stable"))
    across, up = solid.reach(elevation)
    assert np.abs(xy[:, 0]).max() <= across * (1 + 1e-9)
    assert np.abs(xy[:, 1]).max() <= up * (1 + 1e-9)


@given(angles)
def test_a_full_turn_changes_nothing(azimuth):
    solid = View(room(50), view="3d").solid
    places = solid.place(room(50))
    for one, other in zip(
        solid.seen(places, azimuth, 20.0), solid.seen(places, azimuth + 360, 20.0), strict=True
    ):
        assert np.allclose(one, other)


def test_the_eye_looks_from_above():
    solid = View(room(50), view="3d").solid
    above, below = solid.seen(np.array([[0, 0, 0.5], [0, 0, -0.5]]), 0.0, 20.0)[0]
    assert above[1] > 0 > below[1]
    _, depth, _ = solid.seen(np.array([[0, 0, 0.5], [0, 0, -0.5]]), 0.0, 89.0)
    assert depth[0] < depth[1]


def test_three_components_of_more_features_or_three_of_them():
    points = room(features=5)
    names = list("abcde")
    solid = View(points, view="3d", names=names).solid
    assert [label.split(" (")[0] for label in solid.labels] == [
        f"principal component {n}" for n in (1, 2, 3)
    ]
    variances = solid.place(points).var(axis=0)
    assert (np.diff(variances) < 0).all()
    chosen = View(points, view="3d", names=names, axes=(4, 0, 2)).solid
    assert chosen.labels == ("e", "a", "c") and chosen.columns == (4, 0, 2)
    assert np.allclose(np.corrcoef(chosen.place(points)[:, 0], points[:, 4]), 1)


def test_many_points_are_an_even_sample_without_outliers():
    points = room(50_000)
    points[0] = 1e6
    view = View(points, view="3d")
    assert len(view.turned) <= 20_000 and view.turned[0] != 0
    assert (np.diff(view.turned) == 3).all()
    assert 0 in View(points, view="3d", limits="all").turned
    there = View(Elsewhere(points), view="3d")
    assert np.array_equal(there.turned, view.turned)
    assert np.array_equal(there.solid.middle, view.solid.middle)


@pytest.mark.parametrize(
    ("features", "given", "words"),
    [
        (2, {}, "view='3d' needs points of three features, these have 2: leave view out"),
        (3, {"log": "x"}, "log='x' has no effect with a 3d view"),
        (3, {"limits": "0,1,0,1"}, "limits='0,1,0,1' has no effect with a 3d view"),
        (3, {"axes": (0, 1)}, "must be three different features of 0..2"),
        (3, {"view": "4d"}, "view='4d' must be '2d' or '3d'"),
    ],
)
def test_solids_that_there_are_none_of(features, given, words):
    with pytest.raises(InvalidOption) as caught:
        View(room(features=features), **{"view": "3d", **given})
    assert words in str(caught.value) and "\n" not in str(caught.value)
