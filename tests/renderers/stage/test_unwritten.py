import warnings

import pytest
from fonts import forget, make_font, only
from pictures import blobs, lloyd

import renderers
from renderers import Options, make_scene
from renderers.stage.unwritten import unwritten
from renderers.stills.png import PngRenderer

POINTS = blobs(clusters=3, each=10)
RARE = "\U000105c0"


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without fonts but matplotlib's."""
    only(monkeypatch, tmp_path)
    yield
    monkeypatch.undo()
    forget()


class Foreign(PngRenderer):
    """A renderer with fonts of its own."""

    honours = PngRenderer.honours - {"font"}


def told(font=None, kinds=(PngRenderer,), **words):
    scene = make_scene(lloyd(POINTS, POINTS[:3], 2)[-1], **words)
    return unwritten(scene, font, [kind(None, Options()) for kind in kinds])


@pytest.mark.usefixtures("bare")
def test_what_no_font_draws_is_one_line():
    (line,) = told(title=f"a {RARE}", names=["x", f"{RARE}\U000105c1"])
    assert line.startswith("no font on this machine can draw U+105C0 U+105C1: install one")
    assert "\n" not in line and "font=" in line
    assert told(title="K-means: \u00e9\u03b1\u0434") == []
    many = "".join(chr(0x105C0 + i) for i in range(9))
    (line,) = told(title=many)
    assert "U+105C5 ...:" in line
    assert told(kinds=[Foreign], title=RARE) == []
    assert told(title="a\x07b caf\udce9.csv") == []  # no font would help
    assert told(kinds=[Foreign, PngRenderer], title=RARE)


def test_a_font_that_draws_it_leaves_nothing_to_say(tmp_path):
    path = make_font(tmp_path / "rare.ttf", RARE)
    assert told(str(path), title=RARE) == []


@pytest.mark.usefixtures("bare")
def test_python_warns_once(tmp_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        states = lloyd(POINTS, POINTS[:3], 2)
        renderers.save(states, tmp_path / "a.png", title=RARE, size=(200, 150))
    (warning,) = caught
    assert "can draw U+105C0" in str(warning.message) and warning.filename == __file__
