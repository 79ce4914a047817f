"""The one place that talks to ffmpeg: finds it, feeds it frames, and answers for what it leaves.

imageio-ffmpeg only brings the program: its own writer never looks at the exit status. What is
encoded, and how, is told by `renderers.mp4` and `renderers.gif`.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
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

from kmeans_engine.atomic import AtomicFile
from renderers.errors import RenderError, RendererUnavailable

__all__ = ["Encoder", "find_ffmpeg"]

STALL_SECONDS = (
    120.0  # without ffmpeg taking one byte; a frame of 16384 x 16384 encodes in about 30
)
CLOSE_SECONDS = 600.0  # to encode the frames it looks ahead at, and to move the index to the front
CHUNK = 1 << 20  # bytes per write: what counts as a sign of life
TAIL = 4096  # bytes of ffmpeg's messages that are kept

# Ctrl-C in the terminal is for us alone: we decide what becomes of ffmpeg.
OWN_GROUP: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    OWN_GROUP = {"creationflags": flags}


@functools.cache
def _bundled() -> str:
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def find_ffmpeg() -> str:
    """Return the ffmpeg to run: ``IMAGEIO_FFMPEG_EXE``, imageio-ffmpeg's, or the PATH's.

    Raises
    ------
    RendererUnavailable
        If there is none that can be run.
    """
    named = os.environ.get("IMAGEIO_FFMPEG_EXE")
    if named:
        if shutil.which(named) is None:
            raise RendererUnavailable(
                f"IMAGEIO_FFMPEG_EXE is {named!r}, which is no program that can be run; correct it "
                f"or unset it"
            )
        return named
    try:
        return _bundled()
    except (ImportError, RuntimeError) as error:
        raise RendererUnavailable(
            "films need ffmpeg and none was found; pip install --force-reinstall imageio-ffmpeg "
            "brings one, or set IMAGEIO_FFMPEG_EXE to yours"
        ) from error


class Encoder:
    """A running ffmpeg that turns raw frames into one file, which appears only when complete.

    Parameters
    ----------
    path : Path
        Where the film goes. Until `finish` it holds what it held before.
    size : tuple of int
        Width and height of the frames in pixels.
    rate : float
        Frames per second.
    inputs : sequence of str
        Arguments for further inputs, after the frames, which are input 0.
    output : sequence of str
        Arguments for the encoder and the format.

    Raises
    ------
    RendererUnavailable
        If ffmpeg cannot be started.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        rate: float,
        inputs: Sequence[str] = (),
        output: Sequence[str],
    ) -> None:
        self._path = path
        self._shape = (size[1], size[0], 4)
        self._tail = b""
        self._frames = 0
        self._taken = 0  # bytes
        self._writing = False
        self._stalled = False
        self._ended = threading.Event()
        program = find_ffmpeg()
        self._target = AtomicFile(path)
        # "file:" lets a name begin with a dash; the formats that we use do not expand %d.
        command = [
            program,
            *("-hide_banner", "-nostats", "-loglevel", "error", "-y"),
            *("-f", "rawvideo", "-pixel_format", "rgba", "-video_size", f"{size[0]}x{size[1]}"),
            *("-framerate", str(Fraction(rate).limit_denominator(1000)), "-i", "pipe:0"),
            *inputs,
            # The same frames give the same bytes on the same ffmpeg: x264's output depends on its
            # number of threads, and the default on the machine's number of cores.
            *("-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
            *output,
            f"file:{self._target.temporary}",
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
        self._reader = threading.Thread(target=self._read, name="ffmpeg-messages", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="ffmpeg-watch", daemon=True)
        self._reader.start()
        self._watcher.start()

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Send one frame.

        Parameters
        ----------
        frame : ndarray, shape (height, width, 4), uint8, C-contiguous
            Red, green, blue and alpha. Not kept.

        Raises
        ------
        RenderError
            If the frame has another shape or type, or ffmpeg fails or hangs.
        """
        try:
            fits = frame.shape == self._shape and frame.dtype == np.uint8
            if not (fits and frame.flags.c_contiguous):
                raise RenderError(
                    f"a frame of shape {frame.shape} and type {frame.dtype} was drawn; this film "
                    f"needs {self._shape}, uint8, C-contiguous"
                )
            self._send(frame.data.cast("B"))
        except BaseException:
            self.abort()
            raise
        self._frames += 1

    def finish(self) -> None:
        """Wait for the end of the encoding and put the film at its path.

        Raises
        ------
        RenderError
            If no frame was written, or ffmpeg fails or hangs.
        OSError
            If the finished file cannot be put in its place.
        """
        try:
            if not self._frames:
                raise RenderError(f"nothing was drawn, so {self._path} was not written")
            assert self._process.stdin is not None
            self._process.stdin.close()
            if not self._wait(CLOSE_SECONDS):
                raise self._failure(f"did not finish within {CLOSE_SECONDS:g} s and was stopped")
            if self._process.returncode:
                raise self._failure()
            self._target.commit()
        except BaseException:
            self.abort()
            raise
        self._ended.set()
        self._give_up.detach()
        self._release()

    def abort(self) -> None:
        """Stop ffmpeg and remove what it wrote. May be called at any time, and more than once."""
        self._give_up()
        self._release()

    def _send(self, data: memoryview) -> None:
        assert self._process.stdin is not None
        self._writing = True
        try:
            while data:
                count = self._process.stdin.write(data[:CHUNK])
                self._taken += count
                data = data[count:]
        except (OSError, ValueError) as error:  # ValueError: aborted by another thread
            self._wait(5.0)
            raise self._failure() from error
        finally:
            self._writing = False

    def _failure(self, how: str = "took no more") -> RenderError:
        code = self._process.poll()
        if self._stalled:
            how = f"took nothing for {STALL_SECONDS:g} s and was stopped"
        elif code is not None:
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
        """Wait for ffmpeg to end by itself; return whether it did."""
        deadline = time.monotonic() + seconds
        # Its messages end when it does, which wakes us at once, where waiting for a process with
        # a limit polls. Short waits, since Windows delivers Ctrl-C only between them.
        while self._reader.is_alive() and self._process.poll() is None:
            if time.monotonic() > deadline:
                return False
            self._reader.join(0.1)
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(1.0)
        return True

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as messages:
            while chunk := messages.read(TAIL):
                self._tail = (self._tail + chunk)[-TAIL:]

    def _watch(self) -> None:
        # Counts looks, not seconds: after Ctrl-Z and fg hours may have passed in a single look.
        taken, looks = -1, 0
        while not self._ended.wait(STALL_SECONDS / 10):
            looks = looks + 1 if self._writing and self._taken == taken else 0
            taken = self._taken
            if looks >= 10:
                self._stalled = True
                _kill(self._process)
                return

    def _release(self) -> None:
        self._reader.join(1.0)
        self._watcher.join(1.0)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # a wrapper script's child as well


def _give_up(process: subprocess.Popen[bytes], target: AtomicFile, ended: threading.Event) -> None:
    ended.set()
    _kill(process)
    if process.stdin is not None:
        process.stdin.close()
    process.wait()
    target.discard()
