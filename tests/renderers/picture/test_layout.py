import numpy as np
import pytest
from pictures import ALL, THEME_NAMES, at, blobs, has, lloyd, painted, state

from renderers import Options, Panel, Scene, make_scene
from renderers.picture.colours import cluster_colours
from renderers.picture.layout import grid
from renderers.picture.marks import Text
from renderers.picture.painter import Painter
from renderers.plane.placement import Box
from renderers.plane.view import View

SIZES = [(1, 1), (2, 3), (16, 9), (64, 64), (320, 240), (900, 90), (90, 600), (640, 480)]
LONG = "A title with $maths$, \n a line break, 中文 and far more words than any frame can hold " * 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_every_size_holds_every_number_of_clusters(size, theme):
    points = blobs()
    for k in (1, 2, 256):
        snapshot = state(points, np.arange(1200) % k, points[:k])
        frame = painted(snapshot, size, theme, title=LONG, names=["first feature " * 9, "second"])
        assert frame.shape == (size[1], size[0], 4)


@pytest.mark.parametrize("panels", [2, 3, 7])
@pytest.mark.parametrize("size", [(1, 1), (5, 2), (640, 360)])
def test_runs_stand_side_by_side(panels, size):
    states = lloyd(blobs(clusters=3), blobs()[:3], panels)
    view = View(states[0].points, aspect="auto")
    scene = Scene(tuple(Panel(3, view, title=f"run {i}") for i in range(panels)), title="Race")
    shown = Painter(scene, Options(size=size))
    frame = shown.paint(at(*states[:panels]))
    assert frame.shape == (size[1], size[0], 4)
    boxes = [cloud.box for cloud in shown._clouds]
    assert all(b.left + b.width <= size[0] and b.top + b.height <= size[1] for b in boxes)
    if size == (640, 360):
        for box in boxes:
            assert all(has(box.of(frame), colour) for colour in cluster_colours(3))
        pixels = np.zeros((360, 640), dtype=int)
        for box in boxes:
            box.of(pixels)[...] += 1
        assert pixels.max() == 1


def test_cells_tile_the_box():
    for n in range(1, 14):
        cells = grid(n, Box(3, 5, 640, 355))
        assert len(cells) == n
        area = np.zeros((400, 700), dtype=int)
        for cell in cells:
            cell.of(area)[...] += 1
        assert area.max() == 1 and not area[:5].any() and not area[:, :3].any()


def test_no_tick_of_a_map_lies_beyond_a_pole():
    points = np.random.default_rng(0).uniform([-40, -170], [60, 170], (200, 2))
    snapshot = state(points, np.zeros(200), points[:1])
    scene = make_scene(snapshot, names=["lat", "lon"])
    marks = Painter(scene, Options(size=(600, 1200))).layout.marks
    words = {m.words for m in marks if isinstance(m, Text) and m.anchor == "right"}
    assert {"50", "0"} <= words and not {"100", "200"} & words


def test_a_solid_leaves_room_between_its_words_and_the_panel():
    points = np.random.default_rng(0).normal(size=(200, 3))
    snapshot = state(points, np.zeros(200), points[:1])
    scene = make_scene(snapshot, view="3d")
    layout = Painter(scene, Options(size=(1280, 720), overlays=ALL)).layout
    assert layout.caption.left + layout.caption.width + 20 <= layout.dashboard.left
