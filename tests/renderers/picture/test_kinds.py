"""Whatever points are shown as, a frame does not depend on what was painted before it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import ALL, at, has, lloyd, painter, state

from renderers import Options
from renderers.picture.cloud import Cloud
from renderers.picture.colours import cluster_colours
from renderers.picture.kinds import Bubbles, Ridge
from renderers.picture.painter import Painter
from renderers.picture.solid import Turning
from renderers.plane.plane import BASE, TOP_OF_BAND
from renderers.stage.pace import Pace, moments
from renderers.stage.scenes import make_scene

SURVEY = np.random.default_rng(0).integers(1, 6, (300, 2)).astype(float)
ANSWERS = np.random.default_rng(1).integers(1, 4, (300, 4)).astype(float)
LINE = np.random.default_rng(2).normal(size=(300, 1))
ROOM = np.random.default_rng(3).normal(size=(300, 3))
KINDS = {
    "discs": (SURVEY, {}, Bubbles),
    "pies": (ANSWERS, {"axes": (0, 2)}, Bubbles),
    "ridge": (LINE, {}, Ridge),
    "solid": (ROOM, {"view": "3d"}, Turning),
}


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_any_way_to_a_moment_gives_the_same_bytes(name, data):
    points, given, kind = KINDS[name]
    runs = [
        list(moments(lloyd(points, points[start : start + 4], 4), pace))
        for start in (0, 50)
        for pace in (Pace(smooth=True, fps=6), Pace(phases=True), Pace())
    ]
    scene = make_scene(runs[0][-1].snapshots[0], **given)
    shown = Painter(scene, Options((320, 240), overlays=ALL))
    assert type(shown._clouds[0]) is kind
    for _ in range(5):
        moment = data.draw(st.sampled_from(data.draw(st.sampled_from(runs))))
        frame = shown.paint(moment)
        fresh = Painter(scene, Options((320, 240), overlays=ALL))
        assert np.array_equal(frame, fresh.paint(moment))


@pytest.mark.parametrize("name", KINDS)
def test_all_clusters_are_seen(name):
    points, given, _ = KINDS[name]
    (*_, last) = lloyd(points, points[:3], 3)
    frame = painter(last, (320, 240), **given).paint(at(last))
    for colour in cluster_colours(3).astype(int):
        assert (np.abs(frame[..., :3].astype(int) - colour).max(axis=2) < 30).any()


@pytest.mark.parametrize("size", [(1, 1), (2, 90), (90, 2), (24, 18), (60, 45)])
@pytest.mark.parametrize("name", KINDS)
def test_no_frame_is_too_small(name, size):
    points, given, _ = KINDS[name]
    shown = painter(state(points, np.zeros(300), points[:2]), size, **given)
    frame = shown.paint(at(state(points, np.zeros(300), points[:2])))
    assert frame.shape == (size[1], size[0], 4)


def test_points_of_a_line_lie_below_its_ridge():
    shown = painter(state(LINE, np.zeros(300), LINE[:1]), (320, 240))
    cloud = shown._clouds[0]
    xy = cloud.placement.within_box(cloud.view.plane.project(LINE, range(300)))
    foot = (1 - BASE) * cloud.box.height
    assert (xy[:, 1] - cloud.radius > foot + 1).all()
    assert xy[:, 1].min() >= (1 - TOP_OF_BAND) * cloud.box.height - 1e-9
    low = painter(state(LINE, np.zeros(300), LINE[:1]), (320, 30))
    assert type(low._clouds[0]) is Cloud


def test_discs_tell_their_number_to_a_legend():
    one = state(SURVEY, np.zeros(300), SURVEY[:1])
    shown = painter(one, (320, 240))
    cloud = shown._clouds[0]
    assert (
        cloud.tells_number and cloud.most == np.unique(SURVEY, axis=0, return_counts=True)[1].max()
    )
    assert cloud.radius_of(4 * 5) == pytest.approx(2 * cloud.radius_of(5))
    assert not Cloud.tells_number


def test_rings_are_around_the_discs_of_the_places_that_changed():
    first = state(SURVEY, np.zeros(300), SURVEY[:2])
    chosen = (SURVEY == [2, 3]).all(axis=1) | (SURVEY == [5, 1]).all(axis=1)
    second = state(SURVEY, chosen, SURVEY[:2], before=first)
    cloud = painter(first, (320, 240))._clouds[0]
    rings = cloud.changed_rings(second)
    assert sum(len(places) for places, _ in rings) == 2
    places = cloud.placement.within_box(np.array([[2.0, 3.0], [5.0, 1.0]]))
    for at_places, radius in rings:
        assert radius in cloud._radii
        for place in at_places:
            assert (np.abs(places - place).max(axis=1) < 1e-9).any()


def test_bare_points_are_in_the_ink_of_the_axes():
    for name in ("discs", "ridge", "solid"):
        points, given, _ = KINDS[name]
        film = list(moments(lloyd(points, points[:3], 1)))
        assert film[0].phase == "points"
        shown = painter(film[-1].snapshots[0], (320, 240), **given)
        frame = shown.paint(film[0])
        assert not any(has(frame, colour) for colour in cluster_colours(3))
        assert (frame[..., :3] != 255).any()
