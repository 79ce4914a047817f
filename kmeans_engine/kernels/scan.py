"""One look at every value: range, smallest magnitude, whether all are integers."""

import numpy as np

from kmeans_engine._jit import kernel

__all__ = ["scan_feature"]


@kernel("nnan", "nsz", "reassoc")
def scan_feature(x, out):
    """Fold the finite values `x` (in, (B,)) of one feature into `out` (in and out, (4,)).

    `out`: smallest value, largest value, smallest magnitude other than zero, number of
    non-integers.
    """
    low, high, tiny, broken = out[0], out[1], out[2], out[3]
    for i in range(x.shape[0]):
        v = x[i]
        a = abs(v)
        low = min(low, v)
        high = max(high, v)
        tiny = min(tiny, a if a > 0.0 else np.inf)
        broken += 0.0 if np.floor(a) == a else 1.0
    out[0], out[1], out[2], out[3] = low, high, tiny, broken
