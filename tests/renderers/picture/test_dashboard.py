import numpy as np
import pytest
from pictures import at, blobs, lloyd, painter, state

from renderers import Options, Panel, Scene
from renderers.picture.colours import cluster_colours
from renderers.picture.painter import Painter
from renderers.picture.themes import THEMES
from renderers.plane.view import View


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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_bar_in_the_colour_of_the_ground_has_an_edge(theme):
    points = blobs(clusters=3)
    snapshot = state(points, np.arange(len(points)) % 3, points[:3])
    ground, grey = THEMES[theme].background, (120, 120, 120)
    scene = Scene((Panel(3, View(points)),))
    options = Options((1280, 720), theme=theme, palette=(ground, grey, grey))
    shown = Painter(scene, options)
    frame = shown.paint(at(snapshot))
    bars = shown.layout.parts.sizes.of(frame)[..., :3].astype(int)
    edge = (bars == THEMES[theme].muted).all(axis=2)
    assert edge.sum(axis=1).max() > 0.5 * bars.shape[1]
