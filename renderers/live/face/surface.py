"""The face of a window: the picture, the bar below it, what lies on top, and the mouse on them.

Knows a session and pixels, no toolkit: a window shows its layers and hands it what the mouse does.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from renderers.live.commands import Command
from renderers.live.face.controls import HINTS, Bar, Button, bar_height
from renderers.live.face.damage import Layer
from renderers.live.face.help import paint_help
from renderers.live.face.probe import Finding, Probe
from renderers.live.face.skin import Pixels, disc, note, skin_named, type_size
from renderers.live.hand import Mark
from renderers.live.painting import Frame
from renderers.live.session import Session
from renderers.picture.colours import cluster_colours
from renderers.picture.layout import blend_mask
from renderers.picture.text import text_mask

__all__ = ["Pointer", "Surface"]

Pointer = Literal["arrow", "hand", "cross"]


class Surface:
    """What a window shows, and what the mouse does there.

    Belongs to the window's thread.

    Parameters
    ----------
    session : Session
        What is shown and asked.

    Attributes
    ----------
    pointer : {"arrow", "hand", "cross"}
        Shape that says what a click does.
    """

    def __init__(self, session: Session) -> None:
        self.pointer: Pointer = "arrow"
        self._session = session
        self._skin = skin_named(session.options.theme)
        self._bar = Bar(self._skin)
        self._probe = Probe()
        self._size = session.options.size
        self._mouse: tuple[float, float] | None = None
        self._over: Button | None = None
        self._sliding = False
        self._resume = False  # once the slider is let go
        self._kept: dict[str, tuple[object, Pixels]] = {}

    @property
    def ground(self) -> tuple[int, int, int]:
        """Colour of what nothing covers."""
        return self._skin.ground

    def picture_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the picture in a window of this size."""
        return size[0], max(1, size[1] - bar_height(size))

    def covers(self, size: tuple[int, int]) -> bool:
        """Return whether the newest picture fills its place in a window of this size."""
        frame = self._session.frame
        return frame is not None and frame.pixels.shape[1::-1] == self.picture_size(size)

    def layers(self, size: tuple[int, int]) -> tuple[Layer, ...]:
        """Return what a window of this size shows, from the bottom up.

        An array stands for its content: what has changed is another array.
        """
        self._size = size
        session = self._session
        found: list[Layer] = []
        frame = session.frame
        if frame is not None:
            found.append(Layer(0, 0, frame.pixels))
            self._look(frame)
        tall = bar_height(size)
        width, height = self.picture_size(size)
        if frame is not None:
            found += [self._marked(frame, mark) for mark in session.hand.marks(frame)]
        if tall:
            report = session.report
            values = (
                ("speed", f"\N{MULTIPLICATION SIGN}{report.speed:g}"),
                ("k", f"K {session.k}"),
                ("init", session.init),
            )
            lit: tuple[Command | None, ...] = (
                None if self._over is None else self._over.command,
                "place" if session.hand.placing else None,
                "help" if session.helping else None,
            )
            found.append(Layer(0, height, self._bar.paint(size, report, values, lit)))
        found += self._notes(width, height, bool(tall))
        return tuple(found)

    # The mouse, in pixels from the upper left corner of the window.

    def move(self, x: float, y: float) -> None:
        """Follow the pointer."""
        self._mouse = x, y
        session = self._session
        if self._sliding:
            self._slide(x)
            return
        if session.hand.holding:
            session.hand.move(x, y)
            return
        self._over = self._button(x, y)
        self._find_pointer()

    def leave(self) -> None:
        """Forget the pointer: it is outside the window."""
        self._mouse, self._over, self.pointer = None, None, "arrow"
        self._probe.forget()

    def press(self, x: float, y: float) -> None:
        """Take the first button of the mouse down."""
        self._mouse = x, y
        session = self._session
        picture = self.picture_size(self._size)[1]
        if y >= picture and bar_height(self._size):
            if self._bar.on_slider(self._size, y - picture):
                self._sliding, self._resume = True, session.report.playing
                self._slide(x)
            else:
                button = self._button(x, y)
                if button is not None:
                    session.post(button.command)
        elif session.helping:
            session.helping = False
        elif session.frame is not None and session.movable:
            centroids = session.hand.press(session.frame, x, y, session.k)
            if centroids is not None:
                session.start_from(centroids)
            self._find_pointer()

    def release(self, x: float, y: float) -> None:
        """Let the first button of the mouse go."""
        session = self._session
        if self._sliding:
            self._sliding = False
            if self._resume:
                session.post("pause")
        elif session.hand.holding and session.frame is not None:
            centroids = session.hand.release(session.frame, x, y)
            if centroids is not None:
                session.start_from(centroids)
        self._find_pointer()

    def scroll(self, steps: float) -> None:
        """Step through the run by the wheel."""
        if steps:
            self._session.post("forward" if steps < 0 else "back")

    def stop(self) -> None:
        """End what was started for the pointer."""
        self._probe.stop(2.0)

    def _slide(self, x: float) -> None:
        self._session.seek(self._bar.state_at(self._size, x, self._session.report))

    def _button(self, x: float, y: float) -> Button | None:
        picture = self.picture_size(self._size)[1]
        if y < picture or not bar_height(self._size):
            return None
        return self._bar.at(self._size, x, y - picture)

    def _find_pointer(self) -> None:
        session, frame = self._session, self._session.frame
        self.pointer = "arrow"
        if self._mouse is None or frame is None:
            return
        x, y = self._mouse
        if self._over is not None or session.hand.holding:
            self.pointer = "hand"
        elif y < self.picture_size(self._size)[1] and not session.helping:
            if session.hand.placing:
                self.pointer = "cross"
            elif session.movable and session.hand.over(frame, x, y) is not None:
                self.pointer = "hand"

    def _look(self, frame: Frame) -> None:
        """Have the cluster under the pointer looked up."""
        session = self._session
        free = not (session.hand.placing or session.hand.holding or session.helping)
        if self._mouse is not None and free and self._mouse[1] < len(frame.pixels):
            self._probe.ask(frame, *self._mouse)
        else:
            self._probe.forget()

    def _notes(self, width: int, height: int, barred: bool) -> list[Layer]:
        session, size = self._session, type_size(self._size)
        found: list[Layer] = []
        if session.helping:
            panel = self._keep(
                "help", (width, height), lambda: paint_help(width, height, size, self._skin)
            )
            if panel is not None:
                return [_centred(panel, width, (height - len(panel)) // 2)]
            text = "the keys need a larger window"
        else:
            text = session.message if barred else session.status
        if self._over is not None and not session.helping:
            words = HINTS[self._over.command]
            hint = self._note("hint", words, size, width)
            middle = self._over.box.left + self._over.box.width // 2
            left = min(max(4, middle - hint.shape[1] // 2), max(4, width - hint.shape[1] - 4))
            found.append(Layer(left, height - len(hint) - 4, hint))
        elif text:
            small = size if barred else max(9.0, min(size, width / 26))
            toast = self._note("toast", text, small, width - 8)
            found.append(_centred(toast, width, height - len(toast) - round(0.6 * size)))
        tip = self._tip(width, size)
        return found if tip is None else [*found, tip]

    def _tip(self, width: int, size: float) -> Layer | None:
        """Return what is said beside the pointer."""
        finding, frame = self._probe.found, self._session.frame
        if finding is None or frame is None or self._mouse is None:
            return None
        x, y = self._mouse
        over = self._session.hand.over(frame, x, y)
        if over is not None:
            finding = Finding(*over, _count(frame, *over))
        words = f"cluster {finding.cluster} · {finding.size:,} point{'s' * (finding.size != 1)}"
        if over is not None and self._session.movable:
            words += " · drag to start from there"
        k = frame.scene.panels[finding.panel].k
        red, green, blue = cluster_colours(k, self._session.options.theme)[finding.cluster].tolist()
        pixels = self._note("tip", words, size, width, (red, green, blue))
        left = round(x + size)
        if left + pixels.shape[1] > width:
            left = max(0, round(x - size) - pixels.shape[1])
        top = round(y + size)
        if top + len(pixels) > self.picture_size(self._size)[1]:
            top = max(0, round(y - size) - len(pixels))
        return Layer(left, top, pixels)

    def _note(
        self,
        name: str,
        text: str,
        size: float,
        widest: int,
        swatch: tuple[int, int, int] | None = None,
    ) -> Pixels:
        key = text, size, widest, swatch
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = key, note(text, size, widest, self._skin, swatch=swatch)
            self._kept[name] = kept
        return kept[1]

    def _keep(self, name: str, key: object, make: object) -> Pixels | None:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            assert callable(make)
            pixels = make()
            if pixels is None:
                return None
            kept = self._kept[name] = key, pixels
        return kept[1]

    def _marked(self, frame: Frame, mark: Mark) -> Layer:
        """Return a centroid as it is held or was placed."""
        height, width = frame.pixels.shape[:2]
        radius = max(8.0, 0.024 * min(height, 0.75 * width))
        k = max(self._session.k, mark.label + 1)
        colour = cluster_colours(k, self._session.options.theme)[mark.label].tolist()
        key = radius, tuple(colour)
        kept = self._kept.get(f"mark {mark.label}")
        if kept is None or kept[0] != key:
            kept = key, _draw_mark(radius, (colour[0], colour[1], colour[2]), mark.label)
            self._kept[f"mark {mark.label}"] = kept
        side = len(kept[1])
        x, y = (min(max(v, -1e6), 1e6) for v in (mark.x, mark.y))
        return Layer(round(x - side / 2), round(y - side / 2), kept[1])


def _count(frame: Frame, panel: int, cluster: int) -> int:
    return int(frame.moment.snapshots[panel].counts[cluster])


def _centred(pixels: Pixels, width: int, top: int) -> Layer:
    return Layer((width - pixels.shape[1]) // 2, max(0, top), pixels)


def _draw_mark(radius: float, colour: tuple[int, int, int], label: int) -> Pixels:
    outer, rim = disc(radius + 2.5), disc(radius + 1)
    side = len(outer)
    pixels = np.zeros((side, side, 4), dtype=np.uint8)
    pixels[..., 3] = outer
    inset = (side - len(rim)) // 2
    blend_mask(pixels, rim, inset, inset, (255, 255, 255))
    inner = disc(radius - 1)
    inset = (side - len(inner)) // 2
    blend_mask(pixels, inner, inset, inset, colour)
    size = 1.05 * radius
    mask = text_mask(str(label), size, bold=True)
    bright = 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] > 130
    at = (side - mask.shape[1]) // 2, round(side / 2 - 0.615 * size)
    blend_mask(pixels, mask, *at, (0, 0, 0) if bright else (255, 255, 255))
    return pixels
