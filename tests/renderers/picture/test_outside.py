"""What is not seen is counted exactly, said, and pointed at."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from hypothesis import given
from hypothesis import strategies as st
from pictures import has, lloyd, painter

from renderers.picture.colours import cluster_colours
from renderers.picture.marks import Group, Polyline
from renderers.picture.outside import arrow_marks, centroid_arrows, count_outside
from renderers.plane.placement import Box, Placement
from renderers.plane.view import View

BOX = Box(10, 20, 200, 100)


@given(st.integers(0, 2**32))
def test_the_number_outside_is_that_of_every_point(seed):
    rng = np.random.default_rng(seed)
    points = rng.standard_cauchy((500, 2))
    limits = (*np.sort(rng.normal(size=2)), *np.sort(rng.normal(size=2)))
    here = count_outside(View(points), Placement(limits, BOX))
    x, y = points.T
    seen = (x >= limits[0]) & (x <= limits[1]) & (y >= limits[2]) & (y <= limits[3])
    # A place that rounds to the edge is on the picture.
    assert abs(here.sum() - (~seen).sum()) <= 1
    assert np.array_equal(here, count_outside(View(Elsewhere(points)), Placement(limits, BOX)))


def test_each_edge_counts_what_lies_beyond_it():
    points = np.array([[-9, 0.5], [5, 0.5], [6, 0.5], [0.5, 3], [0.2, -3], [0.5, 0.5], [-9, 30]])
    counts = count_outside(View(points), Placement((0.0, 1.0, 0.0, 1.0), BOX))
    assert counts.sum(axis=1).tolist() == [1, 2, 2, 1]


def test_points_without_a_logarithm_are_outside():
    points = np.array([[0.0, 1.0], [-2.0, 1.0], [1.0, 2.0], [10.0, 1.0]])
    view = View(points, log="x", limits="all")
    assert count_outside(view, view.placed(BOX)).sum(axis=1).tolist() == [2, 0, 0, 0]


def test_nobody_looks_where_everything_is_seen():
    view = View(np.random.default_rng(0).normal(size=(50, 2)))
    view.points.visit = None
    assert not count_outside(view, view.placed(BOX)).any()
    part = view.within((0.0, 0.1, 0.0, 0.1))
    assert not count_outside(part, part.placed(BOX)).any()


@given(st.integers(0, 2**32), st.sampled_from([(200, 100), (30, 12), (3, 2)]))
def test_arrows_lie_in_the_box_and_point_away(seed, size):
    rng = np.random.default_rng(seed)
    box = Box(10, 20, *size)
    counts = (rng.random((4, 24)) < 0.1).astype(np.int64)
    marks = arrow_marks(counts, box, 5.0, (1, 2, 3))
    assert bool(marks) == bool(counts.any()) and len(marks) <= 16
    for mark in marks:
        x, y = mark.xy[1]
        assert box.left - 4 <= x <= box.left + box.width + 4
        assert box.top - 4 <= y <= box.top + box.height + 4


def test_a_centroid_outside_is_an_arrow_in_its_colour():
    xy = np.array([[50.0, 50.0], [900.0, 40.0], [np.nan, 3.0], [60.0, -1e9]])
    colours = [(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4)]
    marks = centroid_arrows(xy, colours, BOX, 8.0, (9, 9, 9))
    assert [mark.colour for mark in marks] == [(9, 9, 9), (2, 2, 2), (9, 9, 9), (4, 4, 4)]
    assert marks[1].xy[1, 0] == pytest.approx(210 - 0.45 * 8) and marks[1].xy[1, 1] == 40.0
    assert marks[3].xy[1].tolist() == pytest.approx([60.0, 20 + 0.45 * 8])


def test_a_picture_says_how_many_it_does_not_show():
    rng = np.random.default_rng(0)
    points = np.vstack([rng.normal(size=(2000, 2)), [[300.0, 5.0], [2.0, -500.0]]])
    states = lloyd(points, points[-3:], 1)
    shown = painter(states[0], (640, 480))
    assert shown.notes == ["2 points outside"]
    arrows = [mark for mark in shown.layout.marks if isinstance(mark, Group)]
    assert len(arrows) == 1 and len(arrows[0].marks) == 2
    assert all(isinstance(mark, Polyline) for mark in arrows[0].marks)
    assert painter(states[0], (640, 480), limits="all").notes == [""]
    one = painter(states[0], (640, 480), limits="-9,9,-900,9", aspect="auto")
    assert one.notes == ["1 point outside"]


def test_its_centroids_are_seen_wherever_they_are():
    from pictures import at

    rng = np.random.default_rng(0)
    points = np.vstack([rng.normal(size=(2000, 2)), [[300.0, 5.0], [2.0, -500.0]]])
    states = lloyd(points, points[-3:], 1)
    frame = painter(states[0], (640, 480), overlays=frozenset()).paint(at(states[0]))
    assert all(has(frame, colour) for colour in cluster_colours(3))


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (50, 40)])
def test_no_frame_is_too_small(size):
    points = np.vstack([np.random.default_rng(0).normal(size=(2000, 2)), [[300.0, 5.0]]])
    states = lloyd(points, points[-3:], 1)
    assert painter(states[0], size).paint is not None
    from pictures import at

    assert painter(states[0], size).paint(at(states[0])).shape == (size[1], size[0], 4)
