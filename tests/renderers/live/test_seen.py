"""Which part of the plane is looked at: closer, farther, elsewhere, and never beyond its edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from live import SIZE, scene_of

from renderers import Options, Panel, Scene
from renderers.live.seen import OWN, Seen
from renderers.picture.themes import THEMES
from renderers.plane.placement import Box, Placement
from renderers.plane.view import View

SCENE = scene_of(2)
WHOLE = Placement((-2.0, 4.0, 10.0, 13.0), Box(20, 10, 600, 300))


@given(
    steps=st.lists(
        st.tuples(st.floats(20, 619), st.floats(10, 309), st.floats(0.3, 3)), min_size=1, max_size=8
    )
)
def test_what_is_seen_is_a_part_of_the_plane_of_the_same_shape(steps):
    seen = Seen(Options())
    for x, y, factor in steps:
        before = WHOLE._replace(limits=seen.limits or WHOLE.limits)
        seen.zoom(SCENE, WHOLE, x, y, factor)
        left, right, low, high = seen.limits or WHOLE.limits
        assert -2 - 1e-9 <= left < right <= 4 + 1e-9
        assert 10 - 1e-9 <= low < high <= 13 + 1e-9
        assert (right - left) / (high - low) == pytest.approx(2.0)
        if factor <= 1:  # what is under the pointer stays there
            after = WHOLE._replace(limits=(left, right, low, high))
            assert after.on_plane(x, y) == pytest.approx(before.on_plane(x, y), abs=1e-6)


def test_closer_ends_where_places_are_not_told_apart():
    seen = Seen(Options())
    for _ in range(200):
        seen.zoom(SCENE, WHOLE, 100, 100, 0.5)
    assert seen.limits is not None
    left, right, *_ = seen.limits
    assert right - left == pytest.approx(6e-6, rel=1e-3)


def test_moving_the_picture_moves_what_is_seen_along_with_the_pointer():
    seen = Seen(Options())
    seen.zoom(SCENE, WHOLE, 320, 160, 0.5)
    before = WHOLE._replace(limits=seen.limits)
    seen.pan(SCENE, WHOLE, 30, -20)
    after = WHOLE._replace(limits=seen.limits)
    assert after.on_plane(230, 80) == pytest.approx(before.on_plane(200, 100))
    seen.pan(SCENE, WHOLE, 1e6, 0)
    assert seen.limits[0] == -2.0
    seen.whole()
    assert seen.limits is None


def test_values_of_one_feature_keep_their_height():
    view = View(np.arange(9.0)[:, None])
    line, seen = Scene((Panel(2, view),)), Seen(Options())
    whole = view.placed(Box(0, 0, 100, 50))
    seen.zoom(line, whole, 20, 10, 0.5)
    assert seen.limits[2:] == whole.limits[2:]
    assert seen.limits[1] - seen.limits[0] == pytest.approx((whole.limits[1] - whole.limits[0]) / 2)


def test_other_points_and_other_axes_are_seen_whole():
    seen = Seen(Options())
    seen.zoom(SCENE, WHOLE, 320, 160, 0.5)
    assert seen.look(SCENE, SIZE).limits is not None
    assert seen.look(scene_of(2), SIZE).limits is None
    many = scene_of(4)
    seen.zoom(many, WHOLE, 320, 160, 0.5)
    seen.along((2, 0))
    assert seen.look(many, SIZE).limits is None
    assert seen.look(many, SIZE).axes == (2, 0)
    assert seen.look(SCENE, SIZE).axes == OWN  # which has no such columns


def test_a_solid_is_turned_along_with_the_pointer_and_never_on_its_head():
    seen = Seen(Options())
    seen.rotate(100, -30)
    assert seen.turned == (40.0, -12.0)
    seen.rotate(-200, 1000)
    right, up = seen.turned
    assert (right, up) == (320.0, 75.0)
    assert seen.look(SCENE, SIZE).turned == seen.turned
    seen.whole()
    assert seen.turned == (0.0, 0.0)


def test_the_themes_come_one_after_another():
    seen = Seen(Options(theme="dark"))
    said = [seen.next_theme() for _ in THEMES]
    assert seen.theme == "dark"
    assert len(set(said)) == len(THEMES)
