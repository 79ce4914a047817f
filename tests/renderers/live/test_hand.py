"""The hand of the live window: where it is, what it drags and places, what it leaves alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from renderers import Moment, Panel, Scene
from renderers.live.frame import Frame
from renderers.live.hand import Hand
from renderers.live.seen import Look
from renderers.plane.placement import Box
from renderers.plane.view import View

BOX = Box(20, 10, 300, 200)


def frame_of(features: int = 2, *, axes=None, **moment) -> Frame:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(50, features))
    view = View(points, axes=axes)
    scene = Scene((Panel(3, view),))
    snapshot = SimpleNamespace(iteration=1, centroids=points[:3], assigned_from=points[3:6])
    pixels = np.zeros((240, 340, 4), np.uint8)
    now = Moment((snapshot,), 1.0, **moment)
    return Frame(scene, scene, now, Look((340, 240)), pixels, (BOX,), (5.0,), frozenset())


def pixel_of(frame: Frame, value) -> tuple[float, float]:
    view = frame.scene.panels[0].view
    xmin, xmax, ymin, ymax = view.placed(BOX).limits
    x, y = view.plane.project(np.asarray(value)[None])[0]
    return (
        BOX.left + (x - xmin) / (xmax - xmin) * BOX.width,
        BOX.top + (ymax - y) / (ymax - ymin) * BOX.height,
    )


def test_a_spot_is_a_place_on_the_plane():
    frame = frame_of()
    value = np.array([0.3, -0.2])
    spot = frame.spot_at(*pixel_of(frame, value))
    assert spot is not None
    assert spot.panel == 0
    np.testing.assert_allclose(spot.xy, value)
    for outside in ((0, 0), (19.9, 50), (320, 50), (100, 210)):
        assert frame.spot_at(*outside) is None


@pytest.mark.parametrize(
    ("moment", "share"),
    [
        ({}, 1.0),
        ({"progress": 0.25}, 0.25),
        ({"phase": "update", "progress": 0.5}, 0.5),
        ({"phase": "assignment"}, 0.0),
    ],
)
def test_centroids_are_where_the_frame_shows_them(moment, share):
    frame = frame_of(**moment)
    snapshot = frame.moment.snapshots[0]
    expected = snapshot.assigned_from * (1 - share) + snapshot.centroids * share
    np.testing.assert_allclose(frame.centroids_of(0), expected)


@pytest.mark.parametrize(("features", "axes"), [(1, None), (2, None), (5, None), (5, (3, 1))])
def test_a_centroid_is_dragged(features, axes):
    frame, hand = frame_of(features, axes=axes), Hand()
    before = frame.centroids_of(0)
    x, y = pixel_of(frame, before[1])
    nearest = hand.over(frame, x, y)
    assert nearest is not None
    # Taken a little off its middle: it does not jump.
    assert hand.press(frame, x + 2, y + 1, 3) is None
    assert hand.holding
    [mark] = hand.marks(frame)
    np.testing.assert_allclose((mark.x, mark.y), pixel_of(frame, before[mark.label]))
    hand.move(170, 100)
    [mark] = hand.marks(frame)
    start = hand.release(frame, 170, 100)
    assert not hand.holding
    moved = np.flatnonzero((start != before).any(axis=1))
    assert moved.tolist() == [mark.label]
    there = pixel_of(frame, start[mark.label])
    np.testing.assert_allclose(there[0], mark.x, atol=1e-6)
    if features > 1:
        np.testing.assert_allclose(there[1], mark.y, atol=1e-6)


def test_a_drag_that_ends_off_the_picture_or_where_it_began_is_none():
    frame, hand = frame_of(), Hand()
    x, y = pixel_of(frame, frame.centroids_of(0)[0])
    hand.press(frame, x, y, 3)
    assert hand.release(frame, 1000, 3) is None
    assert hand.release(frame, 100, 100) is None  # nothing is held any more
    assert hand.press(frame, BOX.left + 1, BOX.top + 1, 3) is None
    assert not hand.holding


def test_placing_takes_k_clicks():
    frame, hand = frame_of(), Hand()
    hand.toggle_placing()
    wanted = np.array([[0.1, 0.2], [-0.5, 0.4], [0.7, -0.3]])
    for count, value in enumerate(wanted[:2], 1):
        assert hand.press(frame, *pixel_of(frame, value), 3) is None
        assert len(hand.marks(frame)) == count
    assert hand.press(frame, 1, 1, 3) is None  # beside the picture
    start = hand.press(frame, *pixel_of(frame, wanted[2]), 3)
    np.testing.assert_allclose(start, wanted)
    assert not hand.placing
    assert hand.marks(frame) == []


def test_placing_in_more_features_than_are_seen_keeps_to_their_middle():
    frame, hand = frame_of(4, axes=(1, 2)), Hand()
    hand.toggle_placing()
    start = hand.press(frame, 100, 100, 1)
    middle = frame.centroids_of(0).mean(axis=0)
    np.testing.assert_allclose(start[0, [0, 3]], middle[[0, 3]])


def test_cancel_lets_go():
    frame, hand = frame_of(), Hand()
    assert not hand.cancel()
    hand.toggle_placing()
    hand.press(frame, 100, 100, 3)
    assert hand.cancel()
    assert (hand.placing, hand.placed, hand.marks(frame)) == (False, [], [])
