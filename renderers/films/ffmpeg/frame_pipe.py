"""Frames on their way into ffmpeg, as an AVI stream without an end.

AVI for two of its properties: it says how large and how fast frames are, and an empty chunk stands
for "the same frame again", which costs 8 bytes and no work.
"""

from __future__ import annotations

import struct
from collections import deque
from fractions import Fraction
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

from renderers.films.ffmpeg.pipe import Pipe

__all__ = ["FramePipe", "Pixels"]

Pixels = Literal["rgba", "yuv420p"]

_EMPTY = struct.pack("<4sI", b"00dc", 0)
_AHEAD = 4  # frames between the painter and ffmpeg ...
_LARGE = 1 << 26  # ... or two, of more bytes than this


class FramePipe(Pipe):
    """A queue of frames and the thread that empties it into a pipe.

    Parameters
    ----------
    stream : binary file
        The unbuffered pipe; belongs to the thread from now on, which closes it.
    size : tuple of int
        Width and height in pixels; both even for yuv420p.
    rate : Fraction
        Frames per second.
    pixels : {"rgba", "yuv420p"}
        What is sent; frames are RGBA anyway, and turned into BT.709 for yuv420p.
    longest : int
        How many times a frame is shown before it is sent again, though nothing changed.
    ends : bool
        Send a frame that repeats once more where it ends.

    Attributes
    ----------
    ticks : int
        Frames so far, with those that repeat.
    sent : int
        Frames that are sent in full.
    start : int
        The tick at which the newest of them begins.
    """

    def __init__(
        self,
        stream: IO[bytes],
        *,
        size: tuple[int, int],
        rate: Fraction,
        pixels: Pixels,
        longest: int,
        ends: bool,
    ) -> None:
        self._size = size
        self._pixels = pixels
        self._longest = longest
        self._ends = ends
        self._held = 0  # repeats of the newest frame that are still due, the last ones so far
        width, height = size
        self._bytes = width * height * 4 if pixels == "rgba" else width * height * 3 // 2
        self._buffers: list[NDArray[np.uint8]] = []
        self._users = [0] * (_AHEAD if self._bytes < _LARGE else 2)  # of each buffer
        self._newest = -1  # buffer
        self._queue: deque[tuple[int | None, int]] = deque()  # a buffer to send, repeats after it
        self.ticks = self.sent = self.start = 0
        self._header = _header(size, rate, pixels, self._bytes)
        super().__init__(stream)

    def put(self, frame: NDArray[np.uint8], count: int) -> None:
        """Show a frame `count` times, once there is room; what equals the one before is not sent.

        Parameters
        ----------
        frame : ndarray, shape (height, width, 4), uint8, C-contiguous
            Not kept.
        count : int
            At least 1.

        Raises
        ------
        OSError
            If the pipe no longer accepts data.
        """
        index = self._free()
        if index == len(self._buffers):
            self._buffers.append(np.empty(self._bytes, np.uint8))
        self._fill(self._buffers[index], frame)
        room = 0  # how often the frame before may still be repeated
        self._release(self._held - 1)
        if self._newest >= 0 and self._equal(index, self._newest):
            room = self._longest - (self.ticks - self.start)
        else:
            self._newest = index
        if self._ends and count == 2 and room == 1:
            room = 0
        while count:
            length = min(count, room or self._longest)
            if self._ends and count - length == 1 and length > 1:
                length -= 1  # a last one by itself would last as long as the gap before it
            again = room > 0
            room = 0
            repeats = length if again else length - 1
            if not again:
                self.start = self.ticks
                self.sent += 1
            self.ticks += length
            count -= length
            self._held = 0 if count else min(2, repeats)
            self._enqueue(None if again else self._newest, repeats - self._held)

    def end(self) -> None:
        """Send what is left, and close the pipe.

        Raises
        ------
        OSError
            If the pipe no longer accepts data.
        """
        self._release(0)
        super().end()

    def _free(self) -> int:
        """Wait for a buffer that is neither on its way nor the newest."""
        with self._changed:
            while True:
                if self.error is not None:
                    raise self.error
                if self.stopped or self._ending:
                    raise BrokenPipeError("the pipe is closed")
                if len(self._queue) < _AHEAD:
                    for index, users in enumerate(self._users):
                        if not users and index != self._newest:
                            return index
                self._changed.wait(0.1)

    def _release(self, repeats: int) -> None:
        """Send what is held: some as repeats, the rest in full.

        ffmpeg takes the last frame to last as long as the gap before it, unless that is short.
        """
        held, self._held = self._held, 0
        if held and not self._ends:
            self._enqueue(None, held)
        elif held:
            if repeats:
                self._enqueue(None, repeats)
            for _ in range(held - repeats):
                self._enqueue(self._newest, 0)
                self.sent += 1

    def _equal(self, one: int, other: int) -> bool:
        a, b = self._buffers[one], self._buffers[other]
        return np.array_equal(a.view(np.uint16), b.view(np.uint16))

    def _fill(self, buffer: NDArray[np.uint8], frame: NDArray[np.uint8]) -> None:
        if self._pixels == "rgba":
            np.copyto(buffer, frame.reshape(-1))
            return
        from renderers.films.ffmpeg.yuv import to_yuv420p

        width, height = self._size
        luma, blue, red = np.split(buffer, [width * height, width * height * 5 // 4])
        rows = frame.reshape(height, width * 4)
        half = height // 2, width // 2
        to_yuv420p(
            rows.view(np.uint32),
            rows.view(np.uint64),
            luma.reshape(height, width),
            blue.reshape(half),
            red.reshape(half),
        )

    def _enqueue(self, index: int | None, repeats: int) -> None:
        with self._changed:
            if index is not None:
                self._users[index] += 1
            self._queue.append((index, repeats))
            self._changed.notify_all()

    def _pour(self) -> None:
        self._send(memoryview(self._header))
        while (item := self._next()) is not None:
            index, repeats = item
            if index is not None:
                self._send(memoryview(struct.pack("<4sI", b"00dc", self._bytes)))
                self._send(self._buffers[index].data)
            if repeats:
                self._send(memoryview(_EMPTY * repeats))
            with self._changed:
                if index is not None:
                    self._users[index] -= 1
                self._changed.notify_all()

    def _next(self) -> tuple[int | None, int] | None:
        with self._changed:
            while not (self._queue or self._ending or self.stopped):
                self._changed.wait()
            return self._queue.popleft() if self._queue and not self.stopped else None


def _header(size: tuple[int, int], rate: Fraction, pixels: Pixels, frame_bytes: int) -> bytes:
    """Return the beginning of an AVI stream; lengths of 0 mean that nobody knows its end."""
    width, height = size
    code, bits = (b"RGBA", 32) if pixels == "rgba" else (b"I420", 12)
    stream = struct.pack("<4s4s", b"vids", code)
    stream += struct.pack("<8I", 0, 0, 0, rate.denominator, rate.numerator, 0, 0, frame_bytes)
    stream += struct.pack("<iI4H", -1, 0, 0, 0, width & 0xFFFF, height & 0xFFFF)
    shape = struct.pack("<IiiHH4sI", 40, width, height, 1, bits, code, frame_bytes)
    shape += struct.pack("<4I", 0, 0, 0, 0)
    film = struct.pack("<14I", 0, 0, 0, 0, 0, 0, 1, 0, width, height, 0, 0, 0, 0)
    headers = b"hdrl" + _part(b"avih", film)
    headers += _part(b"LIST", b"strl" + _part(b"strh", stream) + _part(b"strf", shape))
    return (
        struct.pack("<4sI4s", b"RIFF", 0, b"AVI ")
        + _part(b"LIST", headers)
        + struct.pack("<4sI4s", b"LIST", 0, b"movi")
    )


def _part(code: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", code, len(data)) + data
