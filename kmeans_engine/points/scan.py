"""What one pass over points in memory finds: their measure, and a digest of every bit."""

from __future__ import annotations

import numpy as np

from kmeans_engine.arrays import Integers, Rows
from kmeans_engine.kernels.measure import Scan
from kmeans_engine.points.measure import Measure
from kmeans_engine.points.seal import bits, no_digest

__all__ = ["make_scan", "measure_of"]

# Values of a long row.
_LONG = 256
# What has been found in no rows at all.
_NEUTRAL = np.array([np.inf, -np.inf, np.inf, 0.0, 0.0])[:, None]


def make_scan(X: Rows, base: Integers) -> Scan:
    """Return what a worker needs for rows in `X`, before it has looked at any."""
    m, n = X.shape
    whole = np.empty((5, max(min(_LONG // n, m), 1) * n))
    rest = np.empty((5, n))
    whole[:] = rest[:] = _NEUTRAL
    return Scan(
        X=X, base=base, words=bits(X).reshape(-1), whole=whole, rest=rest, digest=no_digest(),
        found=np.array([0, 0, np.iinfo(np.int64).max]),
    )  # fmt: skip


def measure_of(scan: Scan, digits: int, single: bool) -> Measure:
    """Return the measure of the rows that a worker has looked at."""
    n = scan.X.shape[1]
    parts = np.concatenate([scan.whole.reshape(5, -1, n), scan.rest[:, None]], axis=1)
    # Plus 0.0: a smallest value of zero has the same sign in any order.
    low, high = parts[0].min(axis=0) + 0.0, parts[1].max(axis=0) + 0.0
    tiny = parts[2].min(axis=0)
    integral = ~parts[3].any(axis=0)
    rows, bad, first_bad = scan.found.tolist()
    return Measure(rows, low, high, tiny, integral, digits, single, bad, first_bad if bad else -1)
