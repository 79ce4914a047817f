"""What hides what: a solid is drawn from the back to the front, and turns with its moment."""

from dataclasses import replace

import numpy as np
import pytest
from pictures import ALL, at, blobs, lloyd, painter, state

from renderers.picture.marks import Disc, Markers, Polyline, Text
from renderers.picture.solid import DEGREES_A_SECOND
from renderers.stage.pace import Pace, moments
from renderers.stage.scenes import make_scene

POINTS = np.random.default_rng(0).normal(size=(200, 3))


def film(pace=None):
    return list(moments(lloyd(POINTS, POINTS[:3], 3), pace or Pace()))


def flat(marks):
    for mark in marks:
        yield from flat(mark.marks) if hasattr(mark, "marks") else [mark]


def shown_at(moment, overlays=ALL, **options):
    shown = painter(moment.snapshots[0], (400, 300), **options, view="3d", names=["a", "b", "c"])
    turning = shown._clouds[0]
    return turning, list(flat(turning.centroid_marks(moment, 0, overlays)))


def test_points_come_from_the_back_to_the_front_between_the_centroids():
    moment = film()[-1]
    _, marks = shown_at(moment, ALL - {"changes"})
    points = [mark for mark in marks if isinstance(mark, Markers)]
    assert sum(len(mark.xy) for mark in points) == 200
    radii = np.concatenate([mark.radius for mark in points])
    assert (np.diff(radii) >= -1e-9).all()  # the nearer, the larger
    centroids = [mark for mark in marks if isinstance(mark, Disc)]
    assert len(centroids) == 3 and len(points) > 1
    assert (np.diff([mark.radius for mark in centroids]) > 0).all()
    assert sum(isinstance(mark, Text) for mark in marks) in (0, 3)


def test_a_moment_turns_it_and_a_hand_too():
    moment = film()[-1]
    shown = painter(moment.snapshots[0], (400, 300), view="3d")
    first = shown.paint(moment).copy()
    later = shown.paint(replace(moment, at=moment.at + 1.0)).copy()
    assert not np.array_equal(first, later)
    shown.turn(-DEGREES_A_SECOND, 0.0)
    assert np.array_equal(shown.paint(replace(moment, at=moment.at + 1.0)), first)
    shown.turn(0.0, 500.0)  # no farther than from straight above
    assert not np.array_equal(shown.paint(moment), first)
    shown.turn(0.0, 0.0)
    assert np.array_equal(shown.paint(moment), first)


def test_the_box_lies_within_the_panel_and_its_names_too():
    moment = film()[-1]
    turning, _ = shown_at(moment)
    left, top, width, height = turning.box
    for second in range(20):
        marks = turning.lower_marks(replace(moment, at=float(second)), 0, ALL)
        lines = [mark for mark in marks if isinstance(mark, Polyline)]
        assert len(lines) == 9
        for line in lines:
            assert (line.xy >= (left, top)).all()
            assert (line.xy <= (left + width, top + height)).all()
        names = [mark for mark in marks if isinstance(mark, Text)]
        assert sorted(mark.words for mark in names) == ["a", "b", "c"]
        for name in names:
            assert left <= name.x <= left + width and top <= name.y <= top + height


def test_trails_lead_to_the_centroids():
    (*_, last) = film()
    _, marks = shown_at(last)
    trails = [mark for mark in marks if isinstance(mark, Polyline)]
    assert len(trails) >= 2 * 3  # with their casings
    without = [m for m in film(Pace()) if m.phase == "start"]
    assert not [mark for mark in shown_at(without[0])[1] if isinstance(mark, Polyline)]


def test_points_that_changed_have_a_rim():
    first = state(POINTS, np.zeros(200), POINTS[:2])
    second = state(POINTS, np.zeros(200), POINTS[:2], before=first)
    third = state(POINTS, np.arange(200) < 7, POINTS[:2], before=second)
    _, marks = shown_at(at(third))
    assert sum(len(mark.xy) for mark in marks if isinstance(mark, Markers)) == 207


def test_a_sample_says_so():
    points = np.random.default_rng(0).normal(size=(30_000, 3))
    shown = painter(state(points, np.zeros(30_000), points[:2]), (400, 300), view="3d")
    assert shown.notes == ["15,000 of them drawn"]


def test_an_outlier_of_a_solid_is_counted_once_and_has_no_arrow_at_an_edge():
    points = np.vstack([blobs(clusters=3, each=200)[:, [0, 1, 0]], [[1e5, 0, 0]]])
    first = state(points, np.zeros(601), points[:2])
    shown = painter(first, (400, 300), view="3d")
    assert shown.notes == ["1 point outside"]
    plain = painter(first, (400, 300), view="3d", limits="all")
    assert len(shown.layout.marks) == len(plain.layout.marks)


def test_the_step_of_a_solid_ends_before_the_panel_begins():
    shown = painter(state(POINTS, np.zeros(200), POINTS[:2]), (480, 320), view="3d", overlays=ALL)
    caption, panel = shown.layout.caption, shown.layout.dashboard
    assert caption.left + caption.width + 10 < panel.left


@pytest.mark.parametrize("points", [np.zeros((5, 3)), np.eye(3)[:, :3], blobs()[:, [0, 1, 1]]])
def test_flat_solids_are_drawn(points):
    one = state(points, np.zeros(len(points)), points[:1])
    frame = painter(one, (200, 150), view="3d").paint(at(one))
    assert (frame[..., :3] != 255).any()
    assert make_scene(one, view="3d").panels[0].view.solid is not None
