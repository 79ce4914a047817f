"""A part of the plane: which points may lie there, and that nothing else is looked at for it."""

from dataclasses import replace

import numpy as np
import pytest

from kmeans_engine import Engine
from renderers import Moment, Options, Painter, make_scene
from renderers.plane.placement import Box
from renderers.plane.view import View

SIZE = (320, 240)


def points_of(count: int, features: int) -> np.ndarray:
    rng = np.random.default_rng(count)
    return rng.normal(size=(count, features)) + 3.0 * rng.integers(0, 4, (count, 1))


@pytest.mark.parametrize("features", [1, 2, 4])
@pytest.mark.parametrize("log", ["", "x"])
def test_the_corners_hold_every_point_that_is_seen(features: int, log: str):
    points = np.exp(points_of(500, features) / 4)
    axes = None if features < 3 else (2, 0)
    whole = View(points, axes=axes, log=log)
    xmin, xmax, ymin, ymax = whole.limits
    x, y = 0.4 * (xmax - xmin), 0.4 * (ymax - ymin)
    part = whole.within((xmin + x, xmax - x, ymin + y, ymax - y))
    placement = part.placed(Box(5, 7, 200, 100))
    low, high = part.corners(placement, 4.0)
    within = ((points >= low) & (points <= high)).all(axis=1)
    xy = placement.within_box(part.plane.project(points, np.arange(len(points))))
    seen = (xy[:, 0] >= -3) & (xy[:, 0] <= 203) & (xy[:, 1] >= -3) & (xy[:, 1] <= 103)
    assert (within >= seen).all()
    assert not within.all()


def test_components_have_no_corners():
    view = View(points_of(100, 4))
    assert view.corners(view.placed(Box(0, 0, 100, 100)), 1.0) is None


def test_about_how_many_points_are_seen():
    view = View(points_of(5_000, 2))
    assert view.n_seen == 5_000
    xmin, xmax, ymin, ymax = view.limits
    part = view.within((xmin, xmin + 0.4 * (xmax - xmin), ymin, ymax))
    left, right, low, high = part.limits
    points = points_of(5_000, 2)
    inside = (points >= (left, low)) & (points <= (right, high))
    assert part.n_seen == inside.all(axis=1).sum()
    assert view.within((xmax, xmax + 1, ymax, ymax + 1)).n_seen == 1


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("count", [3_000, 60_000])
def test_sorted_blocks_paint_the_same_picture(share: float, count: int):
    points = points_of(count, 2)
    engine = Engine(points, strategy="blocks")
    *_, last = engine.snapshots(points[:5], max_iterations=3)
    scene = make_scene(last)
    view = scene.panels[0].view
    xmin, xmax, ymin, ymax = view.limits
    x, y = last.centroids[0]
    half = share * (xmax - xmin) / 2, share * (ymax - ymin) / 2
    limits = (x - half[0], x + half[0], y - half[1], y + half[1])
    painted = []
    for seen in (view.within(limits), View(points).within(limits)):
        panel = replace(scene.panels[0], view=seen)
        painter = Painter(replace(scene, panels=(panel,)), Options(size=SIZE))
        painted.append(painter.paint(Moment((last,), 1.0)).copy())
    assert np.array_equal(*painted)
    rows = engine.visible.rows_within((np.array(limits[::2]), np.array(limits[1::2])))
    inside = (points >= limits[::2]) & (points <= limits[1::2])
    if rows is not None:
        assert (np.diff(rows) > 0).all()
        assert np.isin(np.flatnonzero(inside.all(axis=1)), rows).all()
        assert len(rows) < 0.3 * count
    if count == 60_000:  # of few blocks most reach into any part
        assert (rows is None) == (share == 0.4)
