"""What a page holds of a run, packed while it comes: sections, then the head that names them.

Knows the layout of docs/html.md, nothing of what the sections mean.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.html.coding import encode, xor

__all__ = ["MAGIC", "Payload"]

MAGIC = b"KME1"

# 9 makes a page of a million points 1% smaller, and takes six times as long.
_LEVEL = 6
_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 3 << 16  # bytes that are written at a time: threes become base64 without padding


class Payload:
    """Packs sections and writes them as base64.

    Parameters
    ----------
    write : callable
        Takes the base64, piece after piece.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        # zlib's own header of a gzip stream has no time, so a page is the same twice.
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._ready = bytearray()
        self._at = 0

    def add(self, array: NDArray[Any], coding: str) -> dict[str, Any]:
        """Write a section, and return what the head says of it."""
        data = encode(array, coding)
        entry = {
            "at": self._at,
            "bytes": len(data),
            "coding": coding,
            "dtype": array.dtype.name,
            "shape": list(array.shape),
        }
        self._pack(data + bytes(-len(data) % 8))
        return entry

    def add_change(
        self, array: NDArray[np.float64], before: NDArray[np.float64] | None
    ) -> dict[str, Any]:
        """Write what an array has that the one before did not; see `add`."""
        return self.add(xor(array, before), "xor")

    def finish(self, head: dict[str, Any]) -> None:
        """Write the head and the end."""
        text = json.dumps(head, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        data = text.encode("utf-8", "replace")
        self._pack(data + len(data).to_bytes(4, "little") + MAGIC)
        self._ready += self._packer.flush()
        self._write(base64.b64encode(self._ready))
        self._ready.clear()

    def _pack(self, data: bytes) -> None:
        self._at += len(data)
        self._ready += self._packer.compress(data)
        whole = len(self._ready) // _BLOCK * _BLOCK
        if whole:
            self._write(base64.b64encode(self._ready[:whole]))
            del self._ready[:whole]
