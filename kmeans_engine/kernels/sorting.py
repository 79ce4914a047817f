"""Sort points, and measure blocks of them.

The sort is along a curve over the cells of a grid, in two passes: into buckets, which are the cells
of a coarser grid, and then each bucket for itself, in the cache. One pass scatters its writes over
more lines than the caches hold (10 M x 2: 115 ms in place of 50). It works since the curve visits
all of a coarse cell before it goes on to the next.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["Grid", "Spare", "count_buckets", "measure_blocks", "scatter_rows", "sort_buckets"]


# Rows whose cells are computed together, by vector loops.
_BATCH = 256


class Grid(Record):
    """A grid over the bulk of the points, and a curve through its cells; a bucket is a coarse cell.

    Attributes
    ----------
    low, inverse : (N,) float64
        Origin, and cells per unit.
    bits, drop
        Bits of a coordinate, and how many of them a bucket leaves out.
    coarse : (buckets,) uint32
        The place of each bucket on the curve.
    fine : (cells,) uint32
        The place of each cell.
    """

    low: npt.NDArray[np.float64]
    inverse: npt.NDArray[np.float64]
    bits: int
    drop: int
    coarse: npt.NDArray[np.uint32]
    fine: npt.NDArray[np.uint32]


class Spare(Record):
    """Scratch for the largest bucket: fresh pages would cost more than the work."""

    rows: npt.NDArray[np.floating]
    order: npt.NDArray[np.uint32]
    codes: npt.NDArray[np.uint32]
    positions: npt.NDArray[np.uint32]


@kernel("nnan", "nsz", inner=True)
def _find_cells(X, start, size, grid, drop, cells):
    """Write the cells of `size` rows of `X`, from `start` on, to `cells` (out, (_BATCH,) uint32).

    The last `drop` bits of a coordinate are left out. What lies outside the grid goes to its edge.
    """
    low, inverse, bits = grid.low, grid.inverse, grid.bits
    top = np.float64((1 << bits) - 1)
    shift, drop = np.uint32(bits - drop), np.uint32(drop)
    if X.shape[1] == 2:
        # A stride known to the compiler, as in `kernels.assign.load`.
        flat = X.reshape(X.size)
        first, two = np.uintp(start) * np.uintp(2), np.uintp(2)
        low0, low1, inverse0, inverse1 = low[0], low[1], inverse[0], inverse[1]
        for j in range(np.uintp(size)):
            q = (np.float64(flat[first + two * j]) - low0) * inverse0
            r = (np.float64(flat[first + two * j + np.uintp(1)]) - low1) * inverse1
            q, r = min(max(q, 0.0), top), min(max(r, 0.0), top)
            v, w = np.uint32(np.int32(q)) >> drop, np.uint32(np.int32(r)) >> drop
            cells[j] = (v << shift) | w
        return
    for j in range(size):
        cells[j] = 0
    for n in range(X.shape[1]):
        origin, factor = low[n], inverse[n]
        for j in range(size):
            q = (np.float64(X[start + j, n]) - origin) * factor
            q = min(max(q, 0.0), top)
            cells[j] = (cells[j] << shift) | (np.uint32(np.int32(q)) >> drop)


@kernel()
def count_buckets(X, grid, counts):
    """Count the rows of `X` (in, (B, N)) in each bucket (out, (buckets,))."""
    curve = grid.coarse
    cells = np.empty(_BATCH, dtype=np.uint32)
    for start in range(0, X.shape[0], _BATCH):
        size = min(_BATCH, X.shape[0] - start)
        _find_cells(X, start, size, grid, grid.drop, cells)
        for j in range(size):
            counts[curve[cells[j]]] += 1


@kernel()
def scatter_rows(X, first, grid, positions, order, rows):
    """Copy rows to their buckets.

    `X` (in, (B, N)), whose first row has the number `first`; `positions` (in and out, (buckets,)):
    where the next row of each bucket goes; `order` (out, (M,)): the number of each row in its new
    place; `rows` (out, (M, N)).
    """
    curve = grid.coarse
    cells = np.empty(_BATCH, dtype=np.uint32)
    for start in range(0, X.shape[0], _BATCH):
        size = min(_BATCH, X.shape[0] - start)
        _find_cells(X, start, size, grid, grid.drop, cells)
        for j in range(size):
            bucket = curve[cells[j]]
            place = np.uintp(positions[bucket])
            positions[bucket] = np.uint32(place + np.uintp(1))
            order[place] = np.uint32(first + start + j)
            for n in range(X.shape[1]):
                rows[place, n] = X[start + j, n]


@kernel()
def sort_buckets(X, rows, order, starts, grid, spare):
    """Sort some buckets by the place of their rows on the curve.

    `X`, `rows` (in and out), `order` (in and out) as in `scatter_rows`, where `X` is `rows` once
    more, read-only as all points are, which spares compiling for another type; `starts` (in,
    (buckets + 1,)); `spare`, scratch.
    """
    curve, cells = grid.fine, grid.fine.shape[0] // grid.coarse.shape[0]
    old_rows, old_order, codes, positions = spare.rows, spare.order, spare.codes, spare.positions
    mask = np.uint32(cells - 1)
    batch = np.empty(_BATCH, dtype=np.uint32)
    for b in range(starts.shape[0] - 1):
        first, total = starts[b], starts[b + 1] - starts[b]
        for c in range(cells + 1):
            positions[c] = 0
        for start in range(0, total, _BATCH):
            size = min(_BATCH, total - start)
            _find_cells(X, first + start, size, grid, 0, batch)
            for j in range(size):
                code = curve[batch[j]] & mask
                codes[start + j] = code
                positions[code + np.uint32(1)] += np.uint32(1)
        for c in range(cells):
            positions[c + 1] += positions[c]
        # Loops: Numba takes three seconds to compile an assignment of slices.
        for i in range(total):
            old_order[i] = order[first + i]
        for i in range(total):
            for n in range(rows.shape[1]):
                old_rows[i, n] = rows[first + i, n]
        for i in range(total):
            code = codes[i]
            place = np.uintp(first) + np.uintp(positions[code])
            positions[code] += np.uint32(1)
            order[place] = old_order[i]
            for n in range(rows.shape[1]):
                rows[place, n] = old_rows[i, n]


@kernel("nnan", "nsz")
def measure_blocks(rows, block, down, up, low, high, sums):
    """Write the box and the exact sums of each block of `rows` (in, (B, N)).

    `block`: rows of a block; `down`, `up` as in `kernels.sums`; `low`, `high` (out, (blocks, N));
    `sums` (out, (blocks, L, N)). The loop over rows holds no scatter, so it is a vector loop.
    """
    levels = sums.shape[1]
    blocks = (rows.shape[0] + block - 1) // block
    rest = np.empty(block)
    for b in range(blocks):
        start = b * block
        size = min(block, rows.shape[0] - start)
        for n in range(rows.shape[1]):
            smallest, largest = np.inf, -np.inf
            for j in range(size):
                v = np.float64(rows[start + j, n])
                rest[j] = v
                smallest = v if v < smallest else smallest
                largest = v if v > largest else largest
            low[b, n], high[b, n] = smallest, largest
            level = levels - 1
            while level > 0:
                d0, d1, weight = down[0, level, n], down[1, level, n], up[level, n]
                total = np.int64(0)
                for j in range(size):
                    limb = np.int64((rest[j] * d0) * d1)
                    total += limb
                    rest[j] -= np.float64(limb) * weight
                sums[b, level, n] = total
                level -= 1
            d0, d1 = down[0, 0, n], down[1, 0, n]
            total = np.int64(0)
            for j in range(size):
                total += np.int64((rest[j] * d0) * d1)
            sums[b, 0, n] = total
