"""Writes into a finished GIF what ffmpeg leaves out: a comment, and how long the last frame stays.

The format: CompuServe, GIF89a specification (1990).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

__all__ = ["LONGEST_SECONDS", "complete"]

LONGEST_SECONDS = 655.0  # a delay is 16 bits of hundredths

_PIECE = 1 << 20
_EXTENSION, _IMAGE, _TRAILER = b"\x21", b"\x2c", b"\x3b"
_CONTROL, _COMMENT = b"\xf9", b"\xfe"


def complete(path: Path, *, last_seconds: float, comment: str) -> None:
    """Set the delay of the last frame, and insert a comment before the first.

    Parameters
    ----------
    path : Path
        A GIF, changed in place.
    last_seconds : float
        How long its last frame stays.
    comment : str
        No comment if empty.

    Raises
    ------
    OSError
        If the file cannot be changed, or is not a GIF.
    """
    with path.open("r+b") as file:
        start, delay = _survey(file)
        if delay is not None:
            file.seek(delay)
            file.write(struct.pack("<H", min(max(round(100 * last_seconds), 1), 65_535)))
        if comment:
            text = comment.encode("utf-8")
            blocks = (text[i : i + 255] for i in range(0, len(text), 255))
            parts = b"".join(bytes([len(block)]) + block for block in blocks)
            _insert(file, start, _EXTENSION + _COMMENT + parts + b"\x00")


def _insert(file: BinaryIO, place: int, data: bytes) -> None:
    """Make room for data within a file, a piece at a time from its end, and write it there."""
    end = file.seek(0, 2)
    while end > place:
        begin = max(place, end - _PIECE)
        file.seek(begin)
        piece = file.read(end - begin)
        file.seek(begin + len(data))
        file.write(piece)
        end = begin
    file.seek(place)
    file.write(data)


def _survey(file: BinaryIO) -> tuple[int, int | None]:
    """Return where the first block begins, and where the delay of the last frame is."""
    head = file.read(13)
    if head[:3] != b"GIF":
        raise OSError("ffmpeg left something that is not a GIF")
    _skip_table(file, head[10])
    start, delay = file.tell(), None
    while (kind := file.read(1)) != _TRAILER:
        if kind == _EXTENSION:
            if file.read(1) == _CONTROL:
                delay = file.tell() + 2
        elif kind == _IMAGE:
            _skip_table(file, file.read(9)[8])
            file.seek(1, 1)  # the size of its codes
        else:
            raise OSError("ffmpeg left a GIF without an end")
        while length := file.read(1)[0]:
            file.seek(length, 1)
    return start, delay


def _skip_table(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << (flags & 7) + 1, 1)
