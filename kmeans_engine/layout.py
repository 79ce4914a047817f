"""Points sorted into blocks of neighbours. Made once per engine, shared by its runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.kernels.blocks import FAN
from kmeans_engine.kernels.layout import encode_cells, measure_blocks, own_distances, place_rows
from kmeans_engine.threads import chunk_rows, run_chunks

__all__ = ["Layout", "block_rows", "by_cluster", "by_place"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint32]

# Rows counted and placed in one piece: short enough for Ctrl-C, few enough tables of counts.
_PIECE = 1 << 21
_SAMPLE = 1 << 14
# Shells of a cluster in the order by cluster.
_SHELLS = 16


class Layout:
    """A sorted copy of the points, cut into blocks, with a box and exact sums for each.

    Parameters
    ----------
    data : Data
        The points.
    codes : ndarray, (M,), uint32
        What to sort by: `by_place` or `by_cluster`.
    block : int
        Rows of a block; the last one may have fewer.

    Attributes
    ----------
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

    def __init__(self, data: Data, codes: Codes, block: int) -> None:
        m, n = data.n_points, data.n_features
        self.block = block
        self.rows = np.empty((m, n), dtype=data.block_dtype)
        self.order = np.empty(m, dtype=np.uint32)
        self._place(data, codes)
        self.rows.flags.writeable = False
        blocks = -(-m // block)
        self.low, self.high = np.empty((blocks, n)), np.empty((blocks, n))
        self.sums = np.empty((blocks, data.sums.levels, n), dtype=np.int64)

        def measure(worker: int, start: int, stop: int) -> None:
            part = self.rows[start * block : stop * block]
            boxes, form = (self.low[start:stop], self.high[start:stop]), data.sums
            measure_blocks(part, block, form.down, form.up, *boxes, self.sums[start:stop])

        run_chunks(measure, blocks, max(chunk_rows(8 * n) // block, 1), data.threads)
        edges = np.arange(0, blocks, FAN)
        self.parent_low = np.minimum.reduceat(self.low, edges)
        self.parent_high = np.maximum.reduceat(self.high, edges)

    def _place(self, data: Data, codes: Codes) -> None:
        """Fill `rows` and `order` by a counting sort, piece by piece."""
        m = data.n_points
        cells = int(codes.max()) + 1
        counts = np.empty((-(-m // _PIECE), cells), dtype=np.uint32)

        def count(worker: int, start: int, stop: int) -> None:
            counts[start // _PIECE] = np.bincount(codes[start:stop], minlength=cells)

        run_chunks(count, m, _PIECE, data.threads)
        # Where the rows of each piece begin in each cell: cell by cell, piece after piece.
        ends = np.cumsum(counts.T, dtype=np.uint32).reshape(cells, -1).T
        positions = np.ascontiguousarray(ends - counts)
        buffers = [data.rows_buffer(min(_PIECE, m)) for _ in range(min(data.threads, len(counts)))]

        def place(worker: int, start: int, stop: int) -> None:
            X = data.rows(start, stop, buffers[worker])
            goes = positions[start // _PIECE]
            place_rows(X, start, codes[start:stop], goes, self.order, self.rows)

        run_chunks(place, m, _PIECE, data.threads)


def by_place(data: Data) -> Layout:
    """Return the layout along a Hilbert curve over a grid on the bulk of the points.

    Neighbours on the curve are neighbours in space. A Morton curve is simpler, but jumps, and the
    blocks across a jump are mixed for nothing (344 in place of 285 in docs/blocks.png).
    """
    m, n = data.n_points, data.n_features
    # About 64 rows to a cell, and no more cells than the caches can take open lines for.
    bits = max(min((m // 64).bit_length(), 18) // n, 1)
    curve = _hilbert(n, bits)
    low, inverse = _grid(data, 1 << bits)
    rows = min(chunk_rows(64 * n), m)
    buffers = [data.rows_buffer(rows) for _ in range(data.threads)]
    codes = np.empty(m, dtype=np.uint32)

    def encode(worker: int, start: int, stop: int) -> None:
        X = data.rows(start, stop, buffers[worker])
        encode_cells(X, low, inverse, bits, curve, codes[start:stop])

    run_chunks(encode, m, rows, data.threads)
    return Layout(data, codes, block_rows(m))


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


def by_cluster(data: Data, labels: npt.NDArray[Any], centroids: Floats) -> Layout:
    """Return the layout by clusters, and by shells of equal distance in each, for any N."""
    m, k = data.n_points, len(centroids)
    rows = min(chunk_rows(4 * data.n_features), m)
    buffers = [data.rows_buffer(rows) for _ in range(data.threads)]
    distances = np.empty(m, dtype=np.float32)

    def measure(worker: int, start: int, stop: int) -> None:
        X = data.rows(start, stop, buffers[worker])
        own_distances(X, labels[start:stop], centroids, distances[start:stop])

    run_chunks(measure, m, rows, data.threads)
    largest = float(distances.max())
    shells = np.float32((_SHELLS - 0.01) / largest if largest > 1e-30 else 0.0)
    codes = (distances * shells).astype(np.uint32)
    codes += labels * np.uint32(_SHELLS)
    return Layout(data, codes, block_rows(m, k))


def _grid(data: Data, cells: int) -> tuple[Floats, Floats]:
    """Return origin and cells per unit of a grid over the bulk of the points, from a sample."""
    sample = data.sample(-(-data.n_points // _SAMPLE))
    low, high = np.quantile(sample, [0.005, 0.995], axis=0)
    margin = 0.1 * (high - low)
    low, high = np.maximum(low - margin, data.low), np.minimum(high + margin, data.high)
    with np.errstate(divide="ignore", over="ignore"):
        inverse = np.where(high > low, cells / (high - low), 0.0)
    return low, np.where(np.isfinite(inverse), inverse, 0.0)


def block_rows(n_points: int, k: int | None = None) -> int:
    """Return the rows of a block: small ones have shorter borders, large ones cost less each."""
    if k is not None:  # a quarter of a cluster, so that most blocks lie inside one
        return 1 << min(max((n_points // (4 * k)).bit_length() - 1, 5), 8)
    return 64 if n_points < 1 << 22 else 128 if n_points < 1 << 25 else 256
