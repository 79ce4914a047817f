"""Which part of a window has to be drawn again. Knows layers, no toolkit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from renderers.live.face.shapes import Pixels
from renderers.plane.placement import Box

__all__ = ["Layer", "damage"]


class Layer(NamedTuple):
    """Pixels and where their upper left corner is in the window.

    An array stands for its content: a layer that changes is another array.
    """

    left: int
    top: int
    pixels: Pixels

    @property
    def box(self) -> Box:
        """The pixels of the window that it covers."""
        return Box(self.left, self.top, self.pixels.shape[1], self.pixels.shape[0])


def damage(old: tuple[Layer, ...], new: tuple[Layer, ...], size: tuple[int, int]) -> list[Box]:
    """Return boxes around what differs between two stacks of layers.

    Parameters
    ----------
    old, new : tuple of Layer
        From the bottom up.
    size : tuple of int
        Width and height of the window.

    Returns
    -------
    list of Box
        Within the window; none if nothing differs.
    """
    kept = {_identity(layer) for layer in old} & {_identity(layer) for layer in new}
    gone = [layer for layer in old if _identity(layer) not in kept]
    boxes = []
    for layer in new:
        if _identity(layer) not in kept:
            before = next((other for other in gone if other.box == layer.box), None)
            if before is None:
                boxes.append(layer.box)
            else:  # two pictures, or two states of the bar
                gone = [other for other in gone if other is not before]
                boxes.append(_differing(before, layer))
    cut = (_within(box, size) for box in (*boxes, *(layer.box for layer in gone)))
    return [box for box in cut if box.width and box.height]


def _identity(layer: Layer) -> tuple[int, int, int]:
    return id(layer.pixels), layer.left, layer.top


def _differing(one: Layer, other: Layer) -> Box:
    """Return the box around the pixels that differ, which takes 0.5 ms at 1280x720."""
    a, b = (np.ascontiguousarray(layer.pixels).view(np.uint32)[..., 0] for layer in (one, other))
    different = a != b
    rows = np.flatnonzero(different.any(axis=1))
    if not len(rows):
        return Box(one.left, one.top, 0, 0)
    columns = np.flatnonzero(different[rows[0] : rows[-1] + 1].any(axis=0))
    return Box(
        one.left + int(columns[0]),
        one.top + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )


def _within(box: Box, size: tuple[int, int]) -> Box:
    left, top = max(0, box.left), max(0, box.top)
    right, bottom = min(size[0], box.left + box.width), min(size[1], box.top + box.height)
    return Box(left, top, max(0, right - left), max(0, bottom - top))
