"""The look of a picture apart from the clusters' colours. Lengths are per cent of the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kmeans_engine.runtime.similar import did_you_mean
from renderers.contract import ON_REQUEST, OVERLAYS
from renderers.errors import InvalidOption
from renderers.picture.colours import Colour

__all__ = ["THEMES", "Theme", "theme_named"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, type sizes and markers of a picture.

    One unit is a hundredth of the frame's height, or of three quarters of its width if less.

    Attributes
    ----------
    background, text, muted, line : tuple of int
        Red, green, blue of the ground, titles, tick labels, and axes.
    marker : {"disc", "cross"}
        Shape of a point while there are few.
    marker_size : float
        Largest radius of a marker, in units.
    opacity : float
        Of one marker, 0..1.
    boxed : bool
        Four spines and outward ticks with matplotlib's margins, or a quiet pair of axes.
    title_size, label_size, tick_size, step_size : float
        Height of type in units: title, axis labels, ticks and notes, ``i = N``.
    centroid_size : float
        Radius of a centroid in units, its edge included.
    edges : tuple of (Colour, float)
        Rings of a centroid from the outside in: colour and width in units.
    border_opacity : float
        Of the line between two clusters, 0..1.
    overlays : frozenset of str
        What is drawn on top unless the user chooses.
    """

    background: Colour
    text: Colour
    muted: Colour
    line: Colour
    marker: Literal["disc", "cross"]
    marker_size: float
    opacity: float
    boxed: bool
    title_size: float
    label_size: float
    tick_size: float
    step_size: float
    centroid_size: float
    edges: tuple[tuple[Colour, float], ...]
    border_opacity: float
    overlays: frozenset[str]


_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_OVERLAYS = frozenset(OVERLAYS) - ON_REQUEST

THEMES: dict[str, Theme] = {
    "light": Theme(
        background=_WHITE,
        text=(31, 35, 40),
        muted=(101, 109, 118),
        line=(190, 196, 204),
        marker="disc",
        marker_size=0.75,
        opacity=0.8,
        boxed=False,
        title_size=3.4,
        label_size=2.3,
        tick_size=1.9,
        step_size=2.8,
        centroid_size=2.1,
        edges=(((31, 35, 40), 0.2), (_WHITE, 0.35)),
        border_opacity=0.4,
        overlays=_OVERLAYS,
    ),
    "dark": Theme(
        background=(14, 17, 23),
        text=(230, 233, 237),
        muted=(139, 147, 158),
        line=(68, 75, 87),
        marker="disc",
        marker_size=0.75,
        opacity=0.85,
        boxed=False,
        title_size=3.4,
        label_size=2.3,
        tick_size=1.9,
        step_size=2.8,
        centroid_size=2.1,
        edges=(((14, 17, 23), 0.2), (_WHITE, 0.35)),
        border_opacity=0.4,
        overlays=_OVERLAYS,
    ),
    # matplotlib's defaults at 640x480 and 100 dots per inch: 10 pt type is 2.9 units.
    "classic": Theme(
        background=_WHITE,
        text=_BLACK,
        muted=_BLACK,
        line=_BLACK,
        marker="cross",
        marker_size=0.87,
        opacity=1.0,
        boxed=True,
        title_size=3.5,
        label_size=2.9,
        tick_size=2.9,
        step_size=2.9,
        centroid_size=1.45,
        edges=((_BLACK, 0.35),),
        border_opacity=0.4,
        overlays=frozenset(),
    ),
}


def theme_named(name: str) -> Theme:
    """Return the theme called `name`.

    Raises
    ------
    InvalidOption
        If there is none of that name.
    """
    if name in THEMES:
        return THEMES[name]
    hint = did_you_mean(name, THEMES, "choose one of these")
    message = f"theme={name!r} is not one of {', '.join(THEMES)}: {hint}"
    raise InvalidOption(message, option="theme")
