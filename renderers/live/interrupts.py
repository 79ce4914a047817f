"""Signals wait until the window is closed: event loops swallow what a handler raises."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["interrupts_close"]

Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def interrupts_close(close: Callable[[], None]) -> Iterator[None]:
    """Have SIGINT and SIGTERM call `close`; call their own handlers once the block is left.

    Parameters
    ----------
    close : callable
        Makes the block end soon, and raises nothing.
    """
    handlers: dict[signal.Signals, Handler] = {}
    caught: list[signal.Signals] = []

    def catch(number: int, frame: FrameType | None) -> None:
        caught.append(signal.Signals(number))
        close()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, catch)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if caught:
            handlers[caught[-1]](caught[-1], None)
