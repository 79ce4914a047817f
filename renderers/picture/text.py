"""Words as masks of coverage, and their widths. Knows no colours and no picture.

Pillow sets glyphs on whole pixels, which at the size of an axis label makes "t utorial" of
"tutorial". Words are set at several times their size and averaged, so that letters and words stand
where they should to a quarter of a pixel.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = [
    "HALF_DIGIT",
    "LEAST_TYPE",
    "SHIFTS",
    "Extent",
    "extent",
    "fitted",
    "fitted_mask",
    "font_file",
    "known",
    "rise",
    "text_mask",
]

#: Pixels; smaller words cannot be read.
LEAST_TYPE = 9.0
#: Of the size: from the middle of a line of digits down to their baseline.
HALF_DIGIT = 0.3645
#: Places within a pixel where words may begin; letters are set as many times larger.
SHIFTS = 4

_ABOVE, _BELOW = 0.98, 0.27  # of the size: room for accents and descenders of DejaVu Sans


class Extent(NamedTuple):
    """The room of a line in pixels.

    It begins where the pen does, or `before` it where ink does ("j"), and ends where the next
    letter would begin, or ink does.
    """

    before: float
    width: float


@lru_cache(maxsize=2)
def font_file(bold: bool) -> Path:
    """Return the file of the font: DejaVu Sans, which comes with matplotlib."""
    return Path(matplotlib.get_data_path(), "fonts", "ttf", f"DejaVuSans{'-Bold' * bold}.ttf")


@lru_cache(maxsize=64)
def _font(bold: bool, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(bold), size)


@lru_cache(maxsize=4096)
def _glyph(character: str, bold: bool) -> tuple[tuple[int, int], bytes]:
    mask = _font(bold, 24.0).getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=1024)
def known(text: str, bold: bool = False) -> str:
    """Return a line as it is written.

    Line breaks and runs of spaces count as one space; characters that the font lacks become the
    replacement character.
    """
    lacking = _glyph("\U0010ffff", bold)
    return "".join(
        c if (c.isascii() and c.isprintable()) or _glyph(c, bold) != lacking else "\ufffd"
        for c in " ".join(text.split())
    )


@lru_cache(maxsize=4096)
def _room(text: str, size: float, bold: bool) -> tuple[float, float]:
    """Return where the room of a line begins and ends, in pixels of the enlarged letters."""
    left, _, right, _ = _font(bold, size * SHIFTS).getbbox(known(text, bold), anchor="ls")
    return left, right


@lru_cache(maxsize=4096)
def extent(text: str, size: float, bold: bool = False) -> Extent:
    """Return the room of one line of text.

    Parameters
    ----------
    text : str
        As for `text_mask`.
    size : float
        Size of the type in pixels.
    bold : bool
        Weight.
    """
    if size < 1:
        return Extent(0.0, 0.0)
    left, right = _room(text, size, bold)
    return Extent(-left / SHIFTS, (right - left) / SHIFTS)


def rise(size: float) -> int:
    """Return the rows of a mask above the baseline."""
    return round(size * _ABOVE)


@lru_cache(maxsize=1024)
def text_mask(text: str, size: float, *, bold: bool = False, shift: int = 0) -> NDArray[np.uint8]:
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
    shift : int
        Where in the first column its room begins: 0..`SHIFTS` - 1 of `SHIFTS`.

    Returns
    -------
    ndarray, (height, width), uint8
        Coverage of the room of the line. The height depends on `size` alone, so the baselines of
        two masks of one size agree. Read-only: it is kept for the next caller.
    """
    height = max(1, round(size * (_ABOVE + _BELOW)))
    left, right = _room(text, size, bold) if size >= 1 else (0.0, 0.0)
    if right <= left:
        mask = np.zeros((height, 0), np.uint8)
    else:
        columns = -(-int(shift + right - left) // SHIFTS)
        picture = Image.new("L", (columns * SHIFTS, height * SHIFTS))
        place, font = (shift - left, rise(size) * SHIFTS), _font(bold, size * SHIFTS)
        ImageDraw.Draw(picture).text(place, known(text, bold), fill=255, font=font, anchor="ls")
        mask = np.array(picture.reduce(SHIFTS))
    mask.flags.writeable = False
    return mask


def fitted(text: str, size: float, width: float, *, bold: bool = False) -> tuple[str, float]:
    """Return words and size of a line that fits into `width` pixels.

    A little smaller if that is enough, then with an ellipsis.
    """
    text = " ".join(text.split())
    wide = extent(text, size, bold).width
    if wide <= width:
        return text, size
    size = min(size, max(LEAST_TYPE, size * 0.7, size * width / wide))
    if extent(text, size, bold).width <= width:
        return text, size
    # `high` characters are too wide; look for the most that fit. An ellipsis is a full em wide:
    # nothing at all rather than a lone one in a tiny frame.
    low, high = 0, min(len(text), int(width / size * 4) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if extent(text[:middle].rstrip() + "…", size, bold).width <= width:
            low = middle
        else:
            high = middle
    return (text[:low].rstrip() + "…" if low else ""), size


def fitted_mask(text: str, size: float, width: int, *, bold: bool = False) -> NDArray[np.uint8]:
    """Render a line within `width` pixels, as `fitted` says."""
    words, size = fitted(text, size, width, bold=bold)
    return text_mask(words, size, bold=bold)
