"""Sums of float64 values that are rounded once, at the end: so their order does not exist.

A value is an integer of 53 bits times a power of two. That integer is cut into pieces of 32 bits
which lie at multiples of 2^32 above 2^-1074, the smallest float64, and each piece is added to a
word of 64 bits: 66 words hold whatever a float64 can be. (Neal 2015, "Fast exact summation using
small and large superaccumulators".) Guarded by tests/kmeans_engine/points/test_totals.py.
"""

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["WORDS", "add_exactly"]

WORDS = 66
"""Of a sum."""

_BITS = 32


@kernel(counted=False)
def add_exactly(bits, keys, sums):
    """Add values to the sums that belong to their keys.

    `bits` (in, (R,) int64): float64 values, finite, as they are stored; `keys` (in, (R,) int64);
    `sums` (in and out, (K, WORDS) int64): whatever was added before, all words but the last lie
    in 0 .. 2^32 - 1 again afterwards; so the sums of 2^31 calls can be added word by word.
    """
    low = np.int64((1 << _BITS) - 1)
    for r in range(bits.shape[0]):
        value = bits[r]
        exponent = (value >> 52) & 2047
        digits = value & ((1 << 52) - 1)
        if exponent > 0:
            digits |= 1 << 52
            exponent -= 1
        word, shift = exponent >> 5, exponent & 31
        first = (digits & low) << shift
        second = (digits >> _BITS) << shift
        k = keys[r]
        if value < 0:
            sums[k, word] -= first & low
            sums[k, word + 1] -= (first >> _BITS) + (second & low)
            sums[k, word + 2] -= second >> _BITS
        else:
            sums[k, word] += first & low
            sums[k, word + 1] += (first >> _BITS) + (second & low)
            sums[k, word + 2] += second >> _BITS
    for k in range(sums.shape[0]):
        for word in range(WORDS - 1):
            carry = sums[k, word] >> _BITS
            sums[k, word] -= carry << _BITS
            sums[k, word + 1] += carry
