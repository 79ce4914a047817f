"""Exact sums as integer limbs.

A value x of feature n is an integer multiple of 2^e[n]. It is cut, towards zero, into limbs of
`width` bits; limb l has the weight 2^(e[n] + width l). Each limb is summed in an int64 with room
for all points, so no carry is ever needed, additions commute exactly, and taking a point out is
adding its negative. (Cf. Neal 2015, "Fast exact summation using small and large
superaccumulators".)

Where points have weights, `kernels.products` does what the kernels here do.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.vector import prefetch
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = [
    "Adding",
    "Moving",
    "Parts",
    "accumulate",
    "add_parts",
    "list_touched",
    "list_unequal",
    "move",
    "move_rows",
    "sum_squares",
    "transfer",
]


# Features from which on a row alone is long enough for vector instructions.
_LONG = 64
# Points whose values are cut together otherwise.
_BATCH = 256
# Rows between a prefetch and its use.
_AHEAD = 16


@kernel(inline=True)
def transfer(x, sums, a, taken, b, n, down, up):
    """Take x `taken` times (0 or 1) from the limbs sums[a, :, n] and add it to sums[b, :, n].

    `sums` (in and out, (K, L, N)). `down` (in, (2, L, N)) is 1 / weight as a product of two
    factors, because 2^1074 is not a float64; `up` (in, (L, N)) is the weight.
    """
    rest = x
    one = np.uintp(1)
    # A range that counts down costs more than all the arithmetic.
    level = np.uintp(sums.shape[1]) - one
    while level > 0:
        limb = np.int64((rest * down[0, level, n]) * down[1, level, n])
        sums[a, level, n] -= taken * limb
        sums[b, level, n] += limb
        # Exact: the difference is the low part of `rest`, with its sign.
        rest -= limb * up[level, n]
        level -= one
    limb = np.int64((rest * down[0, 0, n]) * down[1, 0, n])
    sums[a, 0, n] -= taken * limb
    sums[b, 0, n] += limb


@kernel(counted=False, inner=True)
def _cut(X, i, down, up, rest, limbs):
    """Write the limbs of all features of row `i` of `X` to `limbs` (out, (L, N)).

    `rest` (scratch, (N,)).
    """
    N = X.shape[1]
    for n in range(N):
        rest[n] = X[i, n]
    for level in range(limbs.shape[0] - 1, 0, -1):
        for n in range(N):
            limb = np.int64((rest[n] * down[0, level, n]) * down[1, level, n])
            limbs[level, n] = limb
            rest[n] -= np.float64(limb) * up[level, n]
    for n in range(N):
        limbs[0, n] = np.int64((rest[n] * down[0, 0, n]) * down[1, 0, n])


@kernel(counted=False, inner=True)
def _accumulate_batch(X, start, size, down, up, keys, rest, limbs, flat):
    """Add `size` rows of `X`, feature by feature: the cuts are vector loops, the sums are not.

    `keys` (in): where in `flat` (out), all of the sums, those of each row's cluster begin.
    """
    L, N = up.shape
    for n in range(N):
        for j in range(size):
            rest[j] = X[start + j, n]
        for level in range(L - 1, -1, -1):
            d0, d1, weight = down[0, level, n], down[1, level, n], up[level, n]
            for j in range(size):
                limb = np.int64((rest[j] * d0) * d1)
                limbs[j] = limb
                rest[j] -= np.float64(limb) * weight
            at = np.uintp(level * N + n)
            for j in range(size):
                flat[keys[j] + at] += limbs[j]


class Adding(Record):
    """All that a worker needs to add up points.

    Attributes
    ----------
    X : (R, N)
        Rows, of which ...
    base : (1,) int64
        ... the first one has this number.
    labels : (M,)
        The clusters of all.
    weights : (M,) int64 or None
        The weights of all, as bits of float64; see `kernels.products`.
    down, up
        As in `transfer`.
    exponents, width
        As in `kernels.products`, for weights.
    sums, counts : (K, L, N) and (K,) int64, in and out
        Of the clusters.
    """

    X: npt.NDArray[np.floating]
    base: npt.NDArray[np.int64]
    labels: npt.NDArray[np.unsignedinteger]
    weights: npt.NDArray[np.int64] | None
    down: npt.NDArray[np.float64]
    up: npt.NDArray[np.float64]
    exponents: npt.NDArray[np.int64]
    width: int
    sums: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


class Moving(Record):
    """All that a worker needs to move points: their rows in `X`, and their clusters.

    Attributes
    ----------
    X : (M, N)
    rows, old, new : (R,)
        In this order.
    weights : (M,) int64 or None
        Those of the rows of `X`.
    down, up, exponents, width, sums, counts
        As in `Adding`.
    """

    X: npt.NDArray[np.floating]
    rows: npt.NDArray[np.integer]
    old: npt.NDArray[np.unsignedinteger]
    new: npt.NDArray[np.unsignedinteger]
    weights: npt.NDArray[np.int64] | None
    down: npt.NDArray[np.float64]
    up: npt.NDArray[np.float64]
    exponents: npt.NDArray[np.int64]
    width: int
    sums: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


class Parts(Record):
    """What several workers have added up, (W, S), and the total, (S,), in and out."""

    parts: npt.NDArray[np.int64]
    total: npt.NDArray[np.int64]


@kernel(counted=False)
def add_parts(task, start, stop):
    """Add the numbers from `start` to `stop` of all parts to the total; `task`: `Parts`."""
    parts, total = task.parts, task.total
    for w in range(parts.shape[0]):
        for i in range(np.uintp(start), np.uintp(stop)):
            total[i] += parts[w, i]


@kernel()
def accumulate(task, first, stop):
    """Add the points from `first` to `stop` to their clusters; `task`: an `Adding`."""
    X, base, labels, down, up = task.X, task.base[0], task.labels, task.down, task.up
    sums, counts = task.sums, task.counts
    L, N = up.shape
    if N < _LONG:
        flat = sums.reshape(sums.size)
        keys, rest = np.empty(_BATCH, dtype=np.uintp), np.empty(_BATCH)
        limbs = np.empty(_BATCH, dtype=np.int64)
        for start in range(first, stop, _BATCH):
            size = min(_BATCH, stop - start)
            for j in range(size):
                k = np.uintp(labels[start + j])
                counts[k] += 1
                keys[j] = k * np.uintp(L * N)
            _accumulate_batch(X, start - base, size, down, up, keys, rest, limbs, flat)
        return
    rest, cuts = np.empty(N), np.empty((L, N), dtype=np.int64)
    for i in range(first, stop):
        k = np.uintp(labels[i])
        counts[k] += 1
        _cut(X, i - base, down, up, rest, cuts)
        for level in range(L):
            for n in range(N):
                sums[k, level, n] += cuts[level, n]


@kernel()
def move(task, start, stop):
    """Move the points from `start` to `stop` to their new clusters; `task`: a `Moving`."""
    move_rows(
        task.X, task.rows, task.old, task.new, task.down, task.up, task.sums, task.counts, start,
        stop,
    )  # fmt: skip


@kernel()
def move_rows(X, rows, old, new, down, up, sums, counts, start, stop):
    """As `move`, with the parts of a task; a record takes longer to make than a few points."""
    L, N = up.shape
    rest, limbs = np.empty(N), np.empty((L, N), dtype=np.int64)
    for j in range(start, stop):
        i = np.uintp(rows[j])
        a = np.uintp(old[j])
        b = np.uintp(new[j])
        counts[a] -= 1
        counts[b] += 1
        if j + _AHEAD < stop:
            prefetch(X, rows[j + _AHEAD], 0)
        if N < _LONG:
            for n in range(N):
                transfer(np.float64(X[i, n]), sums, a, 1, b, n, down, up)
            continue
        _cut(X, i, down, up, rest, limbs)
        for level in range(L):
            for n in range(N):
                sums[a, level, n] -= limbs[level, n]
                sums[b, level, n] += limbs[level, n]


@kernel()
def sum_squares(bits, first, bins):
    """Add the squares of float64 values, exactly, to a superaccumulator with one row per exponent.

    `bits` (in, (B,) int64): the values, reinterpreted. `bins` (out, (R, 6) int64): with the
    significand m = h 2^27 + l, a row collects l^2, h l and h^2, each as its lower 30 bits and the
    rest: room for 2^33 values. Row 0 is that of the exponent `first`, and no value has a lower one.
    """
    for i in range(bits.shape[0]):
        m = bits[i] & 0xFFFFFFFFFFFFF
        row = (bits[i] >> 52) & 2047
        if row > 0:
            m |= 0x10000000000000
            row -= 1
        row = row - first if row > first else 0  # zeros add nothing, wherever
        h = m >> 27
        l = m & 0x7FFFFFF  # noqa: E741
        bins[row, 0] += (l * l) & 0x3FFFFFFF
        bins[row, 1] += (l * l) >> 30
        bins[row, 2] += (h * l) & 0x3FFFFFFF
        bins[row, 3] += (h * l) >> 30
        bins[row, 4] += (h * h) & 0x3FFFFFFF
        bins[row, 5] += (h * h) >> 30


@kernel(counted=False)
def list_touched(old, new, touched, rows):
    """List the clusters among `old` and `new` (in, (R,)) in `rows` (out, (K,) int32), ascending.

    `touched` (scratch, (K,) bool): all False. Returns how many.
    """
    for j in range(old.shape[0]):
        touched[old[j]] = True
        touched[new[j]] = True
    total = 0
    for k in range(touched.shape[0]):
        if touched[k]:
            rows[total] = k
            total += 1
    return total


@kernel(counted=False)
def list_unequal(sums, counts, old_sums, old_counts, rows):
    """List the clusters whose sums or counts differ from others in `rows` (out, (K,) int32).

    All four as in `divide`. Returns how many.
    """
    total = 0
    for k in range(sums.shape[0]):
        equal = counts[k] == old_counts[k]
        for level in range(sums.shape[1]):
            for n in range(sums.shape[2]):
                equal = equal and sums[k, level, n] == old_sums[k, level, n]
        if not equal:
            rows[total] = k
            total += 1
    return total
