"""What the user is told: a line that stays for a while, also in the terminal."""

from __future__ import annotations

from collections.abc import Callable

from kmeans_engine.runtime.progress import compiling

__all__ = ["COMPILING", "Messages"]

COMPILING = "compiling for this machine (first run only) ..."
SECONDS = 6.0
BUSY_SECONDS = 0.5  # without a picture before the status line says that it is being computed


class Messages:
    """The newest message, while it lasts.

    Parameters
    ----------
    notify : callable or None
        Gets each message as well: the terminal's.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(self, notify: Callable[[str], None] | None, clock: Callable[[], float]) -> None:
        self._notify = notify
        self._clock = clock
        self._text = ""
        self._until = 0.0
        self._busy_since: float | None = None

    def say(self, text: str, *, notify: bool = True) -> None:
        """Show a message for a while, and hand it to the terminal."""
        self._text, self._until = text, self._clock() + SECONDS
        if notify and self._notify is not None:
            self._notify(text)

    def busy(self, is_busy: bool) -> None:
        """Tell whether the window waits for what was asked for."""
        if not is_busy:
            self._busy_since = None
        elif self._busy_since is None:
            self._busy_since = self._clock()

    @property
    def current(self) -> str:
        """What the user should read now; empty if there is nothing to say."""
        now = self._clock()
        if now < self._until:
            return self._text
        if self._busy_since is not None and now - self._busy_since > BUSY_SECONDS:
            return COMPILING if compiling.running else "computing ..."
        return ""
