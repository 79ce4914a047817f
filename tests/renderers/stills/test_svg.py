import re
from xml.etree import ElementTree

import numpy as np
import pytest
from pictures import ALL, THEME_NAMES
from PIL import Image
from stories import POINTS, alone, flat, phases, race, run

import renderers
from kmeans_engine import Engine
from renderers import Options, Panel, Scene
from renderers.picture.marks import Cover, Markers, Polyline, Raster, Text
from renderers.picture.painter import Painter
from renderers.plane.placement import Box
from renderers.plane.view import View
from renderers.stage.pace import moments
from renderers.stage.play import play
from renderers.stills.pdf import PdfRenderer
from renderers.stills.png import PngRenderer
from renderers.stills.svg import SvgRenderer, document

SVG = "{http://www.w3.org/2000/svg}"


def parsed(path):
    return ElementTree.fromstring(path.read_bytes())


def every(root, tag):
    return list(root.iter(SVG + tag))


@pytest.mark.parametrize("theme", THEME_NAMES)
def test_an_svg_is_a_page_of_shapes_and_words(tmp_path, theme):
    path = renderers.save(
        run(), tmp_path / "a.svg", size=(640, 480), theme=theme, title="Paper & <ink>", dpi=200
    )
    root = parsed(path)
    assert root.get("width") == "460.8pt" and root.get("viewBox") == "0 0 1280 960"
    assert root.get("role") == "img" and root[0].tag == SVG + "title"
    assert root[0].text == "Paper & <ink>"
    assert not every(root, "image")
    if theme != "classic":
        circles = [c for g in every(root, "g") if g.get("fill") for c in g.iter(SVG + "circle")]
        assert len(circles) == len(POINTS)


def test_many_points_are_an_image_for_each_panel(tmp_path):
    crowd = np.random.default_rng(0).normal(size=(6000, 2))
    snapshots = list(Engine(crowd).snapshots(crowd[:3], max_iterations=2))
    view = View(crowd)
    scene = Scene((Panel(3, view, "one"), Panel(3, view, "other")), "Race")
    path = tmp_path / "race.svg"
    states = [(s, snapshots[0]) for s in snapshots]
    play(moments(states), scene, [SvgRenderer(path, Options())])
    assert len(every(parsed(path), "image")) == 2


def keeping(kind, kept):
    """A renderer that puts the marks it draws into a list as well."""

    class Keeping(kind):
        def painter(self, scene):
            painter = super().painter(scene)

            def marks(moment, **options):
                kept.append(Painter.marks(painter, moment, **options))
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
    one, other = kept
    assert same(tuple(one), tuple(other))
    # Beside the points and their borders, which are shapes here.
    outside = [
        [mark for mark in flat(marks) if not isinstance(mark, Raster | Cover) and has_size(mark)]
        for marks in (painter.marks(film[-1]), one)
    ]
    assert len(outside[0]) <= len(outside[1])
    assert all(any(same(mark, kin) for kin in outside[1]) for mark in outside[0])
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.array(image), painter.paint(film[-1])[..., :3])


def has_size(mark):
    return not isinstance(mark, Markers)


def test_markers_lie_where_the_pixels_of_the_points_are():
    scene, film = alone()
    painter = Painter(scene, Options((640, 480), overlays=frozenset()))
    (markers,) = (m for m in flat(painter.marks(film[-1], most=10**4)) if isinstance(m, Markers))
    frame = painter.paint(film[-1])
    assert len(markers.xy) == len(POINTS) and markers.radius > 2
    agree = 0
    for (x, y), colour in zip(markers.xy, markers.colours.astype(int), strict=True):
        seen = frame[int(y), int(x), :3].astype(int)
        agree += np.abs(seen - (255 + (colour - 255) * markers.opacity)).max() <= 60
    assert agree > 0.8 * len(POINTS)  # the rest lie under centroids and others


@pytest.mark.parametrize("story", [alone, race])
@pytest.mark.parametrize("theme", THEME_NAMES)
def test_an_svg_says_every_word_of_the_picture(tmp_path, story, theme):
    scene, film = story()
    path = tmp_path / "said.svg"
    options = Options((640, 480), theme=theme, overlays=ALL)
    play(film, scene, [SvgRenderer(path, options)])
    said = [text.text for text in every(parsed(path), "text")]
    marks = flat(Painter(scene, options).marks(film[-1]))
    assert said == [mark.words for mark in marks if isinstance(mark, Text) and mark.words]
    assert scene.title in said


def words(text, **options):
    mark = Text(text, 10.0, 20.0, 12.0, (0, 0, 0), **options)
    root = ElementTree.fromstring(document([mark], (100, 50), 100).encode())
    (found,) = every(root, "text")
    return found


def test_words_begin_and_end_where_the_picture_has_them():
    assert words("a").get("text-anchor") is None
    assert words("a", anchor="right").get("text-anchor") == "end"
    # Where a line runs to the left, it starts at its right end.
    arabic = words("\u0645\u0631\u062d\u0628\u0627", anchor="right")
    assert arabic.get("direction") == "rtl" and arabic.get("text-anchor") is None
    assert words("\u05d0").get("text-anchor") == "end"
    assert words("up", turned=True).get("transform") == "rotate(-90 10 20)"


def test_any_character_is_xml():
    for text in ("a\0b", "\ud800", "\x1b[0m", "<&>\"'", "\ufffe"):
        assert words(text).text is not None


def test_what_is_only_pixels_is_refused():
    cover = Cover(np.array([0]), np.array([255], np.uint8), (0, 0, 0), 1.0)
    with pytest.raises(TypeError, match="Cover is part of a raster"):
        document([cover], (10, 10), 100)


def test_a_dashed_line_is_drawn_in_pieces():
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 7.0]])
    page = document([Polyline(xy, 1.0, (0, 0, 0), dash=(4.0, 2.0))], (20, 20), 100)
    assert 'd="M0 0L4 0M6 0L10 0M10 2L10 6"' in page


def test_a_raster_keeps_its_pixels():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    page = document([Raster(Box(1, 2, 4, 4), pixels)], (10, 10), 100)
    assert re.search(r'<image x="1" y="2" width="4" height="4"', page)


def test_the_ground_is_the_themes(tmp_path):
    root = parsed(renderers.save(run(), tmp_path / "dark.svg", theme="dark"))
    first = every(root, "rect")[0]
    assert first.get("fill") == "#0e1117" and first.get("width") == "1280"
