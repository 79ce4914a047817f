"""Distances for k-means++: to the nearest centroid, and what each candidate would leave.

All are reference distances, summed feature by feature in float64, so they have the same bits
wherever they are computed. Points are taken in blocks, feature by feature, so that the loops over a
block are vector loops.
"""

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["BATCH", "distances", "load", "potentials", "tighten"]

BATCH = 512


@kernel(inner=True)
def load(X, start, size, x):
    """Write `size` rows of `X` (in, (B, N)) to `x` (out, (N, BATCH) float64), by features."""
    if X.shape[1] == 2:
        # A stride known to the compiler, as in `kernels.assign.load`.
        flat = X.reshape(X.size)
        first, two = np.uintp(start) * np.uintp(2), np.uintp(2)
        for j in range(np.uintp(size)):
            x[0, j] = np.float64(flat[first + two * j])
            x[1, j] = np.float64(flat[first + two * j + np.uintp(1)])
        return
    for n in range(X.shape[1]):
        for j in range(size):
            x[n, j] = np.float64(X[start + j, n])


@kernel(inner=True)
def distances(x, C, k, size, d):
    """Write the squared distances of a block to row `k` of `C` (in, (K, N)) to `d` (out)."""
    c = C[k, 0]
    for j in range(size):
        t = x[0, j] - c
        d[j] = t * t
    for n in range(1, C.shape[1]):
        c = C[k, n]
        for j in range(size):
            t = x[n, j] - c
            d[j] += t * t


@kernel(inner=True)
def _weigh(shares, start, size, d):
    """Multiply the squared distances of a block by `shares` (in, (B,)), if there are any."""
    if shares.size:
        for j in range(size):
            d[j] *= shares[start + j]


@kernel()
def tighten(X, C, shares, nearest, fresh, x, d):
    """Lower `nearest` (in and out, (B,)) to the distance to `C` (in, (1, N)); return the largest.

    `X` (in, (B, N)); distances count times `shares` (in, (B,), or (0,)); `fresh` says that
    `nearest` holds nothing yet; `x` (scratch, (N, BATCH)), `d` (scratch, (BATCH,)).
    """
    largest = 0.0
    for start in range(0, X.shape[0], BATCH):
        size = min(BATCH, X.shape[0] - start)
        load(X, start, size, x)
        distances(x, C, 0, size, d)
        _weigh(shares, start, size, d)
        for j in range(size):
            v = d[j]
            if not fresh and nearest[start + j] < v:
                v = nearest[start + j]
            nearest[start + j] = v
            largest = v if v > largest else largest
    return largest


@kernel()
def potentials(X, candidates, shares, nearest, scale, totals, x, d):
    """Add the weight that would remain with each candidate to `totals` (out, (T,) int64).

    `X` (in, (B, N)), `candidates` (in, (T, N)), `nearest` (in, (B,)); a weight is the squared
    distance times `scale`, cut to an integer; `shares`, `x`, `d` as in `tighten`.
    """
    for start in range(0, X.shape[0], BATCH):
        size = min(BATCH, X.shape[0] - start)
        load(X, start, size, x)
        for t in range(candidates.shape[0]):
            distances(x, candidates, t, size, d)
            _weigh(shares, start, size, d)
            total = np.int64(0)
            for j in range(size):
                old = nearest[start + j]
                total += np.int64((d[j] if d[j] < old else old) * scale)
            totals[t] += total
