"""Products of two float64, values and weights, cut into the limbs of `kernels.sums`.

A product of two significands is an integer below 2^106, whatever the exponents are, so it is cut as
an integer: nothing overflows, underflows or is rounded, for weights from 1e-300 to 1e300 alike. The
sums have one column more than the points, for the weights themselves.

While all exponents are moderate, as `points.measure` knows, a product is also the sum of two
float64, and many rows at a time are cut as such in a third of the time.
"""

import numpy as np

from kmeans_engine.kernels.vector import lowest_bit, prefetch
from kmeans_engine.runtime.jit import kernel

__all__ = ["accumulate", "move", "move_row", "move_rows", "square"]

# Points whose values are cut together where that is exact.
_BATCH = 256
# Rows between a prefetch and its use.
_AHEAD = 16


@kernel(inline=True)
def _significand(bits):
    """Return m, odd or 0, and e such that a float64 is m 2^(e - 1074), but for its sign."""
    m, e = bits & 0xFFFFFFFFFFFFF, (bits >> 52) & 2047
    if e > 0:
        m, e = m | 0x10000000000000, e - 1
    if m == 0:
        return m, e
    zeros = lowest_bit(m)
    return m >> zeros, e + zeros


@kernel(inline=True)
def _product(a, b):
    """Return high and low such that high 2^54 + low == a b, for integers below 2^54."""
    a_high, a_low, b_high, b_low = a >> 27, a & 0x7FFFFFF, b >> 27, b & 0x7FFFFFF
    middle = a_high * b_low + a_low * b_high
    low = a_low * b_low + ((middle & 0x7FFFFFF) << 27)
    return a_high * b_high + (middle >> 27) + (low >> 54), low & 0x3FFFFFFFFFFFFF


