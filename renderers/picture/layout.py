"""Where everything on a picture stands: panels and their axes, the title, rows of words."""

from __future__ import annotations

from typing import NamedTuple

from renderers.picture.axes import Axes, has_axes, unit_of
from renderers.picture.dashboard import Parts, divide
from renderers.picture.marks import Fill, Mark, Text
from renderers.picture.photo import ground_of, photo_boxes
from renderers.picture.text import LEAST_TYPE, fitted, rise
from renderers.picture.themes import Theme
from renderers.plane.placement import Box
from renderers.scene import Scene

__all__ = ["Layout", "Sizes", "grid", "lay_out"]

_FOR_ROWS = 0.28  # of the height; what does not fit is left out, the least important first
_LEAST_HEAD = (64, 64)  # cells smaller than this have no row above them


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


class Sizes(NamedTuple):
    """The sizes of the type on a picture, in pixels: one hierarchy for all of it.

    Attributes
    ----------
    title, step : float
        Of the picture's title; of the line that names the step.
    name : float
        Of the name of a run, above its panel.
    number : float
        Of what the dashboard tells.
    foot : float
        Of the quiet line at the foot.
    """

    title: float
    step: float
    name: float
    number: float
    foot: float

    @classmethod
    def of(cls, theme: Theme, size: tuple[int, int], n_panels: int) -> Sizes:
        """Return them for a frame of so many pixels."""
        unit, cell = unit_of(*size), grid(n_panels, Box(0, 0, *size))[0]
        # Between the frame's and the panel's: runs side by side are small pictures of a large one.
        between = (unit * unit_of(cell.width, cell.height)) ** 0.5
        quiet = min(theme.tick_size, 2.1) * unit
        sizes = (theme.title_size * unit, theme.step_size * unit, 2.6 * between, quiet, 0.9 * quiet)
        return cls(*(max(LEAST_TYPE, size) for size in sizes))


class Layout(NamedTuple):
    """What never changes on a picture, and where what moves goes.

    Attributes
    ----------
    marks : tuple of Mark
        The ground, the title and the axes.
    sizes : Sizes
        Of the type.
    boxes : tuple of Box
        The points of each panel.
    heads : tuple of Box
        The row above each panel, for the name of its run; empty where there is no room, or if a
        run is alone and has no name.
    caption, legend, foot : Box or None
        The rows of the step, of what things are if that was asked for, and of where the picture
        comes from.
    strips : tuple of Box
        The sizes of each panel's clusters; empty without them, or where there is no room.
    dashboard : Box or None
        The course of the runs in curves and numbers.
    parts : Parts or None
        Of the dashboard of a lone run.
    photo : Box or None
        The image whose pixels the points are.
    """

    marks: tuple[Mark, ...]
    sizes: Sizes
    boxes: tuple[Box, ...]
    heads: tuple[Box, ...]
    caption: Box | None
    legend: Box | None
    foot: Box | None
    strips: tuple[Box, ...]
    dashboard: Box | None
    parts: Parts | None
    photo: Box | None = None


