"""One look at every value: range, smallest magnitude, whether all are finite and all integers."""

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["scan_rows"]


@kernel()
def scan_rows(X, out):
    """Fold the values of `X` (in, (R, W)) into `out` (in and out, (5, W)), column by column.

    Rows of `out`: smallest value, largest value, smallest magnitude other than zero, number of
    values that are not integers, number of those that are not finite. A loop for each, since LLVM
    checks at most a few arrays for overlap before it gives up vector instructions.
    """
    low, high, tiny, broken, wild = out[0], out[1], out[2], out[3], out[4]
    for i in range(X.shape[0]):
        for n in range(X.shape[1]):
            v = np.float64(X[i, n])
            low[n] = v if v < low[n] else low[n]
        for n in range(X.shape[1]):
            v = np.float64(X[i, n])
            high[n] = v if v > high[n] else high[n]
        for n in range(X.shape[1]):
            a = abs(np.float64(X[i, n]))
            a = a if a > 0.0 else np.inf
            tiny[n] = a if a < tiny[n] else tiny[n]
        for n in range(X.shape[1]):
            v = np.float64(X[i, n])
            broken[n] += 0.0 if np.floor(v) == v else 1.0
        for n in range(X.shape[1]):
            wild[n] += 0.0 if abs(np.float64(X[i, n])) < np.inf else 1.0
