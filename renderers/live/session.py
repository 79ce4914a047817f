"""What a live window shows and does, without a toolkit: runs, commands, saves, the status line."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import assert_never

from renderers.contract import Moment, Options, Scene
from renderers.errors import RenderError
from renderers.live.commands import ChoiceUnavailable, Command, Commands, Job
from renderers.live.painting import Frame, PaintThread
from renderers.live.player import AHEAD, Player, RunStopped
from renderers.live.saving import Save, stamped_path

__all__ = ["Session"]

MESSAGE_SECONDS = 6.0
BUSY_SECONDS = 0.5  # without a picture before the status line says that it is being computed
COMPUTING = 3  # threads at once; r held down on large data must not fill the memory


class _Run:
    """One job: its thread, its moments, and whether it has to reach its end."""

    def __init__(self, job: Job, *, must_finish: bool, clock: Callable[[], float]) -> None:
        self.must_finish = must_finish
        self.player = Player(ahead=None if must_finish else AHEAD, clock=clock)
        self.scene: Scene | None = None
        self.error: BaseException | None = None
        self.asked = clock()
        self._job = job
        self.thread = threading.Thread(target=self._work, name="live-run", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _work(self) -> None:
        _local.run = self
        try:
            self._job()
        except RunStopped:
            pass
        except BaseException as error:
            self.error = error
        finally:
            self.player.finish(failed=self.error is not None)

    def let_go(self) -> None:
        """Nobody looks any more: end at the next moment, or go on for the files alone."""
        if self.must_finish:
            self.player.ignore()
        else:
            self.player.stop()


_local = threading.local()


def _this_run() -> _Run | None:
    run = getattr(_local, "run", None)
    return run if isinstance(run, _Run) else None


class Session:
    """Everything that happens between the opening of a window and its end.

    `start`, `tick`, `status`, `frame`, `end` and `abandon` belong to the window's thread; `open`,
    `draw` and `finish` to the thread of a job; `post` may be called from any.

    Parameters
    ----------
    options : Options
        Of the picture, and of the films that are saved.
    commands : Commands
        What the caller supplies.
    notify : callable or None
        Gets each message as well: the terminal's.
    clock : callable
        Returns the time in seconds.
    painting : PaintThread, optional
        Made here unless given.

    Attributes
    ----------
    closed : bool
        The window is to be closed.
    frame : Frame or None
        The newest picture.
    """

    def __init__(
        self,
        options: Options,
        commands: Commands,
        notify: Callable[[str], None] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        painting: PaintThread | None = None,
    ) -> None:
        self.closed = False
        self.frame: Frame | None = None
        self._options = options
        self._commands = commands
        self._notify = notify
        self._clock = clock
        self._painting = painting or PaintThread(options)
        self._posted: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._first: _Run | None = None
        self._runs: list[_Run] = []  # those whose thread may still live
        self._shown: _Run | None = None
        self._coming: _Run | None = None
        self._waiting: Job | None = None  # for a thread to end
        self._save: Save | None = None
        self._saved: _Run | None = None
        self._save_wanted = False  # before there was a picture
        self._message = ""
        self._until = 0.0
        keys = "space pause · ←→ step · s save · q exit"
        if commands.randomise is not None:
            keys = f"r new clusters · c new centroids · {keys}"
        self._say(keys, notify=False)

    # The thread of a job.

    def open(self, scene: Scene) -> None:
        """See `Renderer.open`."""
        run = _this_run()
        if run is None:
            raise RenderError("a window was opened outside its job; call drive(job) to show it")
        run.scene = scene

    def draw(self, moment: Moment) -> None:
        """See `Renderer.draw`; wait while the run is a few moments ahead of the window."""
        run = _this_run()
        if run is None or run.scene is None:
            raise RenderError("a moment was drawn in a window without a scene; call open first")
        run.player.add(moment)

    def finish(self, *, failed: bool) -> None:
        """See `Renderer.close` and `Renderer.abort`."""
        run = _this_run()
        if run is not None:
            run.player.finish(failed=failed)

    # The thread of the window.

    def post(self, command: Command) -> None:
        """Have a command done at the next tick."""
        self._posted.put(command)

    def start(self, job: Job, *, must_finish: bool = False) -> None:
        """Run `job` in a thread, and show it from its first moment on.

        Parameters
        ----------
        job : callable
            Plays a run to the renderer.
        must_finish : bool
            Let it run at full speed, and to its end even if nobody looks any more.
        """
        for run in (self._shown, self._coming):
            if run is not None and run is not self._saved:
                run.let_go()
        self._coming = run = _Run(job, must_finish=must_finish, clock=self._clock)
        self._first = self._first or run
        self._runs.append(run)
        run.start()

    def tick(self, size: tuple[int, int]) -> None:
        """Do what was asked for and look what is due, for a window of this size in pixels."""
        while not self._posted.empty():
            self._do(self._posted.get())
        self._look_after_save()
        self._look_after_runs()
        if self._coming is not None and len(self._coming.player):
            self._shown, self._coming = self._coming, None
        if self._shown is not None and self._shown.scene is not None:
            moment = self._shown.player.current()
            if self._save_wanted:
                self._save_wanted = False
                self._start_save()
            if moment is not None:
                self._painting.want(self._shown.scene, moment, size)
        frame = self._painting.frame
        if frame is not None and frame is not self.frame:
            self.frame = frame
            if self._shown is not None and frame.scene is self._shown.scene:
                self._shown.player.shown(frame.moment)

    @property
    def status(self) -> str:
        """One line for the window; empty if there is nothing to say."""
        now = self._clock()
        if now < self._until:
            return self._message
        if self._save is not None:
            return f"saving {self._save.path}: {self._save.moments} iterations"
        if self._waiting is not None or (
            self._coming is not None and now - self._coming.asked > BUSY_SECONDS
        ):
            return "computing ..."
        if self._shown is not None and not self._shown.player.playing:
            return "paused"
        return ""

    def end(self) -> None:
        """Stop what was only for the window, and wait for the run that must finish.

        Raises
        ------
        BaseException
            What the first job raised.
        """
        self._stop()
        if self._first is None:
            return
        if self._first.must_finish:
            while self._first.thread.is_alive():  # Windows delivers Ctrl-C only between waits
                self._first.thread.join(0.2)
        if self._first.error is not None:
            raise self._first.error

    def abandon(self, seconds: float = 10.0) -> None:
        """Stop everything, files as well; wait up to `seconds` for them to be cleaned up."""
        self._stop()
        for run in self._runs:
            run.player.stop()
        if self._first is not None:
            self._first.thread.join(seconds)

    def _stop(self) -> None:
        self.closed = True
        self._waiting = None
        for run in self._runs:
            run.let_go()
        if self._save is not None:
            self._save.cancel(10.0)
        # A thread that dies inside the toolkits' C++ when Python ends takes the exit status along.
        self._painting.stop(2.0)

    def _do(self, command: Command) -> None:
        match command:
            case "exit":
                self.closed = True
            case "new clusters" | "new centroids":
                try:
                    self._waiting = self._commands.job(command == "new clusters")
                except ChoiceUnavailable as error:
                    self._say(str(error))
            case "save":
                self._start_save()
            case "pause":
                if self._shown is not None:
                    self._shown.player.toggle()
            case "back":
                if self._shown is not None:
                    self._shown.player.step(-1)
            case "forward":
                if self._shown is not None:
                    self._shown.player.step(1)
            case _:
                assert_never(command)

    def _look_after_runs(self) -> None:
        for run in [run for run in self._runs if not run.thread.is_alive()]:
            if run.error is None:
                self._runs.remove(run)
            elif run is self._first:
                self.closed = True  # `end` raises it
            else:
                self._runs.remove(run)
                self._coming = None if run is self._coming else self._coming
                self._say(f"the run failed: {run.error}")
        if self._waiting is not None and len(self._runs) < COMPUTING:
            job, self._waiting = self._waiting, None
            self.start(job)

    def _start_save(self) -> None:
        if self._save is not None:
            self._say(f"{self._save.path} is being saved; save again when it is done")
        elif self._shown is None or self._shown.scene is None:
            self._save_wanted = True
            self._say("saving as soon as the first picture is there ...")
        else:
            run, path = self._shown, stamped_path()
            self._saved = run
            self._save = Save(path, self._shown.scene, run.player, self._options)
            self._say(f"saving {path} ...")

    def _look_after_save(self) -> None:
        if self._save is not None and self._save.result:
            self._say(self._save.result)
            run, self._save, self._saved = self._saved, None, None
            if run is not None and run is not self._shown and run is not self._coming:
                run.let_go()

    def _say(self, message: str, *, notify: bool = True) -> None:
        self._message, self._until = message, self._clock() + MESSAGE_SECONDS
        if notify and self._notify is not None:
            self._notify(message)
