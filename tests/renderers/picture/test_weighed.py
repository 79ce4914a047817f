"""Pictures of points with weights: exact wherever they are, and honest about what weighs more."""

from dataclasses import replace

import numpy as np
import pytest
from elsewhere import Elsewhere, moved_to
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import state

from kmeans_engine import Engine
from kmeans_engine.points.weights import open_weighted
from renderers import Options, make_scene
from renderers.contract import OVERLAYS
from renderers.picture.bubbles import bubble_radii
from renderers.picture.cloud import Cloud
from renderers.picture.dashboard import amounts, size_marks
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.scene import Moment

BOX = Box(0, 0, 60, 45)
COLOURS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200]], dtype=np.uint8)


def weighed(points, weights, labels, far=False):
    """A state of points with weights."""
    one = state(points, labels, points[:3])
    if far:
        return moved_to(Elsewhere(points, weights=weights), one)
    return replace(one, _whole=open_weighted(points, weights))


def painted(cloud, states):
    still = np.full((BOX.height, BOX.width, 4), 255, dtype=np.uint8)
    image = still.copy()
    for one in states:
        cloud.paint(one, still, image)
    return image


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_following_the_changes_gives_the_picture_of_painting_everything(seed, far):
    rng = np.random.default_rng(seed)
    points, weights = rng.normal(size=(3000, 2)), rng.exponential(size=3000)
    weights[rng.random(3000) < 0.1] = 0.0
    there = Elsewhere(points, weights=weights) if far else open_weighted(points, weights)
    walk = [state(points, rng.integers(0, 3, 3000), points[:3]) for _ in range(3)]
    walk = [moved_to(there, one) if far else replace(one, _whole=there) for one in walk]

    def cloud():
        return Cloud(View(there), BOX, 0.0, COLOURS, THEMES["light"])

    assert np.array_equal(painted(cloud(), walk), painted(cloud(), walk[-1:]))


def test_equal_weights_change_no_pixel():
    rng = np.random.default_rng(1)
    points, labels = rng.normal(size=(4000, 2)), rng.integers(0, 3, 4000)
    images = [
        painted(Cloud(View(open_weighted(points, w)), BOX, 0.0, COLOURS, THEMES["light"]), [one])
        for w in (None, np.full(4000, 0.3))
        for one in [weighed(points, w, labels)]
    ]
    assert np.array_equal(*images)


def test_what_weighs_nothing_is_not_seen_and_what_weighs_more_is_darker():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(9000, 2)) + np.repeat([[0, 0], [6, 0], [12, 0]], 3000, axis=0)
    weights = np.repeat([0.0, 1.0, 40.0], 3000)
    there = open_weighted(points, weights)
    one = replace(state(points, np.zeros(9000, int), points[:3]), _whole=there)
    image = painted(Cloud(View(there), BOX, 0.0, COLOURS, THEMES["light"]), [one])
    ink = (255 - image[..., 1].astype(int)).sum(axis=0)
    assert ink[:15].sum() == 0
    assert ink[40:].sum() > 1.5 * ink[20:40].sum() > 0


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=40))
def test_areas_of_discs_tell_weights(weights):
    weights[:2] = [1000, 1]
    rng = np.random.default_rng(len(weights))
    view = View(open_weighted(rng.normal(size=(len(weights), 2)), np.array(weights, float)))
    radii = bubble_radii(view.shared, view.placed(Box(0, 0, 800, 600)), 60.0)
    order = np.argsort(view.points.take(range(len(weights)))[:, 0])
    own = np.array(weights)[order]
    assert (radii[own == 0] == 0.0).all() and (radii[own > 0] >= 1.0).all()
    drawn = radii > 1.0
    assert np.allclose(radii[drawn] ** 2 / own[drawn], radii.max() ** 2 / 1000)


@pytest.mark.parametrize("features", [1, 2])
def test_bars_and_words_are_those_of_the_weights(features):
    rng = np.random.default_rng(3)
    points, weights = rng.normal(size=(300, features)), np.repeat([1.0, 5.0, 0.25], 100)
    last = Engine(points, weights=weights).fit(points[:3])
    assert np.array_equal(amounts(last), last.weights)
    widths = [mark.width for mark in size_marks(Box(0, 0, 300, 5), last, COLOURS)]
    assert np.allclose(widths, 300 * last.weights / weights.sum())
    scene = make_scene(last)
    painter = Painter(scene, Options(size=(640, 480), overlays=frozenset(OVERLAYS)))
    image = painter.paint(Moment((last,), 1.0, last=True))
    assert image.shape == (480, 640, 4)
    said = ", ".join(painter.notes)
    assert ("the larger a disc, the more weight" in said) == (features == 2)


@pytest.mark.parametrize(
    ("count", "features", "note"),
    [
        (1500, 2, "the larger a disc, the more weight"),
        (2500, 2, "shaded by weight"),
        (2500, 1, "shaded by weight"),
        (1500, 1, ""),
    ],
)
def test_what_points_of_different_weights_are_shown_as(count, features, note):
    rng = np.random.default_rng(count)
    points, weights = rng.normal(size=(count, features)), rng.exponential(size=count)
    for own, said in ((weights, note), (np.ones(count), ""), (None, "")):
        last = Engine(points, weights=own).fit(points[:3], max_iterations=1)
        painter = Painter(make_scene(last), Options(size=(640, 480), overlays=frozenset()))
        found = ", ".join(painter.notes)
        assert (said in found) if said else "weight" not in found
