"""The window: a matplotlib figure of any interactive backend that shows a session's frames."""

from __future__ import annotations

import contextlib
import functools
import gc
import time
import weakref
from collections.abc import Callable
from typing import Any, cast

from matplotlib.artist import Artist
from matplotlib.backend_bases import CloseEvent, KeyEvent, LocationEvent, MouseEvent, RendererBase
from matplotlib.backend_tools import Cursors
from matplotlib.transforms import Bbox

from renderers.live.commands import command_of
from renderers.live.face.damage import Layer, damage
from renderers.live.face.surface import Pointer, Surface
from renderers.live.session import Session
from renderers.live.toolkit.display import find_backend
from renderers.live.toolkit.figure import new_figure
from renderers.plane.placement import Box

__all__ = ["Window", "show_window"]

# From the end of one tick to the next: after a frame, while one is due, and while none is.
# Drawing takes 13 ms at 1280x720 in Tk, and a picture of 60 frames a second is due every 16.
TICK_MILLISECONDS = (1, 3, 10)
FREED_SECONDS = 2.0  # to free a window at the most
CORRECTED_SECONDS = 2.0  # from the first picture on, in which a window gets the size asked for


def show_window(session: Session, size: tuple[int, int], opened: Callable[[], None]) -> None:
    """Open a window on a session, and return when it is closed and nothing of it is left.

    Parameters
    ----------
    session : Session
        What to show, and who gets the commands.
    size : tuple of int
        Width and height in pixels.
    opened : callable
        Called when the window is there, before its events.

    Raises
    ------
    RendererUnavailable
        If the window cannot be opened.
    """
    window = Window(session, size)
    seconds = 0.0  # an error keeps what it passed through
    try:
        opened()
        window.run()
        seconds = FREED_SECONDS
    finally:
        canvas = window.canvas
        del window
        _free(canvas, seconds)


def _free(thing: weakref.ref[object], seconds: float) -> None:
    """Have what nobody refers to freed in this thread; wait up to `seconds` until it is.

    Tcl ends the process, or waits forever, if its objects are freed in another thread. Python's
    collector runs in whichever thread allocates, and while it does, it does nothing for another.
    """
    automatic = gc.isenabled()
    gc.disable()
    try:
        deadline = time.monotonic() + seconds
        gc.collect()
        while thing() is not None and time.monotonic() < deadline:
            time.sleep(0.001)
            gc.collect()
    finally:
        if automatic:
            gc.enable()


class _Screen(Artist):
    """Puts layers on the canvas, pixel on pixel; a whole one takes 0.7 ms at 1280x720."""

    layers: tuple[Layer, ...] = ()

    def draw(self, renderer: RendererBase, box: Box | None = None) -> None:
        """Draw everything, or no more than a box of pixels."""
        _, tall = renderer.get_canvas_width_height()
        context = renderer.new_gc()
        if box is not None:
            context.set_clip_rectangle(_upwards(box, int(tall)))
        for left, top, pixels in self.layers:
            # While a picture of the new size is painted, the old one keeps its upper left corner.
            x, pixels = max(0, left), pixels[:, max(0, -left) :]
            renderer.draw_image(context, x, int(tall) - top - len(pixels), pixels[::-1])
        context.restore()


