"""Words as masks of coverage, in the font that ships with matplotlib. Knows no colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.font_manager import get_font
from numpy.typing import NDArray

__all__ = ["LEAST_TYPE", "fitted_mask", "text_mask"]

#: Pixels; smaller words cannot be read.
LEAST_TYPE = 9.0

_ABOVE, _BELOW = 0.98, 0.27  # of the size: room for accents and descenders of DejaVu Sans


@lru_cache(maxsize=2)
def _font(bold: bool) -> tuple[Path, frozenset[int]]:
    """Return the file of the font and the characters it has."""
    file = Path(matplotlib.get_data_path(), "fonts", "ttf", f"DejaVuSans{'-Bold' * bold}.ttf")
    return file, frozenset(get_font(str(file)).get_charmap())


@lru_cache(maxsize=1024)
def text_mask(text: str, size: float, *, bold: bool = False) -> NDArray[np.uint8]:
    """Render one line of text.

    Parameters
    ----------
    text : str
        Line breaks and runs of spaces count as one space; characters that the font lacks become
        the replacement character.
    size : float
        Size of the type in pixels.
    bold : bool
        Weight.

    Returns
    -------
    ndarray, (height, width), uint8
        Coverage, cut to the ink on the left and right. The height depends on `size` alone, so the
        baselines of two masks of one size agree. Read-only: it is kept for the next caller.
    """
    file, known = _font(bold)
    text = "".join(c if ord(c) in known else "\ufffd" for c in " ".join(text.split()))
    height = max(1, round(size * (_ABOVE + _BELOW)))
    mask = np.zeros((height, 0), np.uint8)
    if text and size >= 1:
        # Without a figure: 0.05 ms where one takes 5.
        font = get_font(str(file))
        font.set_size(size, 72)  # dots per inch: one point is one pixel
        font.set_text(text, 0.0)
        font.draw_glyphs_to_bitmap(antialiased=True)
        glyphs = np.asarray(font.get_image())
        ink = np.flatnonzero(glyphs.any(axis=0))
        if len(ink):
            glyphs = glyphs[:, ink[0] : ink[-1] + 1]
            mask = np.zeros((height, glyphs.shape[1]), np.uint8)
            top = round(size * _ABOVE) - (len(glyphs) - round(font.get_descent() / 64))
            cut = glyphs[max(0, -top) :][: height - max(0, top)]
            mask[max(0, top) : max(0, top) + len(cut)] = cut
    mask.flags.writeable = False
    return mask


def fitted_mask(text: str, size: float, width: int, *, bold: bool = False) -> NDArray[np.uint8]:
    """Render a line within `width` pixels: a little smaller, then with an ellipsis."""
    text = " ".join(text.split())
    mask = text_mask(text, size, bold=bold)
    if mask.shape[1] > width:
        size = min(size, max(LEAST_TYPE, size * 0.7, size * width / mask.shape[1]))
        mask = text_mask(text, size, bold=bold)
    low, high = 0, len(text)  # `high` characters are too wide; look for the most that fit
    if mask.shape[1] <= width:
        return mask
    # An ellipsis is a full em wide: nothing at all rather than a lone one in a tiny frame.
    high = min(high, int(width / size * 4) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if text_mask(text[:middle].rstrip() + "…", size, bold=bold).shape[1] <= width:
            low = middle
        else:
            high = middle
    return text_mask(text[:low].rstrip() + "…" if low else "", size, bold=bold)
