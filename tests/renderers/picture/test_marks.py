"""The list of marks is the whole picture: painted it is the PNG, and SVG and PDF draw no other."""

import numpy as np
import pytest
from pictures import ALL, THEME_NAMES, blobs, lloyd, state

from renderers import Options, Panel, Scene, make_scene
from renderers.picture.ink import paint
from renderers.picture.marks import Disc, Fill, Group, Polyline, Raster, Segments, Text, dashed
from renderers.picture.painter import Painter
from renderers.plane.view import View
from renderers.stage.pace import Pace, moments

POINTS = blobs(clusters=4, each=30)


def run(start=0, iterations=4):
    return lloyd(POINTS, POINTS[start : start + 4], iterations)


def one(theme, pace):
    film = list(moments(run(), pace))
    return make_scene(film[0].snapshots[0], title="One", names=["a", "b"]), film, theme


def race(theme):
    film = list(moments(zip(run(), run(50), strict=True)))
    panels = tuple(Panel(4, View(POINTS), name) for name in ("first", "second"))
    return Scene(panels, "A race"), film, theme


def crowd(theme):
    points = np.random.default_rng(0).normal(size=(20_000, 2))
    snapshot = state(points, np.arange(20_000) % 3, points[:3])
    return make_scene(snapshot), list(moments([snapshot])), theme


STORIES = {
    **{theme: lambda theme=theme: one(theme, Pace()) for theme in THEME_NAMES},
    "phases": lambda: one("light", Pace(phases=True, smooth=True, fps=5)),
    "race": lambda: race("light"),
    "crowd": lambda: crowd("dark"),
}


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (120, 90), (1, 1)])
@pytest.mark.parametrize("story", STORIES)
def test_the_marks_of_a_moment_painted_upon_nothing_are_its_frame(story, size):
    scene, film, theme = STORIES[story]()
    options = Options(size, theme=theme, overlays=ALL)
    for moment in film[:: max(1, len(film) // 4)]:
        painter = Painter(scene, options)
        marks = painter.marks(moment)
        frame = np.full((size[1], size[0], 4), 255, np.uint8)
        paint(frame, marks)
        assert np.array_equal(frame, painter.paint(moment))


def flat(marks):
    for mark in marks:
        if isinstance(mark, Group):
            yield from flat(mark.marks)
        else:
            yield mark


@pytest.mark.parametrize("story", STORIES)
def test_marks_are_frozen_values(story):
    scene, film, theme = STORIES[story]()
    for mark in flat(Painter(scene, Options(theme=theme)).marks(film[-1])):
        assert isinstance(mark, tuple)
        for value in mark:
            assert isinstance(value, int | float | str | bool | tuple | np.ndarray), mark


def test_what_is_on_the_picture_is_among_its_marks():
    scene, film, _ = race("light")
    marks = list(flat(Painter(scene, Options((1280, 720), overlays=ALL)).marks(film[-1])))
    words = [mark.words for mark in marks if isinstance(mark, Text)]
    assert {"A race", "A", "first", "B", "second", "inertia", "iteration", "0", "5"} <= set(words)
    assert sum("wins" in text or "tie" in text for text in words) >= 3
    assert any(text.startswith("i = 4, ") for text in words)
    counts = {kind: sum(type(mark) is kind for mark in marks) for kind in (Raster, Disc, Polyline)}
    assert counts[Raster] == 2 and counts[Disc] == 2 * 4 + 2 + 2 and counts[Polyline] >= 2
    assert sum(isinstance(mark, Segments) for mark in marks) == 2
    strips = [mark for mark in marks if isinstance(mark, Fill) and mark.height < 10]
    assert len(strips) >= 8


def test_a_centroid_out_of_sight_has_no_mark():
    snapshot = state(POINTS, np.arange(120) % 3, [[0.0, 0.0], [1e9, 0.0], [np.nan, 1.0]])
    painter = Painter(make_scene(snapshot), Options(overlays=frozenset({"numbers"})))
    (*_, moment) = moments([snapshot])
    marks = list(flat(painter.marks(moment)))
    assert [mark.words for mark in marks if isinstance(mark, Text)][-1:] == ["0"]
    assert sum(isinstance(mark, Disc) for mark in marks) == 1
    assert painter.centroid_radius(0) > 3


def told(points, k=4, **view):
    """The story of few points of some kind, with an opening, in which colours fade."""
    points = np.asarray(points, dtype=float)
    film = list(moments(lloyd(points, points[:k], 4), Pace(smooth=True, fps=10)))
    return Scene((Panel(k, View(points, **view)),), "Shapes"), film


RNG = np.random.default_rng(4)
KINDS = {
    "plane": lambda: told(POINTS),
    "survey": lambda: told(RNG.integers(1, 5, (300, 2))),
    "line": lambda: told(np.concatenate([RNG.normal(0, 1, (90, 1)), RNG.normal(6, 1, (90, 1))])),
    "logarithms": lambda: told(np.exp(RNG.normal(0, 1, (200, 2))), log="xy"),
    "outliers": lambda: told(np.concatenate([RNG.normal(0, 1, (600, 2)), [[1e4, 0], [0, -1e4]]])),
}


@pytest.mark.parametrize("theme", THEME_NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_shapes_are_the_same_picture_as_pixels(kind, theme):
    scene, film = KINDS[kind]()
    painter = Painter(scene, Options((480, 360), theme=theme))
    for moment in (film[0], film[len(film) // 2], film[-1]):
        frame = np.full((360, 480, 4), 255, np.uint8)
        marks = painter.marks(moment, most=10**4)
        paint(frame, marks)
        pixels = painter.paint(moment)
        # Where points of two clusters overlap, one lies above the other, and is not mixed with it.
        assert np.abs(frame.astype(int) - pixels).mean() < 1.5
        if moment is film[-1]:
            assert not any(isinstance(mark, Raster) for mark in flat(marks))


def test_a_dashed_line_is_drawn_in_pieces():
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 7.0]])
    line = Polyline(xy, 1.0, (0, 0, 0), dash=(4.0, 2.0))
    pieces = [piece.tolist() for piece in dashed(line)]
    assert pieces == [[[0, 0], [4, 0]], [[6, 0], [10, 0]], [[10, 2], [10, 6]]]
    odd = dashed(line._replace(dash=(3.0,)))
    assert [piece[0].tolist() for piece in odd] == [[0, 0], [6, 0], [10, 2]]
    assert dashed(line._replace(dash=()))[0] is xy
