"""Outliers do not squeeze the rest, what is asked for is seen, and nothing else is promised."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from hypothesis import given
from hypothesis import strategies as st

from renderers.errors import InvalidOption
from renderers.plane.limits import fences
from renderers.plane.placement import Box
from renderers.plane.view import View


def crowd(count=2000, seed=0, features=2):
    return np.random.default_rng(seed).normal(size=(count, features))


def with_outliers(*places, count=2000):
    return np.vstack([crowd(count), places])


def test_two_outliers_do_not_squeeze_two_thousand_points():
    points = with_outliers([300.0, 5.0], [2.0, -500.0])
    view, alone = View(points), View(points[:-2])
    assert view.limits == alone.limits
    assert View(points, limits="all").limits == pytest.approx((-19.1, 315.2, -525.3, 30.3), abs=0.1)


def test_points_of_one_feature_have_outliers_too():
    line = with_outliers([1e6, 0.0])[:, :1]
    assert View(line).limits == View(line[:-1]).limits
    assert View(line, limits="all").limits[1] > 1e6


def test_so_have_components():
    points = np.vstack([crowd(features=5), [[900.0, 0, 0, 0, 0]]])
    assert View(points).limits[1] < 100 < View(points, limits="all").limits[1]


@pytest.mark.parametrize(
    "points",
    [
        with_outliers([300.0, 5.0], count=150),  # one of 150 is no less than 0.5%
        np.vstack([crowd(), crowd(30) + 100]),  # a small cluster, far away
        with_outliers([8.0, 0.0]),  # it takes no half of the axis
        np.repeat([[0.0, 0.0], [1.0, 1.0]], [3000, 3], axis=0),  # they are all there is to see
    ],
)
def test_what_counts_is_seen(points):
    assert View(points).limits == View(points, limits="all").limits


def test_few_along_each_axis_may_be_too_many_together():
    beside = np.array([[100.0, 0.0]] * 8)
    above = np.array([[0.0, 1000.0]] * 8)
    limits = View(np.vstack([crowd(), beside, above])).limits
    assert limits[1] > 100 and limits[3] < 10  # the axis that gains more


@given(st.integers(0, 2**32), st.integers(1, 9))
def test_limits_do_not_depend_on_order_or_place(seed, outliers):
    rng = np.random.default_rng(seed)
    points = np.vstack([crowd(), rng.normal(size=(outliers, 2)) * 1e4])
    limits = View(points).limits
    shuffled = points[rng.permutation(len(points))]
    assert View(shuffled).limits == limits == View(Elsewhere(shuffled)).limits
    sample = points[:, :2]
    extent = (*np.sort(points[:, 0])[[0, -1]], *np.sort(points[:, 1])[[0, -1]])
    fence = fences(sample, extent)
    assert fence is None or ((sample < fence[::2]) | (sample > fence[1::2])).any(axis=1).mean() < (
        0.005
    )


def test_the_limits_of_a_sample_hold_every_point_near_it():
    points = np.vstack([crowd(500_000), [[1e4, 0.0]]])
    view = View(points)
    assert view.limits[1] < 10
    near = points[np.abs(points).max(axis=1) < 5]
    assert view.limits[0] <= near[:, 0].min() and near[:, 0].max() <= view.limits[1]


@pytest.mark.parametrize("limits", [(-1, 2, 0.5, 4), "-1,2,0.5,4", [-1.0, 2.0, 0.5, 4.0]])
def test_limits_that_were_asked_for(limits):
    view = View(crowd(), limits=limits, aspect="auto")
    assert view.limits == (-1.0, 2.0, 0.5, 4.0)
    assert view.placed(Box(0, 0, 9, 9)).limits == view.limits


def test_of_a_line_two_numbers_are_limits():
    assert View(crowd(features=1), limits="-1,2").limits == (-1.0, 2.0, 0.0, 1.0)
    with pytest.raises(InvalidOption, match="must be two numbers, x0,x1, or 'all'"):
        View(crowd(features=1), limits="-1,2,0,1")


@pytest.mark.parametrize(
    ("limits", "log", "words"),
    [
        ("1,2", "", "limits='1,2' must be four numbers, x0,x1,y0,y1, or 'all'"),
        ("1,2,a,4", "", "four numbers"),
        ("", "", "four numbers"),
        ((1, 2, 3), "", "limits=(1, 2, 3) must be four numbers"),
        (7, "", "limits=7 must be four numbers"),
        ("2,1,0,1", "", "must have x0 below x1"),
        ("0,1,3,3", "", "must have y0 below y1"),
        ("0,nan,0,1", "", "must be finite numbers"),
        ("0,inf,0,1", "", "must be finite numbers"),
        ("0,1,0,1", "y", "begins at 0, but a logarithmic axis has no place for values up to 0"),
    ],
)
def test_limits_that_are_none(limits, log, words):
    with pytest.raises(InvalidOption) as caught:
        View(np.abs(crowd()), limits=limits, log=log)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.option == "limits" and str(caught.value).startswith("limits=")


def test_a_logarithmic_axis_begins_at_the_least_value_that_has_a_logarithm():
    points = 10.0 ** crowd()
    points[0, 0], points[1, 0] = 0.0, -5.0
    view = View(points, log="x", limits="all", names=["a", "b"])
    assert view.labels == ("a (log scale)", "b")
    seen = np.log10(points[2:, 0])
    room = 0.05 * (seen.max() - seen.min())
    assert view.limits[:2] == pytest.approx((seen.min() - room, seen.max() + room))
    assert View(Elsewhere(points), log="x", limits="all").limits == view.limits
    assert View(points, log="xy", limits="1,100,0.1,10").limits == pytest.approx((0, 2, -1, 1))


@pytest.mark.parametrize(
    ("points", "log", "words"),
    [
        (crowd(), "z", "log='z' must be 'x', 'y' or 'xy'"),
        (crowd(), "xx", None),
        (-np.abs(crowd()), "y", "log='y' needs points with values above 0"),
        (crowd(features=1), "y", "the points have one feature: give log='x'"),
        (crowd(features=4), "x", "name two features with axes"),
    ],
)
def test_logarithms_that_there_are_none_of(points, log, words):
    if words is None:
        assert View(points, log=log).plane.logs == (True, False)
        return
    with pytest.raises(InvalidOption) as caught:
        View(points, log=log)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.option == "log"


def test_a_part_of_the_plane_is_another_view_of_the_same_points():
    view = View(with_outliers([300.0, 5.0]))
    view.points.visit = view.points.sample = None
    part = view.within((-1.0, 1.0, -0.5, 0.5))
    assert part.points is view.points and part.plane is view.plane
    assert part.limits == (-1.0, 1.0, -0.5, 0.5) and view.limits != part.limits
    assert part.spread == view.spread  # centroids keep their size
    assert part.is_part and not view.is_part


def test_points_without_a_logarithm_are_no_end_of_an_axis_either_if_there_are_outliers():
    points = np.random.default_rng(2).normal(size=(500, 2))
    points[0] = 1e6, 1e6
    xmin, xmax, ymin, ymax = View(points, log="x").limits
    seen = points[1:][points[1:, 0] > 0]
    assert -6 < xmin < np.log10(seen[:, 0].min()) and np.log10(seen[:, 0].max()) < xmax < 1
    assert -6 < ymin < ymax < 6
