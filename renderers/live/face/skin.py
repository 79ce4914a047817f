"""Colours and size of type of what lies on and below the picture. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from renderers.picture.colours import Colour
from renderers.picture.themes import theme_named

__all__ = ["Skin", "skin_named", "type_size"]


@dataclass(frozen=True, slots=True)
class Skin:
    """Colours of the controls.

    Attributes
    ----------
    ground, raised, line : tuple of int
        Of the bar, of a button under the pointer, and of what separates.
    text, muted, accent : tuple of int
        Of words, of less important ones, and of what is done.
    box, on_box, faint_on_box : tuple of int
        Of boxes that lie on the picture, and of the words in them.
    raised_on_box, accent_on_box : tuple of int
        Of what the cursor is on, and of what is chosen there.
    """

    ground: Colour
    raised: Colour
    line: Colour
    text: Colour
    muted: Colour
    accent: Colour
    box: Colour
    on_box: Colour
    faint_on_box: Colour
    raised_on_box: Colour
    accent_on_box: Colour


def _mixed(a: Colour, b: Colour, share: float) -> Colour:
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


@lru_cache(maxsize=8)
def skin_named(theme: str) -> Skin:
    """Return the skin that suits a theme of the picture."""
    look = theme_named(theme)
    dark = sum(look.background) < 384
    ink = (230, 233, 237) if dark else (31, 35, 40)
    return Skin(
        ground=_mixed(look.background, ink, 0.05 if dark else 0.035),
        raised=_mixed(look.background, ink, 0.17 if dark else 0.11),
        line=_mixed(look.background, ink, 0.22 if dark else 0.17),
        text=ink,
        muted=_mixed(look.background, ink, 0.62),
        accent=(86, 180, 233) if dark else (0, 114, 178),
        box=(44, 50, 60) if dark else (32, 36, 42),
        on_box=(242, 244, 246),
        faint_on_box=(170, 178, 188),
        raised_on_box=(78, 88, 102),
        accent_on_box=(86, 180, 233),
    )


def type_size(size: tuple[int, int]) -> float:
    """Return the height of type in the controls of a window of this size, in pixels."""
    width, height = size
    return max(11.0, min(width / 56, height / 42, max(14.0, height / 60)))
