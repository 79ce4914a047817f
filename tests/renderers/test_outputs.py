import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kmeans_engine.errors import InvalidInput
from renderers import (
    InvalidOption,
    Options,
    Renderer,
    RendererUnavailable,
    UnknownRenderer,
    registry,
)
from renderers.contract import OPTIONS
from renderers.films.mp4 import Mp4Renderer
from renderers.outputs import make_options, plan, refuse_useless


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def renderers_png(monkeypatch):
    """Two plug-ins, `sheet` and `still`, that write .png, and `window`, which writes nothing."""
    load = registry.load

    class Sheet(Mp4Renderer):
        suffix = ".png"

    class Window(Mp4Renderer):
        suffix = None

    extra = {"sheet": Sheet, "still": type("Still", (Sheet,), {}), "window": Window}
    monkeypatch.setattr(registry, "load", lambda name: extra.get(name) or load(name))


@pytest.mark.parametrize(
    ("renders", "paths", "planned"),
    [
        ([], [], []),
        (["mp4"], [], ["mp4 kmeans.mp4"]),
        (["gif", "mp4"], [], ["gif kmeans.gif", "mp4 kmeans.mp4"]),
        (["gif", "gif"], [], ["gif kmeans.gif"]),
        ([], ["run.gif"], ["gif run.gif"]),
        ([], ["b.mp4", "a.gif"], ["mp4 b.mp4", "gif a.gif"]),
        (["mp4"], ["x.mp4"], ["mp4 x.mp4"]),
        (["mp4", "gif"], ["x.GIF"], ["mp4 kmeans.mp4", "gif x.GIF"]),
        (["gif"], ["x.gif", "x.mp4"], ["gif x.gif", "mp4 x.mp4"]),
        (["window"], [], ["window None"]),
        (["window"], ["x.mp4"], ["window None", "mp4 x.mp4"]),
        (["sheet"], ["x.png"], ["sheet x.png"]),
        (["sheet", "still"], ["x.png", "y.png"], ["sheet x.png", "still y.png"]),
        (["sheet", "still"], ["x.png"], ["sheet x.png", "still kmeans.png"]),
        (
            ["sheet", "still"],
            ["x.png", "y.png", "z.png"],
            ["sheet x.png", "sheet z.png", "still y.png"],
        ),
        (["mp4"], ["x.mp4", "y.mp4"], ["mp4 x.mp4", "mp4 y.mp4"]),
        ([], ["x.mp4", "y.gif", "z.mp4"], ["mp4 x.mp4", "gif y.gif", "mp4 z.mp4"]),
        (["sheet"], ["x_%04d.png"], ["sheet x_%04d.png"]),
    ],
)
def test_plan(renderers_png, renders, paths, planned):
    outputs = plan(renders, paths)
    assert [f"{output.name} {output.path}" for output in outputs] == planned
    assert [output.renderer for output in outputs] == [registry.load(o.name) for o in outputs]


def test_stem_and_folder(tmp_path):
    (tmp_path / "films").mkdir()
    (output,) = plan(["gif"], [], stem="iris", folder=Path("films"))
    assert output.path == Path("films/iris.gif")


@pytest.mark.parametrize(
    ("renders", "paths", "error", "words"),
    [
        (
            ["gif"],
            ["x.mp4"],
            InvalidOption,
            r"x\.mp4 does not suit .*'gif'.* ask for 'mp4' as well",
        ),
        (["gif"], ["x.mov"], InvalidOption, r"x\.mov .* writes \.gif; change the suffix$"),
        ([], ["x.mp4", "./x.mp4"], InvalidOption, r"x\.mp4 would be written twice, by 'mp4'; name"),
        (["mp4"], ["x.mp4", "x.mp4"], InvalidOption, r"x\.mp4 would be written twice"),
        (
            ["sheet", "still"],
            [],
            InvalidOption,
            r"kmeans\.png would be written twice, by 'sheet' and 'still'; name another",
        ),
        (["sheet", "still"], ["a.png", "./a.png"], InvalidOption, r"a\.png would be written twice"),
        (
            [],
            ["x.mov"],
            UnknownRenderer,
            r"no renderer writes \.mov \(x\.mov\); use \.mp4, \.webm, .* or \.pdf, or choose",
        ),
        ([], ["x.mp5"], UnknownRenderer, r"\(x\.mp5\); did you mean \.mp4\?$"),
        ([], ["film"], UnknownRenderer, r"no renderer writes files without a suffix \(film\)"),
        (["window"], ["x.bmp"], UnknownRenderer, r"no renderer writes \.bmp"),
        (["mp5"], [], UnknownRenderer, r"did you mean mp4"),
    ],
)
def test_contradictions(renderers_png, renders, paths, error, words):
    with pytest.raises(error, match=words) as caught:
        plan(renders, paths)
    assert "\n" not in str(caught.value)


