"""The moments of one run, and where its display stands among them. Knows no toolkit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from renderers.live.reel import Reel
from renderers.scene import Moment

__all__ = ["AHEAD", "Player", "RunStopped"]

AHEAD = 4  # states that a run may be ahead of its display
LATE = 1.0  # seconds; a display later than this goes on from now instead of catching up


class RunStopped(BaseException):
    """Nobody watches this run any more; raised in the thread that computes it.

    No error, and so no `Exception`: what catches those must let it pass.
    """


class Player:
    """Take moments from a computing thread, and tell a display which one is due.

    Plays in real time, waits at the end of a run that is still computed, and repeats a finished
    one. Everything may be called from any thread.
    What states and steps are, `Reel` says.

    Parameters
    ----------
    ahead : int or None
        How many states `add` lets the run be ahead of the display; None for any number.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(
        self, *, ahead: int | None = AHEAD, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ahead = ahead
        self._clock = clock
        self._changed = threading.Condition()
        self._reel = Reel()
        self._position = 0
        # While paused: the end of which state or step to be at, which may be still to come.
        self._target: tuple[list[int], int] | None = None
        self._to_end = False  # while paused: at the newest state, whatever comes
        self._since: float | None = None  # when the moment at the position came on; None: not yet
        self._speed = 1.0
        self._waited = False  # for a moment that was due but not computed
        self._playing = True
        self._finished = False
        self._failed = False
        self._stopped = False
        self._ignoring = False

    # The side that computes.

    def add(self, moment: Moment) -> None:
        """Append a moment; wait while the run is too far ahead of its display.

        Raises
        ------
        RunStopped
            After `stop`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._wants(moment))
            if self._stopped:
                raise RunStopped
            if not self._ignoring:
                self._reel.add(moment)
                self._settle()
                self._changed.notify_all()

    def finish(self, *, failed: bool = False) -> None:
        """Tell that no moment follows; the first such call counts."""
        with self._changed:
            if not self._finished:
                self._finished, self._failed = True, failed
            self._changed.notify_all()

    def stop(self) -> None:
        """Make `add`, and `film`, raise `RunStopped` from now on."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def ignore(self) -> None:
        """Let the run go on at full speed, and forget its further moments."""
        with self._changed:
            self._ignoring = True
            self._changed.notify_all()

    def _wants(self, moment: Moment) -> bool:
        return (
            self._stopped
            or self._ignoring
            or self._ahead is None
            or self._to_end
            or self._reel.continues(moment)
            or self.states - self.state <= self._ahead
        )

    # The side that shows.

    def __len__(self) -> int:
        with self._changed:
            return len(self._reel)

    @property
    def position(self) -> int:
        """Index of the moment on display."""
        with self._changed:
            return self._position

    @property
    def state(self) -> int:
        """Index of the state on display."""
        with self._changed:
            return self._reel.index(self._reel.states, self._position)

    @property
    def states(self) -> int:
        """How many states there are so far."""
        with self._changed:
            return len(self._reel.states)

    @property
    def finished(self) -> bool:
        """Whether no moment follows those that are here."""
        with self._changed:
            return self._finished

    @property
    def playing(self) -> bool:
        """Whether time moves the position; False while paused."""
        with self._changed:
            return self._playing

    @property
    def waiting(self) -> bool:
        """Whether the display would go on, if what comes next were computed."""
        with self._changed:
            if self._finished:
                return False
            if self._playing:
                return self._waited
            return self._target is not None and self._target[1] >= len(self._target[0])

    @property
    def speed(self) -> float:
        """How many seconds of the film pass in one of the display."""
        with self._changed:
            return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        with self._changed:
            if self._since is not None:
                now = self._clock()
                self._since = now - (now - self._since) * self._speed / speed
            self._speed = speed

    def current(self) -> Moment | None:
        """Return the moment that is due now; None before the first has come."""
        with self._changed:
            if not self._reel.moments:
                return None
            if self._playing and self._since is not None:
                self._advance(self._clock(), self._since)
            return self._reel.moments[self._position]

    def between(self, one: Moment, other: Moment) -> list[Moment]:
        """Return the moments to paint on the way from one to another: see `Reel.between`."""
        with self._changed:
            return self._reel.between(one, other)

    def shown(self, moment: Moment) -> None:
        """Tell that `moment` is on the screen; the first one lasts from then on."""
        with self._changed:
            if self._since is None and moment is self._reel.moments[self._position]:
                self._since = self._clock()

    def toggle(self) -> None:
        """Pause, or resume."""
        with self._changed:
            self._playing = not self._playing
            self._target, self._to_end = None, False
            self._since = self._clock()

    def step(self, by: int) -> None:
        """Pause and go `by` steps forward, or back if negative, to the last moment of one.

        Forward from within a step leads to its end. One that is being computed is shown when it
        comes.
        """
        with self._changed:
            if self._target is not None and self._target[0] is self._reel.steps:
                at = min(self._target[1], len(self._reel.steps) - (1 if self._finished else 0))
            else:
                at = self._reel.index(self._reel.steps, self._position)
                if by > 0 and self._position < self._reel.end(self._reel.steps, at):
                    at -= 1
            # One that is not there yet is waited for; not a second one, if a key is held down.
            self._aim(self._reel.steps, min(at + by, len(self._reel.steps)))

    def seek(self, state: int) -> None:
        """Pause and show this state; while it is not there, the newest one before it."""
        self._aim(self._reel.states, state)

    def to_end(self) -> None:
        """Pause at the newest state, and at newer ones as they come, computed at full speed."""
        with self._changed:
            self._playing, self._target, self._to_end = False, None, True
            self._settle()
            self._changed.notify_all()

    def film(self, cancelled: threading.Event) -> Iterator[Moment]:
        """Yield the run from its first moment, waiting at full speed for those still to come.

        Parameters
        ----------
        cancelled : Event
            Ends the wait when it is set and `wake` is called.

        Raises
        ------
        RunStopped
            When cancelled, after `stop`, or if the run fails before its end.
        """
        index = 0
        while True:
            with self._changed:
                self._ahead = None
                self._changed.notify_all()
                while not (cancelled.is_set() or self._stopped or self._finished):
                    if index < len(self._reel):
                        break
                    self._changed.wait()
                over = index == len(self._reel)
                if cancelled.is_set() or self._stopped or (over and self._failed):
                    raise RunStopped
                if over:
                    return
                moment = self._reel.moments[index]
            yield moment
            index += 1

    def wake(self) -> None:
        """Have `film` look at its `cancelled`."""
        with self._changed:
            self._changed.notify_all()

    def _advance(self, now: float, since: float) -> None:
        for _ in self._reel.moments:  # once round at the most, however short they are
            due = since + self._reel.moments[self._position].seconds / self._speed
            if now < due:
                break
            if self._position + 1 < len(self._reel):
                following = self._position + 1
            elif not self._finished:
                self._waited = True
                break
            else:
                following = 0
            late = self._waited or now - due > LATE
            since = now if late else due
            self._waited = False
            self._go(following)
        self._since = since

    def _aim(self, starts: list[int], index: int) -> None:
        with self._changed:
            self._playing, self._to_end = False, False
            if self._finished:
                index = min(index, len(starts) - 1)
            self._target = starts, max(0, index)
            self._settle()
            self._changed.notify_all()

    def _settle(self) -> None:
        """Go where the display is meant to be while paused."""
        if not self._reel.moments or (self._target is None and not self._to_end):
            return
        if self._to_end:
            position = len(self._reel) - 1
        else:
            assert self._target is not None
            position = self._reel.end(*self._target)
        if position != self._position:
            self._go(position)

    def _go(self, position: int) -> None:
        self._position = position
        self._changed.notify_all()
