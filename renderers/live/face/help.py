"""The explanation of the keys and the mouse, as a panel on the picture."""

from __future__ import annotations

from renderers.live.face.shapes import Pixels, panel
from renderers.live.face.skin import Skin
from renderers.picture.ink import blend_mask
from renderers.picture.text import LEAST_TYPE, fitted_mask, text_mask

__all__ = ["GUIDE", "paint_help"]

#: What is explained: keys as `commands.KEYS` names them apart from signs, and what they do.
GUIDE: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("space", "pause, resume"),
        ("← →", "one step back, forward"),
        ("home end", "to the start, to the end"),
        ("↑ ↓  + \N{MINUS SIGN}", "faster, slower"),
        ("s  g  e", "save film, GIF, picture"),
        ("esc", "cancel; close this"),
        ("h  ?", "this help"),
        ("q", "exit"),
    ),
    (
        ("r", "new points"),
        ("c", "new centroids"),
        ("i", "next method for centroids"),
        ("[  ]", "fewer, more clusters"),
        ("m", "click to place centroids"),
        ("mouse", "drag a centroid or the slider"),
        ("p  P", "next, previous projection"),
        ("1 2 3", "numbers, trails, borders"),
        ("4 5 6", "changes, curve, sizes"),
    ),
)


def paint_help(width: int, height: int, size: float, skin: Skin) -> Pixels | None:
    """Return the panel, (h, w, 4), within a picture of this size; None if it cannot be read there.

    Parameters
    ----------
    width, height : int
        Of the picture, in pixels.
    size : float
        Of the type; reduced to `LEAST_TYPE` at the least where room is short.
    skin : Skin
        Colours.
    """
    rows = max(map(len, GUIDE))
    while True:
        gap = round(1.4 * size)
        keys = round(6.6 * size)
        columns = [
            keys + max(text_mask(what, size).shape[1] for _, what in column) for column in GUIDE
        ]
        step = round(1.75 * size)
        two = sum(columns) + 3 * gap, round(2.6 * size) + rows * step + gap
        if two[0] <= width and two[1] <= height:
            return _painted(two, columns, gap, keys, step, size, skin)
        if size <= LEAST_TYPE:
            return None
        size = max(LEAST_TYPE, size - 1)


def _painted(
    extent: tuple[int, int],
    columns: list[int],
    gap: int,
    keys: int,
    step: int,
    size: float,
    skin: Skin,
) -> Pixels:
    pixels = panel(*extent, round(0.6 * size), skin.box, 245)
    title = fitted_mask("Keys and mouse", 1.1 * size, extent[0] - 2 * gap, bold=True)
    blend_mask(pixels, title, gap, round(0.85 * size), skin.on_box)
    left = gap
    for column, wide in zip(GUIDE, columns, strict=True):
        top = round(2.9 * size)
        for key, what in column:
            blend_mask(pixels, text_mask(key, size, bold=True), left, top, skin.on_box)
            blend_mask(pixels, text_mask(what, size), left + keys, top, skin.on_box)
            top += step
        left += wide + gap
    return pixels
