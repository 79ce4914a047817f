"""Points sorted into blocks of neighbours. Made once per engine, shared by its runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.kernels.blocks import FAN
from kmeans_engine.kernels.layout import count_cells, measure_blocks, place_rows
from kmeans_engine.threads import run_chunks

__all__ = ["Layout"]

Floats = npt.NDArray[np.float64]

# Rows counted and placed in one piece: short enough for Ctrl-C, few enough tables of counts.
_PIECE = 1 << 21
_SAMPLE = 1 << 14


class Layout:
    """A sorted copy of the points, in blocks.

    Points are sorted by the Morton code of a grid (Morton 1966), then cut into blocks of equal size; so a block is
    a small region of space, and a parent of `FAN` blocks a larger one.

    Parameters
    ----------
    data : Data
        The points.

    Attributes
    ----------
    rows : ndarray, (M, N)
        The sorted points, float32 if that holds them exactly, else float64.
    order : ndarray, (M,), uint32
        The row of the input that each sorted row is.
    block : int
        Rows of a block; the last one may have fewer.
    low, high : ndarray, (blocks, N)
        The box of each block.
    sums : ndarray, (blocks, N, L), int64
        The exact sum of each block.
    parent_low, parent_high : ndarray, (parents, N)
        Boxes of the parents.
    """

    def __init__(self, data: Data) -> None:
        m, n = data.n_points, data.n_features
        self.block = block_size(m)
        dtype = data.block_dtype
        self.rows = np.empty((m, n), dtype=dtype)
        self.order = np.empty(m, dtype=np.uint32)
        self._sort(data)
        self.rows.flags.writeable = False
        blocks = -(-m // self.block)
        self.low, self.high = np.empty((blocks, n)), np.empty((blocks, n))
        self.sums = np.empty((blocks, n, data.sums.levels), dtype=np.int64)
        per_chunk = max((1 << 16) // self.block, 1)

        def measure(worker: int, start: int, stop: int) -> None:
            part = self.rows[start * self.block : stop * self.block]
            measure_blocks(
                part,
                self.block,
                data.sums.down,
                data.sums.up,
                self.low[start:stop],
                self.high[start:stop],
                self.sums[start:stop],
            )

        run_chunks(measure, blocks, per_chunk, data.threads)
        edges = np.arange(0, blocks, FAN)
        self.parent_low = np.minimum.reduceat(self.low, edges)
        self.parent_high = np.maximum.reduceat(self.high, edges)

    def _sort(self, data: Data) -> None:
        m, n = data.n_points, data.n_features
        # About 64 rows to a cell, and no more cells than the caches can take open lines for.
        bits = min(max((m // 64).bit_length(), 1), 18)
        per_feature = max(bits // n, 1)
        top = (1 << per_feature) - 1
        spread = np.zeros((n, top + 1), dtype=np.uint32)
        for bit in range(per_feature):
            on = (np.arange(top + 1) >> bit) & 1
            for f in range(n):
                spread[f] |= (on << (bit * n + f)).astype(np.uint32)
        low, inverse = self._grid(data, top + 1)
        pieces = -(-m // _PIECE)
        codes = np.empty(m, dtype=np.uint32)
        counts = np.zeros((pieces, 1 << (per_feature * n)), dtype=np.uint32)
        buffers = [data.rows_buffer(min(_PIECE, m)) for _ in range(min(data.threads, pieces))]

        def count(worker: int, start: int, stop: int) -> None:
            X = data.rows(start, stop, buffers[worker])
            count_cells(
                X, low, inverse, float(top), spread, codes[start:stop], counts[start // _PIECE]
            )

        run_chunks(count, m, _PIECE, data.threads)
        # Where the rows of each piece begin in each cell: cell by cell, piece after piece.
        ends = np.cumsum(counts.T, dtype=np.uint32).reshape(counts.T.shape).T
        positions = np.ascontiguousarray(ends - counts)

        def place(worker: int, start: int, stop: int) -> None:
            X = data.rows(start, stop, buffers[worker])
            place_rows(
                X, start, codes[start:stop], positions[start // _PIECE], self.order, self.rows
            )

        run_chunks(place, m, _PIECE, data.threads)

    def _grid(self, data: Data, cells: int) -> tuple[Floats, Floats]:
        """Return origin and cells per unit of a grid over the bulk of the points, from a sample."""
        step = -(-data.n_points // _SAMPLE)
        sample = data.sample(step)
        low, high = np.quantile(sample, [0.005, 0.995], axis=0)
        margin = 0.1 * (high - low)
        low, high = np.maximum(low - margin, data.low), np.minimum(high + margin, data.high)
        span = high - low
        with np.errstate(divide="ignore", over="ignore"):
            inverse = np.where(span > 0.0, cells / span, 0.0)
        return low, np.where(np.isfinite(inverse), inverse, 0.0)


def block_size(n_points: int) -> int:
    """Return the rows of a block: small ones have shorter borders, large ones cost less each."""
    if n_points < 1 << 20:
        return 64
    if n_points < 1 << 23:
        return 128
    return 256 if n_points < 1 << 26 else 512
