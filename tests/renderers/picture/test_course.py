import numpy as np
import pytest
from pictures import at, blobs, lloyd

from renderers.picture.course import Curve, Stroke, end_of_axis, reached, run_strokes
from renderers.picture.themes import THEMES

VALUES = [8.0, 4.0, 2.0, 1.0]
INK = Stroke((0, 0, 0))


@pytest.mark.parametrize(
    ("now", "first", "places", "values"),
    [
        (0.0, 0, [0], [8]),
        (1.5, 0, [0, 1, 1.5], [8, 4, 3]),
        (3.0, 0, [0, 1, 2, 3], VALUES),
        (1.5, 2, [], []),
        (2.25, 2, [2, 2.25], [2, 1.75]),
        (9.0, 2, [2, 3], [2, 1]),
        (-1.0, 0, [], []),
    ],
)
def test_a_curve_ends_where_its_run_is(now, first, places, values):
    curve = Curve.until(VALUES, first, now, INK)
    assert curve.at.tolist() == places and curve.values.tolist() == values


def test_the_axis_grows_without_a_jump_and_is_never_much_too_long():
    ends = [end_of_axis([Curve.until([1.0] * 60, 0, n / 10, INK)]) for n in range(531)]
    assert ends[0] == 5 and ends[-1] == 53
    assert np.diff(ends).min() >= 0 and np.diff(ends).max() < 0.11


def test_points_change_before_centroids_move():
    points = blobs(clusters=2)
    one = lloyd(points, points[:2], 3)[-1]
    moment = at(one, phase="assignment", progress=0.25)
    assert reached(moment, one) == 2 and reached(moment, one, changed=True) == 2.25
    moment = at(one, phase="update", progress=0.25)
    assert reached(moment, one) == 2.25 and reached(moment, one, changed=True) == 3
    moment = at(one, phase="state", progress=0.5)
    assert reached(moment, one) == reached(moment, one, changed=True) == 2.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_lines_of_a_race_differ_and_are_in_the_inks_of_the_type(theme):
    strokes = run_strokes(4, THEMES[theme])
    assert len(set(strokes)) == 4
    for red, green, blue in {stroke.colour for stroke in strokes}:
        assert max(red, green, blue) - min(red, green, blue) < 20  # no colour of a cluster
