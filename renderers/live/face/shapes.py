"""Shapes and words that the face of a window is painted with. Knows colours, no commands."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from renderers.live.face.skin import Skin
from renderers.picture.centroids import CentroidSizes, centroid_mark
from renderers.picture.colours import Colour
from renderers.picture.ink import blend_mask, paint
from renderers.picture.marks import Disc
from renderers.picture.text import fitted_mask, text_mask

__all__ = ["Pixels", "note", "panel", "pin", "rounded", "write_digits"]

Pixels = NDArray[np.uint8]

_SMOOTH = 4  # shapes are drawn this many times larger, then reduced
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


@lru_cache(maxsize=64)
def rounded(width: int, height: int, radius: int) -> Pixels:
    """Return the mask of a rectangle with round corners; read-only."""
    n = _SMOOTH
    large = Image.new("L", (width * n, height * n))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, width * n - 1, height * n - 1), radius * n, fill=255
    )
    mask = np.array(large.resize((width, height), Image.Resampling.BOX))
    mask.flags.writeable = False
    return mask


def panel(width: int, height: int, radius: int, colour: Colour, opacity: int = 255) -> Pixels:
    """Return a box with round corners on nothing, (height, width, 4)."""
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    pixels[:] = (*colour, 0)
    pixels[..., 3] = rounded(width, height, radius).astype(np.uint16) * opacity // 255
    return pixels


def note(
    text: str, size: float, widest: int, skin: Skin, *, swatch: Colour | None = None
) -> Pixels:
    """Return words in a dark box, on as many lines as `widest` pixels ask for.

    Parameters
    ----------
    text : str
        What to say.
    size : float
        Of the type, in pixels.
    widest : int
        Pixels that the box may be wide.
    skin : Skin
        Colours.
    swatch : tuple of int, optional
        Colour of a dot before the words.

    Returns
    -------
    ndarray, (height, width, 4), uint8
        With transparent corners.
    """
    pad = round(0.7 * size)
    dot = round(1.3 * size) if swatch is not None else 0
    room = max(1, widest - 2 * pad - dot)
    masks = [fitted_mask(line, size, room) for line in _broken(text, size, room)]
    step = round(1.45 * size)
    width = max(mask.shape[1] for mask in masks) + 2 * pad + dot
    height = step * len(masks) + pad
    pixels = panel(width, height, round(0.45 * size), skin.box, 240)
    if swatch is not None:
        paint(pixels, [Disc(pad + 0.35 * size, height / 2, 0.4 * size, swatch)])
    for i, mask in enumerate(masks):
        top = round(0.5 * pad + i * step + (step - mask.shape[0]) / 2)
        blend_mask(pixels, mask, pad + dot, top, skin.on_box)
    return pixels


def _broken(text: str, size: float, width: int) -> list[str]:
    """Break a text into lines where it has line breaks, and between words."""
    if "\n" in text:
        return [line for part in text.split("\n") for line in _broken(part, size, width)]
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_mask(longer, size).shape[1] <= width:
            lines[-1] = longer
        elif lines:
            lines.append(word)
        else:
            lines = [word]
    return lines or [""]


def write_digits(image: Pixels, text: str, left: int, top: int, size: float, colour: Colour) -> int:
    """Write numbers whose digits all have the same width, from masks made once; return the end."""
    cell = round(0.64 * size)
    for character in text:
        mask = text_mask(character, size)
        wide = cell if character.isdigit() else max(mask.shape[1] + 1, round(0.3 * size))
        blend_mask(image, mask, left + (wide - mask.shape[1]) // 2, top, colour)
        left += wide
    return left


def pin(radius: float, colour: Colour, label: int, *, hollow: bool = False) -> Pixels:
    """Return a centroid with a transparent ground.

    Parameters
    ----------
    radius : float
        In pixels, without its edges.
    colour : tuple of int
        Of its cluster.
    label : int
        Its number.
    hollow : bool
        A white disc in a ring of its colour: one that was placed, and has no points yet.
    """
    rings: tuple[tuple[float, Colour], ...] = ((radius + 2.5, _BLACK), (radius + 1, _WHITE))
    inner = radius - 1
    if hollow:
        rings = (*rings, (radius, colour))
        inner, colour = 0.68 * radius, _WHITE
    sizes = CentroidSizes(rings, inner, 1.05 * radius)
    side = 2 * ceil(sizes.outer) + 1
    middle = side / 2
    cover, pixels = np.zeros((2, side, side, 4), dtype=np.uint8)
    paint(cover, [Disc(middle, middle, sizes.outer, _WHITE)])
    pixels[..., 3] = cover[..., 0]  # painting marks leaves the opacity alone
    paint(pixels, centroid_mark(middle, middle, label, colour, sizes))
    return pixels
