"""What stands still on a picture: where the panels are, their axes, the title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from renderers.picture.axes import Axes, has_axes, unit_of
from renderers.picture.colours import mixed
from renderers.picture.marks import Fill, Mark, Text
from renderers.picture.photo import photo_boxes
from renderers.picture.text import LEAST_TYPE, fitted, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import Scene

__all__ = ["Layout", "grid", "lay_out"]


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


class Layout(NamedTuple):
    """What never changes on a picture, and where what moves goes.

    Attributes
    ----------
    marks : tuple of Mark
        The ground, titles and axes.
    boxes : tuple of Box
        The points of each panel.
    strips : tuple of Box
        The sizes of each panel's clusters; empty without them, or where there is no room.
    dashboard : Box or None
        The curve of the inertia.
    titled : bool
        Whether there is room for the titles of panels.
    photo : Box or None
        The image whose pixels the points are.
    """

    marks: tuple[Mark, ...]
    boxes: tuple[Box, ...]
    strips: tuple[Box, ...]
    dashboard: Box | None
    titled: bool
    photo: Box | None = None


def lay_out(
    scene: Scene,
    size: tuple[int, int],
    theme: Theme,
    notes: Sequence[str],
    overlays: frozenset[str] = frozenset(),
) -> Layout:
    """Decide what never changes, and find the places of the rest.

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
    unit = unit_of(width, height)
    marks: list[Mark] = [Fill(0, 0, width, height, theme.background)]
    band = round(0.12 * height) if theme.boxed else 0
    if width >= 120 and height >= 90 and scene.title.strip():
        left = round(3 * unit)
        type_size = max(LEAST_TYPE, theme.title_size * unit)
        words, fits = fitted(scene.title, type_size, width - 2 * left, bold=not theme.boxed)
        band = max(band, round(2.2 * type_size))
        base = (band - round(1.25 * fits)) * 2 // 3 + rise(fits)
        if theme.boxed:
            marks.append(Text(words, width / 2, base, fits, theme.text, "middle"))
        else:
            marks.append(Text(words, left, base, fits, theme.text, bold=True))
    rest = Box(0, band, width, max(1, height - band))
    dashboard = photo = None
    if len(scene.panels) == 1 and scene.panels[0].image is not None:
        photo, rest, dashboard = photo_boxes(rest, scene.panels[0].image, unit)
        dashboard = dashboard if "curve" in overlays else None
    elif "curve" in overlays:
        rest, dashboard = _part(rest, unit, top=0 if band else round(2 * unit))
    cells = grid(len(scene.panels), rest)
    strip = max(3, round(0.9 * unit)) if "sizes" in overlays else 0
    found = [
        Axes(cell, panel, theme, note, band == 0, strip)
        for cell, panel, note in zip(cells, scene.panels, notes, strict=True)
    ]
    if photo is not None:
        # White pixels are points as well, and so are black ones on a dark ground.
        (axes,) = found
        marks.append(Fill(*axes.box, mixed(theme.background, theme.text, 0.2)))
    for axes in found:
        marks += axes.marks

    def within(box: Box) -> Box:
        # A frame with fewer pixels than panels has boxes of none.
        left, top, w, h = box
        return Box(left, top, max(0, min(w, width - left)), max(0, min(h, height - top)))

    boxes = tuple(within(axes.box) for axes in found)
    titled = all(has_axes(cell) for cell in cells)
    strips: tuple[Box, ...] = ()
    if strip and titled:
        strips = tuple(Box(b.left, b.top - 2 * strip, b.width, strip) for b in boxes)
    return Layout(tuple(marks), boxes, strips, dashboard, titled, photo)


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
