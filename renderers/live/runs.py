"""The runs of a window: a thread for each, the one on display, and those that nobody wants more."""

from __future__ import annotations

import threading
from collections.abc import Callable

from renderers.live.player import AHEAD, Player, RunStopped
from renderers.scene import Scene

__all__ = ["Run", "Runs", "this_run"]

COMPUTING = 3  # threads at once; r held down on large data must not fill the memory


class Run:
    """One job: its thread, its moments, and whether it has to reach its end."""

    def __init__(
        self, job: Callable[[], None], *, must_finish: bool, clock: Callable[[], float]
    ) -> None:
        self.must_finish = must_finish
        self.kept = False  # for a film that is being saved
        self.player = Player(ahead=None if must_finish else AHEAD, clock=clock)
        self.scene: Scene | None = None
        self.error: BaseException | None = None
        self.asked = clock()
        self._job = job
        self.thread = threading.Thread(target=self._work, name="live-run", daemon=True)

    def start(self) -> None:
        """Begin to compute."""
        self.thread.start()

    def let_go(self) -> None:
        """Nobody looks any more: end at the next moment, or go on for the files alone."""
        if self.must_finish:
            self.player.ignore()
        else:
            self.player.stop()

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


_local = threading.local()


def this_run() -> Run | None:
    """Return the run whose job calls this."""
    run = getattr(_local, "run", None)
    return run if isinstance(run, Run) else None


class Runs:
    """The run on display, the one that takes its place, and what is still being computed.

    Belongs to the window's thread.

    Attributes
    ----------
    first : Run or None
        That of the window's caller.
    shown : Run or None
        The one on display.
    coming : Run or None
        The one that replaces it with its first moment.
    waiting : callable or None
        The job that starts when a thread ends.
    speed : float
        Of every run that is started.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.first: Run | None = None
        self.shown: Run | None = None
        self.coming: Run | None = None
        self.waiting: Callable[[], None] | None = None
        self.speed = 1.0
        self._clock = clock
        self._all: list[Run] = []  # those whose thread may still live

    def start(self, job: Callable[[], None], *, must_finish: bool = False) -> None:
        """Run `job` in a thread, and show it from its first moment on."""
        for run in (self.shown, self.coming):
            if run is not None and not run.kept:
                run.let_go()
        self.coming = run = Run(job, must_finish=must_finish, clock=self._clock)
        run.player.speed = self.speed
        self.first = self.first or run
        self._all.append(run)
        run.start()

    def look_after(self) -> BaseException | None:
        """Start what waits, show what has come; return what went wrong, if anything.

        An error of the first run stays: `first.error`.
        """
        failure: BaseException | None = None
        for run in [run for run in self._all if not run.thread.is_alive()]:
            if run.error is None or run is not self.first:
                self._all.remove(run)
            if run.error is not None:
                self.coming = None if run is self.coming else self.coming
                failure = run.error
        if self.waiting is not None and len(self._all) < COMPUTING:
            job, self.waiting = self.waiting, None
            self.start(job)
        if self.coming is not None and len(self.coming.player):
            self.shown, self.coming = self.coming, None
        return failure

    def release(self, run: Run) -> None:
        """Tell that a run is not kept any more."""
        run.kept = False
        if run is not self.shown and run is not self.coming:
            run.let_go()

    def let_go(self) -> None:
        """Nobody looks at any run any more."""
        self.waiting = None
        for run in self._all:
            run.let_go()

    def stop(self, seconds: float) -> None:
        """End all runs, those for files as well; wait up to `seconds` for the first."""
        for run in self._all:
            run.player.stop()
        if self.first is not None:
            self.first.thread.join(seconds)
