"""Centroids as `kernels.assign` scores them: those that have moved take their places."""

import os

import numpy as np
import numpy.typing as npt

from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["Places", "Placing", "place", "place_rows", "settle"]


class Places(Record):
    """Where centroids are.

    Attributes
    ----------
    center : (N,) float64
    scale
    C : (K, N) float64, in and out
        The centroids before, then those now.
    P : (K + 1, N) float32, out
        Centred and scaled.
    shifts : (K,) float64, out
        How far each went, an upper bound in units of the scores.
    """

    center: npt.NDArray[np.float64]
    scale: float
    C: npt.NDArray[np.float64]
    P: npt.NDArray[np.float32]
    shifts: npt.NDArray[np.float64]


class Placing(Record):
    """The centroids (K, N), and the `rows` of them, (R,), to take over."""

    rows: npt.NDArray[np.int32]
    centroids: npt.NDArray[np.float64]
    places: Places


@kernel(counted=False)
def place(task, start, stop):
    """Take over the `rows` of the centroids from `start` to `stop`; `task`: a `Placing`."""
    place_rows(task.places, task.centroids, task.rows, start, stop)


@kernel(counted=False)
def place_rows(places, centroids, rows, start, stop):
    """As `place`, with the parts of a task; a record takes longer to make than a few rows."""
    center, scale, C, P = places.center, places.scale, places.C, places.P
    for r in range(start, stop):
        k, total = rows[r], 0.0
        for n in range(C.shape[1]):
            # Scaled first: none underflows.
            step = (centroids[k, n] - C[k, n]) * scale
            total += step * step
            C[k, n] = centroids[k, n]
            P[k, n] = np.float32((centroids[k, n] - center[n]) * scale)
        places.shifts[k] = np.sqrt(total) * (1.0 + 1e-9)


@kernel(counted=False)
def settle(rows, centroids, bits, P, reach, table):
    """`widen`, and return whether all are distinct: see `all_distinct`."""
    widen(rows, P, reach)
    return all_distinct(centroids, bits, table)


@kernel(counted=False)
def widen(rows, P, reach):
    """Raise `reach` (in and out, (N,)) to the largest magnitude in the `rows` (in, (R,)) of `P`."""
    for r in range(rows.shape[0]):
        for n in range(reach.shape[0]):
            size = np.float64(abs(P[rows[r], n]))
            reach[n] = size if size > reach[n] else reach[n]


@kernel(counted=False)
def all_distinct(C, bits, table):
    """Return whether no two values in the first column of `C` (in, (K, N)) are equal.

    `bits` (in, (K, N) uint64), those of C; `table` (scratch, (T,) int32, T a power of two and at
    least 2 K): a hash table with linear probing.
    """
    mask = np.uint64(table.shape[0] - 1)
    for t in range(table.shape[0]):
        table[t] = -1
    for k in range(C.shape[0]):
        # -0.0 is 0.0.
        word = bits[k, 0] if C[k, 0] != 0.0 else np.uint64(0)
        at = ((word * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
        while table[at] >= 0:
            if C[table[at], 0] == C[k, 0]:
                return False
            at = (at + np.uint64(1)) & mask
        table[at] = k
    return True


if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
    # Plain Python remarks on what machine code does silently.
    place_rows = np.errstate(over="ignore")(place_rows)
    all_distinct = np.errstate(over="ignore")(all_distinct)
