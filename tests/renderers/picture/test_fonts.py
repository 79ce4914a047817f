import shutil
import sys

import numpy as np
import pytest
from fonts import forget, make_font, only
from matplotlib import font_manager

from renderers import InvalidOption
from renderers.outputs import make_options
from renderers.picture import fonts
from renderers.picture.text import extent, text_mask
from renderers.stills.png import PngRenderer

RUNE, OTHER = "\u16a0", "\U000105c0"
BY = pytest.mark.parametrize(
    "by",
    [
        pytest.param(
            "fontconfig",
            marks=pytest.mark.skipif(not shutil.which("fc-match"), reason="no fontconfig here"),
        ),
        "matplotlib",
    ],
)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with two tiny fonts, one of them bold as well; told by fontconfig or not."""
    make_font(tmp_path / "rune.ttf", RUNE, family="Runes", wide=700)
    make_font(tmp_path / "bold.ttf", RUNE, family="Runes", wide=900, bold=True)
    make_font(tmp_path / "wide.ttf", "ab", family="Wide Letters", wide=1000)

    def told(by):
        if by == "fontconfig":
            only(monkeypatch, tmp_path)
            return
        listed = font_manager.FontManager.__new__(font_manager.FontManager)
        listed.ttflist, listed.afmlist = [], []
        monkeypatch.setattr(font_manager, "fontManager", listed)
        files = sorted(map(str, tmp_path.glob("*.ttf")))
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: files)
        monkeypatch.setattr(fonts.shutil, "which", lambda _: None)
        forget()

    yield told
    monkeypatch.undo()
    forget()


@BY
def test_a_font_of_the_machine_draws_what_is_lacking(machine, by):
    machine(by)
    mask = text_mask(RUNE, 40)
    assert mask.any() and not np.array_equal(mask, text_mask("\ufffd", 40))
    assert extent(RUNE, 40).width == pytest.approx(0.7 * 40, abs=0.6)
    # The box of the letter, on the line.
    rows = np.flatnonzero(mask.any(axis=1))
    assert len(rows) == pytest.approx(28, abs=1)
    assert fonts.fallback(OTHER, False) is None
    assert np.array_equal(text_mask(OTHER, 40), text_mask("\ufffd", 40))


@BY
def test_bold_letters_come_from_the_bold_font(machine, by):
    machine(by)
    assert extent(RUNE, 40, True).width == pytest.approx(0.9 * 40, abs=0.6)


@BY
def test_a_line_is_as_wide_as_its_runs(machine, by):
    machine(by)
    line = f"a{RUNE}{RUNE}b"
    parts = sum(extent(part, 40).width for part in ("a", RUNE, RUNE, "b"))
    assert extent(line, 40).width == pytest.approx(parts, abs=0.3)
    mask = text_mask(line, 40)
    assert mask.shape[1] - 1 <= extent(line, 40).width <= mask.shape[1]


@BY
def test_a_font_is_chosen_by_name(machine, by):
    machine(by)
    with fonts.typeset("wide letters"):
        assert extent("ab", 40).width == pytest.approx(2.0 * 40, abs=0.6)
        assert extent("c", 40).width > 0  # from DejaVu Sans, if nothing else has it
    assert extent("ab", 40).width < 1.5 * 40
    options = make_options(PngRenderer, font="Runes")
    assert options.font == "Runes"
    assert fonts.base("Runes", True).path.endswith("bold.ttf")


@BY
def test_a_font_that_is_not_there_is_one_line_with_those_that_are_like_it(machine, by):
    machine(by)
    with pytest.raises(InvalidOption, match=r"font='Rnes' is not a font.*mean 'Runes'\?") as caught:
        make_options(PngRenderer, font="Rnes")
    assert caught.value.option == "font"
    with pytest.raises(InvalidOption, match="give another name, or the file of a font"):
        make_options(PngRenderer, font="zzzz")


def test_a_font_is_chosen_by_its_file(tmp_path):
    path = make_font(tmp_path / "mine.ttf", "ab", family="Mine", wide=1000)
    with fonts.typeset(str(path)):
        assert extent("ab", 40).width == pytest.approx(2.0 * 40, abs=0.6)
    assert fonts.base(str(path), False).family == "Mine"


@pytest.mark.parametrize(
    ("name", "words"),
    [("no.ttf", "font='.*no.ttf' does not exist"), ("bad.otf", "is not a font that can be read")],
)
def test_a_file_that_is_not_a_font(tmp_path, name, words):
    (tmp_path / "bad.otf").write_bytes(b"nothing")
    with pytest.raises(InvalidOption, match=words) as caught:
        make_options(PngRenderer, font=str(tmp_path / name))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="a program that fails is a shell script here")
def test_a_fontconfig_that_fails_is_as_none(machine, tmp_path, monkeypatch):
    machine("matplotlib")
    broken = tmp_path / "fc-match"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(fonts.shutil, "which", lambda _: str(broken))
    assert fonts.fallback(RUNE, False).family == "Runes"
