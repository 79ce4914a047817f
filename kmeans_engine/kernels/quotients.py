"""The correctly rounded quotient of an exact sum by a count, or by an exact sum of weights."""

import math

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["divide"]


@kernel(counted=False, inner=True)
def _two_product(a, b):
    """Return p + e == a * b exactly (Dekker 1971, Veltkamp's split)."""
    t = 134217729.0 * a
    a_high = t - (t - a)
    a_low = a - a_high
    t = 134217729.0 * b
    b_high = t - (t - b)
    b_low = b - b_high
    p = a * b
    e = ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low
    return p, e


@kernel(counted=False)
def divide(sums, counts, rows, exponents, width, limbs, means, doubtful):
    """Write the float64 nearest to sums / counts into `means` where that is certain.

    Parameters: `sums` (in, (K, L, N)), see `kernels.sums`; `counts` (in, (K,)); `rows` (in, (R,)),
    the clusters to divide; `exponents` (in, (N,)), the e[n]; `width`, bits of a limb; `limbs`
    (scratch, (L + 1,) int64); `means` (in and out, (K, N)); `doubtful` (out, (R, N) bool), True
    where the quotient lies too close to the middle of two floats, or near the ends of their range,
    to be decided here. Returns how many are. Where the sums have one column more than the means,
    it divides the others in place of the counts. A cluster without points, or without weight, is
    left alone.

    A sum becomes a double-double (relative error below 2^-100), is divided with one correction
    step (below 2^-98), and is certain if an error of 2^-95 to either side would round to the same
    float (Ziv 1991). Guarded by tests/kmeans_engine/test_sums.py.
    """
    levels, N = sums.shape[1], means.shape[1]
    unit = math.ldexp(1.0, -width)
    undecided = 0
    for r in range(rows.shape[0]):
        k = rows[r]
        # What divides: a double-double times 2^below.
        count, rest, below = np.float64(counts[k]), 0.0, 0
        # The last column comes first where it divides.
        for step in range(-1 if sums.shape[2] > N else 0, N):
            n = step if step >= 0 else N
            if step >= 0:
                doubtful[r, n] = False
                if count == 0.0:
                    continue
            # Carry, so that all limbs but the top one lie in 0 .. 2^width - 1; the value is made
            # positive.
            sign = 1.0
            for _ in range(2):
                carry = np.int64(0)
                for level in range(levels):
                    value = carry + (sums[k, level, n] if sign > 0 else -sums[k, level, n])
                    carry = value >> width
                    limbs[level] = value - (carry << width)
                limbs[levels] = carry
                if carry >= 0:
                    break
                sign = -1.0
            top = levels
            while top > 0 and limbs[top] == 0:
                top -= 1
            # The top limb counts 1 or more, so what lies below a weight of 2^-119 does not matter.
            high, low, weight = 0.0, 0.0, 1.0
            for level in range(top, -1, -1):
                term = np.float64(limbs[level]) * weight
                total = high + term
                b = total - high
                low += (high - (total - b)) + (term - b)
                high = total
                if weight < 2.0**-119:
                    break
                weight *= unit
            total = high + low
            low -= total - high
            high = total
            if step < 0:
                count, rest, below = high, low, int(exponents[n] + width * top)
                continue
            if high == 0.0:
                means[k, n] = 0.0
                continue
            q = high / count
            p, e = _two_product(q, count)
            correction = ((((high - p) - e) - q * rest) + low) / count
            mean = q + correction
            tail = correction - (mean - q)
            margin = mean * 2.0**-95
            shift = int(exponents[n] + width * top) - below
            size = math.frexp(mean)[1] + shift
            if (
                mean + (tail + margin) == mean
                and mean + (tail - margin) == mean
                and -1000 < size < 1020
            ):
                half_shift = shift // 2
                means[k, n] = sign * math.ldexp(math.ldexp(mean, half_shift), shift - half_shift)
            else:
                doubtful[r, n] = True
                undecided += 1
    return undecided
