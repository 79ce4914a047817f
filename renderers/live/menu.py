"""The menu in the terminal beside the window. Prints nothing itself."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping

from renderers.stage.window import Command

__all__ = ["CHOICES", "read_line", "start_menu"]

CHOICES: dict[str, tuple[str, Command]] = {
    "1": ("randomise clusters and centroids", "new clusters"),
    "2": ("randomise centroids only", "new centroids"),
    "3": ("save the animation", "save"),
    "4": ("exit", "exit"),
}


def start_menu(
    post: Callable[[Command], None],
    *,
    say: Callable[[str], None],
    read: Callable[[], str] | None = None,
    without: Collection[Command] = (),
) -> threading.Thread:
    """Read choices until exit or the end of the input, in a daemon thread.

    Parameters
    ----------
    post : callable
        Takes the commands, from this thread: `LiveRenderer.post`.
    say : callable
        Shows a line: `print`.
    read : callable, optional
        Returns the next line, or an empty string at the end. Default: `read_line`.
    without : collection of str
        Commands that the window has no use for; they are not offered.

    Returns
    -------
    Thread
        Already started.
    """
    offered = {answer: one for answer, one in CHOICES.items() if one[1] not in without}
    thread = threading.Thread(
        target=_menu, args=(offered, post, say, read or read_line), name="live-menu", daemon=True
    )
    thread.start()
    return thread


def _menu(
    offered: Mapping[str, tuple[str, Command]],
    post: Callable[[Command], None],
    say: Callable[[str], None],
    read: Callable[[], str],
) -> None:
    *answers, last = offered
    ask = f"type {', '.join(answers)} or {last}"
    choices = "\n".join(f"({number}) {text}" for number, (text, _) in offered.items())
    say(f"{choices}\n{ask}")
    while line := read():
        answer = line.strip()
        if answer in offered:
            command = offered[answer][1]
            post(command)
            if command == "exit":
                return
        else:
            say(f"{answer!r} is not a choice; {ask}")


def read_line() -> str:
    """Return the next line of the terminal; an empty string at the end of the input.

    Unlike `input`, it may still be waiting when Python ends: a thread that waits in `input` holds
    the lock of `sys.stdin`, and Python aborts if it cannot get it. And it does not stop a process
    in the background of its shell, as reading does.
    """
    if sys.stdin is None:  # pythonw
        return ""
    try:
        number = sys.stdin.fileno()
        if sys.platform != "win32":
            while not select.select([number], [], [])[0] or _in_background(number):
                time.sleep(0.5)
        return os.read(number, 4096).decode(errors="replace")
    except (OSError, ValueError):  # ValueError: stdin was closed
        return ""


def _in_background(number: int) -> bool:
    try:
        return os.tcgetpgrp(number) != os.getpgrp()
    except OSError:  # not our terminal: a file, a pipe, somebody else's
        return False
