"""What is on its way into ffmpeg: a thread sends it, so that painting and encoding overlap.

Whatever ffmpeg reads comes through a pipe: its end is the one thing that ffmpeg notices when this
process is killed. Frames are in `renderers.films.ffmpeg.frame_pipe`.
"""

from __future__ import annotations

import abc
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["FilePipe", "Pipe"]

CHUNK = 1 << 20  # bytes per write: what counts as a sign of life


class Pipe(abc.ABC):
    """A thread that writes into a pipe.

    Parameters
    ----------
    stream : binary file
        The unbuffered pipe; belongs to the thread from now on, which closes it.

    Attributes
    ----------
    error : OSError or None
        Why the pipe no longer accepts data.
    sending : bool
        Whether a write is under way.
    taken : int
        Bytes that were sent.
    stopped : bool
        Whether `stop` was called.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._ending = False
        self.stopped = False
        self._changed = threading.Condition()
        self.error: OSError | None = None
        self.sending = False
        self.taken = 0
        self._thread = threading.Thread(target=self._run, name="ffmpeg-pipe", daemon=True)
        self._thread.start()

    @abc.abstractmethod
    def _pour(self) -> None:
        """Send everything. Runs in the thread."""

    def end(self) -> None:
        """Send what is left, and close the pipe.

        Raises
        ------
        OSError
            If the pipe no longer accepts data.
        """
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        while self._thread.is_alive():
            self._thread.join(0.1)  # short, since Windows delivers Ctrl-C only between waits
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """Send nothing more. A write that is under way ends when the process does."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait a moment for the thread to end."""
        self._thread.join(1.0)

    def _run(self) -> None:
        try:
            self._pour()
        except OSError as error:
            self.error = error
        except Exception as error:  # whatever it is, the film is not complete
            self.error = OSError(str(error))
        finally:
            with suppress(OSError):
                self._stream.close()
            with self._changed:
                self._changed.notify_all()

    def _send(self, data: memoryview) -> None:
        self.sending = True
        try:
            while data:
                count = self._stream.write(data[:CHUNK])
                self.taken += count
                data = data[count:]
        finally:
            self.sending = False


class FilePipe(Pipe):
    """Sends a file.

    Parameters
    ----------
    stream : binary file
        As for `Pipe`.
    path : Path
        The file.
    """

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._path = path
        super().__init__(stream)

    def _pour(self) -> None:
        with self._path.open("rb", buffering=0) as file:
            while not self.stopped and (data := file.read(CHUNK)):
                self._send(memoryview(data))
