"""Products of two float64, values and weights, cut into the limbs of `kernels.sums`.

A product of two significands is an integer below 2^106, whatever the exponents are, so it is cut as
an integer: nothing overflows, underflows or is rounded, for weights from 1e-300 to 1e300 alike. The
sums have one column more than the points, for the weights themselves.
"""

import numpy as np

from kmeans_engine.kernels.vector import lowest_bit, prefetch
from kmeans_engine.runtime.jit import kernel

__all__ = ["PIECES", "accumulate", "move", "move_row", "move_rows", "square"]

# Limbs that a product may reach into: they have 16 bits at least.
PIECES = 10
# Rows between a prefetch and its use.
_AHEAD = 16


@kernel(counted=False, inner=True)
def _significand(bits):
    """Return m, odd or 0, and e such that a float64 is m 2^(e - 1074), but for its sign."""
    m, e = bits & 0xFFFFFFFFFFFFF, (bits >> 52) & 2047
    if e > 0:
        m, e = m | 0x10000000000000, e - 1
    if m == 0:
        return m, e
    zeros = lowest_bit(m)
    return m >> zeros, e + zeros


@kernel(counted=False, inner=True)
def _product(a, b):
    """Return high and low such that high 2^54 + low == a b, for integers below 2^54."""
    a_high, a_low, b_high, b_low = a >> 27, a & 0x7FFFFFF, b >> 27, b & 0x7FFFFFF
    middle = a_high * b_low + a_low * b_high
    low = a_low * b_low + ((middle & 0x7FFFFFF) << 27)
    return a_high * b_high + (middle >> 27) + (low >> 54), low & 0x3FFFFFFFFFFFFF


@kernel(counted=False, inner=True)
def _cut(high, low, shift, width, pieces):
    """Cut (high 2^54 + low) 2^shift into limbs; return the level of the first, and how many.

    `pieces` (out, (PIECES,) int64). Odd integers are multiples of the unit of their sum, so the
    shift is never negative.
    """
    if high == 0 and low == 0:
        return 0, 0
    level = shift // width
    up = shift - level * width
    rest, mask = width - up, (1 << width) - 1
    pieces[0] = (low & (mask >> up)) << up
    low = (low >> rest) | ((high & ((1 << rest) - 1)) << (54 - rest))
    high >>= rest
    count = 1
    while high != 0 or low != 0:
        pieces[count] = low & mask
        low = (low >> width) | ((high & mask) << (54 - width))
        high >>= width
        count += 1
    return level, count


@kernel(counted=False, inner=True)
def move_row(X, i, weight, sums, a, taken, b, exponents, width, values, bits, pieces):
    """Take row `i` of `X` `taken` times (0 or 1) from cluster `a`, and add it to cluster `b`.

    `weight` (in), as bits; `sums` (in and out, (K, L, N + 1)); `exponents` (in, (N + 1,)) and
    `width`, of their limbs. `values` (scratch, (N + 1,)), `bits`, the same memory as int64, and
    `pieces` (scratch, (PIECES,) int64).
    """
    values[X.shape[1]] = 1.0
    m, e = _significand(weight)
    for n in range(X.shape[1]):
        values[n] = X[i, n]
    for n in range(bits.shape[0]):
        own, at = _significand(bits[n])
        high, low = _product(own, m)
        level, count = _cut(high, low, at + e - 2148 - exponents[n], width, pieces)
        sign = -1 if bits[n] < 0 else 1
        for p in range(count):
            piece = sign * pieces[p]
            sums[a, level + p, n] -= taken * piece
            sums[b, level + p, n] += piece


@kernel()
def accumulate(task, first, stop):
    """As `kernels.sums.accumulate`, with weights; `task`: an `Adding`."""
    X, base, labels, weights = task.X, task.base[0], task.labels, task.weights
    exponents, width, sums, counts = task.exponents, task.width, task.sums, task.counts
    values, pieces = np.empty(X.shape[1] + 1), np.empty(PIECES, dtype=np.int64)
    bits = values.view(np.int64)
    for i in range(first, stop):
        k = np.uintp(labels[i])
        counts[k] += 1
        move_row(X, i - base, weights[i], sums, k, 0, k, exponents, width, values, bits, pieces)


@kernel()
def move(task, start, stop):
    """As `kernels.sums.move`, with weights; `task`: a `Moving`."""
    move_rows(
        task.X, task.rows, task.weights, task.old, task.new, task.exponents, task.width, task.sums,
        task.counts, start, stop,
    )  # fmt: skip


@kernel()
def move_rows(X, rows, weights, old, new, exponents, width, sums, counts, start, stop):
    """As `move`, with the parts of a task; `weights` (in, (M,)), those of `X`."""
    values, pieces = np.empty(X.shape[1] + 1), np.empty(PIECES, dtype=np.int64)
    bits = values.view(np.int64)
    for j in range(start, stop):
        i, a, b = np.uintp(rows[j]), np.uintp(old[j]), np.uintp(new[j])
        counts[a] -= 1
        counts[b] += 1
        if j + _AHEAD < stop:
            prefetch(X, rows[j + _AHEAD], 0)
        move_row(X, i, weights[i], sums, a, 1, b, exponents, width, values, bits, pieces)


@kernel()
def square(X, weights, exponents, width, sums):
    """Add the weighted squares of all values to `sums` (in and out, (1, L, N)).

    `X` (in, (R, N)), `weights` (in, (R,) int64), the weights as bits. A value times its weight is
    two integers below 2^54, and each of them times the value is cut like a product.
    """
    N, values, pieces = X.shape[1], np.empty(X.shape[1]), np.empty(PIECES, dtype=np.int64)
    bits = values.view(np.int64)
    for i in range(X.shape[0]):
        m, e = _significand(weights[i])
        for n in range(N):
            values[n] = X[i, n]
        for n in range(N):
            own, at = _significand(bits[n])
            shift = 2 * at + e - 3222 - exponents[n]
            parts = _product(own, m)
            for half in range(2):
                high, low = _product(own, parts[half])
                level, count = _cut(high, low, shift + 54 * (1 - half), width, pieces)
                for p in range(count):
                    sums[0, level + p, n] += pieces[p]
