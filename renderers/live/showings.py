"""What a window shows: a thread and a seat for each job, and which of them is on display."""

from __future__ import annotations

import threading
from collections.abc import Callable

from renderers.contract import Options
from renderers.live.player import AHEAD, Player, RunStopped
from renderers.live.seat import Seat
from renderers.scene import Scene
from renderers.stage.window import Job

__all__ = ["Showing", "Showings"]

COMPUTING = 3  # threads at once; r held down on large data must not fill the memory


class Showing:
    """One job: its thread, the seat that it plays to, and whether it has to reach its end.

    Attributes
    ----------
    job : callable
        Plays the run.
    must_finish : bool
        It also writes files: it is never held back, nor stopped when nobody looks any more.
    kept : bool
        A film of it is being saved.
    player : Player
        Its moments, and where their display stands.
    error : BaseException or None
        What the job raised.
    thread : Thread
        Where the job runs.
    """

    def __init__(
        self, job: Job, options: Options, *, must_finish: bool, clock: Callable[[], float]
    ) -> None:
        self.must_finish = must_finish
        self.kept = False
        self.player = Player(ahead=None if must_finish else AHEAD, clock=clock)
        self.error: BaseException | None = None
        self.job = job
        self._seat = Seat(self.player, options)
        self.thread = threading.Thread(target=self._work, name="live-run", daemon=True)

    @property
    def scene(self) -> Scene | None:
        """What the moments belong to; None before the job has told."""
        return self._seat.scene

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
        try:
            self.job(self._seat)
        except RunStopped:
            pass
        except BaseException as error:
            self.error = error
        finally:
            self.player.finish(failed=self.error is not None)


class Showings:
    """The showing on display, the one that takes its place, and what is still being computed.

    Belongs to the window's thread.

    Parameters
    ----------
    options : Options
        Those of the window.
    clock : callable
        Returns the time in seconds.

    Attributes
    ----------
    first : Showing or None
        That of the window's caller.
    shown : Showing or None
        The one on display.
    coming : Showing or None
        The one that replaces it with its first moment.
    waiting : callable or None
        The job that starts when a thread ends.
    speed : float
        Of every run that is started.
    """

    def __init__(self, options: Options, clock: Callable[[], float]) -> None:
        self.first: Showing | None = None
        self.shown: Showing | None = None
        self.coming: Showing | None = None
        self.waiting: Job | None = None
        self.speed = 1.0
        self._options = options
        self._clock = clock
        self._all: list[Showing] = []  # those whose thread may still live

    @property
    def player(self) -> Player | None:
        """Of the one on display; None before the first moment."""
        return None if self.shown is None else self.shown.player

    @property
    def scene(self) -> Scene | None:
        """Of the one on display; None before the first moment."""
        return None if self.shown is None else self.shown.scene

    def start(self, job: Job, *, must_finish: bool = False) -> None:
        """Run `job` in a thread, and show it from its first moment on."""
        for showing in (self.shown, self.coming):
            if showing is not None and not showing.kept:
                showing.let_go()
        self.coming = showing = Showing(
            job, self._options, must_finish=must_finish, clock=self._clock
        )
        showing.player.speed = self.speed
        self.first = self.first or showing
        self._all.append(showing)
        showing.start()

    def look_after(self) -> BaseException | None:
        """Start what waits, show what has come; return what went wrong, if anything.

        An error of the first showing stays: `first.error`.
        """
        failure: BaseException | None = None
        for showing in [showing for showing in self._all if not showing.thread.is_alive()]:
            if showing.error is None or showing is not self.first:
                self._all.remove(showing)
            if showing.error is not None:
                self.coming = None if showing is self.coming else self.coming
                failure = showing.error
        if self.waiting is not None and len(self._all) < COMPUTING:
            job, self.waiting = self.waiting, None
            self.start(job)
        if self.coming is not None and len(self.coming.player):
            self.shown, self.coming = self.coming, None
        return failure

    def release(self, showing: Showing) -> None:
        """Tell that a showing is not kept any more."""
        showing.kept = False
        if showing is not self.shown and showing is not self.coming:
            showing.let_go()

    def let_go(self) -> None:
        """Nobody looks at anything any more."""
        self.waiting = None
        for showing in self._all:
            showing.let_go()

    def stop(self, seconds: float) -> None:
        """End all jobs, those for files as well; wait up to `seconds` for the first."""
        for showing in self._all:
            showing.player.stop()
        if self.first is not None:
            self.first.thread.join(seconds)
