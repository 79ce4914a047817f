"""`LiveRenderer`: the contract of a renderer on one side, a window and its session on the other."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from renderers.contract import Options, Renderer
from renderers.errors import RenderError
from renderers.live.commands import Command, Commands
from renderers.live.session import Session
from renderers.scene import Moment, Scene

__all__ = ["LiveRenderer"]


class LiveRenderer(Renderer):
    """Show runs in a window while they are computed.

    `drive` must be called in the main thread; the job that it runs makes the other calls, in the
    thread that it runs in. A job is held back when it is a few moments ahead of the window, and
    ends by an exception from `draw` when another one takes its place or the window is closed.

    Parameters
    ----------
    path : None
        A window writes no file.
    options : Options, optional
        Size of the window, rate and theme.

    Attributes
    ----------
    commands : Commands
        What the window cannot do by itself; set it before `drive`.
    notify : callable or None
        Gets the messages of the window, one line each; set it before `drive`.
    full_speed : bool
        The job of `drive` also writes files: never hold it back, and complete it when the window is
        closed; set it before `drive`.
    """

    writes = "a window on the screen"
    honours = Renderer.honours | {"overlays", "quality"}  # of the films that it saves

    def __init__(self, path: Path | None = None, options: Options | None = None) -> None:
        super().__init__(path, options or Options())
        self.commands = Commands()
        self.notify: Callable[[str], None] | None = None
        self.full_speed = False
        self._session: Session | None = None
        self._early: list[Command] = []

    @classmethod
    def check(cls) -> None:
        """Raise `RendererUnavailable` if no window can be opened."""
        from renderers.live.toolkit.display import find_backend

        find_backend()

    def open(self, scene: Scene) -> None:
        """Take the scene of a run; the window keeps showing the run before until a moment comes."""
        if self._session is None:
            raise RenderError("a window was opened without its event loop; call drive(job)")
        self._session.open(scene)

    def draw(self, moment: Moment) -> None:
        """Hand one moment to the window; wait while it is a few behind."""
        if self._session is None:
            raise RenderError("a moment was drawn without a window; call drive(job)")
        self._session.draw(moment)

    def close(self) -> None:
        """Tell the window that the run is complete; it repeats it."""
        if self._session is not None:
            self._session.finish(failed=False)

    def abort(self) -> None:
        """Tell the window that the run is not going to be complete."""
        if self._session is not None:
            self._session.finish(failed=True)

    def post(self, command: Command) -> None:
        """Have the window do a command; may be called from any thread, also before `drive`."""
        if self._session is None:
            self._early.append(command)
        else:
            self._session.post(command)

    def drive(self, job: Callable[[], None]) -> None:
        """Open the window, run `job` beside it, and return when the window is closed.

        With `full_speed` it returns when the job is done as well.

        Raises
        ------
        RendererUnavailable
            If no window can be opened; the job was not started then.
        BaseException
            What the job raised, and what SIGINT and SIGTERM raise, such as KeyboardInterrupt.
        """
        from renderers.live.toolkit.window import Window

        self._session = session = Session(self.options, self.commands, self.notify)
        for command in self._early:
            session.post(command)
        try:
            with _Interrupts(session):
                window = Window(session, self.options.size)
                session.start(job, must_finish=self.full_speed)
                try:
                    window.run()
                finally:
                    # Here and now: Tcl ends the process if its objects are freed in another thread.
                    del window
                    gc.collect()
            session.end()
        except BaseException:
            session.abandon()
            raise


class _Interrupts:
    """Close the window on SIGINT and SIGTERM, and only then have their handlers called.

    The event loops would swallow what a handler raises, or print it and go on.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._caught: int | None = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._catch)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._caught is not None:
            self._handlers[self._caught](self._caught, None)

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self._caught = number
        self._session.closed = True
