"""The one place that runs ffmpeg on films: feeds it, and answers for what it leaves.

imageio-ffmpeg only brings the program: its own writer never looks at the exit status. Which program
is `films.ffmpeg.program`, how frames get there `films.ffmpeg.frame_pipe`; the formats tell what is
encoded and how.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.runtime.atomic import AtomicFile
from renderers.errors import RenderError, RendererUnavailable
from renderers.films.ffmpeg.frame_pipe import FramePipe, Pixels
from renderers.films.ffmpeg.pipe import FilePipe, Pipe
from renderers.films.ffmpeg.program import find_ffmpeg

__all__ = ["Encoder"]

STALL_SECONDS = (
    120.0  # without ffmpeg taking one byte; a frame of 16384 x 16384 encodes in about 30
)
CLOSE_SECONDS = 600.0  # without the file growing: frames it looks ahead at, the index to the front
TAIL = 4096  # bytes of ffmpeg's messages that are kept

# Ctrl-C in the terminal is for us alone: we decide what becomes of ffmpeg.
OWN_GROUP: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    OWN_GROUP = {"creationflags": flags}


class Encoder:
    """A running ffmpeg that turns frames into one file, which appears only when complete.

    Parameters
    ----------
    path : Path
        Where the film goes. Until `finish` it holds what it held before.
    size : tuple of int, optional
        Width and height of the frames in pixels; None for a recording.
    recording : Path, optional
        A complete film in a NUT file, instead of frames.
    rate : float or Fraction
        Frames per second.
    pixels : {"rgba", "yuv420p"}
        What ffmpeg gets: the frames as they are, or BT.709 (which is left for its filters to tag).
    longest : int
        How many times a frame is shown before it is sent again, though nothing changed.
    ends : bool
        Send a frame that repeats once more where it ends, as a film with a fixed rate needs.
    inputs : sequence of str
        Arguments for further inputs, after the frames, which are input 0.
    output : sequence of str
        Arguments for the encoder and the format.

    Attributes
    ----------
    temporary : Path
        The file under construction.

    Raises
    ------
    RendererUnavailable
        If ffmpeg cannot be started.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int] | None = None,
        recording: Path | None = None,
        rate: float | Fraction = 1,
        pixels: Pixels = "rgba",
        longest: int = 60,
        ends: bool = True,
        inputs: Sequence[str] = (),
        output: Sequence[str],
    ) -> None:
        self._path = path
        self._shape = (size[1], size[0], 4) if size is not None else ()
        self._tail = b""
        self._stalled = False
        self._ended = threading.Event()
        program = find_ffmpeg()
        self._target = AtomicFile(path)
        self.temporary = self._target.temporary
        # "file:" lets a name begin with a dash; the formats that we use do not expand %d.
        command = [
            program,
            *("-hide_banner", "-nostats", "-loglevel", "error", "-y"),
            *("-f", "avi" if recording is None else "nut", "-i", "pipe:0"),
            *inputs,
            # The same frames give the same bytes on the same ffmpeg: x264's output depends on its
            # number of threads, and the default on the machine's number of cores.
            *("-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
            *output,
            f"file:{self.temporary}",
        ]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                bufsize=0,
                **OWN_GROUP,
            )
        except BaseException as error:
            self._target.discard()
            if isinstance(error, OSError):
                raise RendererUnavailable(
                    f"ffmpeg at {program!r} cannot be started ({error.strerror}); set "
                    f"IMAGEIO_FFMPEG_EXE to one that can"
                ) from error
            raise
        # Also runs at exit: a daemon thread may die in the middle of a film.
        self._give_up = weakref.finalize(self, _give_up, self._process, self._target, self._ended)
        stream = self._process.stdin
        assert stream is not None
        self._pipe: Pipe
        if recording is not None:
            self._pipe = FilePipe(stream, recording)
        else:
            assert size is not None
            self._pipe = FramePipe(
                stream,
                size=size,
                rate=Fraction(rate).limit_denominator(1000),
                pixels=pixels,
                longest=longest,
                ends=ends,
            )
        self._reader = threading.Thread(target=self._read, name="ffmpeg-messages", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="ffmpeg-watch", daemon=True)
        self._reader.start()
        self._watcher.start()

    def write(self, frame: NDArray[np.uint8], count: int = 1) -> None:
        """Show a frame `count` times. It is on its way, not encoded, when this returns.

        Parameters
        ----------
        frame : ndarray, shape (height, width, 4), uint8, C-contiguous
            Red, green, blue and alpha. Not kept.
        count : int
            At least 1.

        Raises
        ------
        RenderError
            If the frame has another shape or type, or ffmpeg failed or hung since the last call.
        """
        try:
            fits = frame.shape == self._shape and frame.dtype == np.uint8
            if not (fits and frame.flags.c_contiguous):
                raise RenderError(
                    f"a frame of shape {frame.shape} and type {frame.dtype} was drawn; this film "
                    f"needs {self._shape}, uint8, C-contiguous"
                )
            self.pipe.put(frame, count)
        except OSError as error:
            raise self._broken() from error
        except BaseException:
            self.abort()
            raise

    def complete(self) -> None:
        """Wait for the end of the encoding: the film is then in the temporary file.

        Raises
        ------
        RenderError
            If no frame was written, or ffmpeg fails or hangs.
        """
        try:
            if isinstance(self._pipe, FramePipe) and not self._pipe.ticks:
                raise RenderError(f"nothing was drawn, so {self._path} was not written")
            self._pipe.end()
            if not self._wait(CLOSE_SECONDS):
                raise self._failure(f"did not finish within {CLOSE_SECONDS:g} s and was stopped")
            if self._process.returncode or self._pipe.stopped:
                raise self._failure("was stopped")
        except OSError as error:
            raise self._broken() from error
        except BaseException:
            self.abort()
            raise

    def commit(self) -> None:
        """Put the film, which is complete, at its path.

        Raises
        ------
        OSError
            If that fails; the path holds what it held before.
        """
        try:
            self._target.commit()
        except BaseException:
            self.abort()
            raise
        self._ended.set()
        self._give_up.detach()
        self._release()

    def finish(self) -> None:
        """Wait for the end of the encoding and put the film at its path.

        Raises
        ------
        RenderError, OSError
            As `complete` and `commit` do.
        """
        self.complete()
        self.commit()

    def abort(self) -> None:
        """Stop ffmpeg and remove what it wrote. May be called at any time, and more than once."""
        # Killed before its input ends, or it might complete half a film.
        self._give_up()
        self._pipe.stop()
        self._release()

    @property
    def pipe(self) -> FramePipe:
        """Where the frames go: tells how many there are, and when the newest began."""
        assert isinstance(self._pipe, FramePipe)
        return self._pipe

    def _broken(self) -> RenderError:
        """Return why the pipe takes no more, once nothing is left of ffmpeg."""
        try:
            self._wait(5.0)
            return self._failure()
        finally:
            self.abort()

    def _failure(self, how: str = "took no more") -> RenderError:
        code = self._process.poll()
        if self._stalled:
            how = f"took nothing for {STALL_SECONDS:g} s and was stopped"
        elif code:
            how = f"was killed by signal {-code}" if code < 0 else f"failed with exit status {code}"
        return RenderError(f"ffmpeg {how} while writing {self._path}{self._last_words()}")

    def _last_words(self) -> str:
        """Return the last of ffmpeg's messages in one line after a colon, or nothing."""
        lines = filter(None, map(str.strip, self._tail.decode("utf-8", "replace").splitlines()))
        # Without the address of the object that speaks: "[libx264 @ 0x55e8ae4ec000] ".
        said = [re.sub(r"^\[[^\]]* @ \w+\] ", "", line)[-200:] for line in lines]
        words = " / ".join(dict.fromkeys(said[-3:]))
        return f": {words}" if words else ""

    def _wait(self, seconds: float) -> bool:
        """Wait for ffmpeg to end by itself, longer while its file grows; return whether it did."""
        deadline, size = time.monotonic() + seconds, -1
        # Its messages end when it does, which wakes us at once, where waiting for a process with
        # a limit polls. Short waits, since Windows delivers Ctrl-C only between them.
        while self._reader.is_alive() and self._process.poll() is None:
            if time.monotonic() > deadline:
                return False
            self._reader.join(0.1)
            if (grown := self._size()) != size:
                deadline, size = time.monotonic() + seconds, grown
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(1.0)
        return True

    def _size(self) -> int:
        try:
            return self.temporary.stat().st_size
        except OSError:
            return -1

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as messages:
            while chunk := messages.read(TAIL):
                self._tail = (self._tail + chunk)[-TAIL:]

    def _watch(self) -> None:
        # Counts looks, not seconds: after Ctrl-Z and fg hours may have passed in a single look.
        taken, looks = -1, 0
        while not self._ended.wait(STALL_SECONDS / 10):
            looks = looks + 1 if self._pipe.sending and self._pipe.taken == taken else 0
            taken = self._pipe.taken
            if looks >= 10:
                self._stalled = True
                _kill(self._process)
                return

    def _release(self) -> None:
        self._reader.join(1.0)
        self._watcher.join(1.0)
        self._pipe.join()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # a wrapper script's child as well


def _give_up(process: subprocess.Popen[bytes], target: AtomicFile, ended: threading.Event) -> None:
    ended.set()
    _kill(process)  # and the thread that sends frames closes the pipe
    process.wait()
    target.discard()
