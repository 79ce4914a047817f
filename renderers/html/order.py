"""The order of points along a Hilbert curve over a plane, so that neighbours follow each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["along_hilbert"]

_MOST_LEVELS = 15  # two bits of a uint32 each


def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return, for each way the curve may lie and each quadrant, its turn and the way it lies there.

    A way is a pair of bits: 1 if x and y change places, 2 if both are turned round.
    """
    turns, ways = np.empty((4, 2, 2), np.uint8), np.empty((4, 2, 2), np.uint8)
    for way in range(4):
        for x in range(2):
            for y in range(2):
                a, b = (y, x) if way & 1 else (x, y)
                if way & 2:
                    a, b = 1 - a, 1 - b
                turns[way, x, y] = (3 * a) ^ b
                # The first quadrant is passed with the axes exchanged, the last one also backwards.
                ways[way, x, y] = way ^ (0 if b else 3 if a else 1)
    return turns.reshape(-1), ways.reshape(-1)


def along_hilbert(xy: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the rows of `xy`, (R, 2), in the order of a Hilbert curve over their range.

    Rows in one cell of the grid, of about sixteen cells for each row, keep their order.
    """
    levels = min(_MOST_LEVELS, 2 + len(xy).bit_length() // 2)
    cells = 1 << levels
    low, high = xy.min(axis=0), xy.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    grid = ((xy - low) / span * cells).astype(np.int32).clip(0, cells - 1)
    x, y = np.ascontiguousarray(grid.T)
    turns, ways = _tables()
    keys, way = np.zeros(len(xy), np.uint32), np.zeros(len(xy), np.uint8)
    for level in range(levels - 1, -1, -1):
        quadrant = way * 4 + ((x >> level) & 1) * 2 + ((y >> level) & 1)
        keys = (keys << np.uint32(2)) | turns[quadrant]
        way = ways[quadrant]
    # Key and row as one number: such a sort is six times as fast as one of rows by their keys.
    ranked = keys.astype(np.uint64) << np.uint64(32) | np.arange(len(xy), dtype=np.uint64)
    ranked.sort()
    return (ranked & np.uint64(0xFFFFFFFF)).astype(np.intp)