@kernel(inline=True)
def _transfer(high, low, shift, sign, width, sums, a, taken, b, n):
    """Take a product `taken` times (0 or 1) from sums[a, :, n], and add it to sums[b, :, n].

    It is sign (high 2^54 + low) 2^shift, in the unit of its sum; odd integers are multiples of
    that, so the shift is never negative. `sums` (in and out, (K, L, N)). The number of limbs hardly
    depends on the value: the end of a loop that did would be mispredicted.
    """
    if high == 0 and low == 0:
        return
    one, mask = np.uintp(1), (1 << width) - 1
    # An integer division takes as long as all the rest.
    first = np.int64((shift + 0.5) * (1.0 / width))
    up = shift - first * width
    limb = sign * ((low & (mask >> up)) << up)
    low = (low >> (width - up)) | ((high & ((1 << (width - up)) - 1)) << (54 - width + up))
    high >>= width - up
    level, end = np.uintp(first), np.uintp(min(first + 1 + (106 + width) // width, sums.shape[1]))
    while True:
        sums[a, level, n] -= taken * limb
        sums[b, level, n] += limb
        level += one
        if level >= end:
            return
        limb = sign * (low & mask)
        low = (low >> width) | ((high & mask) << (54 - width))
        high >>= width


@kernel(inline=True)
def move_row(X, i, weight, sums, a, taken, b, exponents, width, values, bits):
    """Take row `i` of `X` `taken` times (0 or 1) from cluster `a`, and add it to cluster `b`.

    `weight` (in), as bits; `sums` (in and out, (K, L, N + 1)); `exponents` (in, (N + 1,)) and
    `width`, of their limbs. `values` (scratch, (N + 1,)) and `bits`, the same memory as int64.
    """
    values[X.shape[1]] = 1.0
    m, e = _significand(weight)
    for n in range(X.shape[1]):
        values[n] = X[i, n]
    for n in range(np.uintp(bits.shape[0])):
        own, at = _significand(bits[n])
        high, low = _product(own, m)
        sign = -1 if bits[n] < 0 else 1
        _transfer(high, low, at + e - 2148 - exponents[n], sign, width, sums, a, taken, b, n)


@kernel(counted=False, inner=True)
def _accumulate_batch(X, start, size, down, up, keys, w, rest, error, limbs, flat):
    """Add `size` rows of `X`, feature by feature: the cuts are vector loops, the sums are not.

    `keys` (in): where in `flat` (out), all of the sums, those of each row's cluster begin; `w` (in,
    (size,)), the weights. A product is the sum of two float64 (Dekker 1971, Veltkamp's split), made
    of one sign, so that the limbs of both together are those of `_transfer`.
    """
    L, N = up.shape
    for n in range(N):
        for j in range(size):
            rest[j], error[j] = w[j], 0.0
        if n < N - 1:
            for j in range(size):
                a, b = np.float64(X[start + j, n]), w[j]
                p, s, t = a * b, 134217729.0 * a, 134217729.0 * b
                a_high, b_high = s - (s - a), t - (t - b)
                a_low, b_low = a - a_high, b - b_high
                e = ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low
                # The next float64 towards zero.
                beyond = ((p > 0.0) & (e < 0.0)) | ((p < 0.0) & (e > 0.0))
                q = p * (1.0 - 2.0**-53) if beyond else p
                rest[j], error[j] = q, e + (p - q)
        for level in range(L - 1, -1, -1):
            d0, d1, weight = down[0, level, n], down[1, level, n], up[level, n]
            for j in range(size):
                high, low = np.int64((rest[j] * d0) * d1), np.int64((error[j] * d0) * d1)
                limbs[j] = high + low
                rest[j] -= np.float64(high) * weight
                error[j] -= np.float64(low) * weight
            at = np.uintp(level * N + n)
            for j in range(size):
                flat[keys[j] + at] += limbs[j]


@kernel()
def accumulate(task, first, stop):
    """As `kernels.sums.accumulate`, with weights; `task`: an `Adding`."""
    X, base, labels, weights = task.X, task.base[0], task.labels, task.weights
    exponents, width, sums, counts = task.exponents, task.width, task.sums, task.counts
    down, up = task.down, task.up
    if up.shape[1] > 0:
        floats, flat = weights.view(np.float64), sums.reshape(sums.size)
        keys, limbs = np.empty(_BATCH, dtype=np.uintp), np.empty(_BATCH, dtype=np.int64)
        rest, error = np.empty(_BATCH), np.empty(_BATCH)
        for start in range(first, stop, _BATCH):
            size = min(_BATCH, stop - start)
            for j in range(size):
                k = np.uintp(labels[start + j])
                counts[k] += 1
                keys[j] = k * np.uintp(up.size)
            w = floats[start : start + size]
            _accumulate_batch(X, start - base, size, down, up, keys, w, rest, error, limbs, flat)
        return
    values = np.empty(X.shape[1] + 1)
    bits = values.view(np.int64)
    for i in range(first, stop):
        k = np.uintp(labels[i])
        counts[k] += 1
        move_row(X, i - base, weights[i], sums, k, 0, k, exponents, width, values, bits)


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
    values = np.empty(X.shape[1] + 1)
    bits = values.view(np.int64)
    for j in range(start, stop):
        i, a, b = np.uintp(rows[j]), np.uintp(old[j]), np.uintp(new[j])
        counts[a] -= 1
        counts[b] += 1
        if j + _AHEAD < stop:
            prefetch(X, rows[j + _AHEAD], 0)
        move_row(X, i, weights[i], sums, a, 1, b, exponents, width, values, bits)


@kernel()
def square(X, weights, exponents, width, sums):
    """Add the weighted squares of all values to `sums` (in and out, (1, L, N)).

    `X` (in, (R, N)), `weights` (in, (R,) int64), the weights as bits. A value times its weight is
    two integers below 2^54, and each of them times the value is cut like a product.
    """
    values, one = np.empty(X.shape[1]), np.uintp(0)
    bits = values.view(np.int64)
    for i in range(X.shape[0]):
        m, e = _significand(weights[i])
        for n in range(X.shape[1]):
            values[n] = X[i, n]
        for n in range(np.uintp(X.shape[1])):
            own, at = _significand(bits[n])
            shift = 2 * at + e - 3222 - exponents[n]
            upper, lower = _product(own, m)
            high, low = _product(own, upper)
            _transfer(high, low, shift + 54, 1, width, sums, one, 0, one, n)
            high, low = _product(own, lower)
            _transfer(high, low, shift, 1, width, sums, one, 0, one, n)
