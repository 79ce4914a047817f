from dataclasses import replace

import numpy as np
from pictures import at, blobs, has, lloyd, painted

from renderers import Options, Panel, Scene, make_scene
from renderers.picture.colouring import Colouring
from renderers.picture.colours import cluster_colours
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES
from renderers.plane.view import View
from renderers.scene import History
from renderers.stage.pace import Pace, moments

POINTS = blobs()
LIGHT, OPTIONS = THEMES["light"], Options((320, 240))


def history(start):
    found = History()
    for one in lloyd(POINTS, start, 1):
        found.add(one)
    return found


def test_a_run_has_its_own_colours_and_each_all_of_them():
    colouring = Colouring(Panel(12, View(POINTS)), LIGHT, OPTIONS)
    table = cluster_colours(12)
    assert np.array_equal(colouring.colours, table) and not colouring.follow(None)
    one, other = history(POINTS[::100]), history(POINTS[50::100][::-1])
    assert colouring.follow(one)
    first = colouring.colours
    assert not colouring.follow(one)
    assert sorted(map(tuple, first.tolist())) == sorted(map(tuple, table.tolist()))
    assert colouring.follow(other) and not np.array_equal(colouring.colours, first)
    assert colouring.follow(one) and np.array_equal(colouring.colours, first)
    assert colouring.follow(None) and np.array_equal(colouring.colours, table)


def test_a_run_keeps_the_colours_of_another():
    one, moved = history(POINTS[::100]), POINTS[::100].copy()
    moved[0] = POINTS[50::100][5]
    like = list(moments(lloyd(POINTS, moved, 2), like=one))[-1].histories[0]
    again = list(moments(lloyd(POINTS, moved, 2), like=like))[-1].histories[0]
    colouring = Colouring(Panel(12, View(POINTS)), LIGHT, OPTIONS)
    colouring.follow(one)
    first = colouring.colours
    assert not colouring.follow(like) and not colouring.follow(again)
    assert np.array_equal(colouring.colours, first)
    assert not np.array_equal(like.centroids[0], one.centroids[0])


def test_a_given_order_stays_and_may_leave_colours_out():
    order = np.array([3, 0, 5])
    colouring = Colouring(Panel(3, View(POINTS), order=order), LIGHT, OPTIONS)
    assert not colouring.follow(history(POINTS[:3]))
    assert np.array_equal(colouring.colours, cluster_colours(6)[order])


def test_two_runs_in_turn_are_painted_as_if_each_were_alone():
    films = [
        list(moments(lloyd(POINTS, POINTS[start::100], 3), Pace(smooth=True, fps=8)))
        for start in (0, 70)
    ]
    scene = make_scene(films[0][0].snapshots[0])
    shown = Painter(scene, OPTIONS)
    for one, other in zip(*films, strict=False):
        for moment in (one, other):
            assert np.array_equal(shown.paint(moment), Painter(scene, OPTIONS).paint(moment))


def test_few_colours_are_said_to_repeat():
    palette = ((200, 0, 0), (0, 0, 200))
    options = replace(OPTIONS, palette=palette)
    snapshot = lloyd(POINTS, POINTS[::400], 0)[0]
    shown = Painter(make_scene(snapshot), options)
    assert shown.notes == ["3 clusters in 2 colours"]
    frame = shown.paint(at(snapshot))
    assert has(frame, (200, 0, 0)) and has(frame, (0, 0, 200))
    assert Painter(make_scene(snapshot), OPTIONS).notes == [""]
    assert not has(painted(snapshot), (200, 0, 0))


def test_a_race_colours_each_panel_by_its_own_start():
    runs = [lloyd(POINTS, POINTS[start::100], 2) for start in (0, 70)]
    scene = Scene(tuple(Panel(12, View(POINTS), name) for name in "ab"))
    film = list(moments(zip(*runs, strict=True)))
    shown = Painter(scene, OPTIONS)
    shown.paint(film[-1])
    one, other = shown._colours
    assert not np.array_equal(one, other)
