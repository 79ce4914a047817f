"""The window: a matplotlib figure of any interactive backend that shows a session's frames."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, cast

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from renderers.errors import RendererUnavailable
from renderers.live.commands import KEYS
from renderers.live.display import REMEDY, find_backend
from renderers.live.painting import Frame
from renderers.live.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Window"]

DPI = 100
TICK_MILLISECONDS = 8  # leaves 8 more for drawing at 60 frames a second


class _Screen(Artist):
    """Puts a frame on the canvas, pixel on pixel, in about 0.7 ms at 1280x720."""

    frame: Frame | None = None

    def draw(self, renderer: RendererBase) -> None:
        if self.frame is not None:
            pixels = self.frame.pixels
            # While a frame of the new size is painted, the old one keeps its upper left corner.
            _, height = renderer.get_canvas_width_height()
            context = renderer.new_gc()
            renderer.draw_image(context, 0, int(height) - len(pixels), pixels[::-1])
            context.restore()


class _StatusLine(Text):
    """A line of text in a dark box at the bottom, as small as it must be to fit."""

    def __init__(self) -> None:
        super().__init__(
            color="#f2f2f2",
            family="DejaVu Sans",
            horizontalalignment="center",
            verticalalignment="bottom",
            bbox={"boxstyle": "round,pad=0.5", "facecolor": "#202428", "edgecolor": "none"},
            transform=IdentityTransform(),
        )

    def draw(self, renderer: RendererBase) -> None:
        if self.get_text():
            width, height = renderer.get_canvas_width_height()
            pixels = max(10.0, min(width, height) / 45)
            self.set_position((width / 2, pixels))
            points = pixels / cast(float, renderer.points_to_pixels(1.0))
            self.set_fontsize(points)
            needed = self.get_window_extent(renderer).width + 2 * pixels
            if needed > width:
                self.set_fontsize(points * width / needed)
            super().draw(renderer)


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
        self._figure = _new_figure(find_backend(), size)
        self._canvas = cast(Any, self._figure.canvas)  # what toolkits add has no stubs
        manager = self._canvas.manager
        manager.set_window_title("kmeans-engine")
        # Its keys collide with ours: q quits, s saves a still, c and the arrows move the view.
        self._canvas.mpl_disconnect(manager.key_press_handler_id)
        self._canvas.mpl_disconnect(manager.button_press_handler_id)
        self._screen = _Screen()
        self._status = _StatusLine()
        self._figure.add_artist(self._screen)
        self._figure.add_artist(self._status)
        self._canvas.mpl_connect("key_press_event", self._press)
        self._canvas.mpl_connect("close_event", self._closed)
        self._timer = self._canvas.new_timer(interval=TICK_MILLISECONDS)
        self._timer.add_callback(self._tick)
        self._error: BaseException | None = None
        # Drawn at the next tick: Tk complains of idle callbacks that outlive the window.
        self._stale = True
        self._canvas.draw_idle = self._redraw

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

    def _tick(self) -> None:
        # A toolkit would print what is raised here, and go on for ever.
        try:
            self._update()
        except BaseException as error:
            self._error = error
            self._session.closed = True
        if self._session.closed and self._open:
            self._close()

    def _update(self) -> None:
        self._session.tick(self._canvas.get_width_height(physical=True))
        frame, status = self._session.frame, self._session.status
        changed = frame is not self._screen.frame or status != self._status.get_text()
        if changed or self._stale:
            self._stale = False
            if self._screen.frame is None and frame is not None:
                self._begin(frame)
            self._screen.frame = frame
            self._status.set_text(status)
            self._canvas.draw()

    def _redraw(self) -> None:
        self._stale = True

    def _begin(self, frame: Frame) -> None:
        self._figure.set_facecolor(tuple(frame.pixels[0, 0] / 255))
        # X servers say 95.9 or 96.1 dots per inch where 96 is meant, and matplotlib makes the
        # window a pixel too small or large: 1279x719 for 1280x720.
        sizes = list(zip(self._canvas.get_width_height(physical=True), self._size, strict=True))
        if any(is_ != asked and abs(is_ - asked) < 0.02 * asked for is_, asked in sizes):
            self._canvas.manager.resize(*self._size)

    def _press(self, event: Any) -> None:
        command = KEYS.get((event.key or "").lower())
        if command is not None:
            self._session.post(command)

    def _close(self) -> None:
        from matplotlib import pyplot

        self._timer.stop()
        pyplot.close(self._figure)

    def _closed(self, event: Any) -> None:
        self._open = False
        self._session.closed = True
        self._timer.stop()
        self._canvas.stop_event_loop()


def _new_figure(backend: str, size: tuple[int, int]) -> Figure:
    """Return a figure with a window; the settings of matplotlib stay as they are."""
    try:
        if backend.startswith("qt"):
            _need_no_display()
        from matplotlib import pyplot  # drops a choice of Qt if it finds neither display nor Qt

        if not isinstance(dict.__getitem__(matplotlib.rcParams, "backend"), str):
            pyplot.switch_backend(backend)
        with matplotlib.rc_context({"toolbar": "None", "figure.hooks": []}):
            inches = (size[0] / DPI, size[1] / DPI)
            return pyplot.figure(figsize=inches, dpi=DPI, layout="none")
    except (ImportError, RuntimeError) as error:
        raise RendererUnavailable(f"no window can be opened ({error}); {REMEDY}") from error
    except Exception as error:  # tkinter.TclError, without importing tkinter
        if type(error).__name__ != "TclError":
            raise
        raise RendererUnavailable(f"no window can be opened ({error}); {REMEDY}") from error


def _need_no_display() -> None:
    """Make the application of a Qt platform without X or Wayland; matplotlib refuses to."""
    if sys.platform.startswith("linux") and os.environ.get("QT_QPA_PLATFORM"):
        import matplotlib.backends.qt_compat as qt

        global _application
        widgets: Any = vars(qt)["QtWidgets"]
        _application = widgets.QApplication.instance() or widgets.QApplication(["kmeans"])


_application: object = None  # Qt deletes it when the last reference goes
