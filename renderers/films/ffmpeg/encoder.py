"""Frames become one film: fed to ffmpeg, whose every failure is told, and whose file is atomic.

imageio-ffmpeg only brings the program: its own writer never looks at the exit status. The process
is `films.ffmpeg.process`, how frames get there `films.ffmpeg.frame_pipe`; the formats tell what is
encoded and how.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.runtime.atomic import AtomicFile
from kmeans_engine.runtime.signals import put_off
from renderers.errors import RenderError
from renderers.films.ffmpeg.frame_pipe import FramePipe, Pixels
from renderers.films.ffmpeg.pipe import FilePipe, Pipe
from renderers.films.ffmpeg.process import Process

__all__ = ["Encoder"]


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
    stall_seconds : float
        How long ffmpeg may take not one byte; a frame of 16384 x 16384 encodes in about 30 s.
    close_seconds : float
        How long its file may not grow at the end: frames it looks ahead at, the index to the front.

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
        stall_seconds: float = 120.0,
        close_seconds: float = 600.0,
    ) -> None:
        self._path = path
        self._shape = (size[1], size[0], 4) if size is not None else ()
        self._close_seconds = close_seconds
        arguments = [
            *("-hide_banner", "-nostats", "-loglevel", "error", "-y"),
            *("-f", "avi" if recording is None else "nut", "-i", "pipe:0"),
            *inputs,
            # The same frames give the same bytes on the same ffmpeg: x264's output depends on its
            # number of threads, and the default on the machine's number of cores.
            *("-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
            *output,
        ]
        with put_off():  # nobody would know of a file or an ffmpeg that Ctrl-C leaves half-made
            self._target = AtomicFile(path)
            self.temporary = self._target.temporary
            try:
                # "file:" lets a name begin with a dash; the formats that we use do not expand %d.
                self._process = Process([*arguments, f"file:{self.temporary}"])
            except BaseException:
                self._target.discard()
                raise
            # Also runs at exit: a daemon thread may die in the middle of a film.
            self._give_up = weakref.finalize(self, _give_up, self._process, self._target)
        self._pipe: Pipe
        if recording is not None:
            self._pipe = FilePipe(self._process.input, recording)
        else:
            assert size is not None
            self._pipe = FramePipe(
                self._process.input,
                size=size,
                rate=Fraction(rate).limit_denominator(1000),
                pixels=pixels,
                longest=longest,
                ends=ends,
            )
        self._process.watch(self._pipe, stall_seconds)

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
        OSError
            If the disk refuses the film.
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
        OSError
            If the disk refuses the film.
        """
        try:
            if isinstance(self._pipe, FramePipe) and not self._pipe.ticks:
                raise RenderError(f"nothing was drawn, so {self._path} was not written")
            self._pipe.end()
            if not self._process.wait(self._close_seconds, self._size):
                seconds = f"{self._close_seconds:g} s"
                raise self._failure(f"did not finish within {seconds} and was stopped")
            if self._process.status or self._pipe.stopped:
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
        self._process.end()
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

    def _broken(self) -> RenderError | OSError:
        """Return why the pipe no longer accepts data, once nothing is left of ffmpeg."""
        try:
            self._process.wait(5.0, self._size)
            return self._failure()
        finally:
            self.abort()

    def _failure(self, how: str = "stopped accepting data") -> RenderError | OSError:
        number = self._process.disk_error()
        if number is not None:
            return OSError(number, os.strerror(number), str(self._path))
        how, words = self._process.describe_end(how), self._process.last_words()
        if "Unrecognized option" in words:
            words += "; it is too old: set IMAGEIO_FFMPEG_EXE to ffmpeg 5.1 or later, or unset it"
        return RenderError(f"ffmpeg {how} while writing {self._path}{words}")

    def _size(self) -> int:
        try:
            return self.temporary.stat().st_size
        except OSError:
            return -1

    def _release(self) -> None:
        self._process.join()
        self._pipe.join()


def _give_up(process: Process, target: AtomicFile) -> None:
    with put_off():  # a second Ctrl-C would leave the file
        process.kill()  # and the thread that sends frames closes the pipe
        target.discard()
