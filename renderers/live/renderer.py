"""`LiveRenderer`: the contract of a renderer on one side, a window and its session on the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kmeans_engine.runtime.signals import put_off
from renderers.contract import Options, Renderer
from renderers.errors import RenderError
from renderers.live.session import Session
from renderers.scene import Moment, Scene
from renderers.stage.window import Command, Commands, Job

__all__ = ["LiveRenderer"]


class LiveRenderer(Renderer):
    """Show runs in a window while they are computed.

    `drive` must be called in the main thread; its job makes the other calls, which show the first
    run. Each further run is played to a renderer of its own, by a job of `commands`. A job is held
    back when it is a few states ahead of the window, and ends by an exception from `draw` when
    another one takes its place or the window is closed.

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
    shown : callable or None
        The job of the run on display when the window was closed; None if it was that of `drive`.
    """

    writes = "a window on the screen"
    opening = True
    honours = Renderer.honours | {"overlays", "quality"}  # of the films that it saves

    def __init__(self, path: Path | None = None, options: Options | None = None) -> None:
        super().__init__(path, options or Options())
        self.commands = Commands()
        self.notify: Callable[[str], None] | None = None
        self.full_speed = False
        self.shown: Job | None = None
        self._session: Session | None = None
        self._seat: Renderer | None = None  # of the first run
        self._early: list[Command] = []

    @classmethod
    def check(cls) -> None:
        """Raise `RendererUnavailable` if a window cannot be opened."""
        from renderers.live.toolkit.display import find_backend

        find_backend()

    def open(self, scene: Scene) -> None:
        """Take the scene of the first run."""
        if self._seat is None:
            raise RenderError("a window was opened without its event loop; call drive(job)")
        self._seat.open(scene)

    def draw(self, moment: Moment) -> None:
        """Hand one moment to the window; wait while it is a few states behind."""
        if self._seat is None:
            raise RenderError("a moment was drawn without a window; call drive(job)")
        self._seat.draw(moment)

    def close(self) -> None:
        """Tell the window that the first run is complete; it repeats it."""
        if self._seat is not None:
            self._seat.close()

    def abort(self) -> None:
        """Tell the window that the first run is not going to be complete."""
        if self._seat is not None:
            self._seat.abort()

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
            If a window cannot be opened; the job was not started then.
        BaseException
            What the job raised, and what SIGINT and SIGTERM raise, such as KeyboardInterrupt.
        """
        from renderers.live.toolkit.window import show_window

        def play(seat: Renderer) -> None:
            self._seat = seat
            job()

        self._session = session = Session(self.options, self.commands, self.notify)
        for command in self._early:
            session.post(command)
        try:
            with put_off(session.close):
                show_window(
                    session,
                    self.options.size,
                    lambda: session.start(play, must_finish=self.full_speed),
                )
            self.shown = session.shown_job
            session.end()
        except BaseException:
            session.abandon()
            raise
