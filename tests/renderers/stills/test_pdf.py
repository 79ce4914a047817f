import warnings

import numpy as np
import pytest
from stories import POINTS, alone, flat, race, run

import renderers
from kmeans_engine import Engine
from renderers import Options
from renderers.picture.marks import (
    Area,
    Disc,
    Fill,
    Markers,
    Polyline,
    Raster,
    Rings,
    Segments,
    Text,
)
from renderers.picture.painter import Painter
from renderers.picture.text import placed_runs
from renderers.stills.pdf import draw


@pytest.mark.parametrize("theme", ["light", "dark", "classic"])
def test_a_pdf_is_a_page_of_shapes_with_its_fonts(tmp_path, theme):
    path = renderers.save(
        run(), tmp_path / "paper.pdf", size=(640, 480), theme=theme, title="Paper", dpi=200
    )
    content = path.read_bytes()
    assert content.startswith(b"%PDF") and b"/Subtype /Image" not in content
    assert b"/FontFile2" in content
    assert b"/MediaBox [ 0 0 460.8 345.6 ]" in content


def test_many_points_are_one_image(tmp_path):
    crowd = np.random.default_rng(0).normal(size=(6000, 2))
    states = Engine(crowd).snapshots(crowd[:3], max_iterations=2)
    content = renderers.save(states, tmp_path / "crowd.pdf").read_bytes()
    assert content.count(b"/Subtype /Image") == 1


@pytest.mark.parametrize("theme", ["light", "classic"])
@pytest.mark.parametrize("story", [alone, race])
def test_each_mark_becomes_an_artist(story, theme):
    scene, film = story()
    marks = Painter(scene, Options((640, 480), theme=theme)).marks(film[-1], most=len(POINTS))
    (axes,) = draw(marks, (640, 480), 100).axes
    marks = list(flat(marks))
    kinds = [type(mark) for mark in marks]
    assert kinds.count(Markers) == len(scene.panels) and not kinds.count(Raster)
    assert len(axes.images) == 0
    assert len(axes.lines) == kinds.count(Polyline)
    words = [mark for mark in marks if isinstance(mark, Text)]
    assert len(axes.texts) == sum(len(placed_runs(*mark[:1], mark.size)) for mark in words)
    discs = sum(1 + len(mark.rings) for mark in marks if isinstance(mark, Disc))
    crosses = 4 * kinds.count(Markers) if theme == "classic" else 0
    lines = sum(isinstance(mark, Segments) and len(mark.xy) > 0 for mark in marks)
    assert len(axes.patches) == kinds.count(Fill) + kinds.count(Area) + discs + crosses + lines
    points = 0 if theme == "classic" else kinds.count(Markers)
    assert len(axes.collections) == kinds.count(Rings) + points
    order = [artist.get_zorder() for artist in axes.get_children() if artist in axes._children]
    assert order == sorted(order)


def test_a_dashed_line_is_drawn_in_pieces():
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 7.0]])
    whole, pieces = Polyline(xy, 1.0, (0, 0, 0)), Polyline(xy, 1.0, (0, 0, 0), dash=(4.0, 2.0))
    (axes,) = draw([whole, pieces], (20, 20), 100).axes
    assert axes.lines[0].get_xydata().tolist() == xy.tolist()
    ends = axes.lines[1].get_xydata()
    ends = ends[~np.isnan(ends).any(axis=1)].tolist()
    assert ends == [[0, 0], [4, 0], [6, 0], [10, 0], [10, 2], [10, 6]]


def test_words_that_no_font_has_are_no_warnings_of_matplotlibs(tmp_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for suffix in ("svg", "pdf", "png"):
            renderers.save(run(), tmp_path / f"far.{suffix}", title="\U000105c0 $x^2$ \U000105c1")
    said = [str(warning.message) for warning in caught]
    assert len(said) == 3 and all("can draw U+105C0 U+105C1: install" in line for line in said)
