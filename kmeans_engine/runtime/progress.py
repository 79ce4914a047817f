"""What this process is doing right now, for whoever shows it to somebody who waits. Shows nothing.

- `doing(phase, total)` is put around work that may take a while, in any thread; it costs a
  microsecond where nobody listens.
- `listen(callback)` calls ``callback(phase, total)`` whenever that changes.
- `compiling.seconds()` is the time that this process has spent on machine code so far.

Phases of this package: "compiling for this machine, first run only", "reading points.parquet (8.1
GB)", "measuring" and "copying 1,200 points" (of a file), "sorting 1,200 points", "drawing 12
centroids", "measuring the inertia" (once per engine), and "clustering", which lasts from the first
snapshot that is asked for to the end of the run. A renderer begins its own inside it, such as
"painting" and "encoding".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["COMPILING", "Callback", "compiling", "doing", "listen"]

#: Gets what is done now: the newest phase that has not ended, "" if there is none; and how many
#: steps it has, None where nobody knows.
Callback = Callable[[str, int | None], None]

COMPILING = "compiling for this machine, first run only"

_lock = threading.RLock()
_callbacks: list[Callback] = []
_phases: list[doing] = []


class doing:  # noqa: N801 (read as a word of the with statement)
    """Context: work that may take a while.

    Phases may be nested and may overlap, also in several threads.

    Parameters
    ----------
    phase : str
        What is done, in words for a user: ``sorting 1,200 points``.
    total : int, optional
        How many steps it has.
    """

    __slots__ = ("phase", "total")

    def __init__(self, phase: str, total: int | None = None) -> None:
        self.phase, self.total = phase, total

    def __enter__(self) -> None:
        with _lock:
            _phases.append(self)
            _tell()

    def __exit__(self, *_: object) -> None:
        with _lock:
            newest = _phases[-1] is self
            _phases.remove(self)
            if newest:
                _tell()


def _tell() -> None:
    """Tell all who listen what is done now; the lock is held."""
    if _callbacks:
        phase, total = (_phases[-1].phase, _phases[-1].total) if _phases else ("", None)
        for callback in _callbacks:
            callback(phase, total)


@contextmanager
def listen(callback: Callback) -> Iterator[None]:
    """Context: call `callback` whenever what is done now changes.

    Parameters
    ----------
    callback : callable
        ``callback(phase, total)``; see `Callback`. Called in the thread that begins or ends the
        phase, by one thread at a time, which waits for it: it must return at once, and not raise.
    """
    with _lock:
        _callbacks.append(callback)
    try:
        yield
    finally:
        with _lock:
            _callbacks.remove(callback)


class _Compiling:
    """Adds up the wall time in which at least one kernel was compiled."""

    def __init__(self) -> None:
        self._depth, self._began, self._seconds = 0, 0.0, 0.0
        self._phase = doing(COMPILING)

    def begin(self) -> None:
        """Count from now on; kernels that are compiled for another kernel count once."""
        with _lock:
            self._depth += 1
            if self._depth == 1:
                self._began = time.perf_counter()
                self._phase.__enter__()

    def end(self) -> None:
        """Undo one `begin`."""
        with _lock:
            self._depth -= 1
            if self._depth == 0:
                self._seconds += time.perf_counter() - self._began
                self._phase.__exit__()

    @property
    def running(self) -> bool:
        """Whether anything is being compiled now."""
        return self._depth > 0

    def seconds(self) -> float:
        """Return how long this process has compiled until now; loading machine code is not it."""
        with _lock:
            running = time.perf_counter() - self._began if self._depth else 0.0
            return self._seconds + running


compiling = _Compiling()
