"""The bar below the picture: a slider over the iterations, buttons, and what is being saved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from renderers.live.commands import Command
from renderers.live.face.icons import ICONS, icon
from renderers.live.face.skin import Pixels, Skin, disc, rounded, type_size, write_digits
from renderers.live.report import Report
from renderers.picture.layout import Box, blend_mask
from renderers.picture.text import text_mask

__all__ = ["Bar", "Button", "bar_height", "slider_end"]

LEAST = (280, 180)  # a smaller window belongs to its picture alone

#: What each button does, as its hint says.
HINTS: dict[Command, str] = {
    "first": "to the start (home)",
    "back": "one step back (←)",
    "pause": "pause, play on (space)",
    "forward": "one step forward (→)",
    "last": "to the end (end)",
    "slower": "slower (↓)",
    "faster": "faster (↑)",
    "fewer clusters": "fewer clusters ([)",
    "more clusters": "more clusters (])",
    "next init": "how centroids are drawn (i)",
    "new clusters": "other points (r)",
    "new centroids": "new centroids (c)",
    "place": "place the centroids by hand (m)",
    "save": "save a film (s), a GIF (g), a picture (e)",
    "help": "all keys (h)",
}

Kind = Literal["icon", "label", "value"]


@dataclass(frozen=True, slots=True)
class Button:
    """A place on the bar that does something when it is clicked.

    Attributes
    ----------
    command : str
        What it does.
    box : Box
        Its pixels on the bar.
    words : str
        Beside its sign; empty if there is no room.
    """

    command: Command
    box: Box
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """Buttons that stay together or are left out together; the highest rank goes first."""

    rank: int
    commands: tuple[Command, ...]
    value: str = ""  # which value stands between two buttons


_LEFT = (
    _Group(0, ("first", "back", "pause", "forward", "last")),
    _Group(3, ("slower", "faster"), "speed"),
)
_RIGHT = (
    _Group(4, ("next init",), "init"),
    _Group(2, ("fewer clusters", "more clusters"), "k"),
    _Group(1, ("new clusters",)),
    _Group(1, ("new centroids",)),
    _Group(1, ("place",)),
    _Group(0, ("save",)),
    _Group(0, ("help",)),
)
_WORDS: dict[Command, str] = {
    "new clusters": "points",
    "new centroids": "centroids",
    "place": "place",
    "save": "save",
    "help": "keys",
}


def bar_height(size: tuple[int, int]) -> int:
    """Return the height of the bar in a window of this size; 0 if it has none."""
    width, height = size
    return 0 if width < LEAST[0] or height < LEAST[1] else round(3.3 * type_size(size))


def slider_end(report: Report) -> int:
    """Return the state at the right end of the slider; past what is computed while that grows."""
    if report.finished or report.states < 1:
        return max(1, report.states - 1)
    return int(20 * 2 ** max(0, math.ceil(math.log2(1.1 * report.states / 20))))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where everything is on a bar of one size."""

    size: tuple[int, int]
    type: float
    buttons: tuple[Button, ...]
    values: tuple[tuple[str, Box], ...]
    counter: Box
    free: Box  # for what is being saved
    track: Box


