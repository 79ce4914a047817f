"""The list of columns as a panel on the picture, and what is where on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from renderers.live.columns import COMPONENTS, ColumnList
from renderers.live.face.damage import Layer
from renderers.live.face.shapes import Pixels, panel, rounded
from renderers.live.face.skin import Skin
from renderers.picture.ink import blend_mask, paint
from renderers.picture.marks import Disc
from renderers.picture.text import fitted_mask, text_mask
from renderers.plane.placement import Box

__all__ = ["ListPlan", "paint_list", "plan_list"]

WIDEST = 15  # times the size of type, of a name
HINT = "arrows or a click choose \N{MIDDLE DOT} esc closes"


@dataclass(frozen=True, slots=True)
class ListPlan:
    """Where everything is on the list.

    Attributes
    ----------
    box : Box
        Of the panel, on the picture.
    type : float
        Size of type.
    step : int
        Pixels from row to row.
    first, rows : int
        The column in the first row, and how many rows can be seen.
    wide : int
        Pixels of the list of one axis.
    top : int
        Of the first row, from the top of the panel.
    """

    box: Box
    type: float
    step: int
    first: int
    rows: int
    wide: int
    top: int

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the axis and the column at a pixel of the picture; None beside the rows."""
        row, axis = (y - self.box.top - self.top) // self.step, (x - self.box.left) // self.wide
        if not (0 <= row < self.rows and 0 <= axis <= 1):
            return None
        return int(axis), self.first + int(row)

    def row(self, axis: int, column: int) -> Box:
        """Return the pixels of a column in the list of an axis, from the corner of the panel."""
        return Box(
            axis * self.wide, self.top + (column - self.first) * self.step, self.wide, self.step
        )


@lru_cache(maxsize=4)
def _widest(names: tuple[str, ...], size: float) -> int:
    some = (COMPONENTS, *sorted(names, key=len)[-20:])
    return min(round(WIDEST * size), max(int(text_mask(name, size).shape[1]) for name in some))


def plan_list(columns: ColumnList, picture: tuple[int, int], size: float) -> ListPlan | None:
    """Lay out the list on a picture; None if there is no room for it."""
    width, height = picture
    step, top = round(1.7 * size), round(4.3 * size)
    foot = round(2.2 * size)
    wide = min(_widest(columns.names, size) + round(2.6 * size), width // 2)
    rows = min(len(columns.names) + 1, (height - top - foot) // step)
    if rows < 1 or wide < 5 * size:
        return None
    # The rows around the cursor, within the list.
    first = min(max(columns.cursor - rows // 2, -1), len(columns.names) - rows)
    tall = top + rows * step + foot
    # At the right edge, over what is told beside the points.
    left = max(0, width - 2 * wide - round(0.6 * size))
    box = Box(left, (height - tall) // 2, 2 * wide, tall)
    return ListPlan(box, size, step, first, rows, wide, top)


def paint_list(columns: ColumnList, plan: ListPlan, skin: Skin) -> Layer:
    """Return the list of columns."""
    size, pad = plan.type, round(0.9 * plan.type)
    pixels = panel(plan.box.width, plan.box.height, round(0.6 * size), skin.box, 245)
    title = fitted_mask("Axes", 1.1 * size, plan.wide, bold=True)
    blend_mask(pixels, title, pad, round(0.7 * size), skin.on_box)
    for axis, words in enumerate(("across", "up")):
        head = fitted_mask(words, size, plan.wide - pad, bold=axis == columns.axis)
        ink = skin.on_box if axis == columns.axis else skin.faint_on_box
        blend_mask(pixels, head, axis * plan.wide + pad, round(2.5 * size), ink)
        for column in range(plan.first, plan.first + plan.rows):
            _paint_row(pixels, columns, plan, axis, column, skin)
    hint = fitted_mask(HINT, 0.9 * size, plan.box.width - 2 * pad)
    blend_mask(pixels, hint, pad, plan.box.height - round(1.8 * size), skin.faint_on_box)
    return Layer(plan.box.left, plan.box.top, pixels)


def _paint_row(
    pixels: Pixels, columns: ColumnList, plan: ListPlan, axis: int, column: int, skin: Skin
) -> None:
    size, box = plan.type, plan.row(axis, column)
    drawn = columns.axes is None if column < 0 else (columns.axes or (-1, -1))[axis] == column
    if axis == columns.axis and column == columns.cursor:
        inset = round(0.3 * size)
        shape = rounded(box.width - 2 * inset, box.height, round(0.3 * size))
        blend_mask(pixels, shape, box.left + inset, box.top, skin.raised_on_box)
    left = box.left + round(1.9 * size)
    if drawn:
        middle = box.left + 1.2 * size, box.top + box.height / 2
        paint(pixels, [Disc(*middle, 0.3 * size, skin.accent_on_box)])
    name = COMPONENTS if column < 0 else columns.names[column]
    mask = fitted_mask(name, size, box.width - round(2.3 * size), bold=drawn)
    top = box.top + (box.height - mask.shape[0]) // 2
    blend_mask(pixels, mask, left, top, skin.on_box)
