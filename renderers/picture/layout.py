"""What stands still on a picture: where the panels are, axes, ticks, titles. Draws no points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.picture.ink import blend_cover
from renderers.picture.text import LEAST_TYPE, fitted_mask, text_mask
from renderers.picture.themes import Colour, Theme
from renderers.scene import Panel, Scene

__all__ = ["Box", "Layout", "blend_mask", "grid", "lay_out", "ticks", "unit_of"]

_AXES_FROM = (200, 150)  # cells smaller than this show points and nothing around them

Image = NDArray[np.uint8]


class Box(NamedTuple):
    """A rectangle of pixels."""

    left: int
    top: int
    width: int
    height: int

    def of(self, image: Image) -> Image:
        """Return these pixels of `image`, as a view."""
        return image[self.top : self.top + self.height, self.left : self.left + self.width]


def unit_of(width: int, height: int) -> float:
    """Return the unit of a theme's lengths in pixels."""
    return min(height, 0.75 * width) / 100


def blend_mask(image: Image, mask: Image, left: int, top: int, colour: Colour) -> None:
    """Blend a colour into `image` through a mask; what falls outside is cut off."""
    blend_cover(image, mask, left, top, *colour)


def grid(n_panels: int, box: Box) -> list[Box]:
    """Divide a box into equal cells that are large, and side by side if that costs little."""

    def least_side(columns: int) -> float:
        rows = -(-n_panels // columns)
        return unit_of(box.width // columns, box.height // rows) * (1.5 if rows == 1 else 1.0)

    columns = max(range(n_panels, 0, -1), key=least_side)  # of equals the most
    rows = -(-n_panels // columns)
    xs = [box.left + box.width * c // columns for c in range(columns + 1)]
    ys = [box.top + box.height * r // rows for r in range(rows + 1)]
    cells = [
        Box(xs[c], ys[r], xs[c + 1] - xs[c], ys[r + 1] - ys[r])
        for r in range(rows)
        for c in range(columns)
    ]
    return cells[:n_panels]


def ticks(low: float, high: float, at_most: int) -> list[tuple[float, str]]:
    """Return round values within the limits and how they are written, or none where none serve."""
    raw = (high - low) / max(1, at_most)
    largest = max(abs(low), abs(high))
    if at_most < 2 or not 1e-280 < raw < 1e280 or raw < 1e-12 * largest:
        return []
    exponent = math.floor(math.log10(raw))
    step, digits = next(
        (factor * 10.0**exponent, extra)
        for factor, extra in ((1, 0), (2, 0), (2.5, 1), (5, 0), (10, -1))
        if factor * 10.0**exponent >= raw * (1 - 1e-9)
    )
    values = [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    decimals = max(0, digits - exponent)
    top = max((math.floor(math.log10(abs(v))) for v in values if v), default=exponent)
    plain = [f"{value:,.{decimals}f}" for value in values]
    short = [_short_exponent(value, max(0, top - exponent + digits)) for value in values]
    longest = max(map(len, plain), default=0)
    written = short if longest > max(10, max(map(len, short), default=0)) else plain
    return [(v, w.replace("-", "\N{MINUS SIGN}")) for v, w in zip(values, written, strict=True)]


def _short_exponent(value: float, decimals: int) -> str:
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


class Layout(NamedTuple):
    """A picture without points, and where what moves goes.

    Attributes
    ----------
    image : ndarray, (height, width, 4), uint8
        Opaque.
    boxes : tuple of Box
        The points of each panel.
    strips : tuple of Box
        The sizes of each panel's clusters; empty without them, or where there is no room.
    dashboard : Box or None
        The curve of the inertia.
    titled : bool
        Whether there is room for the titles of panels.
    """

    image: Image
    boxes: tuple[Box, ...]
    strips: tuple[Box, ...]
    dashboard: Box | None
    titled: bool


def lay_out(
    scene: Scene,
    size: tuple[int, int],
    theme: Theme,
    notes: Sequence[str],
    overlays: frozenset[str] = frozenset(),
) -> Layout:
    """Draw everything that never changes, and find the places of the rest.

    Parameters
    ----------
    scene : Scene
        Panels and titles.
    size : tuple of int
        Width and height in pixels.
    theme : Theme
        Colours and sizes.
    notes : sequence of str
        One per panel: what must be known to read it; may be empty.
    overlays : frozenset of str
        ``curve`` and ``sizes`` need room.
    """
    width, height = size
    image = np.empty((height, width, 4), dtype=np.uint8)
    image[:] = (*theme.background, 255)
    unit = unit_of(width, height)
    roomy = width >= 120 and height >= 90
    type_size = max(LEAST_TYPE, theme.title_size * unit)
    band = round(0.12 * height) if theme.boxed else 0
    if roomy and scene.title.strip():
        left = round(3 * unit)
        mask = fitted_mask(scene.title, type_size, width - 2 * left, bold=not theme.boxed)
        band = max(band, round(2.2 * type_size))
        if theme.boxed:
            left = (width - mask.shape[1]) // 2
        blend_mask(image, mask, left, (band - mask.shape[0]) * 2 // 3, theme.text)
    rest = Box(0, band, width, max(1, height - band))
    dashboard = None
    if "curve" in overlays:
        rest, dashboard = _part(rest, unit, top=0 if band else round(2 * unit))
    cells = grid(len(scene.panels), rest)
    strip = max(3, round(0.9 * unit)) if "sizes" in overlays else 0
    found = [
        _draw_axes(image, cell, panel, theme, note, band == 0, strip)
        for cell, panel, note in zip(cells, scene.panels, notes, strict=True)
    ]

    def within(box: Box) -> Box:
        # A frame with fewer pixels than panels has boxes of none.
        left, top, w, h = box
        return Box(left, top, max(0, min(w, width - left)), max(0, min(h, height - top)))

    boxes = tuple(within(box) for box in found)
    strips: tuple[Box, ...] = ()
    if strip and all(_has_axes(cell) for cell in cells):
        strips = tuple(Box(b.left, b.top - 2 * strip, b.width, strip) for b in boxes)
    return Layout(image, boxes, strips, dashboard, all(_has_axes(cell) for cell in cells))


def _part(box: Box, unit: float, top: int) -> tuple[Box, Box | None]:
    """Divide a box into one for the panels and one for the dashboard, if there is room for it."""
    margin = round(3 * unit)
    if box.width >= 1.15 * box.height and box.width >= 420 and box.height >= 260:
        wide = max(130, min(round(0.25 * box.width), round(45 * unit)))
        left = box.left + box.width - wide
        panels = box._replace(width=box.width - wide)
        return panels, Box(left, box.top + top, wide - margin, box.height - top - margin)
    if box.width < 1.15 * box.height and box.height >= 380 and box.width >= 240:
        high = min(round(0.22 * box.height), round(34 * unit))
        panels = box._replace(height=box.height - high)
        foot = box.top + panels.height
        return panels, Box(box.left + margin, foot, box.width - 2 * margin, high - margin)
    return box, None


def _has_axes(cell: Box) -> bool:
    return cell.width >= _AXES_FROM[0] and cell.height >= _AXES_FROM[1]


def _draw_axes(
    image: Image, cell: Box, panel: Panel, theme: Theme, note: str, at_top: bool, strip: int
) -> Box:
    """Draw one panel's axes within its cell and return the box for its points."""
    unit = unit_of(cell.width, cell.height + (0 if at_top else cell.top // 2))
    xmin, xmax, ymin, ymax = panel.view.limits
    if not _has_axes(cell):
        margin = min(cell.width, cell.height) // 32
        return Box(
            cell.left + margin,
            cell.top + margin,
            max(1, cell.width - 2 * margin),
            max(1, cell.height - 2 * margin),
        )
    tick_type = max(LEAST_TYPE, theme.tick_size * unit)
    label_type = max(LEAST_TYPE, theme.label_size * unit)
    x_label, y_label = panel.view.labels
    gap = round(0.5 * tick_type)
    mark = round(0.35 * tick_type) if theme.boxed else 0
    under = mark + gap + 1.25 * tick_type + (gap + 1.25 * label_type if x_label else 0)
    bottom = round(max(under + gap, 0.11 * cell.height if theme.boxed else 0))
    heading = panel.title or note
    above = round(2.0 * tick_type if heading else 0 if not at_top else 2 * unit)
    if panel.title:
        above = round(max(above, 2.2 * label_type))
    above += 3 * strip
    plot_height = max(1, cell.height - bottom - above)

    count = 0 if panel.view.on_a_line else min(7, int(plot_height / (3.5 * tick_type)))
    y_ticks = [(v, text_mask(w, tick_type)) for v, w in ticks(ymin, ymax, count)]
    widest = max((m.shape[1] for _, m in y_ticks), default=0)
    beside = mark + 3 * gap + widest + (1.25 * label_type + gap if y_label else 0)
    left = round(max(beside, 0.125 * cell.width if theme.boxed else 4 * unit))
    right = round(0.1 * cell.width if theme.boxed else 4 * unit)
    box = Box(cell.left + left, cell.top + above, max(1, cell.width - left - right), plot_height)
    foot, end = box.top + box.height, box.left + box.width

    line = max(1, round(0.16 * unit))
    image[foot : foot + line, box.left - line : end] = (*theme.line, 255)
    image[box.top : foot, box.left - line : box.left] = (*theme.line, 255)
    if theme.boxed:
        image[box.top - line : box.top, box.left - line : end + line] = (*theme.line, 255)
        image[box.top - line : foot + line, end : end + line] = (*theme.line, 255)

    for value, mask in y_ticks:
        y = box.top + round((ymax - value) / (ymax - ymin) * box.height)
        image[y : y + line, box.left - line - mark : box.left - line] = (*theme.line, 255)
        at = box.left - line - mark - gap - mask.shape[1]
        blend_mask(image, mask, at, y - round(0.62 * tick_type), theme.muted)
    for value, mask in _x_ticks(xmin, xmax, box.width, tick_type):
        x = box.left + round((value - xmin) / (xmax - xmin) * box.width)
        image[foot + line : foot + line + mark, x : x + line] = (*theme.line, 255)
        at = min(x - mask.shape[1] // 2, cell.left + cell.width - mask.shape[1] - gap)
        blend_mask(image, mask, at, foot + line + mark + gap // 2, theme.muted)

    if x_label:
        mask = fitted_mask(x_label, label_type, box.width)
        at = box.left + (box.width - mask.shape[1]) // 2
        top = foot + round(mark + gap + 1.25 * tick_type + gap / 2)
        blend_mask(image, mask, at, top, theme.text)
    if y_label:
        mask = np.rot90(fitted_mask(y_label, label_type, box.height))
        at = box.left - round(beside - gap / 2)
        blend_mask(image, mask, at, box.top + (box.height - mask.shape[0]) // 2, theme.text)
    top = box.top - 3 * strip - round(1.6 * tick_type)
    room = box.width
    if panel.title:
        size = max(tick_type, 1.1 * label_type)
        mask = fitted_mask(panel.title, size, room * 2 // 3 if note else room, bold=True)
        blend_mask(image, mask, box.left, top - round(0.98 * (size - tick_type)), theme.text)
        room -= mask.shape[1] + 2 * gap
    if note:
        mask = fitted_mask(note, max(LEAST_TYPE, 1.9 * unit), room)
        blend_mask(image, mask, end - mask.shape[1], top, theme.muted)
    return box


def _x_ticks(low: float, high: float, width: int, size: float) -> list[tuple[float, Image]]:
    """Return as many ticks as stand side by side without touching."""
    for at_most in range(min(9, int(width / (3 * size))), 1, -1):
        found = [(v, text_mask(w, size)) for v, w in ticks(low, high, at_most)]
        if sum(mask.shape[1] + 1.5 * size for _, mask in found) <= width:
            return found
    return []