def lay_out(
    scene: Scene,
    size: tuple[int, int],
    theme: Theme,
    overlays: frozenset[str] = frozenset(),
    *,
    unit: float,
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
    overlays : frozenset of str
        ``curve`` and ``sizes`` need room.
    unit : float
        Pixels per unit of the theme, within a panel.
    """
    width, height = size
    sizes = Sizes.of(theme, size, len(scene.panels))
    rows = _Rows(scene, size, theme, sizes, legend="legend" in overlays)
    rest = Box(0, rows.top, width, max(1, height - rows.top - rows.under))
    dashboard, caption, photo = None, rows.caption, None
    image = scene.panels[0].image if len(scene.panels) == 1 else None
    if image is not None:
        photo, rest, dashboard = photo_boxes(rest, image, unit_of(width, height))
        dashboard = dashboard if "curve" in overlays else None
    elif "curve" in overlays:
        above = caption.height if caption is not None and not theme.boxed else 0
        rest, dashboard = _part(rest, unit_of(width, height), above)
    parts = None
    if dashboard is not None and len(scene.panels) == 1:
        bars = "sizes" in overlays
        parts = divide(dashboard, scene.panels[0].k, sizes.number, bars=bars)
        if parts.sizes is not None:
            overlays -= {"sizes"}
    cells = grid(len(scene.panels), rest)
    strip = max(3, round(0.9 * unit)) if "sizes" in overlays else 0
    named = len(scene.panels) > 1 or scene.panels[0].title.strip()
    if named and min(cells[0].width / _LEAST_HEAD[0], cells[0].height / _LEAST_HEAD[1]) >= 1:
        head = round(1.9 * sizes.name)
    else:
        head = 0
    found = [
        Axes(cell, panel, theme, unit, head, strip, rows.top == 0)
        for cell, panel in zip(cells, scene.panels, strict=True)
    ]
    marks: list[Mark] = [Fill(0, 0, width, height, theme.background), *rows.marks]
    if photo is not None:
        (axes,) = found
        marks.append(Fill(*axes.box, ground_of(theme)))
    for axes in found:
        marks += axes.marks

    def within(box: Box) -> Box:
        # A frame with fewer pixels than panels has boxes of none.
        left, top, w, h = box
        return Box(left, top, max(0, min(w, width - left)), max(0, min(h, height - top)))

    boxes = tuple(within(axes.box) for axes in found)
    heads, strips = tuple[Box, ...](), tuple[Box, ...]()
    if head:
        heads = tuple(Box(a.box.left, a.top, a.box.width, head) for a in found)
    if strip and all(map(has_axes, cells)):
        strips = tuple(Box(b.left, b.top - 2 * strip, b.width, strip) for b in boxes)
    if caption is not None and not theme.boxed:  # there it is in the middle
        end = max(box.left + box.width for box in boxes)
        if dashboard is not None and dashboard.left >= end:
            end = min(end, dashboard.left - round(1.2 * sizes.number))
        caption = caption._replace(width=max(0, end - caption.left))
    words = caption, rows.legend, rows.foot
    return Layout(tuple(marks), sizes, boxes, heads, *words, strips, dashboard, parts, photo)


class _Rows:
    """The rows of words across the frame: at the top the title and the step, at the foot facts."""

    def __init__(
        self,
        scene: Scene,
        size: tuple[int, int],
        theme: Theme,
        sizes: Sizes,
        *,
        legend: bool,
    ) -> None:
        width, height = size
        self.marks: list[Mark] = []
        self.caption: Box | None = None
        self.legend: Box | None = None
        self.foot: Box | None = None
        self.top = self.under = 0
        step, title = round(1.6 * sizes.step), round(1.8 * sizes.title)
        room = _FOR_ROWS * height - step
        if width < 100 or room < 0:
            return
        margin = round(3 * unit_of(width, height))
        titled = bool(scene.title.strip()) and room >= title
        room -= title if titled else 0
        foot = round(2 * sizes.foot)
        band = step + (title if titled else 0)
        # As much above the words as beside them, if there is so much.
        pad = max(0, min(round(0.5 * margin), int(room)))
        if theme.boxed:
            pad = max(pad, (round(0.12 * height) - band) // 2)
            if not titled:
                pad = max(pad, round(0.12 * height) - band)
        self.caption = Box(margin, pad + band - step, width - 2 * margin, step)
        self.top = max(pad + band, round(0.12 * height) if theme.boxed else 0)
        if titled:
            words, fits = fitted(scene.title, sizes.title, width - 2 * margin, bold=not theme.boxed)
            base = pad + (title - round(1.25 * fits)) // 2 + rise(fits)
            if theme.boxed:
                mark = Text(words, width / 2, base, fits, theme.text, "middle")
            else:
                mark = Text(words, margin, base, fits, theme.text, bold=True)
            self.marks.append(mark)
        room -= pad
        row = Box(margin, height - foot, width - 2 * margin, foot)
        if legend and room >= foot:
            self.legend, self.under = row, foot
            room, row = room - foot, row._replace(top=row.top - foot)
        if room >= foot:  # the lowest row of all
            if self.legend is not None:
                row, self.legend = self.legend, row
            self.foot, self.under = row, self.under + foot


def _part(box: Box, unit: float, above: int) -> tuple[Box, Box | None]:
    """Divide a box into one for the panels and one for the dashboard, if there is room for it.

    A dashboard beside the panels begins `above` the box, beside the caption.
    """
    margin = round(3 * unit)
    if box.width >= 1.15 * box.height and box.width >= 420 and box.height >= 240:
        wide = max(130, min(round(0.25 * box.width), round(45 * unit)))
        left = box.left + box.width - wide
        panels = box._replace(width=box.width - wide)
        return panels, Box(left, box.top - above, wide - margin, box.height + above)
    if box.width < 1.15 * box.height and box.height >= 380 and box.width >= 240:
        high = min(round(0.25 * box.height), round(36 * unit))
        panels = box._replace(height=box.height - high)
        foot = box.top + panels.height
        return panels, Box(box.left + margin, foot, box.width - 2 * margin, high)
    return box, None
