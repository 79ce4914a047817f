"""A running ffmpeg: started, listened to, watched while it takes frames, stopped. Knows no film."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any

from renderers.errors import RenderError, RendererUnavailable
from renderers.films.ffmpeg.pipe import Pipe
from renderers.films.ffmpeg.program import find_ffmpeg

__all__ = ["Process"]

TAIL = 4096  # bytes of ffmpeg's messages that are kept

# What ffmpeg says in the words of the system.
DISK_ERRORS = [
    *(errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO),
    *([errno.EDQUOT] if sys.platform != "win32" else []),
]

# No other ffmpeg could be started either.
SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)

# Ctrl-C in the terminal is for us alone: we decide what becomes of ffmpeg.
OWN_GROUP: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    OWN_GROUP = {"creationflags": flags}


class Process:
    """An ffmpeg that reads from a pipe.

    Parameters
    ----------
    arguments : sequence of str
        What it is told, the program apart.

    Attributes
    ----------
    input : binary file
        The unbuffered pipe to it.

    Raises
    ------
    RendererUnavailable
        If it cannot be started.
    RenderError
        If no other could be started either.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._tail = b""
        self._stalled = 0.0  # seconds after which it was stopped for taking nothing
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        program = find_ffmpeg()
        try:
            self._process = subprocess.Popen(
                [program, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                bufsize=0,
                **OWN_GROUP,
            )
        except OSError as error:
            if error.errno in SCARCE:
                raise RenderError(
                    f"ffmpeg cannot be started ({error.strerror}): a limit of this process or of "
                    "the machine is reached; ulimit -a shows those of the process"
                ) from error
            raise RendererUnavailable(
                f"ffmpeg at {program!r} cannot be started ({error.strerror}); set "
                f"IMAGEIO_FFMPEG_EXE to one that can"
            ) from error
        assert self._process.stdin is not None
        self.input: IO[bytes] = self._process.stdin
        self._reader = threading.Thread(target=self._read, name="ffmpeg-messages", daemon=True)
        self._reader.start()

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._process.poll()

    def watch(self, pipe: Pipe, seconds: float) -> None:
        """Stop it if it takes nothing from `pipe` for so many seconds."""
        self._watcher = threading.Thread(
            target=self._watch, args=(pipe, seconds), name="ffmpeg-watch", daemon=True
        )
        self._watcher.start()

    def wait(self, seconds: float, size: Callable[[], int]) -> bool:
        """Wait for it to end by itself, longer while `size()` grows; return whether it did."""
        deadline, last = time.monotonic() + seconds, -1
        # Its messages end when it does, which wakes us at once, where waiting for a process with
        # a limit polls. Short waits, since Windows delivers Ctrl-C only between them.
        while self._reader.is_alive() and self._process.poll() is None:
            if time.monotonic() > deadline:
                return False
            self._reader.join(0.1)
            if (grown := size()) != last:
                deadline, last = time.monotonic() + seconds, grown
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(1.0)
        return True

    def end(self) -> None:
        """Tell that it has ended by itself: it is watched no longer."""
        self._ended.set()

    def kill(self) -> None:
        """Stop it, and a wrapper script's child as well."""
        self._ended.set()
        self._kill()
        self._process.wait()

    def join(self) -> None:
        """Wait a moment for the threads that listen and watch to end."""
        self._reader.join(1.0)
        if self._watcher is not None:
            self._watcher.join(1.0)

    def describe_end(self, how: str) -> str:
        """Return how it ended: by itself with an error, by a signal, by the watch, or as `how`."""
        code = self._process.poll()
        if self._stalled:
            how = f"accepted no data for {self._stalled:g} s and was stopped"
        elif code:
            how = f"was killed by signal {-code}" if code < 0 else f"failed with exit status {code}"
        return how

    def last_words(self) -> str:
        """Return the last of its messages in one line after a colon, or nothing."""
        lines = filter(None, map(str.strip, self._tail.decode("utf-8", "replace").splitlines()))
        # Without the address of the object that speaks: "[libx264 @ 0x55e8ae4ec000] ".
        said = [re.sub(r"^\[[^\]]* @ \w+\] ", "", line)[-200:] for line in lines]
        words = " / ".join(dict.fromkeys(said[-3:]))
        return f": {words}" if words else ""

    def disk_error(self) -> int | None:
        """Return the number of the error, if it ended because the disk refuses its file."""
        code, said = self._process.poll(), self._tail.decode("utf-8", "replace")
        if sys.platform != "win32" and code == -signal.SIGXFSZ:
            return errno.EFBIG
        if code and "opening output" in said and os.strerror(errno.ENOENT) in said:
            return errno.ENOENT  # the folder has gone
        return next((n for n in DISK_ERRORS if code and os.strerror(n) in said), None)

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as messages:
            while chunk := messages.read(TAIL):
                self._tail = (self._tail + chunk)[-TAIL:]

    def _watch(self, pipe: Pipe, seconds: float) -> None:
        # Counts looks, not seconds: after Ctrl-Z and fg hours may have passed in a single look.
        taken, looks = -1, 0
        while not self._ended.wait(seconds / 10):
            looks = looks + 1 if pipe.sending and pipe.taken == taken else 0
            taken = pipe.taken
            if looks >= 10:
                self._stalled = seconds
                self._kill()
                return

    def _kill(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
