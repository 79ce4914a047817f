"""The same cluster has the same colour in each panel of a race."""

import numpy as np
import pytest
from pictures import blobs

from kmeans_engine import Engine
from renderers import Moment, Options, Panel, Scene
from renderers.picture.colouring import Colouring
from renderers.picture.colours import cluster_colours
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES
from renderers.plane.view import View
from renderers.stage.matching import matched
from renderers.stage.pace import moments


def race(*starts):
    points = blobs(clusters=5)
    ends = [Engine(points).fit(points[rows]) for rows in starts]
    view = View(points)
    panels = tuple(Panel(len(end.centroids), view, f"run {i}") for i, end in enumerate(ends))
    return Scene(panels), ends, [points[rows] for rows in starts], Options()


def colours_of_points(scene, ends):
    return [panel.order[end.labels] for panel, end in zip(scene.panels, ends, strict=True)]


@pytest.mark.parametrize("seed", range(3))
def test_runs_that_end_alike_look_alike(seed):
    rows = np.arange(0, 500, 100)
    scene, *rest = race(rows, np.random.default_rng(seed).permutation(rows))
    assert scene.panels[0].order is None
    one, other = colours_of_points(matched(scene, *rest), rest[0])
    assert np.array_equal(one, other)


def test_all_follow_the_one_that_wins():
    scene, *rest = race([0, 1, 2, 3, 4], np.arange(0, 500, 100))
    ends = rest[0]
    inertias = [end.inertia for end in ends]
    assert inertias[0] > inertias[1]
    found = matched(scene, *rest)
    alone = Colouring(scene.panels[1], THEMES["light"], Options())
    *_, last = moments(Engine(ends[1].points).snapshots(rest[1][1]))
    alone.follow(*last.histories)
    assert np.array_equal(cluster_colours(5)[found.panels[1].order], alone.colours)
    one, other = colours_of_points(found, ends)
    assert np.count_nonzero(one == other) > np.count_nonzero(ends[0].labels == ends[1].labels)


def test_more_clusters_have_colours_of_their_own():
    scene, *rest = race(np.arange(0, 500, 100), np.arange(0, 300, 100))
    orders = [panel.order.tolist() for panel in matched(scene, *rest).panels]
    assert sorted(orders[0]) == [0, 1, 2, 3, 4]
    assert len(set(orders[1])) == 3 and set(orders[1]) <= set(orders[0])


def test_one_run_keeps_its_colours():
    scene, *rest = race(np.arange(0, 500, 100))
    assert matched(scene, *rest) is scene


def test_the_painter_follows():
    rows = np.arange(0, 500, 100)
    scene, *rest = race(rows, rows[::-1])
    bare = Options((600, 300), overlays=frozenset())

    def inks(scene):
        painter = Painter(scene, bare)
        frame = painter.paint(Moment(tuple(rest[0]), 1.0))
        return [
            np.unique(box.of(frame)[:60].reshape(-1, 4), axis=0).tolist() for box in painter.boxes
        ]

    one, other = inks(matched(scene, *rest))
    assert len(one) > 10 and one == other
    one, other = inks(scene)
    assert one != other
