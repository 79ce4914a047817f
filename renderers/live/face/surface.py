"""The face of a window: the picture, the bar below it, what lies on top, and the mouse on them.

Knows a session and pixels, no toolkit: a window shows its layers and hands it what the mouse does.
"""

from __future__ import annotations

from typing import Literal

from renderers.live.face.controls import Bar
from renderers.live.face.damage import Layer
from renderers.live.face.notes import Notes
from renderers.live.face.plan import Button, bar_height
from renderers.live.face.probe import Probe
from renderers.live.face.skin import skin_named
from renderers.live.frame import Frame
from renderers.live.session import Session
from renderers.stage.window import Command

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
        self._choices = session.choices
        self._hand = session.choices.hand
        self._skin = skin_named(session.options.theme)
        self._bar = Bar(self._skin)
        self._notes = Notes(session, self._skin)
        self._probe = Probe()
        self._size = session.options.size
        self._mouse: tuple[float, float] | None = None
        self._over: Button | None = None
        self._sliding = False
        self._resume = False  # once the slider is let go

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
        found: list[Layer] = []
        frame = self._session.frame
        if frame is not None:
            found.append(Layer(0, 0, frame.pixels))
            self._look(frame)
            found += [self._notes.pin(frame, mark) for mark in self._hand.marks(frame)]
        if bar_height(size):
            found.append(self._painted_bar(size))
        found += self._notes.messages(size, self._over)
        finding = self._probe.found
        if finding is not None and frame is not None and self._mouse is not None:
            found.append(self._notes.tip(size, frame, *self._mouse, finding))
        return tuple(found)

    # The mouse, in pixels from the upper left corner of the window.

    def move(self, x: float, y: float) -> None:
        """Follow the pointer."""
        self._mouse = x, y
        if self._sliding:
            self._slide(x)
            return
        if self._hand.holding:
            self._hand.move(x, y)
            return
        self._over = self.button_at(x, y)
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
                button = self.button_at(x, y)
                if button is not None:
                    session.post(button.command)
        elif session.helping:
            session.helping = False
        elif session.frame is not None and self._choices.movable:
            centroids = self._hand.press(session.frame, x, y, self._choices.k)
            if centroids is not None:
                self._choices.start_from(centroids)
            self._find_pointer()

    def release(self, x: float, y: float) -> None:
        """Let the first button of the mouse go."""
        session = self._session
        if self._sliding:
            self._sliding = False
            if self._resume:
                session.post("pause")
        elif self._hand.holding and session.frame is not None:
            centroids = self._hand.release(session.frame, x, y)
            if centroids is not None:
                self._choices.start_from(centroids)
        self._find_pointer()

    def scroll(self, steps: float) -> None:
        """Step through the run by the wheel."""
        if steps:
            self._session.post("forward" if steps < 0 else "back")

    def stop(self) -> None:
        """End what was started for the pointer."""
        self._probe.stop(2.0)

    def button_at(self, x: float, y: float) -> Button | None:
        """Return the button at a pixel."""
        picture = self.picture_size(self._size)[1]
        if y < picture or not bar_height(self._size):
            return None
        return self._bar.at(self._size, x, y - picture)

    def _painted_bar(self, size: tuple[int, int]) -> Layer:
        report = self._session.report
        values = (
            ("speed", f"\N{MULTIPLICATION SIGN}{report.speed:g}"),
            ("k", f"K {self._choices.k}"),
            ("init", self._choices.init),
        )
        lit: tuple[Command | None, ...] = (
            None if self._over is None else self._over.command,
            "place" if self._hand.placing else None,
            "help" if self._session.helping else None,
        )
        top = self.picture_size(size)[1]
        return Layer(0, top, self._bar.paint(size, report, values, lit))

    def _slide(self, x: float) -> None:
        self._session.seek(self._bar.state_at(self._size, x, self._session.report))

    def _find_pointer(self) -> None:
        session, frame = self._session, self._session.frame
        self.pointer = "arrow"
        if self._mouse is None or frame is None:
            return
        x, y = self._mouse
        if self._over is not None or self._hand.holding:
            self.pointer = "hand"
        elif y < self.picture_size(self._size)[1] and not session.helping:
            if self._hand.placing:
                self.pointer = "cross"
            elif self._choices.movable and self._hand.over(frame, x, y) is not None:
                self.pointer = "hand"

    def _look(self, frame: Frame) -> None:
        """Have the cluster under the pointer looked up."""
        free = not (self._hand.placing or self._hand.holding or self._session.helping)
        if self._mouse is not None and free and self._mouse[1] < len(frame.pixels):
            self._probe.ask(frame, *self._mouse)
        else:
            self._probe.forget()
