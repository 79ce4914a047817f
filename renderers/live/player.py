"""The moments of one run, and where its display stands among them. Knows no toolkit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from renderers.contract import Moment

__all__ = ["AHEAD", "Player", "RunStopped"]

AHEAD = 4  # moments that a run may be ahead of its display
LATE = 1.0  # seconds; a display later than this goes on from now instead of catching up


class RunStopped(BaseException):
    """Nobody watches this run any more; raised in the thread that computes it.

    No error, and so no `Exception`: what catches those must let it pass.
    """


class Player:
    """Take moments from a computing thread, and tell a display which one is due.

    Plays in real time, waits at the end of a run that is still computed, and repeats a finished
    one. Everything may be called from any thread.

    Parameters
    ----------
    ahead : int or None
        How many moments `add` lets the run be ahead of the display; None for any number.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(
        self, *, ahead: int | None = AHEAD, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ahead = ahead
        self._clock = clock
        self._changed = threading.Condition()
        self._moments: list[Moment] = []
        self._position = 0
        self._since: float | None = None  # when the moment at the position came on; None: not yet
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
            self._changed.wait_for(self._wants_more)
            if self._stopped:
                raise RunStopped
            if not self._ignoring:
                self._moments.append(moment)
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

    def _wants_more(self) -> bool:
        return (
            self._stopped
            or self._ignoring
            or self._ahead is None
            or len(self._moments) - 1 - self._position < self._ahead
        )

    # The side that shows.

    def __len__(self) -> int:
        with self._changed:
            return len(self._moments)

    @property
    def position(self) -> int:
        """Index of the moment on display."""
        with self._changed:
            return self._position

    @property
    def playing(self) -> bool:
        """Whether time moves the position; False while paused."""
        with self._changed:
            return self._playing

    def current(self) -> Moment | None:
        """Return the moment that is due now; None before the first has come."""
        with self._changed:
            if not self._moments:
                return None
            if self._playing and self._since is not None:
                self._advance(self._clock(), self._since)
            return self._moments[self._position]

    def shown(self, moment: Moment) -> None:
        """Tell that `moment` is on the screen; the first one lasts from then on."""
        with self._changed:
            if self._since is None and moment is self._moments[self._position]:
                self._since = self._clock()

    def toggle(self) -> None:
        """Pause, or play on."""
        with self._changed:
            self._playing = not self._playing
            self._since = self._clock()

    def step(self, by: int) -> None:
        """Pause and go `by` moments forward, or back if negative, as far as there are any."""
        with self._changed:
            self._playing = False
            if self._moments:
                self._go(min(max(self._position + by, 0), len(self._moments) - 1))

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
                    if index < len(self._moments):
                        break
                    self._changed.wait()
                over = index == len(self._moments)
                if cancelled.is_set() or self._stopped or (over and self._failed):
                    raise RunStopped
                if over:
                    return
                moment = self._moments[index]
            yield moment
            index += 1

    def wake(self) -> None:
        """Have `film` look at its `cancelled`."""
        with self._changed:
            self._changed.notify_all()

    def _advance(self, now: float, since: float) -> None:
        for _ in self._moments:  # once round at the most, however short they are
            due = since + self._moments[self._position].seconds
            if now < due:
                break
            if self._position + 1 < len(self._moments):
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

    def _go(self, position: int) -> None:
        self._position = position
        self._changed.notify_all()
