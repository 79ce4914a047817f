"""Emoji that a font holds as coloured pictures, drawn as lines: a mask has one colour.

A picture's lines are where its colours or its opacity change.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from renderers.picture.fonts import Face
from renderers.picture.script import Run

__all__ = ["draw_outline", "outline_width"]

# Sizes of the pictures in Noto's, Apple's and older fonts.
_STRIKES = (109, 160, 136, 128, 96, 64, 48, 40, 32, 20)
_DROP = 0.12  # of the size: how far pictures reach below the baseline


@lru_cache(maxsize=8)
def _strike(face: Face) -> tuple[ImageFont.FreeTypeFont, int] | None:
    """Return the font at the size of its pictures."""
    for size in _STRIKES:
        try:
            return ImageFont.truetype(face.path, size, face.number), size
        except OSError:
            continue
    return None


@lru_cache(maxsize=64)
def _lines(run: Run) -> Image.Image:
    """Return the pictures of a run as lines, as high as the font is large."""
    found = _strike(run.face)
    if found is None:
        return Image.new("L", (1, 1))
    font, _ = found
    left, top, right, bottom = font.getbbox(run.words)
    picture = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))))
    pencil = ImageDraw.Draw(picture)
    pencil.text((-left, -top), run.words, font=font, embedded_color=True)
    picture = picture.filter(ImageFilter.GaussianBlur(1.0))
    values = np.asarray(picture, dtype=np.float64)
    values[..., :3] *= values[..., 3:] / 255
    steps = np.zeros(values.shape[:2])
    for axis in (0, 1):
        steps += np.abs(np.gradient(values, axis=axis)).max(axis=2)
    lines = Image.fromarray((steps * 5).clip(0, 255).astype(np.uint8))
    return lines.filter(ImageFilter.MaxFilter(3))


def outline_width(run: Run, size: float) -> float:
    """Return the width of a run of pictures at a size of type, in pixels."""
    lines = _lines(run)
    return lines.width * 1.17 * size / lines.height


def draw_outline(picture: Image.Image, run: Run, x: float, base: float, size: float) -> None:
    """Draw a run of pictures into a mask.

    Parameters
    ----------
    picture : Image
        Of one channel.
    run : Run
        Its words.
    x, base : float
        Where it begins, and its baseline.
    size : float
        Of the type, in pixels.
    """
    wide, high = max(1, round(outline_width(run, size))), max(1, round(1.17 * size))
    lines = _lines(run).resize((wide, high), Image.Resampling.BOX)
    place = round(x), round(base - high + _DROP * 1.5 * size)
    picture.paste(255, (*place, place[0] + wide, place[1] + high), lines)
