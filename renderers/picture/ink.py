"""Paints marks over the pixels of a picture. Decides nothing: no points, no themes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import Colour
from renderers.picture.fonts import chosen
from renderers.picture.marks import (
    Area,
    Cover,
    Disc,
    Fill,
    Group,
    Mark,
    Markers,
    Polyline,
    Raster,
    Rings,
    Segments,
    Text,
    dashed,
)
from renderers.picture.strokes import (
    blend_cover,
    blend_disc,
    blend_markers,
    blend_net,
    blend_path,
    blend_pixels,
    blend_rings,
)
from renderers.picture.text import SHIFTS, extent, whole_mask

__all__ = ["blend_mask", "paint"]

Image = NDArray[np.uint8]

_scratch = threading.local()  # of `blend_net`: to make it takes longer than to paint some borders


def paint(image: Image, marks: Iterable[Mark], left: int = 0, top: int = 0) -> None:
    """Paint marks in their order.

    Parameters
    ----------
    image : ndarray, (height, width, 4), uint8
        The frame, or the part of it whose first pixel is (`left`, `top`); drawn into.
    marks : iterable of Mark
        What falls outside is cut off.
    left, top : int
        Pixels of the frame.
    """
    for mark in marks:
        _PAINT[type(mark)](image, mark, left, top)


def blend_mask(image: Image, mask: Image, left: int, top: int, colour: Colour) -> None:
    """Blend a colour into `image` through a mask; what falls outside is cut off."""
    if mask.flags.writeable or not mask.flags.c_contiguous:
        # One kind of mask is one kernel less to compile.
        mask = np.ascontiguousarray(mask).view()
        mask.flags.writeable = False
    blend_cover(image, mask, left, top, *colour)


def _paint_fill(image: Image, mark: Fill, left: int, top: int) -> None:
    # A middle that lies on an edge belongs to what ends there.
    x, y = mark.left - left + 0.5, mark.top - top + 0.5
    first, end = floor(x), floor(x + mark.width)
    first_row, end_row = floor(y), floor(y + mark.height)
    first, first_row = max(0, first), max(0, first_row)
    if mark.opacity == 1:
        image[first_row : max(0, end_row), first : max(0, end), :3] = mark.colour
    elif end > first and end_row > first_row:
        cover = np.full((end_row - first_row, end - first), round(255 * mark.opacity), np.uint8)
        blend_mask(image, cover, first, first_row, mark.colour)


@lru_cache(maxsize=256)
def _rings(rings: tuple[tuple[float, Colour], ...]) -> NDArray[np.float64]:
    """Return (radius, red, green, blue) of each ring, (R, 4)."""
    return np.array([(radius, *colour) for radius, colour in rings]).reshape(-1, 4)


def _paint_disc(image: Image, mark: Disc, left: int, top: int) -> None:
    x, y, radius, colour, rings = mark
    blend_disc(x - left, y - top, _rings(rings), radius, *colour, image)


def _paint_polyline(image: Image, mark: Polyline, left: int, top: int) -> None:
    for xy in dashed(mark):
        blend_path(xy, left, top, mark.width, *mark.colour, mark.opacity, image)


def _paint_segments(image: Image, mark: Segments, left: int, top: int) -> None:
    xy, width, colour, opacity = mark
    ends = np.stack([xy[:, :-1], xy[:, 1:]], axis=2).reshape(-1, 2, 2)
    shape = image.shape[:2]
    kept = getattr(_scratch, "kept", None)
    if kept is None or kept[0] != shape:
        _scratch.kept = kept = (
            shape,
            np.zeros(shape, np.uint8),
            np.empty(shape[0] * shape[1], np.intp),
        )
    _, cover, pixels = kept
    blend_net(ends, left, top, width, *colour, opacity, cover, pixels, image)


def _paint_area(image: Image, mark: Area, left: int, top: int) -> None:
    xs, ys = mark.xy[:, 0] - left, mark.xy[:, 1] - top
    first, end = max(0, int(xs[0])), min(image.shape[1], int(xs[-1]) + 1)
    # Of 16 bits: a film that moves has large ones in each frame.
    heights = np.rint(np.interp(np.arange(first, end) + 0.5, xs, ys)).astype(np.int16)
    highest = max(0, int(heights.min(initial=image.shape[0])))
    below = np.arange(highest, round(mark.foot - top), dtype=np.int16)[:, None] >= heights
    cover = below.view(np.uint8) * np.uint8(round(255 * mark.opacity))
    blend_mask(image, cover, first, highest, mark.colour)


@lru_cache(maxsize=4096)
def _setting(
    words: str, size: float, bold: bool, anchor: str, font: str | None
) -> tuple[float, dict[int, tuple[Image, int]]]:
    """Return how far a line begins before its anchor, and its masks with their rows above the base.

    One look-up for each number of each frame, in place of four.
    """
    share = {"left": 0.0, "middle": 0.5, "right": 1.0}[anchor]
    return share * extent(words, size, bold).width, {}


def _paint_text(image: Image, mark: Text, left: int, top: int) -> None:
    words, x, y, size, colour, anchor, bold, turned = mark
    before, masks = _setting(words, size, bold, anchor, chosen())
    # Along the line, from where it begins.
    steps = round(((top - y if turned else x - left) - before) * SHIFTS)
    at, shift = divmod(steps, SHIFTS)
    known = masks.get(shift)
    if known is None:
        known = masks[shift] = whole_mask(words, size, bold=bold, shift=shift)
    mask, up = known
    if turned:
        mask = np.rot90(mask)
        blend_mask(image, mask, round(x) - left - up, -at - mask.shape[0], colour)
    else:
        blend_cover(image, mask, at, round(y) - top - up, *colour)


def _paint_rings(image: Image, mark: Rings, left: int, top: int) -> None:
    xy, radius, width, colour, opacity = mark
    blend_rings(xy, left, top, radius, width, *colour, opacity, image)


def _paint_markers(image: Image, mark: Markers, left: int, top: int) -> None:
    xy, radius, shape, colours, opacity = mark
    radii = np.array(np.broadcast_to(radius, len(xy)), dtype=np.float64)
    places = xy - (left, top)
    blend_markers(places, radii, np.array(colours), opacity, shape == "cross", image)


def _paint_cover(image: Image, mark: Cover, left: int, top: int) -> None:
    blend_pixels(mark.pixels, mark.cover, *mark.colour, mark.opacity, image)


def _paint_raster(image: Image, mark: Raster, left: int, top: int) -> None:
    box = mark.box._replace(left=mark.box.left - left, top=mark.box.top - top)
    box.of(image)[..., :3] = mark.pixels


def _paint_group(image: Image, mark: Group, left: int, top: int) -> None:
    box = mark.box
    inside = box._replace(left=box.left - left, top=box.top - top).of(image)
    paint(inside, mark.marks, box.left, box.top)


_PAINT: dict[type, Callable[[Image, Any, int, int], None]] = {
    Fill: _paint_fill,
    Disc: _paint_disc,
    Polyline: _paint_polyline,
    Segments: _paint_segments,
    Area: _paint_area,
    Text: _paint_text,
    Rings: _paint_rings,
    Markers: _paint_markers,
    Cover: _paint_cover,
    Raster: _paint_raster,
    Group: _paint_group,
}
