"""Distances look as they are, in any box, unless one axis would be a line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.errors import InvalidOption
from renderers.plane.aspect import most_degrees, where_on_earth
from renderers.plane.placement import Box
from renderers.plane.view import View

sides = st.integers(1, 5000)


def of_spans(*spans, **given):
    rng = np.random.default_rng(0)
    points = rng.random((100, len(spans)))
    points[:2] = [[0.0] * len(spans), [1.0] * len(spans)]
    return View(points * spans, **given)


def pixels_per_unit(view, box):
    place = view.placed(box)
    far = place.on_frame(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    return far[1, 0] - far[0, 0], far[0, 1] - far[2, 1]


@given(sides, sides, st.floats(0.06, 16.0))
def test_a_unit_is_as_long_on_both_axes_of_any_box(width, height, span):
    view = of_spans(1.0, span)
    across, up = pixels_per_unit(view, Box(7, 9, width, height))
    assert across == pytest.approx(up)
    seen, (xmin, xmax, ymin, ymax) = view.placed(Box(7, 9, width, height)).limits, view.limits
    assert seen[0] <= xmin and xmax <= seen[1] and seen[2] <= ymin and ymax <= seen[3]
    # Only one axis reaches farther, and as far at both ends.
    assert seen[:2] == (xmin, xmax) or seen[2:] == (ymin, ymax)
    assert np.allclose([seen[0] + seen[1], seen[2] + seen[3]], [xmin + xmax, ymin + ymax])


@given(sides, sides)
def test_there_and_back_at_one_scale(width, height):
    view = of_spans(1.0, 3.0)
    place = view.placed(Box(3, 4, width, height))
    for pixel in ((3.0, 4.0), (3.0 + width, 4.0 + 0.25 * height)):
        there = place.on_plane(*pixel)
        assert np.allclose(place.on_frame(there[None].copy())[0], pixel)


@pytest.mark.parametrize(
    "view",
    [
        of_spans(1.0, 25.0),
        of_spans(1.0, 2.0, aspect="auto"),
        of_spans(1.0, 2.0, log="x"),
        of_spans(1.0),
    ],
)
def test_axes_at_scales_of_their_own_fill_the_box(view):
    assert view.placed(Box(0, 0, 100, 900)).limits == view.limits


def test_components_are_at_one_scale():
    view = of_spans(1.0, 5.0, 2.0)
    across, up = pixels_per_unit(view, Box(0, 0, 640, 200))
    assert across == pytest.approx(up)


def test_standardised_points_are_clustered_by_standard_deviations():
    view = of_spans(1.0, 1.0, scale=[1.0, -1000.0])
    across, up = pixels_per_unit(view, Box(0, 0, 640, 200))
    assert across == pytest.approx(1000 * up)


def test_a_map_is_true_in_its_middle_and_has_north_above():
    rng = np.random.default_rng(0)
    points = rng.random((50, 2)) * [10, 20] + [55, -10]  # latitudes first
    points[:2] = [[55, -10], [65, 10]]
    view = View(points, names=[" Latitude", "LNG"])
    assert view.labels == ("LNG", " Latitude") and view.plane.columns == (1, 0)
    across, up = pixels_per_unit(view, Box(0, 0, 300, 500))
    assert across == pytest.approx(up * np.cos(np.radians(60)))
    turned = View(points, names=["lat", "lon"], axes=(0, 1))
    assert turned.labels == ("lat", "lon")
    across, up = pixels_per_unit(turned, Box(0, 0, 300, 500))
    assert up == pytest.approx(across * np.cos(np.radians(60)))
    far = View(points * 1000, names=["lat", "lon"])  # of another planet
    assert pixels_per_unit(far, Box(0, 0, 9, 9))[0] == pytest.approx(
        pixels_per_unit(far, Box(0, 0, 9, 9))[1]
    )


@pytest.mark.parametrize("names", [["lat"], ["x", "y"], ["lat", "x"], ["lat", "lat"], []])
def test_other_names_are_no_map(names):
    assert where_on_earth(names) is None


def test_only_two_aspects_are_known():
    with pytest.raises(InvalidOption, match="aspect='square' must be 'equal' or 'auto'") as caught:
        of_spans(1.0, 1.0, aspect="square")
    assert caught.value.option == "aspect"


@pytest.mark.parametrize("scale", [0.0, 1e300, 5e-324])
def test_any_scale_gives_finite_limits(scale):
    view = of_spans(1.0, 1.0, scale=[1.0, scale])
    assert np.isfinite(view.placed(Box(0, 0, 5000, 1)).limits).all()


def test_a_map_ends_at_the_poles():
    names = ["lat", "lon"]
    assert most_degrees(names[::-1], 1, -50.0) == 90
    assert most_degrees(names[::-1], 0, -50.0) == 180 and most_degrees(names[::-1], 0, 3.0) == 360
    assert most_degrees(["x", "lat"], 1, 0.0) == np.inf
