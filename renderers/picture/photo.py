"""The image whose pixels are the points, as it looks in K colours. Draws no points of a plane.

It is made in its own size and averaged over the area of each pixel of its box: to choose some of
its pixels would leave a moire where clusters are dithered. 12 megapixels take about 80 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderers.picture.colours import Colour, mixed
from renderers.picture.recent import Recent
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import Panel

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["OWN", "Photo", "colours_of", "ground_of", "own_indices", "photo_boxes"]

_SHARE = 0.62  # of the frame's width, or half of its height, that an image has at most
_FLAT = 0.85  # height of a cloud of colours with its axes, as a share of its width
_LEAST = (150, 90)  # pixels of a dashboard
_ROWS = 1 << 20  # points whose own colours are found at a time
_STEPS = 64  # of each channel, among the colours that points have before they are clustered

Bytes = NDArray[np.uint8]


def colours_of(panel: Panel, values: NDArray[Any]) -> Bytes:
    """Return the colours that points or centroids of an image stand for, (R, 3)."""
    bright = panel.view.plane.original(values) * (255.0 / panel.white)
    colours = np.rint(bright).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(colours, (len(colours), 3)))


def ground_of(theme: Theme) -> Colour:
    """Return the ground of points that may be white or black themselves."""
    return mixed(theme.background, theme.text, 0.2)


def _table() -> Bytes:
    """Return the colours that `own_indices` counts, (_STEPS ** 3, 3)."""
    level = np.rint(np.linspace(0, 255, _STEPS)).astype(np.uint8)
    return np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1).reshape(-1, 3)


#: The colours of points before they are clustered.
OWN = _table()


def own_indices(panel: Panel, values: NDArray[Any]) -> NDArray[np.intp]:
    """Return which of `OWN` is next to the colour of each point, (R,)."""
    levels = (colours_of(panel, values).astype(np.intp) * (_STEPS - 1) + 127) // 255
    return (levels[:, 0] * _STEPS + levels[:, 1]) * _STEPS + levels[:, 2]


class Photo:
    """An image in a box, recoloured state by state.

    Parameters
    ----------
    panel : Panel
        Its image, and the points that are its pixels.
    box : Box
        Where it is on the frame, in its own aspect.
    ground : Colour
        What is behind transparent pixels.
    """

    def __init__(self, panel: Panel, box: Box, ground: Colour) -> None:
        self.box = box
        self._panel, self._ground = panel, ground
        self._kept = Recent[Bytes]()

    def pixels(self, snapshot: Snapshot | None) -> Bytes:
        """Return the image in the colours of the centroids, or its own, (height, width, 3)."""
        return self._kept.get(snapshot, lambda: self._reduced(self._packed(snapshot)))

    def _packed(self, snapshot: Snapshot | None) -> NDArray[np.uint32]:
        """Return the colours of all points, (M,), each in one word."""
        panel = self._panel
        if snapshot is not None:
            colours = _words(colours_of(panel, snapshot.centroids))
            return np.take(colours, snapshot.labels, mode="clip")
        points = panel.view.points
        found = np.empty(points.n_points, np.uint32)
        for start in range(0, len(found), _ROWS):
            rows = np.arange(start, min(start + _ROWS, len(found)))
            found[rows] = _words(colours_of(panel, points.take(rows)))
        return found

    def _reduced(self, packed: NDArray[np.uint32]) -> Bytes:
        """Return the image in the size of its box, over the ground."""
        height, width = self._panel.image or (0, 0)
        alpha, size = self._panel.alpha, (self.box.width, self.box.height)
        if alpha is None:
            whole = Image.frombuffer("RGBX", (width, height), packed, "raw", "RGBX", 0, 1)
            return np.asarray(whole.resize(size, Image.Resampling.BOX))[..., :3]
        filled = np.zeros(len(alpha), np.uint32)
        filled[alpha != 0] = packed
        filled.view(np.uint8)[3::4] = alpha
        whole = Image.frombuffer("RGBA", (width, height), filled, "raw", "RGBA", 0, 1)
        ground = Image.new("RGBA", size, (*self._ground, 255))
        ground.alpha_composite(whole.resize(size, Image.Resampling.BOX))
        return np.asarray(ground)[..., :3]


def photo_boxes(box: Box, image: tuple[int, int], unit: float) -> tuple[Box, Box, Box | None]:
    """Divide a box into those of an image, of its colours as points, and of the dashboard.

    Parameters
    ----------
    box : Box
        All there is.
    image : tuple of int
        Height and width, whose aspect is kept.
    unit : float
        Pixels per unit of the theme.

    Returns
    -------
    photo, points : Box
        Side by side, or one above the other in a box that is higher than wide.
    dashboard : Box or None
        Below the points, or beside them; None where there is no room.
    """
    left, top, width, height = box
    margin = round(3 * unit)
    beside = width >= height
    wide = (round(_SHARE * width) - margin) if beside else width - 2 * margin
    high = height - 2 * margin if beside else round(0.5 * height) - margin
    scale = min(max(1, wide) / image[1], max(1, high) / image[0])
    high, wide = (max(1, round(side * scale)) for side in image)
    if beside:
        photo = Box(left + margin, top + (height - high) // 2, wide, high)
        taken = 2 * margin + wide
        points = Box(left + taken, top, max(1, width - taken), height)
    else:
        photo = Box(left + (width - wide) // 2, top + margin, wide, high)
        taken = margin + high
        points = Box(left, top + taken, width, max(1, height - taken))
    return photo, *_with_dashboard(points, margin)


def _with_dashboard(box: Box, margin: int) -> tuple[Box, Box | None]:
    """Divide a box into those of a cloud of colours and of the dashboard, beside it or below."""
    left, top, width, height = box
    if width > 1.15 * height:
        flat = box._replace(width=round(_SHARE * width))
        left += flat.width
        width -= flat.width
    else:
        flat = box._replace(height=round(_FLAT * width))
        top += flat.height
        height -= flat.height
    rest = Box(left + margin, top + margin, width - 2 * margin, height - 2 * margin)
    enough = rest.width >= _LEAST[0] and rest.height >= _LEAST[1]
    return (flat, rest) if enough else (box, None)


def _words(colours: Bytes) -> NDArray[np.uint32]:
    """Return colours, (R, 3), as words of four bytes, opaque."""
    words = np.full((len(colours), 4), 255, np.uint8)
    words[:, :3] = colours
    return words.view(np.uint32)[:, 0]
