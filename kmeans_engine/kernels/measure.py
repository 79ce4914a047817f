"""One look at every value: range, smallest magnitude, whether all are finite and all integers."""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.digest import digest
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["Scan", "scan_rows"]


class Scan(Record):
    """All that a worker needs to measure points, and what it finds.

    Attributes
    ----------
    X, base
        As in `kernels.sums.Adding`.
    words : (R N,) uint32 or uint64
        The same memory, as bits.
    whole, rest : (5, W) and (5, N) float64, in and out
        Smallest value, largest value, smallest magnitude other than zero, number of values that are
        not integers, number of those that are not finite. Rows side by side make a long one of W
        values, for vector instructions with few features too; `rest` is of the last rows of each
        chunk.
    digest : (2,) uint64, in and out
        See `kernels.digest`.
    found : (3,) int64, in and out
        Rows that were looked at, values that are not finite, the first row with such a value.
    """

    X: npt.NDArray[np.floating]
    base: npt.NDArray[np.int64]
    words: npt.NDArray[np.unsignedinteger]
    whole: npt.NDArray[np.float64]
    rest: npt.NDArray[np.float64]
    digest: npt.NDArray[np.uint64]
    found: npt.NDArray[np.int64]


@kernel(counted=False, inner=True)
def _fold(X, out):
    """Fold the values of `X` (in, (R, W)) into `out` (in and out, (5, W)), column by column.

    A loop for each row of `out`, since LLVM checks at most a few arrays for overlap before it gives
    up vector instructions.
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


@kernel(counted=False)
def scan_rows(task, start, stop):
    """Measure the points from `start` to `stop`; `task`: a `Scan`."""
    X, whole, rest, found = task.X, task.whole, task.rest, task.found
    N, first, last = X.shape[1], start - task.base[0], stop - task.base[0]
    stripes = whole.shape[1] // N
    long = (last - first) // stripes
    cut = first + long * stripes
    for part in range(2):
        rows, out = X[cut:last], rest
        if part == 0:
            rows, out = X[first:cut].reshape((long, stripes * N)), whole
        _fold(rows, out)
    digest(task.words[first * N : last * N], start * N, task.digest)
    bad = 0.0
    for n in range(whole.shape[1]):
        bad += whole[4, n]
    for n in range(N):
        bad += rest[4, n]
    found[0] += stop - start
    if bad > found[1]:
        found[1] = np.int64(bad)
        for i in range(first, last):
            finite = True
            for n in range(N):
                finite = finite and np.isfinite(X[i, n])
            if not finite:
                found[2] = min(found[2], start + i - first)
                break