class Window:
    """A figure without axes, toolbar or key map; `run` is its event loop.

    Parameters
    ----------
    session : Session
        What to show, and who gets the commands.
    size : tuple of int
        Width and height in pixels.

    Raises
    ------
    RendererUnavailable
        If the window cannot be opened.
    """

    def __init__(self, session: Session, size: tuple[int, int]) -> None:
        self._session = session
        self._size = size
        self._open = True
        self._figure = new_figure(find_backend(), size)
        self._canvas = cast(Any, self._figure.canvas)  # what toolkits add has no stubs
        manager = self._canvas.manager
        manager.set_window_title("kmeans-engine")
        # Its keys collide with ours: q quits, s saves a still, c and the arrows move the view.
        self._canvas.mpl_disconnect(manager.key_press_handler_id)
        self._canvas.mpl_disconnect(manager.button_press_handler_id)
        self._surface = Surface(session)
        self._screen = _Screen()
        self._figure.add_artist(self._screen)
        self._stale = True
        self._ground: tuple[int, int, int] | None = None
        self._follow_theme()
        for name, answer in (
            ("key_press_event", self._key),
            ("button_press_event", self._press),
            ("button_release_event", self._release),
            ("motion_notify_event", self._move),
            ("figure_leave_event", self._leave),
            ("scroll_event", self._scroll),
            ("close_event", self._closed),
        ):
            self._canvas.mpl_connect(name, functools.partial(self._guarded, answer))
        self._correct_until: float | None = None
        self._pointer: Pointer = "arrow"
        self._full_screen = False
        self._surface.get_ready()
        self._timer = self._canvas.new_timer(interval=TICK_MILLISECONDS[0])
        self._timer.add_callback(self._tick)
        self._error: BaseException | None = None
        # Drawn at the next tick: Tk complains of idle callbacks that outlive the window.
        self._canvas.draw_idle = self._redraw

    @property
    def canvas(self) -> weakref.ref[object]:
        """What tells whether the canvas, and all that belongs to it, still exists."""
        return weakref.ref(self._canvas)

    def run(self) -> None:
        """Show the window until it is closed."""
        self._canvas.manager.show()
        self._timer.start()
        self._canvas.start_event_loop()
        self._session.closed = True
        # The loop may have been ended from outside, by a signal or with the X window, and pyplot
        # must forget the figure. The toolkit may complain that there is nothing left to close.
        with contextlib.suppress(Exception):
            self._close()
        if self._error is not None:
            raise self._error

    def _guarded(self, answer: Callable[..., None], *event: object) -> None:
        # A toolkit would print what is raised here, and go on forever.
        try:
            answer(*event)
        except BaseException as error:
            self._error = error
            self._session.closed = True

    def _tick(self) -> None:
        self._guarded(self._update)
        if self._session.closed and self._open:
            self._close()

    def _update(self) -> None:
        size = self._canvas.get_width_height(physical=True)
        self._correct_size(size)
        self._session.tick(self._surface.picture_size(size))
        layers = self._surface.layers(size)
        self._follow_theme()
        if self._session.gaze.full_screen != self._full_screen:
            self._full_screen = not self._full_screen
            self._correct_until = 0.0  # the size is no longer the one asked for
            self._canvas.manager.full_screen_toggle()
        if self._surface.pointer != self._pointer:
            self._pointer = self._surface.pointer
            self._canvas.set_cursor(_CURSORS[self._pointer])
        before, self._screen.layers = self._screen.layers, layers
        boxes = damage(before, layers, size)
        if self._stale or boxes:
            self._draw(boxes, size)
            self._timer.interval = TICK_MILLISECONDS[0]
        else:
            self._timer.interval = TICK_MILLISECONDS[1 if self._session.expecting else 2]

    def _draw(self, boxes: list[Box], size: tuple[int, int]) -> None:
        """Draw the boxes, or everything where the toolkit knows no parts or nothing is there."""
        partly = self._canvas.supports_blit and self._surface.covers(size) and not self._stale
        self._stale = False
        if not partly:
            self._canvas.draw()
            return
        renderer = self._canvas.get_renderer()
        for box in boxes:
            self._screen.draw(renderer, box)
            self._canvas.blit(_upwards(box, size[1]))

    def _soon(self) -> None:
        """Have the next tick at once: something was asked for."""
        if self._open:
            self._timer.interval = TICK_MILLISECONDS[0]
            self._timer.stop()
            self._timer.start()

    def _follow_theme(self) -> None:
        """Give what nothing covers the colour of the theme."""
        if self._ground != self._surface.ground:
            self._ground = red, green, blue = self._surface.ground
            self._figure.set_facecolor((red / 255, green / 255, blue / 255))
            self._stale = True

    def _redraw(self) -> None:
        self._stale = True

    def _correct_size(self, size: tuple[int, int]) -> None:
        # X servers say 95.9 or 96.1 dots per inch where 96 is meant, and matplotlib makes the
        # window a pixel too small or large: 1279x719 for 1280x720. It learns so from an event that
        # may come after the first pictures.
        now = time.monotonic()
        if self._correct_until is None and self._session.frame is not None:
            self._correct_until = now + CORRECTED_SECONDS
        if self._correct_until is not None and now < self._correct_until:
            sides = list(zip(size, self._size, strict=True))
            if any(is_ != asked and abs(is_ - asked) < 0.02 * asked for is_, asked in sides):
                self._correct_until = now
                self._canvas.manager.resize(*self._size)

    def _key(self, event: KeyEvent) -> None:
        command = command_of(event.key)
        if command is not None:
            self._session.post(command)
            self._soon()

    def _press(self, event: MouseEvent) -> None:
        if event.button == 1:
            press = self._surface.press_again if event.dblclick else self._surface.press
            press(*self._place(event))
            self._soon()

    def _release(self, event: MouseEvent) -> None:
        if event.button == 1:
            self._surface.release(*self._place(event))

    def _move(self, event: MouseEvent) -> None:
        self._surface.move(*self._place(event))

    def _leave(self, event: LocationEvent) -> None:
        self._surface.leave()

    def _scroll(self, event: MouseEvent) -> None:
        self._surface.scroll(*self._place(event), event.step)
        self._soon()

    def _place(self, event: MouseEvent) -> tuple[float, float]:
        """Return the pixel of an event from the upper left corner; matplotlib counts upwards."""
        return event.x, self._canvas.get_width_height(physical=True)[1] - event.y

    def _close(self) -> None:
        from matplotlib import pyplot

        self._timer.stop()
        self._surface.stop()
        pyplot.close(self._figure)

    def _closed(self, event: CloseEvent) -> None:
        self._open = False
        self._session.closed = True
        self._timer.stop()
        self._surface.stop()
        self._canvas.stop_event_loop()


_CURSORS: dict[Pointer, Cursors] = {
    "arrow": Cursors.POINTER,
    "hand": Cursors.HAND,
    "cross": Cursors.SELECT_REGION,
}


def _upwards(box: Box, tall: int) -> Bbox:
    """Return a box as matplotlib counts, from the lower edge of a window of this height."""
    left, top, width, height = box
    return Bbox.from_bounds(left, tall - top - height, width, height)