class Bar:
    """Paints the bar and tells what is where on it.

    Parameters
    ----------
    skin : Skin
        Colours.
    """

    def __init__(self, skin: Skin) -> None:
        self._skin = skin
        self._plan: _Plan | None = None
        self._ground: tuple[object, Pixels] | None = None
        self._painted: tuple[object, Pixels] | None = None

    def paint(
        self,
        window: tuple[int, int],
        report: Report,
        values: tuple[tuple[str, str], ...],
        lit: tuple[Command | None, ...] = (),
    ) -> Pixels:
        """Return the bar, (height, width, 4), opaque; the same array while nothing changes.

        Parameters
        ----------
        window : tuple of int
            Size of the whole window in pixels.
        report : Report
            What the slider and the counter show.
        values : tuple of (str, str)
            What stands for ``"speed"``, ``"k"`` and ``"init"``.
        lit : tuple of str
            Buttons to raise: the one under the pointer and those that are on.
        """
        key = window, report, values, lit
        if self._painted is None or self._painted[0] != key:
            plan = self._planned(window)
            still = window, report.playing, values, lit
            if self._ground is None or self._ground[0] != still:
                self._ground = still, self._draw_buttons(plan, report.playing, dict(values), lit)
            pixels = self._ground[1].copy()
            self._draw_slider(pixels, plan, report)
            self._draw_counter(pixels, plan, report)
            self._draw_saving(pixels, plan, report)
            self._painted = key, pixels
        return self._painted[1]

    def at(self, window: tuple[int, int], x: float, y: float) -> Button | None:
        """Return the button at a pixel of the bar."""
        for button in self._planned(window).buttons:
            left, top, width, height = button.box
            if left <= x < left + width and top <= y < top + height:
                return button
        return None

    def on_slider(self, window: tuple[int, int], y: float) -> bool:
        """Return whether a row of the bar belongs to the slider."""
        plan = self._planned(window)
        return y < 1.1 * plan.type

    def state_at(self, window: tuple[int, int], x: float, report: Report) -> int:
        """Return the state that a column of the slider stands for."""
        track = self._planned(window).track
        share = min(max((x - track.left) / max(1, track.width), 0.0), 1.0)
        return round(share * slider_end(report))

    def _planned(self, window: tuple[int, int]) -> _Plan:
        size = window[0], bar_height(window)
        if self._plan is None or self._plan.size != size:
            self._plan = _plan(size, type_size(window))
        return self._plan

    def _draw_buttons(
        self, plan: _Plan, playing: bool, values: dict[str, str], lit: tuple[Command | None, ...]
    ) -> Pixels:
        skin = self._skin
        width, height = plan.size
        pixels = np.empty((height, width, 4), dtype=np.uint8)
        pixels[:] = (*skin.ground, 255)
        for button in plan.buttons:
            box = button.box
            if button.command in lit:
                shape = rounded(box.width, box.height, max(2, box.height // 5))
                blend_mask(pixels, shape, box.left, box.top, skin.raised)
            name = _sign(button.command, playing)
            left = box.left
            if name:
                side = round(1.35 * plan.type) | 1
                mask = icon(name, side)
                inset = round(0.5 * plan.type) if button.words else (box.width - side) // 2
                top = box.top + (box.height - side) // 2
                blend_mask(pixels, mask, left + inset, top, skin.text)
                left += inset + side + round(0.35 * plan.type)
            if button.words:
                mask = text_mask(button.words, plan.type)
                blend_mask(pixels, mask, left, _line_top(box, mask.shape[0]), skin.muted)
        for name, box in plan.values:
            mask = text_mask(values.get(name, ""), plan.type)
            at = box.left + (box.width - mask.shape[1]) // 2
            blend_mask(pixels, mask, at, _line_top(box, mask.shape[0]), skin.text)
        return pixels

    def _draw_slider(self, pixels: Pixels, plan: _Plan, report: Report) -> None:
        skin, track = self._skin, plan.track
        thick = max(3, round(0.26 * plan.type)) | 1
        top = track.top - thick // 2
        end = slider_end(report)

        def column(state: float) -> int:
            return track.left + round(track.width * min(1.0, state / end))

        parts = (
            (end, skin.line),
            (max(0, report.states - 1), skin.muted),
            (report.state, skin.accent),
        )
        for state, colour in parts:
            length = column(state) - track.left
            if length > 0:
                ribbon = rounded(length + thick, thick, thick // 2)
                blend_mask(pixels, ribbon, track.left - thick // 2, top, colour)
        knob = disc(0.46 * plan.type)
        at = column(report.state) - knob.shape[1] // 2
        blend_mask(pixels, knob, at, track.top - knob.shape[0] // 2, skin.accent)

    def _draw_counter(self, pixels: Pixels, plan: _Plan, report: Report) -> None:
        if not report.states or not plan.counter.width:
            return
        box, size = plan.counter, plan.type
        top = _line_top(box, text_mask("0", size).shape[0])
        left = write_digits(pixels, str(report.state), box.left, top, size, self._skin.text)
        total = f" / {report.states - 1}" if report.finished else " / …"
        write_digits(pixels, total, left, top, size, self._skin.muted)

    def _draw_saving(self, pixels: Pixels, plan: _Plan, report: Report) -> None:
        box, size, skin = plan.free, plan.type, self._skin
        if not report.saving:
            return
        # A third of the way where nobody knows how long the run is.
        share = 0.33 if report.saved is None else report.saved
        colour = skin.muted if report.saved is None else skin.accent
        if box.width < 6 * size:  # a line along the lower edge
            (width, height), thick = plan.size, max(2, round(0.2 * size))
            pixels[height - thick :, :, :3] = skin.line
            pixels[height - thick :, : round(width * share), :3] = colour
            return
        mask = text_mask("saving", size)
        words = mask.shape[1] + round(0.6 * size)
        left, width = box.left, box.width
        if width > words + 5 * size:
            blend_mask(pixels, mask, left, _line_top(box, mask.shape[0]), skin.muted)
            left, width = left + words, width - words
        width = min(width, round(14 * size))
        thick = max(5, round(0.45 * size)) | 1
        top = box.top + (box.height - thick) // 2
        blend_mask(pixels, rounded(width, thick, thick // 2), left, top, skin.line)
        done = max(thick, round(width * share))
        blend_mask(pixels, rounded(done, thick, thick // 2), left, top, colour)


def _sign(command: Command, playing: bool) -> str:
    if command == "pause":
        return "pause" if playing else "play"
    if command in ("slower", "fewer clusters"):
        return "minus"
    if command in ("faster", "more clusters"):
        return "plus"
    return command if command in ICONS else ""


def _line_top(box: Box, height: int) -> int:
    """Return the top of a line of text whose small letters stand in the middle of a box."""
    return box.top + round((box.height - height) / 2 + 0.06 * height)


@lru_cache(maxsize=8)
def _plan(size: tuple[int, int], type_size: float) -> _Plan:
    """Lay out a bar: words go first where room is short, then groups by their rank."""
    width, height = size
    edge, gap = round(0.6 * type_size), round(0.55 * type_size)
    counter = round(6.6 * type_size)
    for worded, rank in ((True, 9), (False, 9), (False, 3), (False, 2), (False, 1), (False, 0)):
        left = [_extent(group, type_size, worded) + gap for group in _LEFT if group.rank <= rank]
        right = [_extent(group, type_size, worded) for group in _RIGHT if group.rank <= rank]
        used = 2 * edge + sum(left) + counter + sum(right)
        if used + (9 * type_size if worded else 0) <= width:
            break
    top = round(1.1 * type_size)
    row = Box(0, top, width, height - top - round(0.2 * type_size))
    buttons: list[Button] = []
    values: list[tuple[str, Box]] = []
    x = edge
    count = Box(0, row.top, 0, row.height)
    for group in _LEFT:
        if group.rank <= rank:
            x = _place(group, x, row, type_size, worded, buttons, values) + gap
        if group.rank == 0:
            room = max(0, min(counter, width - edge - sum(right) - x))
            count = Box(x, row.top, room, row.height)
            x += counter
    start = max(x, width - edge - sum(right))
    free = Box(x, row.top, max(0, start - x - gap), row.height)
    x = start
    for group in _RIGHT:
        if group.rank <= rank:
            x = _place(group, x, row, type_size, worded, buttons, values)
    inset = round(type_size)
    track = Box(inset, round(0.62 * type_size), max(1, width - 2 * inset), 1)
    return _Plan(size, type_size, tuple(buttons), tuple(values), count, free, track)


def _value_width(value: str, type_size: float) -> int:
    units = {"speed": 3.0, "k": 3.6, "init": 6.4}[value]
    return round(units * type_size)


def _button_width(command: Command, type_size: float, worded: bool) -> int:
    plain = round((1.7 if _sign(command, True) in ("minus", "plus") else 2.3) * type_size)
    words = _WORDS.get(command, "") if worded else ""
    if not words:
        return plain
    return round(3.0 * type_size) + int(text_mask(words, type_size).shape[1])


def _extent(group: _Group, type_size: float, worded: bool) -> int:
    if group.value == "init":
        return _value_width("init", type_size)
    wide = sum(_button_width(command, type_size, worded) for command in group.commands)
    return wide + (_value_width(group.value, type_size) if group.value else 0)


def _place(
    group: _Group,
    x: int,
    row: Box,
    type_size: float,
    worded: bool,
    buttons: list[Button],
    values: list[tuple[str, Box]],
) -> int:
    """Append the buttons and values of a group from column `x` on; return the column after."""
    if group.value == "init":
        box = Box(x, row.top, _value_width("init", type_size), row.height)
        buttons.append(Button(group.commands[0], box))
        values.append(("init", box))
        return x + box.width
    for i, command in enumerate(group.commands):
        box = Box(x, row.top, _button_width(command, type_size, worded), row.height)
        buttons.append(Button(command, box, _WORDS.get(command, "") if worded else ""))
        x += box.width
        if group.value and i == 0:
            wide = _value_width(group.value, type_size)
            values.append((group.value, Box(x, row.top, wide, row.height)))
            x += wide
    return x
