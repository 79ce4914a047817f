"""What is drawn on a picture, as values: decided once, painted by `ink`, written by `vector`.

Lengths and places are pixels of the frame, from its upper left corner; colours are red, green and
blue. Marks lie upon each other in their order. They know no painter and no file format.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from renderers.picture.colours import Colour
from renderers.plane.placement import Box

__all__ = [
    "Anchor",
    "Area",
    "Cover",
    "Disc",
    "Fill",
    "Group",
    "Mark",
    "Markers",
    "Polyline",
    "Raster",
    "Rings",
    "Segments",
    "Text",
    "dashed",
]

Anchor = Literal["left", "middle", "right"]


class Fill(NamedTuple):
    """A rectangle. Painted are the pixels whose middle lies in it."""

    left: float
    top: float
    width: float
    height: float
    colour: Colour
    opacity: float = 1.0


class Disc(NamedTuple):
    """A disc within others: `rings` are radius and colour of those, the largest first."""

    x: float
    y: float
    radius: float
    colour: Colour
    rings: tuple[tuple[float, Colour], ...] = ()


class Polyline(NamedTuple):
    """A line through places, (R, 2), with round ends and corners.

    `dash` are lengths along it, drawn and left out in turn; a line without is whole.
    """

    xy: NDArray[np.float64]
    width: float
    colour: Colour
    opacity: float = 1.0
    dash: tuple[float, ...] = ()


class Area(NamedTuple):
    """What lies between a line through places, (R, 2), with ascending x, and the level `foot`."""

    xy: NDArray[np.float64]
    foot: float
    colour: Colour
    opacity: float = 1.0


class Text(NamedTuple):
    """One line of words in the font of `text`.

    `x` is where it begins, has its middle or ends, as `anchor` says, and `y` its baseline. If
    it is turned it runs upwards: then `x` is its baseline, and the anchor is along `y`.
    """

    words: str
    x: float
    y: float
    size: float
    colour: Colour
    anchor: Anchor = "left"
    bold: bool = False
    turned: bool = False


class Rings(NamedTuple):
    """A ring around each place, (R, 2); `radius` is that of the middle of its line."""

    xy: NDArray[np.float64]
    radius: float
    width: float
    colour: Colour
    opacity: float


class Segments(NamedTuple):
    """Lines through places, (S, R, 2), drawn as one: where they meet they are no darker."""

    xy: NDArray[np.float64]
    width: float
    colour: Colour
    opacity: float = 1.0


class Markers(NamedTuple):
    """A disc or a cross at each place, (R, 2), in colours of its own, (R, 3), later ones above.

    They stand for points that are few enough to be shapes; others are a `Raster`. The radius may be
    one for each, (R,).
    """

    xy: NDArray[np.float64]
    radius: float | NDArray[np.float64]
    shape: Literal["disc", "cross"]
    colours: NDArray[np.uint8]
    opacity: float


class Cover(NamedTuple):
    """A colour over some pixels of the group's box: row * width + column, and 0..255 of each."""

    pixels: NDArray[np.intp]
    cover: NDArray[np.uint8]
    colour: Colour
    opacity: float


class Raster(NamedTuple):
    """Opaque pixels, (height, width, 3), that fill a box."""

    box: Box
    pixels: NDArray[np.uint8]


class Group(NamedTuple):
    """Marks of which only what lies in `box` is seen."""

    box: Box
    marks: tuple[Mark, ...]


Mark: TypeAlias = (
    Fill | Disc | Polyline | Area | Text | Rings | Segments | Markers | Cover | Raster | Group
)


def dashed(mark: Polyline) -> list[NDArray[np.float64]]:
    """Return the pieces of a line that are drawn, each (R, 2)."""
    xy, dash = mark.xy, mark.dash
    if not dash or len(xy) < 2:
        return [xy]
    way = np.concatenate([[0.0], np.hypot(*np.diff(xy, axis=0).T).cumsum()])
    lengths = np.tile(dash, 1 + len(dash) % 2)  # in pairs: drawn, left out
    rounds = int(way[-1] / lengths.sum()) + 1
    edges = np.concatenate([[0.0], np.tile(lengths, rounds).cumsum()]).clip(0, way[-1])
    # All stops of all pieces at once: a film has hundreds in each frame.
    stops = np.unique(np.concatenate([edges, way]))
    places = np.stack([np.interp(stops, way, axis) for axis in xy.T], axis=1)
    firsts, ends = np.searchsorted(stops, edges[:-1]), np.searchsorted(stops, edges[1:], "right")
    pairs = zip(firsts[::2].tolist(), ends[::2].tolist(), strict=True)
    return [places[first:end] for first, end in pairs if stops[first] < way[-1]]
