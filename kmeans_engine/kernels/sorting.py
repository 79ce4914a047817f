"""Sort points, and measure blocks of them.

The sort is along a curve over the cells of a grid, in two passes: into buckets, which are the cells
of a coarser grid, and then each bucket for itself, in the cache. One pass scatters its writes over
more lines than the caches hold (10 M x 2: 115 ms in place of 50). It works since the curve visits
all of a coarse cell before it goes on to the next.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.vector import prefetch
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["Grid", "Spare", "count_buckets", "measure_blocks", "scatter_rows", "sort_buckets"]


# Rows whose cells are computed together, by vector loops.
_BATCH = 256
# Bytes between a prefetch and its use.
_AHEAD = 96


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

    words: npt.NDArray[np.unsignedinteger]
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
def scatter_rows(X, words, first, grid, positions, order, out):
    """Copy rows to their buckets.

    `X` (in, (B, N)), whose first row has the number `first`, and the same rows as `words` (in, (B,
    W)); `positions` (in and out, (buckets,)): where the next row of each bucket goes; `order` (out,
    (M, 1)): the number of each row in its new place; `out` (out, (M, W)): all rows, as words.

    A bucket's next cache lines are asked for ahead of their use (10 M x 2: 13 ms in place of 17).
    Collecting a line's worth of rows for each bucket, to write whole lines, took 33.
    """
    curve = grid.coarse
    cells = np.empty(_BATCH, dtype=np.uint32)
    W = np.uintp(words.shape[1])
    ahead = np.uintp(_AHEAD // (words.itemsize * words.shape[1]) + 1)
    ahead_order, one = np.uintp(_AHEAD // 4), np.uintp(1)
    for start in range(0, X.shape[0], _BATCH):
        size = min(_BATCH, X.shape[0] - start)
        _find_cells(X, start, size, grid, grid.drop, cells)
        for j in range(np.uintp(size)):
            i, bucket = np.uintp(start) + j, np.uintp(curve[cells[j]])
            place = np.uintp(positions[bucket])
            positions[bucket] = np.uint32(place + one)
            order[place, 0] = np.uint32(np.uintp(first) + i)
            out[place, 0] = words[i, 0]
            if one < W:
                out[place, 1] = words[i, 1]
            for w in range(np.uintp(2), W):
                out[place, w] = words[i, w]
            prefetch(out, place + ahead, 0)
            prefetch(order, place + ahead_order, 0)


@kernel()
def sort_buckets(X, words, order, starts, grid, spare):
    """Sort some buckets by the place of their rows on the curve.

    `X` (in, (M, N)): all rows, and `words` (in and out, (M, W)) the same memory once more; `order`
    (in and out, (M,)); `starts` (in, (buckets + 1,)); `spare`, scratch.
    """
    curve, cells = grid.fine, grid.fine.shape[0] // grid.coarse.shape[0]
    old_words, old_order, codes, positions = spare.words, spare.order, spare.codes, spare.positions
    mask, one = np.uint32(cells - 1), np.uintp(1)
    batch = np.empty(_BATCH, dtype=np.uint32)
    W = np.uintp(words.shape[1])
    flat, old_flat = words.reshape(words.size), old_words.reshape(old_words.size)
    for b in range(starts.shape[0] - 1):
        first, total = np.uintp(starts[b]), starts[b + 1] - starts[b]
        for c in range(cells):
            positions[c] = 0
        for start in range(0, total, _BATCH):
            size = np.uintp(min(_BATCH, total - start))
            _find_cells(X, starts[b] + start, size, grid, 0, batch)
            at = np.uintp(start)
            for j in range(size):
                code = curve[batch[j]] & mask
                codes[at + j] = code
                positions[code] += np.uint32(1)
            # Loops: Numba takes three seconds to compile an assignment of slices.
            for j in range(size):
                old_order[at + j] = order[first + at + j]
            for j in range(size * W):
                old_flat[at * W + j] = flat[(first + at) * W + j]
        place = first
        for c in range(cells):
            size = np.uintp(positions[c])
            positions[c] = np.uint32(place)
            place += size
        for i in range(np.uintp(total)):
            code = np.uintp(codes[i])
            place = np.uintp(positions[code])
            positions[code] = np.uint32(place + one)
            order[place] = old_order[i]
            words[place, 0] = old_words[i, 0]
            if one < W:
                words[place, 1] = old_words[i, 1]
            for w in range(np.uintp(2), W):
                words[place, w] = old_words[i, w]


@kernel(counted=False, inner=True)
def _in_order(bits):
    """Turn the bits of a float64 into an integer that compares as it does, or back."""
    return bits ^ ((bits >> np.int64(63)) & np.int64(0x7FFFFFFFFFFFFFFF))


@kernel()
def measure_blocks(rows, block, down, up, low, high, sums):
    """Write the box and the exact sums of each block of `rows` (in, (B, N)).

    `block`: rows of a block; `down`, `up` as in `kernels.sums`; `low`, `high` (out, (blocks, N));
    `sums` (out, (blocks, L, N)). All loops over rows are vector loops: LLVM makes none of the least
    of some floats, whatever it is told, but of that of integers (3.0 ms in place of 7.4, 10 M x 2).
    """
    N, levels = rows.shape[1], sums.shape[1]
    blocks = (rows.shape[0] + block - 1) // block
    flat = rows.reshape(rows.size)
    rest = np.empty((N, block))
    bits, ends = rest.view(np.int64), np.empty(2)
    end_bits = ends.view(np.int64)
    for b in range(blocks):
        start = b * block
        size = min(block, rows.shape[0] - start)
        if N == 2:
            # A stride known to the compiler, and both features at once: no gathering.
            first, two = np.uintp(start) * np.uintp(2), np.uintp(2)
            for j in range(np.uintp(size)):
                rest[0, j] = np.float64(flat[first + two * j])
                rest[1, j] = np.float64(flat[first + two * j + np.uintp(1)])
        else:
            for n in range(N):
                for j in range(size):
                    rest[n, j] = np.float64(rows[start + j, n])
        for n in range(N):
            smallest = largest = _in_order(bits[n, 0])
            for j in range(size):
                v = _in_order(bits[n, j])
                smallest = v if v < smallest else smallest
                largest = v if v > largest else largest
            end_bits[0], end_bits[1] = _in_order(smallest), _in_order(largest)
            low[b, n], high[b, n] = ends[0], ends[1]
            level = levels - 1
            while level > 0:
                d0, d1, weight = down[0, level, n], down[1, level, n], up[level, n]
                total = np.int64(0)
                for j in range(size):
                    limb = np.int64((rest[n, j] * d0) * d1)
                    total += limb
                    rest[n, j] -= np.float64(limb) * weight
                sums[b, level, n] = total
                level -= 1
            d0, d1 = down[0, 0, n], down[1, 0, n]
            total = np.int64(0)
            for j in range(size):
                total += np.int64((rest[n, j] * d0) * d1)
            sums[b, 0, n] = total
