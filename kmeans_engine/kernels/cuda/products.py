"""Products of two float64 as integers, of which each limb of a sum takes its bits.

A product of two significands is an integer below 2^106 in two words; whatever the exponents are,
nothing is rounded. (The CPU's own kernels cut such a product from its lowest odd bit on; here each
limb is taken out by itself, without a loop that threads would leave at different times.)
"""

import numpy as np

from kmeans_engine.kernels.cuda.compiling import SIMULATED, device_function

__all__ = ["bits_of", "limb_of_product", "sign_of", "significand"]

if SIMULATED:

    def bits_of(x):
        """Return the bits of a float64."""
        return np.float64(x).view(np.int64)

    def _words(a, b):
        """Return the product of two numbers as two words, the lower one first."""
        product = int(a) * int(b)
        return np.uint64(product & 0xFFFFFFFFFFFFFFFF), np.uint64(product >> 64)

else:
    from numba.cuda.libdevice import double_as_longlong as bits_of
    from numba.cuda.libdevice import mul64hi

    @device_function
    def _words(a, b):
        """Return the product of two numbers as two words, the lower one first."""
        return np.uint64(a * b), np.uint64(mul64hi(a, b))


@device_function
def sign_of(bits):
    """Return 1 or -1."""
    return np.int64(-1) if bits < 0 else np.int64(1)


@device_function
def significand(bits):
    """Return m and e such that a float64 is m 2^(e - 1074), but for its sign."""
    m, e = bits & 0xFFFFFFFFFFFFF, (bits >> 52) & 2047
    if e > 0:
        m, e = m | 0x10000000000000, e - 1
    return m, e


@device_function
def limb_of_product(a, b, start, width):
    """Return the bits of a b from `start` on, `width` (at most 51) of them; a, b below 2^53.

    `start` may be negative: there are zeros below the product.
    """
    low, high = _words(a, b)
    if start <= -width or start >= 128:
        return np.int64(0)
    if start < 0:
        word = low << np.uint64(-start)
    elif start == 0:
        word = low
    elif start < 64:
        word = (low >> np.uint64(start)) | (high << np.uint64(64 - start))
    else:
        word = high >> np.uint64(start - 64)
    return np.int64(word & ((np.uint64(1) << np.uint64(width)) - np.uint64(1)))
