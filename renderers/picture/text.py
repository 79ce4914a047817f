"""Words as masks of coverage, and their widths. Knows no colours and no picture.

Which font draws what is decided in `fonts` and `script`.

Pillow sets glyphs on whole pixels, which at the size of an axis label makes "t utorial" of
"tutorial". Words are set at several times their size and averaged, so that letters and words stand
where they should to a quarter of a pixel.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from renderers.picture.emoji import draw_outline, outline_width
from renderers.picture.fonts import Face, chosen
from renderers.picture.script import Run, runs_of, whole_clusters

__all__ = [
    "HALF_DIGIT",
    "LEAST_TYPE",
    "SHIFTS",
    "Extent",
    "extent",
    "fitted",
    "fitted_mask",
    "placed_runs",
    "rise",
    "text_mask",
    "whole_mask",
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


class _Part(NamedTuple):
    """A run of a line, in pixels of the enlarged letters: where its pen begins, and its ink."""

    run: Run
    pen: float
    left: float
    right: float
    above: float
    below: float


@lru_cache(maxsize=64)
def _opened(face: Face, size: float) -> ImageFont.FreeTypeFont | None:
    """Return a face at a size; None if it holds pictures of other sizes."""
    try:
        return ImageFont.truetype(face.path, size, face.number)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _parts(text: str, size: float, bold: bool, font: str | None) -> tuple[_Part, ...]:
    parts, pen = [], 0.0
    for run in runs_of(text, font, bold):
        face = _opened(run.face, size * SHIFTS)
        if face is None:
            left, right, wide = 0.0, *(2 * [outline_width(run, size * SHIFTS)])
            top = bottom = 0.0
        else:
            left, top, right, bottom = face.getbbox(run.words, direction=run.direction, anchor="ls")
            wide = face.getlength(run.words, direction=run.direction)
        parts.append(_Part(run, pen, pen + left, pen + right, -top, bottom))
        pen += round(wide)
    return tuple(parts)


def _room(parts: tuple[_Part, ...]) -> tuple[float, float]:
    """Return where the room of a line begins and ends, in pixels of the enlarged letters."""
    return min(part.left for part in parts), max(part.right for part in parts)


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
    return _extent(text, size, bold, chosen())


@lru_cache(maxsize=4096)
def _extent(text: str, size: float, bold: bool, font: str | None) -> Extent:
    parts = _parts(text, size, bold, font) if size >= 1 else ()
    if not parts:
        return Extent(0.0, 0.0)
    left, right = _room(parts)
    return Extent(-left / SHIFTS, (right - left) / SHIFTS)


def placed_runs(text: str, size: float, bold: bool = False) -> list[tuple[Run, float]]:
    """Return the runs of a line, and how many pixels after its pen that of each begins."""
    return [(part.run, part.pen / SHIFTS) for part in _parts(text, size, bold, chosen())]


def rise(size: float) -> int:
    """Return the rows of a mask above the baseline."""
    return round(size * _ABOVE)


def text_mask(text: str, size: float, *, bold: bool = False, shift: int = 0) -> NDArray[np.uint8]:
    """Render one line of text in the font that `fonts.typeset` chose.

    Parameters
    ----------
    text : str
        Line breaks and runs of spaces count as one space; characters that no font of this machine
        has become the replacement character.
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
    mask, up = whole_mask(text, size, bold=bold, shift=shift)
    more = up - rise(size)
    return mask[more : more + max(1, round(size * (_ABOVE + _BELOW)))]


def whole_mask(
    text: str, size: float, *, bold: bool = False, shift: int = 0
) -> tuple[NDArray[np.uint8], int]:
    """Render one line of text, with all of its ink.

    Returns
    -------
    mask : ndarray, (height, width), uint8
        As `text_mask` returns it, with more rows for letters that are higher or deeper.
    up : int
        How many of its rows lie above the baseline.
    """
    return _mask(text, size, bold, shift, chosen())


@lru_cache(maxsize=1024)
def _mask(
    text: str, size: float, bold: bool, shift: int, font: str | None
) -> tuple[NDArray[np.uint8], int]:
    parts = _parts(text, size, bold, font) if size >= 1 else ()
    left, right = _room(parts) if parts else (0.0, 0.0)
    up = max([rise(size), *(ceil(part.above / SHIFTS) for part in parts)])
    plain = max(1, round(size * (_ABOVE + _BELOW)))
    down = max([plain - rise(size), *(ceil(part.below / SHIFTS) for part in parts)])
    height = up + down
    if right <= left:
        mask = np.zeros((height, 0), np.uint8)
    else:
        columns = -(-int(shift + right - left) // SHIFTS)
        picture = Image.new("L", (columns * SHIFTS, height * SHIFTS))
        pencil, base = ImageDraw.Draw(picture), up * SHIFTS
        for run, pen, *_ in parts:
            at, face = shift - left + pen, _opened(run.face, size * SHIFTS)
            if face is None:
                draw_outline(picture, run, at, base, size * SHIFTS)
            else:
                pencil.text(
                    (at, base),
                    run.words,
                    fill=255,
                    font=face,
                    anchor="ls",
                    direction=run.direction,
                )
        mask = np.array(picture.reduce(SHIFTS))
    mask.flags.writeable = False
    return mask, up


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
    # `high` letters are too wide; look for the most that fit. An ellipsis is a full em wide:
    # nothing at all rather than a lone one in a tiny frame.
    ends = whole_clusters(text)
    low, high = 0, min(len(ends) - 1, int(width / size * 4) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if extent(text[: ends[middle]].rstrip() + "…", size, bold).width <= width:
            low = middle
        else:
            high = middle
    return (text[: ends[low]].rstrip() + "…" if low else ""), size


def fitted_mask(text: str, size: float, width: int, *, bold: bool = False) -> NDArray[np.uint8]:
    """Render a line within `width` pixels, as `fitted` says."""
    words, size = fitted(text, size, width, bold=bold)
    return text_mask(words, size, bold=bold)
