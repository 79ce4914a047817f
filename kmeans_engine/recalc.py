"""The centroids of the next state: recalculated, compared and digested where clusters changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats
from kmeans_engine.kernels.recalc import compare
from kmeans_engine.runtime.threads import even_rows, fold_chunks, threads_for
from kmeans_engine.sums import ExactSums

__all__ = ["Recalculated", "recalc"]

Digest = npt.NDArray[np.uint64]

# Values of one chunk: their quotients take 10 ms at most.
_CHUNK = 1 << 18
# Nanoseconds of a value that is divided, compared and digested.
_VALUE = 20


class Recalculated(NamedTuple):
    """What has become of the centroids.

    Attributes
    ----------
    centroids : ndarray, (K, N), read-only
    square : float
        The square of the largest distance that one of them moved.
    moved : ndarray of int32
        Those that moved, ascending.
    """

    centroids: Floats
    square: float
    moved: Clusters


def recalc(
    centroids: Floats, sums: ExactSums, before: ExactSums | None, digest: Digest, threads: int
) -> Recalculated:
    """Return the means of the clusters.

    Parameters
    ----------
    centroids : ndarray, (K, N)
        Those before.
    sums, before : ExactSums
        Of the clusters, and those that `centroids` are the means of, or None.
    digest : ndarray, (2,), uint64
        Of `centroids` so far, see `kernels.recalc`; brought up to date.
    threads : int
        That may work.
    """
    rows = sums.unlike(before)
    means = centroids.copy()
    bits = centroids.view(np.uint64), means.view(np.uint64)
    n = means.shape[1]
    found: list[tuple[int, float, Clusters]] = []

    def work(total: Digest, start: int, stop: int) -> None:
        some = rows[start:stop]
        sums.divide(some, means)
        moved = np.empty(len(some), dtype=np.int32)
        square, count = compare(centroids, means, *bits, some, moved, total)
        found.append((start, square, moved[:count]))

    if len(rows):
        threads = threads_for(len(rows) * n * _VALUE, threads)
        most = even_rows(len(rows), max(_CHUNK // n, 1), threads, 1)
        for total in fold_chunks(lambda: np.zeros(2, np.uint64), work, len(rows), most, threads):
            digest += total
    means.setflags(write=False)
    found.sort(key=lambda part: part[0])
    moved = [part[2] for part in found]
    return Recalculated(
        means,
        max((part[1] for part in found), default=0.0),
        moved[0] if len(moved) == 1 else np.concatenate([rows[:0], *moved]),
    )
