"""How the next run starts: K, the method, centroids by hand, and what cannot be had."""

from __future__ import annotations

import numpy as np
from live import SIZE, begun, do, make_session, scene_of

from renderers import Scene
from renderers.stage.window import ChoiceUnavailable, Commands, Job, Start


def test_k_and_the_method_are_chosen_and_kept():
    session, asked, _ = begun(scene_of(2))
    assert (session.choices.k, session.choices.init) == (3, "random")
    do(session, "more clusters", "more clusters", "next init", "new centroids", "new clusters")
    assert [(start.k, start.init) for start in asked[:3]] == [
        (4, None),
        (5, None),
        (5, "k-means++"),
    ]
    assert (asked[3].k, asked[3].init, asked[3].new_points) == (5, "k-means++", False)
    assert (asked[4].k, asked[4].init, asked[4].new_points) == (5, "k-means++", True)
    do(session, "next init")
    assert (asked[-1].init, session.choices.init) == ("k-means||", "k-means||")
    do(session, "next init")
    assert (asked[-1].init, session.choices.init) == (None, "random")
    do(session, *["fewer clusters"] * 9)
    assert session.choices.k == 1
    assert asked[-1].k == 1
    session.end()


def test_a_k_that_cannot_be_had_is_not_kept():
    def restart(start: Start) -> Job:
        raise ChoiceUnavailable("no")

    session, _, notes = make_session(commands=Commands(restart))
    session.post("more clusters")
    session.tick(SIZE)
    assert notes == ["no"]
    assert session.choices.k == 1
    session.end()


def test_escape_leaves_help_then_the_placing():
    session, asked, _ = begun(scene_of(2))
    do(session, "place", "help")
    assert session.choices.hand.placing
    assert session.helping
    do(session, "cancel")
    assert session.choices.hand.placing
    assert not session.helping
    do(session, "more clusters")
    assert session.message == "click to place 4 more of 4 centroids · [ ] fewer, more · esc cancels"
    do(session, "cancel")
    assert not session.choices.hand.placing
    assert asked == []
    assert session.choices.k == 3
    session.end()


def test_runs_side_by_side_are_not_restarted_by_hand():
    panels = scene_of(2).panels * 2
    session, asked, notes = begun(Scene(panels))
    session.choices.start_from(np.zeros((3, 2)))
    do(session, "place")
    assert asked == []
    assert not session.choices.hand.placing
    told = "the runs of a race start as they were given; show one alone to move its centroids"
    assert notes == [told, told]
    session.end()
