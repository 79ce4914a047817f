import numpy as np
import pytest
from pictures import at, blobs, lloyd, painter, state

from kmeans_engine.points.opening import open_visible
from renderers import Options, Panel, Scene
from renderers.picture.colours import cluster_colours
from renderers.picture.dashboard import dashboard, divide
from renderers.picture.marks import Polyline, Text
from renderers.picture.overlays import changing
from renderers.picture.painter import Painter
from renderers.picture.themes import theme_named
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments
from renderers.stage.steps import states_of


@pytest.mark.parametrize("size", [(320, 240), (640, 480)])
def test_a_race_names_its_runs_at_any_size(size):
    points = blobs(clusters=3)
    states = lloyd(points, points[:3], 1)
    frames = []
    for names in (("one", "two"), ("one", "other")):
        panels = tuple(Panel(3, View(points), name) for name in names)
        painter_ = Painter(Scene(panels), Options(size, theme="classic"))
        frames.append(painter_.paint(at(*states)).copy())
        assert "curve" in painter_.overlays
    assert not np.array_equal(*frames)


def test_many_runs_have_a_line_each_and_the_best_ones_where_they_do_not_fit():
    points = blobs(clusters=3)
    states = lloyd(points, points[:3], 1)[:1] * 12
    panels = tuple(Panel(3, View(points), f"run {i}") for i in range(12))
    frame = Painter(Scene(panels), Options((700, 420))).paint(at(*states))
    assert frame.shape == (420, 700, 4)


def test_sizes_are_shares_of_the_strip():
    points = blobs(clusters=2)
    snapshot = state(points, [0] * 50 + [1] * 150, points[:2])
    shown = painter(snapshot, (640, 480), overlays={"sizes"})
    strip = shown.layout.strips[0].of(shown.paint(at(snapshot)))
    first = (strip[..., :3] == cluster_colours(2)[0]).all(axis=2)
    assert first.mean() == pytest.approx(0.25, abs=0.005)


@pytest.mark.parametrize("width", [90, 200, 360])
def test_a_first_value_stands_above_a_curve_only(width):
    points = blobs(clusters=3)
    moment = list(moments(lloyd(points, points[:3], 4)))[-1]
    theme, colours, seen = theme_named("light"), cluster_colours(3), set()
    for height in range(20, 200, 3):
        parts = divide(Box(0, 0, width, height), 3, 9.0, bars=True)
        (group,) = dashboard(parts, moment, theme, 1.0, 9.0, colours, numbered=True)
        first = f"{moment.histories[0].inertia[0]:,.0f}"
        has_value = any(isinstance(mark, Text) and mark.words == first for mark in group.marks)
        has_curve = any(isinstance(mark, Polyline) for mark in group.marks)
        assert has_curve or not has_value
        seen.add((has_curve, has_value))
    assert {(False, False), (True, False), (True, True)} <= seen


def test_points_that_change_in_the_first_step_of_another_algorithm_are_told():
    points = blobs(clusters=3)
    before, after = np.zeros(len(points), int), np.arange(len(points)) % 3
    states = states_of(
        [(points[:3], before), (points[3:6], after), (points[:3], after)], open_visible(points)
    ).states
    film = list(moments(states, Pace(phases=True)))
    phases = ["assignment", "assignment", "update", "assignment", "update"]
    assert [m.phase for m in film[2:]] == phases
    theme, colours = theme_named("light"), cluster_colours(3)
    parts = divide(Box(0, 0, 300, 500), 3, 12.0, bars=True)
    (group,) = dashboard(parts, film[3], theme, 1.0, 12.0, colours, numbered=True)
    words = {mark.words for mark in group.marks if isinstance(mark, Text)}
    assert "200 (66.7%)" in words
    assert changing(film[3], 0) == [(states[1], 1.0)]
