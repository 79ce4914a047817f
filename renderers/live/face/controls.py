"""The bar below the picture: a slider over the iterations, buttons, and what is being saved."""

from __future__ import annotations

import math

import numpy as np

from renderers.live.face.icons import icon
from renderers.live.face.plan import BUTTONS, Button, Plan, bar_height, plan_bar, sign_of
from renderers.live.face.shapes import Pixels, rounded, write_digits
from renderers.live.face.skin import Skin, type_size
from renderers.live.report import Report
from renderers.picture.ink import blend_mask, paint
from renderers.picture.marks import Disc
from renderers.picture.text import fitted_mask, text_mask
from renderers.plane.placement import Box
from renderers.stage.window import Command

__all__ = ["HINTS", "Bar", "slider_end"]

#: What each button does, as its hint says.
HINTS: dict[Command, str] = {
    "first": "to the start (home)",
    "back": "one step back (←)",
    "pause": "pause, resume (space)",
    "forward": "one step forward (→)",
    "last": "to the end (end)",
    "slower": "slower (↓)",
    "faster": "faster (↑)",
    "fewer clusters": "fewer clusters ([)",
    "more clusters": "more clusters (])",
    "next init": "next method for the initial centroids (i)",
    "new clusters": "new points (r)",
    "new centroids": "new centroids (c)",
    "place": "click to place the centroids (m)",
    "columns": "choose the axes (a)",
    "save": "save a film (s), a GIF (g), a picture (e)",
    "help": "all keys (h)",
}


def slider_end(report: Report) -> int:
    """Return the state at the right end of the slider; past what is computed while that grows."""
    if report.finished or report.states < 1:
        return max(1, report.states - 1)
    return int(20 * 2 ** max(0, math.ceil(math.log2(1.1 * report.states / 20))))


class Bar:
    """Paints the bar and tells what is where on it.

    Parameters
    ----------
    skin : Skin
        Colours.
    """

    def __init__(self, skin: Skin) -> None:
        self._skin = skin
        self._ground: tuple[object, Pixels] | None = None
        self._painted: tuple[object, Pixels] | None = None

    def paint(
        self,
        window: tuple[int, int],
        report: Report,
        values: tuple[tuple[str, str], ...],
        lit: tuple[Command | None, ...] = (),
        offered: frozenset[Command] = frozenset(BUTTONS),
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
        offered : frozenset of str
            Buttons that can do something; the others are left out.
        """
        key = window, report, values, lit, offered
        if self._painted is None or self._painted[0] != key:
            plan = self._planned(window, offered)
            still = window, report.playing, values, lit, offered
            if self._ground is None or self._ground[0] != still:
                self._ground = still, self._draw_buttons(plan, report.playing, dict(values), lit)
            pixels = self._ground[1].copy()
            self._draw_slider(pixels, plan, report)
            self._draw_counter(pixels, plan, report)
            self._draw_saving(pixels, plan, report)
            self._painted = key, pixels
        return self._painted[1]

    def at(
        self,
        window: tuple[int, int],
        x: float,
        y: float,
        offered: frozenset[Command] = frozenset(BUTTONS),
    ) -> Button | None:
        """Return the button at a pixel of the bar, of those that are offered."""
        for button in self._planned(window, offered).buttons:
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

    def _planned(
        self, window: tuple[int, int], offered: frozenset[Command] = frozenset(BUTTONS)
    ) -> Plan:
        return plan_bar((window[0], bar_height(window)), type_size(window), offered)

    def _draw_buttons(
        self, plan: Plan, playing: bool, values: dict[str, str], lit: tuple[Command | None, ...]
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
            name = sign_of(button.command, playing)
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
            mask = fitted_mask(values.get(name, ""), plan.type, box.width)
            at = box.left + (box.width - mask.shape[1]) // 2
            blend_mask(pixels, mask, at, _line_top(box, mask.shape[0]), skin.text)
        return pixels

    def _draw_slider(self, pixels: Pixels, plan: Plan, report: Report) -> None:
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
        x, y = column(report.state) + 0.5, track.top + 0.5
        paint(pixels, [Disc(x, y, 0.46 * plan.type, skin.accent)])

    def _draw_counter(self, pixels: Pixels, plan: Plan, report: Report) -> None:
        if not report.states or not plan.counter.width:
            return
        box, size = plan.counter, plan.type
        top = _line_top(box, text_mask("0", size).shape[0])
        left = write_digits(pixels, str(report.state), box.left, top, size, self._skin.text)
        total = f" / {report.states - 1}" if report.finished else " / …"
        write_digits(pixels, total, left, top, size, self._skin.muted)

    def _draw_saving(self, pixels: Pixels, plan: Plan, report: Report) -> None:
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


def _line_top(box: Box, height: int) -> int:
    """Return the top of a line of text whose small letters stand in the middle of a box."""
    return box.top + round((box.height - height) / 2 + 0.06 * height)
