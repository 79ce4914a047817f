import re
import warnings

import numpy as np
import pytest
from pictures import ALL, THEME_NAMES
from PIL import Image

import renderers
from kmeans_engine import Engine, make_clusters
from renderers import Options, Panel, Scene, make_scene
from renderers.picture.marks import Area, Disc, Fill, Group, Net, Polyline, Raster, Rings, Text
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play
from renderers.stills.png import PngRenderer
from renderers.stills.vector import PdfRenderer, SvgRenderer, draw

POINTS = make_clusters(4, 60, seed=3)


def run(**limits):
    return Engine(POINTS).snapshots(POINTS[:4], **limits)


@pytest.mark.parametrize("theme", ["light", "dark", "classic"])
@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_a_vector_still_holds_text_and_one_raster_for_the_points(tmp_path, suffix, theme):
    path = renderers.save(
        run(), tmp_path / f"paper.{suffix}", size=(640, 480), theme=theme, title="Paper", dpi=200
    )
    content = path.read_bytes()
    if suffix == "svg":
        text = content.decode()
        assert text.count("<image") == 1 and "<title>Paper</title>" in text
        assert "460.8pt" in text  # 640 hundredths of an inch
    else:
        assert content.startswith(b"%PDF") and content.count(b"/Subtype /Image") == 1
        assert b"/MediaBox [ 0 0 460.8 345.6 ]" in content


def test_a_vector_still_of_a_race_and_of_a_crowd(tmp_path):
    crowd = np.random.default_rng(0).normal(size=(30_000, 2))
    snapshots = list(Engine(crowd).snapshots(crowd[:3], max_iterations=2))
    view = View(crowd)
    scene = Scene((Panel(3, view, "one"), Panel(3, view, "other")), "Race")
    path = tmp_path / "race.svg"
    states = [(s, snapshots[0]) for s in snapshots]
    play(moments(states), scene, [SvgRenderer(path, Options())])
    assert path.read_text().count("<image") == 2


def race():
    """A scene of two runs and its moments."""
    runs = [list(run(max_iterations=5)), list(Engine(POINTS).snapshots(POINTS[60:64]))]
    runs[1] += runs[1][-1:] * (len(runs[0]) - len(runs[1]))
    panels = tuple(Panel(4, View(POINTS, names=["a", "b"]), name) for name in ("one", "other"))
    return Scene(panels, "A race"), list(moments(zip(*runs, strict=False)))


def alone(pace=None):
    film = list(moments(run(), pace or Pace()))
    return make_scene(film[0].snapshots[0], title="Alone", names=["left", "up"]), film


def keeping(kind, kept):
    """A renderer that puts the marks it draws into a list as well."""

    class Keeping(kind):
        def painter(self, scene):
            painter = super().painter(scene)

            def marks(moment):
                kept.append(Painter.marks(painter, moment))
                return kept[-1]

            painter.marks = marks
            return painter

    return Keeping


def same(one, other):
    """Whether two marks are equal; they hold arrays."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def phases():
    scene, film = alone(Pace(phases=True, smooth=True, fps=5))
    return scene, film[: len(film) // 2]


@pytest.mark.parametrize(("size", "dpi"), [((640, 480), 100.0), ((320, 240), 150.0)])
@pytest.mark.parametrize("story", [alone, phases, race])
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_svg_and_pdf_draw_the_marks_of_the_png(tmp_path, story, theme, size, dpi):
    scene, film = story()
    options = Options(size, theme=theme, overlays=ALL, dpi=dpi)
    kept = []
    png = PngRenderer(tmp_path / "a.png", options)
    vectors = [
        keeping(SvgRenderer, kept)(tmp_path / "a.svg", options),
        keeping(PdfRenderer, kept)(tmp_path / "a.pdf", options),
    ]
    play(film, scene, [png, *vectors])
    painter = png.painter(scene)
    for marks in kept:
        assert same(tuple(marks), tuple(painter.marks(film[-1])))
    assert len(kept) == 2
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.array(image), painter.paint(film[-1])[..., :3])


def flat(marks):
    for mark in marks:
        yield from flat(mark.marks) if isinstance(mark, Group) else [mark]


@pytest.mark.parametrize("story", [alone, race])
def test_each_mark_becomes_an_artist(story):
    scene, film = story()
    marks = Painter(scene, Options((640, 480))).marks(film[-1])
    (axes,) = draw(marks, (640, 480), 100).axes
    kinds = [type(mark) for mark in flat(marks)]
    assert len(axes.images) == kinds.count(Raster)
    assert len(axes.lines) == kinds.count(Polyline)
    assert len(axes.texts) == sum(isinstance(m, Text) and bool(m.words) for m in flat(marks))
    discs = sum(1 + len(mark.rings) for mark in flat(marks) if isinstance(mark, Disc))
    shapes = sum(map(kinds.count, (Fill, Area, Net)))
    assert len(axes.patches) == shapes + discs
    assert len(axes.collections) == kinds.count(Rings)
    order = [artist.get_zorder() for artist in axes.get_children() if artist in axes._children]
    assert order == sorted(order)


@pytest.mark.parametrize("story", [alone, race])
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_an_svg_says_every_word_of_the_picture(tmp_path, story, theme):
    scene, film = story()
    path = tmp_path / "said.svg"
    options = Options((640, 480), theme=theme, overlays=ALL)
    play(film, scene, [SvgRenderer(path, options)])
    said = re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"))
    marks = flat(Painter(scene, options).marks(film[-1]))
    assert said == [mark.words for mark in marks if isinstance(mark, Text) and mark.words]
    assert {"inertia", "iteration", scene.title} <= set(said)


def test_words_that_the_font_lacks_are_no_warnings(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for suffix in ("svg", "pdf"):
            path = renderers.save(run(), tmp_path / f"far.{suffix}", title="\u4e2d $x^2$ \u5fc3")
            assert path.stat().st_size > 1000


def test_the_ground_of_an_svg_is_the_themes_and_words_stand_on_their_baselines(tmp_path):
    path = renderers.save(run(), tmp_path / "dark.svg", theme="dark", size=(640, 480))
    text = path.read_text()
    assert text.count("#0e1117") >= 1
