"""The face of a window: the picture, the bar below it, what lies on top, and the mouse on them.

Knows a session and pixels, no toolkit: a window shows its layers and hands it what the mouse does.
"""

from __future__ import annotations

import threading
from typing import Literal

from kmeans_engine.runtime.progress import compiling
from renderers.live.face.axes_list import ListPlan, paint_list, plan_list
from renderers.live.face.controls import Bar
from renderers.live.face.damage import Layer
from renderers.live.face.nearer import Nearer
from renderers.live.face.notes import Notes
from renderers.live.face.plan import BUTTONS, Button, bar_height
from renderers.live.face.probe import Probe
from renderers.live.face.shapes import Pixels, note
from renderers.live.face.skin import skin_named, type_size
from renderers.live.face.splash import paint_splash
from renderers.live.frame import Frame
from renderers.live.gaze import CLOSER
from renderers.live.report import Report
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
        self._gaze = session.gaze
        self._ready = True
        self._readying: threading.Thread | None = None
        self._splash: tuple[object, Pixels] | None = None
        self._dress()
        self._nearer = Nearer()
        self._probe = Probe()
        self._listed: tuple[object, Layer] | None = None
        self._list: ListPlan | None = None
        self._panning: tuple[float, float] | None = None  # where the pointer was
        self._size = session.options.size
        self._mouse: tuple[float, float] | None = None
        self._over: Button | None = None
        self._sliding = False
        self._resume = False  # once the slider is let go

    def get_ready(self) -> None:
        """Have the machine code loaded that the face is painted with, in a thread.

        Until it is there, which takes seconds where it has to be compiled, nothing is shown but
        the bare points. Otherwise the window would not answer meanwhile.
        """
        self._ready = False
        bar, size = Bar(self._skin), self._size

        def load() -> None:
            bar.paint(size, Report(states=1), (("k", "K 1"),))
            note("K", 12.0, 100, skin_named("light"), swatch=(0, 0, 0))
            self._ready = True

        self._readying = threading.Thread(target=load, name="live-face", daemon=True)
        self._readying.start()

    def _dress(self) -> None:
        """Put on the theme of the picture."""
        self._theme = self._gaze.theme
        self._skin = skin_named(self._theme)
        self._bar = Bar(self._skin)
        self._notes = Notes(self._session, self._skin)

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
        frame = self._session.frame
        bare = self._bare(size) if frame is None else []
        if not self._ready:
            return tuple(bare)
        if self._theme != self._gaze.theme:
            self._dress()
        found: list[Layer] = bare
        if frame is not None:
            found.append(Layer(0, 0, frame.pixels))
            found += self._nearer.layers(frame, self._gaze.look)
            self._look(frame)
            found += [self._notes.pin(frame, mark) for mark in self._hand.marks(frame)]
        if bar_height(size):
            found.append(self._painted_bar(size))
        found += self._painted_list(size)
        said = self._notes.messages(size, self._over, listing=self._gaze.columns.shown)
        finding = self._probe.found
        if finding is not None and frame is not None and self._mouse is not None:
            boxes = [layer.box for layer in said]
            found.append(self._notes.tip(size, frame, *self._mouse, finding, boxes))
        return (*found, *said)

    def _bare(self, size: tuple[int, int]) -> list[Layer]:
        """Return the bare points, if the wait is for machine code."""
        scene, picture = self._session.scene, self.picture_size(size)
        if scene is not None and compiling.running:
            key = scene, picture, self._theme
            if self._splash is None or self._splash[0] != key:
                self._splash = key, paint_splash(scene, self._theme, picture)
        return [] if self._splash is None else [Layer(0, 0, self._splash[1])]

    def _painted_list(self, size: tuple[int, int]) -> list[Layer]:
        """Return the list of columns, if it is shown and there is room for it."""
        columns, self._list = self._gaze.columns, None
        if not columns.shown:
            return []
        plan = plan_list(columns, self.picture_size(size), type_size(size))
        if plan is None:
            columns.close()
            return []
        self._list = plan
        key = plan, columns.names, columns.axes, columns.axis, columns.cursor, self._theme
        if self._listed is None or self._listed[0] != key:
            self._listed = key, paint_list(columns, plan, self._skin)
        return [self._listed[1]]

    # The mouse, in pixels from the upper left corner of the window.

    def move(self, x: float, y: float) -> None:
        """Follow the pointer."""
        self._mouse = x, y
        if self._sliding:
            self._slide(x)
            return
        if self._hand.holding:
            self._drag(x, y)
            return
        if self._panning is not None:
            (was_x, was_y), self._panning = self._panning, (x, y)
            self._gaze.pan(self._session.frame, (x, y), x - was_x, y - was_y)
            return
        self._over = self.button_at(x, y)
        self._find_pointer()

    def _drag(self, x: float, y: float) -> None:
        """Take a centroid along, and show what a run from there would begin with."""
        self._hand.move(x, y)
        frame = self._session.frame
        centroids = None if frame is None else self._hand.centroids(frame, x, y)
        if frame is not None and centroids is not None:
            self._session.tries.want(centroids, frame)

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
        elif self._list is not None:
            self._choose(self._list.at(x, y), self._list, x, y)
        elif session.frame is not None:
            self._take(session.frame, x, y)
            self._find_pointer()

    def _take(self, frame: Frame, x: float, y: float) -> None:
        """Take what is under the pointer: a centroid, or the ground."""
        if self._choices.movable:
            centroids = self._hand.press(frame, x, y, self._choices.k)
            if centroids is not None:
                self._choices.start_from(centroids)
                return
        if not (self._hand.holding or self._hand.placing) and _on_ground(frame, x, y):
            self._panning = x, y

    def _choose(self, at: tuple[int, int] | None, plan: ListPlan, x: float, y: float) -> None:
        """Choose a column of the list; a click beside the list closes it."""
        left, top, width, height = plan.box
        if at is not None:
            self._gaze.columns.choose(*at)
            self._gaze.choose_columns()
        elif not (left <= x < left + width and top <= y < top + height):
            self._gaze.columns.close()

    def press_again(self, x: float, y: float) -> None:
        """Take the button down a second time, soon after the first: show all of the plane."""
        frame, session = self._session.frame, self._session
        on_ground = frame is not None and _on_ground(frame, x, y)
        free = not (self._hand.placing or session.helping or self._gaze.columns.shown)
        if on_ground and free and y < self.picture_size(self._size)[1]:
            session.post("whole view")
        else:
            self.press(x, y)

    def release(self, x: float, y: float) -> None:
        """Let the first button of the mouse go."""
        session = self._session
        self._panning = None
        if self._sliding:
            self._sliding = False
            if self._resume:
                session.post("pause")
        elif self._hand.holding and session.frame is not None:
            centroids = self._hand.release(session.frame, x, y)
            if centroids is not None:
                histories = session.frame.moment.histories
                self._choices.start_from(centroids, histories[0] if histories else None)
        self._find_pointer()

    def scroll(self, x: float, y: float, steps: float) -> None:
        """Look closer by the wheel, or step through the run where it turns over the bar."""
        session, columns = self._session, self._gaze.columns
        if not steps or session.helping:
            return
        if y >= self.picture_size(self._size)[1]:
            session.post("forward" if steps < 0 else "back")
        elif columns.shown:
            columns.move(-1 if steps > 0 else 1)
        else:
            self._gaze.zoom(session.frame, (x, y), CLOSER ** max(-8.0, min(steps, 8.0)))

    def stop(self) -> None:
        """End what was started for the pointer, and what is loaded."""
        self._probe.stop(2.0)
        if self._readying is not None:
            self._readying.join(2.0)

    def button_at(self, x: float, y: float) -> Button | None:
        """Return the button at a pixel."""
        picture = self.picture_size(self._size)[1]
        if y < picture or not bar_height(self._size):
            return None
        return self._bar.at(self._size, x, y - picture, self._offered)

    @property
    def _offered(self) -> frozenset[Command]:
        """The buttons that can do something for what is shown."""
        return frozenset(filter(self._session.offers, BUTTONS))

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
        return Layer(0, top, self._bar.paint(size, report, values, lit, self._offered))

    def _slide(self, x: float) -> None:
        self._session.seek(self._bar.state_at(self._size, x, self._session.report))

    def _find_pointer(self) -> None:
        session, frame = self._session, self._session.frame
        self.pointer = "arrow"
        if self._mouse is None or frame is None:
            return
        x, y = self._mouse
        if self._over is not None or self._hand.holding or self._panning is not None:
            self.pointer = "hand"
        elif y < self.picture_size(self._size)[1] and not session.helping:
            if self._hand.placing:
                self.pointer = "cross"
            elif self._choices.movable and self._hand.over(frame, x, y) is not None:
                self.pointer = "hand"

    def _look(self, frame: Frame) -> None:
        """Have the cluster under the pointer looked up."""
        free = not (self._hand.placing or self._hand.holding or self._session.helping)
        free = free and self._panning is None and not self._gaze.columns.shown
        if self._mouse is not None and free and self._mouse[1] < len(frame.pixels):
            self._probe.ask(frame, *self._mouse)
        else:
            self._probe.forget()


def _on_ground(frame: Frame, x: float, y: float) -> bool:
    """Return whether a pixel lies in the box of a panel."""
    return any(
        box.left <= x < box.left + box.width and box.top <= y < box.top + box.height
        for box in frame.boxes
    )
