"""SIGINT and SIGTERM: what they raise, what puts them off, what brings back those that got lost.

A process has three times: nothing is at stake before the work (`leave_at_once`), files are while it
lasts (`raising`), and nothing is left to stop after it (`ignore`). Python runs handlers in the main
thread only; elsewhere everything here does nothing.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

__all__ = ["ENDINGS", "Terminated", "ignore", "leave_at_once", "put_off", "raise_again", "raising"]

Handler = Callable[[int, FrameType | None], Any]


class Terminated(BaseException):
    """SIGTERM was received."""


ENDINGS: dict[type[BaseException], tuple[str, int]] = {
    KeyboardInterrupt: ("interrupted", 130),
    Terminated: ("terminated", 143),
}
"""What a command says, and its exit status, by what a signal raises."""

_RAISED: dict[signal.Signals, type[BaseException]] = {
    signal.SIGINT: KeyboardInterrupt,
    signal.SIGTERM: Terminated,
}
_DEFAULT = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}

# Files are removed and processes stopped within this time; who asks again then is obeyed.
_CLEANING_SECONDS = 2.0
# No import is interrupted that is over by then.
_IMPORT_SECONDS = 5.0

# What the handlers raised, and when the last of it; somebody else's code may lose it.
_arrived: list[type[BaseException]] = []
_latest = 0.0
# When a signal was first put off for an import.
_waiting: float | None = None


def leave_at_once(say: str) -> None:
    """Have both signals end the process, with one line: for the time when nothing is at stake.

    Nothing can lose them then, such as a library that is being imported. A signal that the parent
    process has ignored stays ignored.

    Parameters
    ----------
    say : str
        What the line begins with.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        if _arrived:  # The process is on its way out, and says so itself.
            return
        words, status = ENDINGS[_RAISED[signal.Signals(number)]]
        with contextlib.suppress(OSError):
            os.write(2, f"{say}{words}\n".encode())
        os._exit(status)

    for number, default in _DEFAULT.items():
        if _in_main_thread() and signal.getsignal(number) is default:
            signal.signal(number, leave)


def ignore() -> None:
    """Have both signals do nothing: for the time when everything is done."""
    if _in_main_thread():
        for number in _RAISED:
            signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Have SIGINT raise KeyboardInterrupt and SIGTERM `Terminated`, so that files are cleaned up.

    Nothing is raised within an import, where extensions print it, make another error of it, or
    leave a module half loaded: it comes when the import is over. What is raised where Python cannot
    pass it on, as in the callback of a weak reference, is raised again a moment later; what other
    code caught and dropped is known to `raise_again`.
    """
    global _waiting
    if not _in_main_thread():
        yield
        return
    _arrived.clear()
    _waiting = None
    numbers = [number for number in _RAISED if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _raise) for number in numbers}
    hook = sys.unraisablehook

    def unraisable(lost: Any) -> None:
        number = next((n for n, kind in _RAISED.items() if lost.exc_type is kind), None)
        if number is None or not _arrived:
            hook(lost)
        else:
            _arrived.clear()
            _thread.start_new_thread(_send, (number,))

    sys.unraisablehook = unraisable
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            if signal.getsignal(number) is _raise:
                signal.signal(number, handler)


def _raise(number: int, frame: FrameType | None) -> None:
    global _latest, _waiting
    now = time.monotonic()
    if _arrived and now - _latest < _CLEANING_SECONDS:
        return  # Another one must not stop the cleaning.
    if _importing(frame):
        _waiting = _waiting or now
        if now - _waiting < _IMPORT_SECONDS:
            _thread.start_new_thread(_send, (signal.Signals(number),))
            return
    _latest = now
    kind = _RAISED[signal.Signals(number)]
    _arrived.append(kind)
    raise kind


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _send(number: signal.Signals) -> None:
    time.sleep(0.01)
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:  # wakes the main thread if it waits for something
        signal.pthread_kill(threading.main_thread().ident or 0, number)


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

    handlers = {n: h for n in _RAISED if callable(h := signal.getsignal(n))}
    for number in handlers:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arrived, frame in came:
            handlers[signal.Signals(arrived)](arrived, frame)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
