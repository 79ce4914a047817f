import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.plane.placement import Box, Placement, padded
from renderers.plane.view import View

PLACED = Placement((-1.0, 3.0, 10.0, 20.0), Box(100, 50, 400, 200))


def test_the_corners_of_the_limits_are_those_of_the_box():
    corners = np.array([[-1.0, 20.0], [3.0, 10.0]])
    assert np.array_equal(PLACED.within_box(corners.copy()), [[0, 0], [400, 200]])
    assert np.array_equal(PLACED.on_frame(corners.copy()), [[100, 50], [500, 250]])


def test_the_vertical_axis_points_up():
    low, high = PLACED.on_frame(np.array([[0.0, 11.0], [0.0, 19.0]]))
    assert high[1] < low[1]


def test_a_place_has_a_nearest_pixel():
    assert PLACED.pixel(-1.0, 20.0) == (100, 50)
    assert PLACED.pixel(0.004, 10.03) == (200, 249)


@given(st.floats(100, 500), st.floats(50, 250))
def test_there_and_back(x, y):
    place = PLACED.on_plane(x, y)
    assert np.allclose(PLACED.on_frame(place[None].copy())[0], (x, y))
    assert PLACED.limits[0] - 1e-9 <= place[0] <= PLACED.limits[1] + 1e-9


def test_samples_are_the_middles_of_parts_of_pixels():
    xs, ys = PLACED.samples(2)
    assert (len(xs), len(ys)) == (800, 400)
    xy = np.stack([xs[[0, 1, -1]], ys[[0, 1, -1]]], axis=1)
    assert np.allclose(PLACED.within_box(xy), [[0.25, 0.25], [0.75, 0.75], [399.75, 199.75]])


def test_a_box_holds_its_first_pixel_and_not_the_one_after_its_last():
    assert PLACED.contains(100, 50) and PLACED.contains(499.9, 249.9)
    for x, y in ((500, 60), (99.9, 60), (110, 250), (110, 49.9)):
        assert not PLACED.contains(x, y)


def test_far_away_and_nowhere_are_no_errors():
    with np.errstate(all="raise"):
        places = PLACED.on_frame(np.array([[1e308, np.nan], [-np.inf, 12.0]]))
    assert not np.isfinite(places[0, 1]) and places[1, 0] == -np.inf


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-5.0, -5.0), (1e300, 1e300), (3.0, 3.0)])
def test_limits_are_wider_than_the_data(low, high):
    a, b = padded(low, high)
    assert a < low <= high < b


def test_a_view_knows_where_it_lies_in_a_box():
    view = View(np.array([[0.0, 0.0], [1.0, 1.0]]), aspect="auto")
    assert view.placed(PLACED.box) == Placement(view.limits, PLACED.box)
