"""The line on a terminal that says what is done and how far it is. Knows no engine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, ClassVar, TextIO
from weakref import WeakSet

__all__ = ["Progress"]

_PATIENCE = 0.3  # seconds without a word; those of the start have passed before
_TICK = 0.1

# tqdm's own "s/ iterations" and "?it/s" are no words for a user.
_FORMS = {
    (False, False): "{desc} [{elapsed}]",
    (True, False): "{desc}: {n_fmt} {unit} [{elapsed}{postfix}]",
    (True, True): "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {unit} "
    "[{elapsed}, {remaining} left{postfix}]",
}


class Progress:
    """What a command is doing, once that takes longer than a moment.

    A thread of its own draws: the work may not return for seconds, as when it compiles.

    Parameters
    ----------
    stream : text stream or None
        Where it is drawn, a terminal.
    shown : bool
        Whether anything is drawn.
    """

    def __init__(self, stream: TextIO | None, *, shown: bool) -> None:
        self._stream = stream
        self._shown = shown and stream is not None
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = time.monotonic()
        self._bar: Any = None
        self._phase = "starting"
        self._done, self._unit, self._extra = 0, "", ""
        self._total: int | None = None
        self._counted = self._began

    def __enter__(self) -> Progress:
        if self._shown:
            self._thread = threading.Thread(target=self._draw, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def phase(self, name: str, total: int | None = None) -> None:
        """Say what is done now; a callback of `kmeans_engine.runtime.progress.listen`."""
        self._phase = name or "preparing"

    def count(self, unit: str, total: int | None = None) -> None:
        """Begin to count steps, `total` of them where that is known."""
        with self._lock:
            self._done, self._total, self._unit, self._extra = 0, total, unit, ""
            self._counted = time.monotonic()

    def step(self, done: int | None = None, extra: str = "") -> None:
        """Count one more step, or say how many are done, and what is to be told beside."""
        self._done = self._done + 1 if done is None else done
        self._extra = extra

    def hide(self) -> None:
        """Draw nothing from now on, and remove what is there."""
        with self._lock:
            self._shown = False
            if self._bar is not None:
                with suppress(OSError, ValueError):  # a terminal that is gone
                    self._bar.close()
            self._bar = None

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Context: something else is printed, on lines of its own."""
        with self._lock:
            if self._bar is not None:
                with suppress(OSError, ValueError):
                    self._bar.clear()
            yield

    def _draw(self) -> None:
        wait = _PATIENCE
        while not self._over.wait(wait):
            wait = _TICK
            with self._lock, suppress(OSError, ValueError):
                if self._shown:
                    self._refresh()

    def _refresh(self) -> None:
        if self._bar is None:
            # With rows of its own tqdm does not ask the terminal, which may have none.
            self._bar = _line_type()(file=self._stream, leave=False, bar_format="{desc}", nrows=20)
        bar, total = self._bar, self._total
        counted = bool(self._unit)
        # A run may end before its last iteration, and never after it.
        bar.total = total
        bar.ncols = _width(self._stream)
        bar.bar_format = _FORMS[counted, counted and total is not None and self._done > 0]
        one = self._done == 1 and total is None
        bar.n, bar.unit = self._done, self._unit.removesuffix("s") if one else self._unit
        passed = time.monotonic() - (self._counted if counted else self._began)
        bar.start_t = bar._time() - passed
        bar.last_print_t = bar._time()  # otherwise `close` leaves the line
        bar.set_postfix_str(self._extra, refresh=False)
        bar.set_description_str(self._phase, refresh=False)
        bar.refresh()


@cache
def _line_type() -> Any:
    """Return tqdm with nothing that it shares with other bars.

    Its lock is one of all processes that were forked: whoever dies while holding it, or is
    interrupted while taking it, would stop this line and whoever waits for its end.
    """
    from tqdm import tqdm

    class Line(tqdm):  # type: ignore[misc]
        monitor_interval = 0
        _lock = threading.RLock()
        _instances: ClassVar = WeakSet[Any]()

    return Line


def _width(stream: TextIO | None) -> int | None:
    """Return how many characters a line of a terminal has; None if it does not tell.

    Some tell 0, as those of ``docker run -t`` and of Emacs: tqdm would draw nothing there.
    """
    try:
        return os.get_terminal_size(stream.fileno()).columns or None if stream else None
    except (OSError, ValueError):
        return None
