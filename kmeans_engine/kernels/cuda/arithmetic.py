"""Float64 operations that are rounded one by one, whatever the compiler contracts around them.

And unsigned ones modulo 2^64, of which Python remarks what the device does silently.
"""

import numpy as np

from kmeans_engine.kernels.cuda.compiling import SIMULATED, device_function

__all__ = ["add", "add_words", "multiply", "multiply_words", "squared_distance"]

_WORD = 0xFFFFFFFFFFFFFFFF

if SIMULATED:

    def add_words(a, b):
        """Return a + b modulo 2^64."""
        return np.uint64(int(a) + int(b) & _WORD)

    def multiply_words(a, b):
        """Return a b modulo 2^64."""
        return np.uint64(int(a) * int(b) & _WORD)

    def add(a, b):
        """Return a + b, rounded."""
        return a + b

    def multiply(a, b):
        """Return a b, rounded."""
        return a * b

else:
    # These become add.rn.f64 and mul.rn.f64, which ptxas must not merge (PTX ISA, "mad" and "fma");
    # tests/kmeans_engine/strategies/cuda/test_ptx.py looks for FMAs.
    from numba.cuda.libdevice import dadd_rn as add
    from numba.cuda.libdevice import dmul_rn as multiply

    @device_function
    def add_words(a, b):
        """Return a + b modulo 2^64."""
        return a + b

    @device_function
    def multiply_words(a, b):
        """Return a b modulo 2^64."""
        return a * b


@device_function
def squared_distance(X, i, C, k):
    """Return the distance of row `i` of `X` to row `k` of `C`: the definition."""
    d = 0.0
    for n in range(C.shape[1]):
        t = add(np.float64(X[i, n]), -C[k, n])
        d = add(d, multiply(t, t))
    return d
