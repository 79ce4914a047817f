"""Distances for k-means++: to the nearest centroid, and what each candidate would leave."""

import numpy as np

from kmeans_engine._jit import kernel

__all__ = ["potentials", "tighten"]


@kernel()
def tighten(X, c, nearest, fresh):
    """Lower `nearest` (in and out, (B,)) to the distance to `c` (in, (N,)); return the largest.

    `X` (in, (B, N)). `fresh` says that `nearest` holds nothing yet. The distance is the reference
    distance, so it has the same bits wherever it is computed.
    """
    largest = 0.0
    for i in range(X.shape[0]):
        d = 0.0
        for n in range(X.shape[1]):
            t = np.float64(X[i, n]) - c[n]
            d += t * t
        if not fresh and nearest[i] < d:
            d = nearest[i]
        nearest[i] = d
        largest = max(largest, d)
    return largest


@kernel()
def potentials(X, candidates, nearest, scale, totals):
    """Add the weight that would remain with each candidate to `totals` (out, (T,) int64).

    `X` (in, (B, N)), `candidates` (in, (T, N)), `nearest` (in, (B,)). A weight is the squared
    distance times `scale`, cut to an integer.
    """
    for t in range(candidates.shape[0]):
        total = 0
        for i in range(X.shape[0]):
            d = 0.0
            for n in range(X.shape[1]):
                s = np.float64(X[i, n]) - candidates[t, n]
                d += s * s
            total += np.int64(min(d, nearest[i]) * scale)
        totals[t] += total
