"""Sort points, and measure blocks of them."""

import numpy as np

from kmeans_engine._jit import kernel

__all__ = ["encode_cells", "measure_blocks", "own_distances", "place_rows"]


@kernel()
def encode_cells(X, low, inverse, bits, curve, codes):
    """Write the place on a curve of the cell of each row of `X` (in, (B, N)) to `codes` (out).

    `low`, `inverse` (in, (N,)): origin and cells per unit; `bits`: of a coordinate; `curve` (in,
    (cells,) uint32). What lies outside the grid goes to its edge.
    """
    top = np.float64((1 << bits) - 1)
    for i in range(X.shape[0]):
        cell = np.intp(0)
        for n in range(X.shape[1]):
            q = (np.float64(X[i, n]) - low[n]) * inverse[n]
            cell = (cell << bits) | np.intp(min(max(q, 0.0), top))
        codes[i] = curve[np.uintp(cell)]


@kernel()
def place_rows(X, first, codes, positions, order, rows):
    """Copy rows to their place in the sorted array.

    `X` (in, (B, N)), whose first row has the number `first`; `codes` (in, (B,)); `positions` (in
    and out, (cells,)): where the next row of each cell goes; `order` (out, (M,)): the number of
    each sorted row; `rows` (out, (M, N)).
    """
    for i in range(X.shape[0]):
        code = np.uintp(codes[i])
        place = np.uintp(positions[code])
        positions[code] += np.uint32(1)
        order[place] = np.uint32(first + i)
        for n in range(X.shape[1]):
            rows[place, n] = X[i, n]


@kernel("contract")
def own_distances(X, labels, C, out):
    """Write the distance of each row of `X` (in, (B, N)) to its centroid to `out` (out, (B,)).

    What float32 cannot hold counts as 1e30: it is only for sorting.
    """
    for i in range(X.shape[0]):
        k = np.uintp(labels[i])
        d = 0.0
        for n in range(X.shape[1]):
            t = np.float64(X[i, n]) - C[k, n]
            d += t * t
        out[i] = np.float32(min(np.sqrt(d), 1e30))


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
