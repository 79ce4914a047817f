from dataclasses import replace

import numpy as np
import pytest
from pictures import at, blobs, lloyd, state

from kmeans_engine import Engine
from renderers import Panel, Scene, make_scene
from renderers.describing import describe
from renderers.plane.view import View
from renderers.stage.pace import moments

POINTS = blobs(clusters=3)


def test_the_end_of_a_run_in_a_sentence():
    film = list(moments(Engine(POINTS).snapshots(POINTS[::100])))
    last = film[-1].snapshots[0]
    scene = make_scene(last, title="Three\n blobs", names=["length", "width"])
    low, high = min(last.counts), max(last.counts)
    sizes = f"{low} points each" if low == high else f"{low} to {high} points"
    assert describe(scene, film[-1]) == (
        f"Three blobs: 300 points with 2 features, drawn by length from left to right and width "
        f"from bottom to top, in 3 clusters of {sizes}; K-means converged after {last.iteration} "
        f"iterations."
    )


def test_what_has_no_title_begins_with_a_capital_and_empty_clusters_are_counted():
    points = np.arange(4.0)[:, None]
    one = replace(state(points, [0, 0, 0, 1], [[1.0], [3.0], [9.0]]), iteration=1)
    said = describe(make_scene(one), replace(at(one), last=True))
    assert said == (
        "4 points with 1 feature, in 3 clusters of 1 to 3 points (1 empty); "
        "K-means after 1 iteration."
    )


def test_a_run_that_was_stopped_says_so():
    film = list(moments(Engine(POINTS).snapshots(POINTS[:3], max_iterations=2)))
    said = describe(make_scene(film[0].snapshots[0]), film[-1])
    assert said.endswith("K-means stopped after 2 iterations, before convergence.")


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("points", "300 points with 2 features, not yet clustered."),
        ("start", "300 points with 2 features, not yet clustered, and 3 initial centroids."),
    ],
)
def test_the_opening_has_no_clusters(phase, said):
    first = lloyd(POINTS, POINTS[:3], 0)[0]
    assert describe(make_scene(first), at(first, phase=phase)) == said


def test_a_race_names_its_runs_and_who_wins():
    good, poor = lloyd(POINTS, POINTS[::100], 3)[-1], lloyd(POINTS, POINTS[:3], 3)[0]
    panels = tuple(Panel(3, View(POINTS), name) for name in ("first", "second"))
    said = describe(Scene(panels), replace(at(good, poor), last=True))
    assert said == (
        "2 runs of K-means side by side on 300 points with 2 features: first, 3 clusters, "
        "stopped after 3 iterations, before convergence, wins; second, 3 clusters, after 0 "
        "iterations."
    )


def test_an_image_is_called_one():
    first = state(np.zeros((6, 3)), [0] * 6, np.zeros((1, 3)))
    scene = Scene((Panel(1, View(first.points), image=(2, 3)),))
    assert describe(scene, at(first)).startswith("The pixels of an image, 3 wide and 2 high, in 1")
