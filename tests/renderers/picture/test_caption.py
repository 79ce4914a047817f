from dataclasses import replace

import pytest
from pictures import at, blobs, lloyd

from kmeans_engine import Engine
from renderers import Panel, Scene, make_scene
from renderers.picture.caption import caption, status
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments

POINTS = blobs(clusters=4)
FACTS = {"init": "k-means++"}


def told(pace):
    """The longest wording of each moment of a run, without those that say the same again."""
    film = list(moments(Engine(POINTS).snapshots(POINTS[:4]), pace))
    scene = replace(make_scene(film[1].snapshots[0]), facts=FACTS)
    said = [caption(scene, moment)[0] for moment in film]
    return film, [one for one, before in zip(said, [None, *said], strict=False) if one != before]


@pytest.mark.parametrize("smooth", [False, True])
def test_phases_are_named(smooth):
    film, said = told(Pace(phases=True, smooth=smooth, fps=5))
    assert said[:4] == [
        "400 points, not yet clustered",
        "4 initial centroids, k-means++",
        "assign: every point joins its nearest centroid",
        "update: centroids move to the means of their points",
    ]
    changed = film[-1].histories[0].changed
    assert said[4] == f"assign: {changed[2]} of 400 points change cluster"
    assert said[5] == "update: centroids move to the means of their points"
    assert said[-2:] == [
        "assign: no point changes cluster",
        f"converged after {len(changed) - 1} iterations",
    ]


def test_a_state_names_both_steps():
    film, said = told(Pace(smooth=True, fps=5))
    changed = film[-1].histories[0].changed
    assert said[4] == f"{changed[2]} of 400 points change cluster, centroids follow"
    assert said[-1] == f"converged after {len(changed) - 1} iterations"


def test_a_run_that_was_stopped_says_so_in_the_end_only():
    film = list(moments(Engine(POINTS).snapshots(POINTS[:4], max_iterations=2)))
    scene = make_scene(film[1].snapshots[0])
    assert caption(scene, film[-1])[0] == "stopped after 2 iterations, before convergence"
    assert "stopped" not in caption(scene, film[-2])[0]
    assert "stopped" not in caption(scene, at(film[-1].snapshots[0]))[0]  # who knows


def test_one_point_changes_and_many_change():
    one = replace(lloyd(POINTS, POINTS[:4], 2)[-1], n_changed=1)
    assert caption(make_scene(one), at(one)) == (
        "1 of 400 points changes cluster, centroids follow",
        "1 of 400 points changes cluster",
        "1 point changes cluster",
        "1 changes",
    )


def race(*states):
    panels = tuple(Panel(4, View(POINTS), f"run {i}") for i in range(len(states)))
    return Scene(panels), replace(at(*states), last=True)


def test_a_race_says_who_wins():
    good, poor = (replace(one, compute_inertia=lambda v=v: v) for one, v in zip(
        lloyd(POINTS, POINTS[:4], 1), (3.25, 4.0), strict=True))  # fmt: skip
    scene, moment = race(good, poor)
    assert caption(scene, moment)[0] == "run 0 wins with the least inertia, 3.250"
    assert status(moment, 0) == ("i = 0, wins", "wins")
    assert status(moment, 1) == ("i = 1", "")
    scene, moment = race(good, good)
    assert caption(scene, moment)[0] == "both runs end at the same inertia, 3.250"
    scene, moment = race(good, good, poor)
    assert caption(scene, moment)[0] == "run 0 and run 1 tie for the least inertia, 3.250"


def test_a_race_counts_the_runs_that_have_converged():
    first, second = lloyd(POINTS, POINTS[:4], 1)
    scene, moment = race(replace(first, converged=True), replace(second, iteration=5))
    said = caption(scene, replace(moment, last=False))
    assert said[0] == "points change cluster, centroids follow; 1 of 2 runs has converged"
    assert status(replace(moment, last=False), 0)[0] == "i = 0, converged"


def test_steps_of_any_algorithm_are_not_told_as_those_of_k_means():
    film = list(moments(lloyd(POINTS, POINTS[:4], 2)))
    panel = Panel(4, View(POINTS), steps=True)
    said = [caption(Scene((panel,)), moment)[0] for moment in film]
    n = film[-1].snapshots[0].n_changed
    assert said[2:] == [
        "step 0: points have their first clusters",
        "step 1: no point changes cluster",
        "4 clusters after 2 steps",
    ]
    assert caption(Scene((panel,)), at(film[-1].snapshots[0]))[0] == (
        f"step 2: {n} of 400 points change cluster"
    )
    bare = replace(panel, centroids=False, measured=False)
    assert caption(Scene((bare,)), film[1])[0] == "400 points, not yet clustered"
