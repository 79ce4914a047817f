"""The axes of one panel as marks: lines, ticks, labels, title and note. Draws no points."""

from __future__ import annotations

from renderers.picture.marks import Fill, Mark, Text
from renderers.picture.text import HALF_DIGIT, LEAST_TYPE, extent, fitted, rise
from renderers.picture.themes import Theme
from renderers.picture.ticks import ticks
from renderers.plane.aspect import most_degrees
from renderers.plane.placement import Box
from renderers.scene import Panel

__all__ = ["Axes", "has_axes", "unit_of"]

_LEAST = (200, 150)  # cells smaller than this show points and nothing around them


def unit_of(width: int, height: int) -> float:
    """Return the unit of a theme's lengths in pixels."""
    return min(height, 0.75 * width) / 100


def has_axes(cell: Box) -> bool:
    """Return whether a cell has room for more than points."""
    return cell.width >= _LEAST[0] and cell.height >= _LEAST[1]


class Axes:
    """What stands around the points of one panel.

    Parameters
    ----------
    cell : Box
        Pixels for the panel and all that belongs to it.
    panel : Panel
        Where the points lie, and the labels of the axes.
    theme : Theme
        Colours and sizes.
    unit : float
        Pixels per unit of the theme.
    head : int
        Height of the row above the panel; 0 without it.
    strip : int
        Height of the strip of sizes; 0 without it.
    at_top : bool
        Whether nothing is above the cell.

    Attributes
    ----------
    box : Box
        Pixels for the points.
    top : int
        Where the row above the panel begins.
    marks : list of Mark
        From the back to the front.
    """

    def __init__(
        self,
        cell: Box,
        panel: Panel,
        theme: Theme,
        unit: float,
        head: int,
        strip: int,
        at_top: bool,
    ) -> None:
        self.marks: list[Mark] = []
        self.top = cell.top
        if not has_axes(cell):
            margin = min(cell.width, cell.height) // 32
            self.box = Box(
                cell.left + margin,
                cell.top + max(margin, head),
                max(1, cell.width - 2 * margin),
                max(1, cell.height - margin - max(margin, head)),
            )
            return
        self._cell, self._panel, self._theme = cell, panel, theme
        self._line = max(1, round(0.16 * unit))
        self._tick_type = tick_type = max(LEAST_TYPE, theme.tick_size * unit)
        self._label_type = label_type = max(LEAST_TYPE, theme.label_size * unit)
        self._gap = gap = round(0.5 * tick_type)
        self._tick = tick = round(0.35 * tick_type) if theme.boxed else 0
        turned = panel.view.solid is not None  # it brings its own axes, which turn with it
        x_label, y_label = ("", "") if turned else panel.view.labels
        under = tick + gap + 1.25 * tick_type + (gap + 1.25 * label_type if x_label else 0)
        bottom = round(max(under + gap, 0.11 * cell.height if theme.boxed else 0))
        if turned:
            bottom = gap
        above = max(head + 3 * strip, round(2 * unit) if at_top else round(0.8 * tick_type))
        plot_height = max(1, cell.height - bottom - above)
        if turned:
            margin = round(4 * unit)  # as a panel with axes has it, for what stands at its end
            self.box = Box(
                cell.left + gap, cell.top + above, max(1, cell.width - gap - margin), plot_height
            )
            return
        beside = tick + 3 * gap + (1.25 * label_type + gap if y_label else 0)
        least = round(0.125 * cell.width if theme.boxed else 4 * unit)
        right = round(0.1 * cell.width if theme.boxed else 4 * unit)
        widest, y_ticks = 0.0, list[tuple[float, str]]()
        # The width of the words moves the box, whose shape may move the limits, and so the words.
        for _ in range(3):
            left = max(least, round(beside + widest))
            self.box = Box(
                cell.left + left, cell.top + above, max(1, cell.width - left - right), plot_height
            )
            y_ticks = self._find_y_ticks()
            wide = max((extent(words, tick_type).width for _, words in y_ticks), default=0.0)
            if wide <= widest:
                break
            widest = wide
        self._add_lines()
        self._add_y_ticks(y_ticks)
        self._add_x_ticks()
        self._add_labels(round(beside + widest - gap / 2))

    def _find_y_ticks(self) -> list[tuple[float, str]]:
        view = self._panel.view
        if view.plane.is_line:
            return []
        _, _, low, high = view.placed(self.box).limits
        most = min(7, int(self.box.height / (3.5 * self._tick_type)))
        ends = most_degrees(view.labels, 1, view.limits[2])
        return ticks(max(low, -ends), min(high, ends), most, log=view.plane.logs[1])

    def _add_lines(self) -> None:
        (left, top, width, height), line = self.box, self._line
        ink = self._theme.line
        foot, end = top + height, left + width
        self.marks += [
            Fill(left - line, foot, width + line, line, ink),
            Fill(left - line, top, line, height, ink),
        ]
        if self._theme.boxed:
            self.marks += [
                Fill(left - line, top - line, width + 2 * line, line, ink),
                Fill(end, top - line, line, height + 2 * line, ink),
            ]

    def _add_y_ticks(self, found: list[tuple[float, str]]) -> None:
        box, line, tick, size = self.box, self._line, self._tick, self._tick_type
        placed = self._panel.view.placed(box)
        for value, words in found:
            _, y = placed.pixel(placed.limits[0], value)
            if tick:
                self.marks.append(Fill(box.left - line - tick, y, tick, line, self._theme.line))
            end, base = box.left - line - tick - self._gap, y + 0.5 * line + HALF_DIGIT * size
            self.marks.append(Text(words, end, base, size, self._theme.muted, "right"))

    def _add_x_ticks(self) -> None:
        box, line, tick, size = self.box, self._line, self._tick, self._tick_type
        placed = self._panel.view.placed(box)
        is_log = self._panel.view.plane.logs[0]
        foot = box.top + box.height + line
        base = foot + tick + self._gap // 2 + rise(size)
        # Words nearer to what stands beside the cell would be read together with it.
        most = self._cell.left + self._cell.width - 1.2 * size
        low, high = placed.limits[:2]
        ends = most_degrees(self._panel.view.labels, 0, self._panel.view.limits[0])
        low, high = max(low, -ends), min(high, ends)
        found = _beside_each_other(low, high, box.width, size, is_log)
        if len(found) > 2:
            at, words = found[-1]
            x, _ = placed.pixel(at, placed.limits[2])
            if x + extent(words, size).width / 2 > most + 0.3 * size:
                found.pop()
        for value, words in found:
            x, _ = placed.pixel(value, placed.limits[2])
            if tick:
                self.marks.append(Fill(x, foot, line, tick, self._theme.line))
            middle = min(x + 0.5 * line, most - extent(words, size).width / 2)
            self.marks.append(Text(words, middle, base, size, self._theme.muted, "middle"))

    def _add_labels(self, beside: int) -> None:
        box, size, ink = self.box, self._label_type, self._theme.text
        x_label, y_label = self._panel.view.labels
        if x_label:
            words, fits = fitted(x_label, size, box.width)
            top = self._tick + self._gap + 1.25 * self._tick_type + self._gap / 2
            base = box.top + box.height + round(top) + rise(fits)
            self.marks.append(Text(words, box.left + box.width / 2, base, fits, ink, "middle"))
        if y_label:
            words, fits = fitted(y_label, size, box.height)
            base, middle = box.left - beside + rise(fits), box.top + box.height / 2
            self.marks.append(Text(words, base, middle, fits, ink, "middle", turned=True))


def _beside_each_other(
    low: float, high: float, width: int, size: float, log: bool
) -> list[tuple[float, str]]:
    """Return as many ticks as stand side by side without touching."""
    for at_most in range(min(9, int(width / (3 * size))), 1, -1):
        found = ticks(low, high, at_most, log=log)
        if sum(extent(words, size).width + 1.5 * size for _, words in found) <= width:
            return found
    return []
