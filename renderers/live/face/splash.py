"""The bare points, before anything is compiled to paint them with. Uses no machine code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.live.face.skin import type_size
from renderers.live.messages import COMPILING
from renderers.picture.colours import Colour
from renderers.picture.text import text_mask
from renderers.picture.themes import theme_named
from renderers.plane.placement import Box
from renderers.scene import Scene

__all__ = ["paint_splash"]

MOST = 20_000  # points that are drawn
MARGIN = 0.1  # of the picture, around them

Pixels = NDArray[np.uint8]


def paint_splash(scene: Scene, theme: str, size: tuple[int, int]) -> Pixels:
    """Return a picture of the points of a scene, where they can be had at once, and why no more.

    Parameters
    ----------
    scene : Scene
        Its first panel counts.
    theme : str
        Gives the ground, and the ink of the axes.
    size : tuple of int
        Width and height in pixels.

    Returns
    -------
    ndarray, (height, width, 4), uint8
    """
    look, (width, height) = theme_named(theme), size
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    pixels[:] = (*look.background, 255)
    band = round(3 * type_size(size))
    box = Box(
        round(MARGIN * width),
        round(MARGIN * height),
        max(1, round((1 - 2 * MARGIN) * width)),
        max(1, round((1 - 2 * MARGIN) * height) - band),
    )
    if scene.panels:
        _dot(pixels, scene, box, look.muted)
    mask = text_mask(COMPILING, min(type_size(size), width / 26))
    _write(pixels, mask, (width - mask.shape[1]) // 2, height - band, look.text)
    return pixels


def _dot(pixels: Pixels, scene: Scene, box: Box, ink: Colour) -> None:
    """Draw the points as squares of a few pixels."""
    view = scene.panels[0].view
    parts = getattr(view.points, "parts", ())
    if not parts or not all(part.in_memory for part in parts):
        return
    step = -(-view.points.n_points // MOST)
    values = view.points.sample(step)
    xmin, xmax, ymin, ymax = view.placed(box).limits
    xy = view.plane.project(values, np.arange(len(values)) * step)
    side = 3 if len(values) <= 2_000 else 2 if len(values) <= 10_000 else 1
    with np.errstate(all="ignore"):
        x = (xy[:, 0] - xmin) / (xmax - xmin) * box.width + box.left
        y = (ymax - xy[:, 1]) / (ymax - ymin) * box.height + box.top
        inside = (x >= box.left) & (x < box.left + box.width)
        inside &= (y >= box.top) & (y < box.top + box.height)
    columns, rows = x[inside].astype(np.intp), y[inside].astype(np.intp)
    for down in range(side):
        for across in range(side):
            down_to = (rows + down - side // 2).clip(0, pixels.shape[0] - 1)
            across_to = (columns + across - side // 2).clip(0, pixels.shape[1] - 1)
            pixels[down_to, across_to, :3] = ink


def _write(pixels: Pixels, mask: Pixels, left: int, top: int, ink: Colour) -> None:
    """Blend words into the picture; what falls outside is cut off."""
    height, width = pixels.shape[:2]
    left, top = max(0, left), max(0, top)
    mask = mask[: max(0, height - top), : max(0, width - left)]
    ground = pixels[top : top + mask.shape[0], left : left + mask.shape[1], :3]
    share = mask[..., None] / 255
    ground[:] = np.rint(ground + (np.array(ink) - ground) * share)
