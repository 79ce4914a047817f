import unicodedata

import pytest
from fonts import forget, make_font, only
from hypothesis import given
from hypothesis import strategies as st

from renderers.picture import script
from renderers.picture.fonts import Face
from renderers.picture.script import is_rightward, lacking, line_of, runs_of, whole_clusters

SALAM, SHALOM, KANJI = "\u0633\u0644\u0627\u0645", "\u05e9\u05dc\u05d5\u05dd", "\u4e2d"


@pytest.fixture
def kanji(tmp_path, monkeypatch):
    make_font(tmp_path / "kanji.ttf", KANJI, family="Kanji")
    only(monkeypatch, tmp_path)
    if not script.fallback(KANJI, False):
        monkeypatch.undo()
        forget()
        pytest.skip("no fontconfig here, and no font of kanji")
    yield
    monkeypatch.undo()
    forget()


def seen(text):
    """The words of a line from left to right, with their directions."""
    return [(run.words, run.direction) for run in runs_of(text, None, False)]


def test_one_font_is_one_run_whatever_its_directions():
    assert seen(f"a {SHALOM} b") == [(f"a {SHALOM} b", None)]
    assert seen("plain  words\n") == [("plain words", None)]
    assert seen(" ") == []


@pytest.mark.usefixtures("kanji")
def test_runs_of_two_fonts_stand_as_they_are_seen():
    if not script.features.check("raqm"):
        pytest.skip("this Pillow lacks Raqm, so runs are turned already")
    assert seen(f"a{KANJI}b") == [("a", None), (KANJI, None), ("b", None)]
    # Right to left: the first word is the rightmost, and numbers keep their direction.
    assert seen(f"{SHALOM} {KANJI} 12")[0] == ("12", "ltr")
    order = "".join(words for words, _ in seen(f"{SHALOM} {KANJI} 12"))
    assert order.index("12") < order.index(KANJI) < order.index(SHALOM)
    order = "".join(words for words, _ in seen(f"a {SHALOM} 12 {SALAM} {KANJI}"))
    assert order.index("a") < order.index(SALAM) < order.index("12") < order.index(SHALOM)
    assert order.endswith(KANJI)


@pytest.mark.usefixtures("kanji")
def test_without_raqm_letters_are_turned_here(monkeypatch):
    monkeypatch.setattr(script.features, "check", lambda _: False)
    script.runs_of.cache_clear()
    assert seen(f"a {SHALOM}{KANJI}") == [("a ", None), (SHALOM[::-1], None), (KANJI, None)]
    script.runs_of.cache_clear()


def test_marks_stay_with_their_letters():
    line = "e\u0301x\u0327\u0301 \U0001f469\u200d\U0001f52c \U0001f1e9\U0001f1ea\U0001f1eb"
    parts = [0, 2, 5, 6, 9, 10, 12, 13]
    assert whole_clusters(line) == parts


def test_what_no_font_draws_is_named():
    assert lacking("a\U000105c0b \U000105c1\U000105c0", None) == ["\U000105c0", "\U000105c1"]
    assert line_of("a\U000105c0 \n b", None) == "a\ufffd b"
    assert lacking("plain \u00e9 \u03b1 \u0434 \u2212 \ufffd", None) == []
    assert lacking("a\0b\ud800", None) == ["\0", "\ud800"]


@pytest.mark.parametrize(
    ("text", "right"), [("a", False), (SALAM, True), ("12 " + SHALOM, True), ("12", False)]
)
def test_the_first_letter_tells_where_a_line_begins(text, right):
    assert is_rightward(text) is right


@given(st.text(st.sampled_from("ab 12.,-()" + SALAM + SHALOM + "\u0661\u064b%"), max_size=12))
def test_each_character_is_seen_once(text):
    words = " ".join(text.split())
    levels = script._levels(words) if words else []
    placed = [(c, None) for c in words]
    runs = list(script._as_seen(placed, levels)) if words else []
    assert sorted("".join(run.words for run in runs)) == sorted(words)
    for c, level in zip(words, levels, strict=True):
        kind = unicodedata.bidirectional(c)
        assert level % 2 == {"R": 1, "AL": 1, "L": 0, "EN": 0, "AN": 0}.get(kind, level % 2)


def test_letters_that_join_are_of_one_font(tmp_path, monkeypatch):
    # The font of the first has but some of the letters of the word, another one has all of them.
    make_font(tmp_path / "some.ttf", SALAM[:2], family="Some")
    make_font(tmp_path / "all.ttf", SALAM, family="All")
    monkeypatch.setattr(script, "fallback", lambda *_: Face(str(tmp_path / "all.ttf"), 0, "All"))
    first = Face(str(tmp_path / "some.ttf"), 0, "Some")
    assert list(script._set(SALAM, first, False)) == [(SALAM, SALAM, script.fallback())]
    assert [face for *_, face in script._set(SALAM[:2], first, False)] == [first]