def test_older_file(tmp_path):
    (tmp_path / "kmeans.gif").write_bytes(b"older")
    with pytest.raises(InvalidInput, match="exists"):
        plan(["gif"], [])
    (output,) = plan(["gif"], [], overwrite=True)
    assert output.path.read_bytes() == b"older"


def test_no_folder():
    with pytest.raises(InvalidInput, match="does not exist"):
        plan([], ["no/such/run.gif"])


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege on Windows")
def test_two_names_of_one_file(tmp_path, renderers_png):
    (tmp_path / "a.png").symlink_to("b.png")
    with pytest.raises(InvalidOption, match="written twice"):
        plan(["sheet", "still"], ["a.png", "b.png"])


def test_ffmpeg_is_missing(monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/no/such/ffmpeg")
    with pytest.raises(RendererUnavailable, match="IMAGEIO_FFMPEG_EXE"):
        plan(["gif"], [])


def test_leaves_nothing_behind(tmp_path):
    plan(["gif", "mp4"], [])
    assert list(tmp_path.iterdir()) == []


def test_options():
    mp4, gif = registry.load("mp4"), registry.load("gif")
    assert make_options(mp4) == Options(size=(1280, 720), fps=2, theme="light")
    assert make_options(gif).size == (640, 480)
    options = make_options(gif, fps=np.float32(0.5), size=np.array([3, 16384]), theme="dark")
    assert options == Options(size=(3, 16384), fps=0.5, theme="dark")
    assert [type(side) for side in options.size] == [int, int]
    assert make_options(gif, fps=Fraction(1, 4)).fps == 0.25


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"fps": 0}, "fps=0 must be between 0.01 and 240"),
        ({"fps": -2}, "fps=-2 must"),
        ({"fps": float("nan")}, "fps=nan must"),
        ({"fps": float("inf")}, "fps=inf must"),
        ({"fps": 241}, "fps=241 must"),
        ({"fps": "fast"}, "fps='fast' is not a number"),
        ({"fps": None}, "fps=None is not a number"),
        ({"size": (0, 480)}, "size=0x480 must be between 1x1 and 16384x16384"),
        ({"size": (640, -1)}, "size=640x-1 must"),
        ({"size": (16385, 480)}, "size=16385x480 must"),
        ({"size": (640.0, 480)}, r"size=\(640.0, 480\) is not width and height in pixels"),
        ({"size": (640,)}, "is not width and height"),
        ({"size": 640}, "is not width and height"),
        ({"size": "640x"}, "size='640x' is not width and height in pixels; give 640x480, or"),
        ({"theme": "drak"}, "dark"),
        ({"theme": "solarized"}, "light, dark, classic"),
    ],
)
def test_wrong_options(wrong, words):
    with pytest.raises(InvalidOption, match=words) as caught:
        make_options(Mp4Renderer, **wrong)
    assert "\n" not in str(caught.value)


def test_a_largest_size():
    assert make_options(Mp4Renderer, max_size="2MB").max_bytes == 2_000_000


def test_an_option_that_nobody_uses_is_refused():
    mp4, gif, png = map(registry.load, ("mp4", "gif", "png"))
    refuse_useless([mp4, gif, png, registry.load("html")], OPTIONS)
    refuse_useless([gif], ["max_size", "smooth", "overlays"])
    refuse_useless([gif], [])
    for kinds, option, words in (
        (
            [gif],
            "quality",
            r"quality= has no effect without a \.mp4 or \.webm file, such as run\.mp4",
        ),
        ([gif, mp4], "dpi", r"dpi= has no effect without a \.png, \.svg or \.pdf file"),
        ([png], "max_size", r"max_size= has no effect without a \.mp4, \.webm or \.gif file"),
        ([png], "smooth", r"smooth= has no effect without a \.mp4"),
    ):
        with pytest.raises(InvalidOption, match=words) as caught:
            refuse_useless(kinds, ["size", option])
        assert caught.value.option == option


def test_a_broken_built_in_does_not_hide_that_an_option_is_useless(monkeypatch):
    monkeypatch.setitem(sys.modules, "renderers.stills.png", None)
    with pytest.raises(InvalidOption, match=r"dpi= has no effect without a \.svg or \.pdf file"):
        refuse_useless([Mp4Renderer], ["dpi"])
    monkeypatch.setitem(sys.modules, "renderers.stills.svg", None)
    monkeypatch.setitem(sys.modules, "renderers.stills.pdf", None)
    with pytest.raises(InvalidOption, match="dpi= has no effect without a renderer that uses it"):
        refuse_useless([Mp4Renderer], ["dpi"])


def test_a_plug_in_honours_what_its_moments_follow():
    class Plain(Mp4Renderer):
        honours = Renderer.honours

    refuse_useless([Plain], ["fps", "smooth", "phases", "duration", "size", "theme", "title"])
    with pytest.raises(InvalidOption, match="overlays= has no effect"):
        refuse_useless([Plain], ["overlays"])
