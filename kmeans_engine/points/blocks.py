"""Points sorted into blocks of neighbours. Made once per engine, shared by its runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.blocks import FAN
from kmeans_engine.kernels.sorting import (
    count_buckets,
    measure_blocks,
    scatter_rows,
    sort_buckets,
)
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.threads import chunk_rows, even_rows, fold_chunks, run_chunks

__all__ = ["Layout", "block_rows"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint32]

# Rows counted and scattered in one piece.
_PIECE = 1 << 17
_SAMPLE = 1 << 14


class Layout:
    """A sorted copy of the points, cut into blocks, with a box and exact sums for each.

    The order is along a Hilbert curve over a grid on the bulk of the points: neighbours on the
    curve are neighbours in space. A Morton curve is simpler, but jumps, and the blocks across a
    jump are mixed for nothing (344 in place of 285 in docs/blocks.png).

    Parameters
    ----------
    data : Data
        The points, fewer than 2^32.

    Attributes
    ----------
    block : int
        Rows of a block; the last one may have fewer.
    rows : ndarray, (M, N)
        The sorted points, float32 if that holds them exactly, else float64.
    order : ndarray, (M,), uint32
        The row of the input that each sorted row is.
    low, high : ndarray, (blocks, N)
        The box of each block.
    sums : ndarray, (blocks, L, N), int64
        The exact sum of each block.
    parent_low, parent_high : ndarray, (parents, N)
        The boxes of `FAN` blocks together.
    """

    def __init__(self, data: Data) -> None:
        m, n = data.n_points, data.n_features
        self.block = block = block_rows(m)
        self.rows = np.empty((m, n), dtype=data.block_dtype)
        self.order = np.empty(m, dtype=np.uint32)
        self._sort(data)
        self.rows.flags.writeable = False
        blocks = -(-m // block)
        self.low, self.high = np.empty((blocks, n)), np.empty((blocks, n))
        self.sums = np.empty((blocks, data.sums.levels, n), dtype=np.int64)

        def measure(start: int, stop: int) -> None:
            part = self.rows[start * block : stop * block]
            boxes, form = (self.low[start:stop], self.high[start:stop]), data.sums
            measure_blocks(part, block, form.down, form.up, *boxes, self.sums[start:stop])

        run_chunks(measure, blocks, max(chunk_rows(8 * n) // block, 1), data.threads)
        edges = np.arange(0, blocks, FAN)
        self.parent_low = np.minimum.reduceat(self.low, edges)
        self.parent_high = np.maximum.reduceat(self.high, edges)

    def _sort(self, data: Data) -> None:
        """Fill `rows` and `order`: first into buckets, then each bucket by itself."""
        m, n = data.n_points, data.n_features
        # About 64 rows to a cell, and no more cells than a table of them may have.
        bits = max(min((m // 64).bit_length(), 18) // n, 1)
        drop = bits // 2
        low, inverse = _grid(data, 1 << bits)
        coarse, fine = _hilbert(n, bits - drop), _hilbert(n, bits)
        piece = even_rows(m, _PIECE, data.threads)
        counts = np.zeros((-(-m // piece), len(coarse)), dtype=np.uint32)

        def buffer() -> Floats | None:
            return data.rows_buffer(min(piece, m))

        def count(buffer: Floats | None, start: int, stop: int) -> None:
            X = data.rows(start, stop, buffer)
            count_buckets(X, low, inverse, bits, drop, coarse, counts[start // piece])

        fold_chunks(buffer, count, m, piece, data.threads)
        # Where the rows of each piece begin in each bucket: bucket by bucket, piece after piece.
        ends = np.cumsum(counts.T, dtype=np.uint32).reshape(len(coarse), -1).T
        positions = np.ascontiguousarray(ends - counts)

        def scatter(buffer: Floats | None, start: int, stop: int) -> None:
            X = data.rows(start, stop, buffer)
            goes = positions[start // piece]
            scatter_rows(X, start, low, inverse, bits, drop, coarse, goes, self.order, self.rows)

        fold_chunks(buffer, scatter, m, piece, data.threads)
        starts = np.concatenate([[0], ends[-1]]).astype(np.int64)
        cells, largest = len(fine) // len(coarse), int(np.diff(starts).max())

        def scratch() -> tuple[npt.NDArray[Any], ...]:
            return (
                np.empty((largest, n), dtype=self.rows.dtype),
                np.empty(largest, dtype=np.uint32),
                np.empty(largest, dtype=np.uint32),
                np.empty(cells + 1, dtype=np.uint32),
            )

        view = self.rows.view()
        view.flags.writeable = False

        def sort(tools: tuple[npt.NDArray[Any], ...], start: int, stop: int) -> None:
            edges = starts[start : stop + 1]
            sort_buckets(
                view, self.rows, self.order, edges, low, inverse, bits, fine, cells, *tools
            )

        fold_chunks(scratch, sort, len(coarse), 4, data.threads)


def _hilbert(n: int, bits: int) -> Codes:
    """Return the place on the Hilbert curve of each cell of a grid with 2^bits cells along n axes.

    Cells are numbered with the last axis running fastest. After Skilling, "Programming the Hilbert
    curve", AIP Conf. Proc. 707 (2004).
    """
    cells = np.arange(1 << (n * bits), dtype=np.uint32)
    mask = np.uint32((1 << bits) - 1)
    axes = [(cells >> np.uint32(bits * (n - 1 - i))) & mask for i in range(n)]
    for q in (np.uint32(1 << bit) for bit in range(bits - 1, 0, -1)):
        p = np.uint32(q - 1)
        for i in range(n):
            inside = (axes[i] & q) == 0
            t = np.where(inside, (axes[0] ^ axes[i]) & p, np.uint32(0))
            axes[0] = np.where(inside, axes[0] ^ t, axes[0] ^ p)
            if i > 0:
                axes[i] = axes[i] ^ t
    for i in range(1, n):
        axes[i] = axes[i] ^ axes[i - 1]
    t = np.zeros_like(cells)
    for q in (np.uint32(1 << bit) for bit in range(bits - 1, 0, -1)):
        t = np.where((axes[-1] & q) != 0, t ^ np.uint32(q - 1), t)
    place = np.zeros_like(cells)
    for bit in range(bits - 1, -1, -1):
        for axis in axes:
            place = (place << np.uint32(1)) | (((axis ^ t) >> np.uint32(bit)) & np.uint32(1))
    return place


def _grid(data: Data, cells: int) -> tuple[Floats, Floats]:
    """Return origin and cells per unit of a grid over the bulk of the points, from a sample."""
    sample = data.sample(-(-data.n_points // _SAMPLE))
    low, high = np.quantile(sample, [0.005, 0.995], axis=0)
    margin = 0.1 * (high - low)
    low, high = np.maximum(low - margin, data.low), np.minimum(high + margin, data.high)
    with np.errstate(divide="ignore", over="ignore"):
        inverse = np.where(high > low, cells / (high - low), 0.0)
    return low, np.where(np.isfinite(inverse), inverse, 0.0)


def block_rows(n_points: int) -> int:
    """Return the rows of a block: small ones have shorter borders, large ones cost less each."""
    return 64 if n_points < 1 << 22 else 128 if n_points < 1 << 25 else 256
