"""SIGINT and SIGTERM: what they raise, what puts them off, what brings back those that got lost.

Python runs handlers in the main thread only; elsewhere everything here does nothing.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

__all__ = ["Terminated", "put_off", "raise_again", "raising"]

Handler = Callable[[int, FrameType | None], Any]


class Terminated(BaseException):
    """SIGTERM was received."""


# What the handlers raised: a library that is being imported, or LLVM as it loads code, may lose it.
_arrived: list[type[BaseException]] = []


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Have SIGTERM raise `Terminated`, so that files are cleaned up; note what arrives.

    SIGINT raises KeyboardInterrupt as usual; `raise_again` knows of both.
    """

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)  # Another one must not stop the cleaning.
        _arrived.append(Terminated)
        raise Terminated

    def interrupt(number: int, frame: FrameType | None) -> None:
        _arrived.append(KeyboardInterrupt)
        signal.default_int_handler(number, frame)

    if not _in_main_thread():
        yield
        return
    _arrived.clear()
    handlers: dict[int, Handler] = {signal.SIGTERM: terminate}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        handlers[signal.SIGINT] = interrupt
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is handler:
                signal.signal(number, before[number])


def raise_again() -> None:
    """Raise what arrived within `raising` and was lost."""
    if _arrived and _in_main_thread():
        raise _arrived[0]


@contextlib.contextmanager
def put_off(notice: Callable[[], None] | None = None) -> Iterator[None]:
    """Put off what the handlers of SIGINT and SIGTERM do until the end of the block.

    LLVM calls back while it loads machine code, and the event loops of windows call Python; both
    lose an exception that a handler raises there, and Ctrl-C with it.

    Parameters
    ----------
    notice : callable, optional
        Called at once when a signal arrives, and must not raise.
    """
    if not _in_main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append((number, frame))
        if notice is not None:
            notice()

    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = {int(n): h for n in numbers if callable(h := signal.getsignal(n))}
    for number in handlers:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number, frame in came:
            handlers[number](number, frame)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
