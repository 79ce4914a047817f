"""Scenes of sources and of snapshots: panels, names, units, images, and one view for all runs."""

from dataclasses import replace

import numpy as np
import pytest

from kmeans_engine import Engine, __version__
from kmeans_engine.command.source import Source
from kmeans_engine.tables import Table
from renderers import make_scene
from renderers.stage.scenes import Scenes, source_of

POINTS = np.random.default_rng(0).normal(size=(12, 3)) * [1.0, 10.0, 100.0]


def source(points=POINTS, names=("a", "b", "c"), shape=None, **options):
    return Source(Table(points, names, len(points), None, shape), points, 2, "random", 1, **options)


def test_one_run():
    scene = Scenes("A title").of([("", source())])
    assert (scene.title, scene.facts) == ("A title", {"k": "2", "version": __version__})
    (panel,) = scene.panels
    assert (panel.k, panel.title, panel.image) == (2, "", None)
    assert panel.view.points.parts[0].points is POINTS


def test_runs_side_by_side_share_their_view():
    here = source()
    scene = Scenes().of([("one", here), ("other", replace(here, k=5))], {"seed": "3"})
    assert [(panel.title, panel.k) for panel in scene.panels] == [("one", 2), ("other", 5)]
    assert scene.panels[0].view is scene.panels[1].view
    assert scene.facts == {"seed": "3"}


def test_where_points_are_is_found_once():
    scenes, here = Scenes(), source()
    first = scenes.of([("", here)])
    again = scenes.of([("", replace(here, k=7))])
    assert again.panels[0].view is first.panels[0].view
    other = scenes.of([("", source(POINTS + 1))])
    assert other.panels[0].view is not first.panels[0].view


def test_axes_bear_the_names_of_the_features_where_somebody_named_them():
    axes = {"axes": (0, 2)}
    assert Scenes(**axes).of([("", source())]).panels[0].view.labels == ("a", "c")
    plane = source(POINTS[:, :2], ("x0", "x1"))
    assert Scenes(named=False).of([("", plane)]).panels[0].view.labels == ("", "")


@pytest.mark.parametrize(
    ("axes", "names", "image"),
    [
        (None, ("r", "g", "b"), (3, 4)),
        (None, ("b", "g", "r"), None),  # no channel is taken for another
        ((0, 1), ("r", "g", "b"), None),
    ],
)
def test_an_image_is_one_unless_axes_or_channels_are_chosen(axes, names, image):
    here = source(POINTS, names, shape=(3, 4))
    assert Scenes(axes=axes).of([("", here)]).panels[0].image == image
    race = Scenes(axes=axes).of([("a", here), ("b", here)])
    assert [panel.image for panel in race.panels] == [None, None]


def test_units_are_those_of_the_picture():
    offset, scale = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    view = Scenes().of([("", source(offset=offset, scale=scale))]).panels[0].view
    assert np.array_equal(view.plane.original(POINTS), POINTS * 2 + offset)


def test_the_scene_of_a_snapshot():
    first = next(Engine(POINTS).snapshots(POINTS[:4]))
    scene = make_scene(first, title="T", axes=(0, 1), names=["a", "b", "c"], scale=[1, 2, 3])
    assert (scene.title, scene.facts, scene.panels[0].k) == ("T", {}, 4)
    assert scene.panels[0].view.labels == ("a", "b")
    assert np.array_equal(scene.panels[0].view.plane.original(np.ones((1, 3))), [[1, 2, 3]])


def test_the_source_of_a_snapshot_starts_other_runs():
    first = next(Engine(POINTS).snapshots(POINTS[:4]))
    found = source_of(first)
    assert found.points is first.visible
    assert found.start(1).shape == (4, 3)
    assert not np.array_equal(found.start(1), found.start(2))
