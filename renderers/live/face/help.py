"""The explanation of the keys and the mouse, as a panel on the picture."""

from __future__ import annotations

from collections.abc import Callable

from renderers.live.face.shapes import Pixels, panel
from renderers.live.face.skin import Skin
from renderers.picture.ink import blend_mask
from renderers.picture.text import LEAST_TYPE, fitted_mask, text_mask
from renderers.stage.window import Command

__all__ = ["GUIDE", "Guide", "guide_of", "paint_help"]

Guide = tuple[tuple[tuple[str, str], ...], ...]

#: What is explained, in columns: a command, keys as `commands.KEYS` names them apart from signs,
#: and what they do.
GUIDE: tuple[tuple[tuple[Command, str, str], ...], ...] = (
    (
        ("pause", "space", "pause, resume"),
        ("back", "← →", "back, forward"),
        ("first", "home end", "first, last"),
        ("faster", "↑ ↓  + \N{MINUS SIGN}", "faster, slower"),
        ("new clusters", "r", "new points"),
        ("new centroids", "c", "new centroids"),
        ("next init", "i", "next kind of start"),
        ("more clusters", "[  ]", "fewer, more clusters"),
        ("place", "m", "click to place them"),
        ("place", "drag", "move a centroid"),
        ("save", "s  g  e", "save film, GIF, still"),
        ("exit", "q", "exit"),
    ),
    (
        ("closer", "wheel  . ,", "closer, farther"),
        ("closer", "drag", "move the picture"),
        ("whole view", "0", "all points; double click"),
        ("columns", "a", "choose the axes"),
        ("next projection", "p  P", "other projections"),
        ("numbers", "1 2 3", "numbers, trails, borders"),
        ("changes", "4 5 6", "changes, curve, sizes"),
        ("next theme", "t", "another theme"),
        ("full screen", "f", "full screen"),
        ("cancel", "esc", "cancel, close"),
        ("help", "h  ?", "this help"),
    ),
)


def guide_of(offers: Callable[[Command], bool]) -> Guide:
    """Return keys and what they do, in columns: of the commands that are offered."""
    return tuple(
        tuple((key, what) for command, key, what in column if offers(command)) for column in GUIDE
    )


def paint_help(guide: Guide, width: int, height: int, size: float, skin: Skin) -> Pixels | None:
    """Return the panel, (h, w, 4), within a picture of this size; None if it cannot be read there.

    Parameters
    ----------
    guide : tuple
        As `guide_of` makes it.
    width, height : int
        Of the picture, in pixels.
    size : float
        Of the type; reduced to `LEAST_TYPE` at the least where room is short.
    skin : Skin
        Colours.
    """
    rows = max(map(len, guide))
    while True:
        gap = round(1.4 * size)
        keys = round(6.6 * size)
        columns = [
            keys + max(text_mask(what, size).shape[1] for _, what in column) for column in guide
        ]
        step = round(1.75 * size)
        two = sum(columns) + 3 * gap, round(2.6 * size) + rows * step + gap
        if two[0] <= width and two[1] <= height:
            return _painted(guide, two, columns, gap, keys, step, size, skin)
        if size <= LEAST_TYPE:
            return None
        size = max(LEAST_TYPE, size - 1)


def _painted(
    guide: Guide,
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
    for column, wide in zip(guide, columns, strict=True):
        top = round(2.9 * size)
        for key, what in column:
            blend_mask(pixels, text_mask(key, size, bold=True), left, top, skin.on_box)
            blend_mask(pixels, text_mask(what, size), left + keys, top, skin.on_box)
            top += step
        left += wide + gap
    return pixels
