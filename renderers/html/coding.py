"""How arrays become bytes that gzip packs well. Knows nothing of points or pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CODINGS", "encode", "xor"]

Array = NDArray[Any]


def encode(array: Array, coding: str) -> bytes:
    """Return an array in one of the codings of docs/html.md.

    Parameters
    ----------
    array : ndarray
        Of a type and a shape that the coding takes.
    coding : str
        One of `CODINGS`.
    """
    return CODINGS[coding](array.astype(array.dtype.newbyteorder("<"), copy=False))


def xor(array: NDArray[np.float64], before: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the bits of float64 values that differ from those before, of the same shape.

    What is encoded as ``xor``: values that stay become zeros.
    """
    bits = np.ascontiguousarray(array).view(np.uint64)
    if before is not None:
        bits = bits ^ np.ascontiguousarray(before).view(np.uint64)
    return bits.view(np.float64)


def _raw(array: Array) -> bytes:
    return array.tobytes()


def _planes(array: Array) -> bytes:
    """Return the lowest byte of every value, then the second of every value, and so on."""
    values = np.ascontiguousarray(array).reshape(-1)
    return np.ascontiguousarray(values.view(np.uint8).reshape(-1, array.itemsize).T).tobytes()


def _delta(array: Array) -> bytes:
    """Differences of neighbours in a column, small whatever their sign."""
    bits = 8 * array.itemsize
    signed = np.dtype(f"<i{array.itemsize}")
    columns = array.reshape(len(array), -1).T
    parts = []
    for column in columns:
        steps = column.copy()
        steps[1:] -= column[:-1]
        steps = steps.view(signed)
        parts.append(_planes((steps << 1) ^ (steps >> (bits - 1))))
    return b"".join(parts)


def _varint(array: Array) -> bytes:
    """Seven bits a byte, lowest first; all bytes of a number but its last have the eighth set."""
    values = array.reshape(-1).astype(np.uint64)
    if not len(values):
        return b""
    most = max(1, -(-int(values.max()).bit_length() // 7))
    table = np.empty((len(values), most), dtype=np.uint8)
    used = np.empty((len(values), most), dtype=np.bool_)
    for place in range(most):
        rest = values >> np.uint64(7 * place)
        used[:, place] = rest > 0
        table[:, place] = (rest & np.uint64(127)) | np.where(rest > 127, np.uint64(128), 0)
    used[:, 0] = True
    return table[used].tobytes()


def _gaps(array: Array) -> bytes:
    """Return the differences of ascending numbers."""
    values = array.reshape(-1).astype(np.int64)
    return _varint(np.diff(values, prepend=0))


CODINGS: dict[str, Callable[[Array], bytes]] = {
    "raw": _raw,
    "planes": _planes,
    "delta": _delta,
    "varint": _varint,
    "gaps": _gaps,
    "xor": _planes,
}
