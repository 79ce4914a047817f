import numpy as np
import pytest
from PIL import features

from renderers.picture.text import SHIFTS, extent, fitted_mask, rise, text_mask, whole_mask


def test_text_that_is_too_long_ends_with_an_ellipsis_within_its_width():
    whole = fitted_mask("short", 20, 500)
    assert np.array_equal(whole, text_mask("short", 20))
    cut = fitted_mask("word " * 100, 20, 200)
    assert 120 < cut.shape[1] <= 200
    assert fitted_mask("anything at all", 20, 3).shape[1] <= 3


def test_text_is_plain_and_never_warns():
    assert np.array_equal(text_mask("a \n b", 20), text_mask("a b", 20))
    assert text_mask("$x^2$", 20).shape[1] > text_mask("x2", 20).shape[1] * 1.5  # no mathematics
    assert np.array_equal(text_mask("\U0010fffe", 20), text_mask("\ufffd", 20))
    assert text_mask("", 20).shape[1] == 0 and text_mask(" ", 0.5).shape[1] == 0


@pytest.mark.parametrize("size", [9.0, 13.44, 20.2, 31.0])
@pytest.mark.parametrize("bold", [False, True])
def test_masks_have_the_width_of_their_extent(size, bold):
    for words in ("tutorial", "i = 12, converged", "jj", "\N{MINUS SIGN}4"):
        wide = extent(words, size, bold).width
        for shift in range(SHIFTS):
            mask = text_mask(words, size, bold=bold, shift=shift)
            assert mask.shape[1] - 1 <= wide + shift / SHIFTS <= mask.shape[1]
            assert mask.any()
            assert mask.shape[0] == round(1.25 * size)


def middle(mask):
    """The horizontal middle of the ink."""
    return (mask.sum(axis=0) * (np.arange(mask.shape[1]) + 0.5)).sum() / mask.sum()


def test_words_move_by_parts_of_a_pixel():
    places = [middle(text_mask("word", 12.0, shift=shift)) for shift in range(SHIFTS)]
    assert np.allclose(np.diff(places), 1 / SHIFTS, atol=0.02)


def test_letters_do_not_sit_on_whole_pixels():
    # "t utorial": each letter is where it is in print, to a quarter of a pixel.
    size, large = 11.04, 960.0
    for end in range(2, 9):
        exact = extent("tutorial"[:end], large).width * size / large
        assert extent("tutorial"[:end], size).width == pytest.approx(exact, abs=0.5)


@pytest.mark.skipif(not features.check("raqm"), reason="this Pillow lacks Raqm, which kerns")
def test_letters_are_kerned():
    assert extent("AV", 40).width < extent("A", 40).width + extent("V", 40).width - 2


@pytest.mark.parametrize("size", [9.0, 13.44, 20.2, 31.0])
def test_letters_stand_on_the_baseline(size):
    rows = np.flatnonzero(text_mask("H", size).any(axis=1))
    assert rows[-1] + 1 == rise(size)
    assert len(rows) == pytest.approx(0.729 * size, abs=1)


@pytest.mark.parametrize(
    "words", ["\ud800", "a\0b", "\u200d", "\u05d0\u05d1", "e\u0301", "\U0001f600"]
)
def test_any_character_can_be_drawn(words):
    assert text_mask(words, 20).dtype == np.uint8


@pytest.mark.parametrize("words", ["\u1ea4\u1ed6", "a\u0301\u0302\u0303\u0304", "plain g\u0327"])
def test_no_ink_is_cut_off(words):
    for size in (11.0, 40.0):
        mask, up = whole_mask(words, size)
        large, far = whole_mask(words, 8 * size)
        rows, wanted = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(large.any(axis=1))
        assert up - rows[0] == pytest.approx((far - wanted[0]) / 8, abs=1.2)
        assert rows[-1] - up == pytest.approx((wanted[-1] - far) / 8, abs=1.2)
    assert text_mask(words, 40.0).shape[0] == 50 and rise(40.0) <= up
