"""The centroids of the next state: recalculated, compared and digested where clusters changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats
from kmeans_engine.kernels.recalc import compare, renew
from kmeans_engine.runtime.threads import even_rows, fold_chunks, threads_for
from kmeans_engine.sums import ExactSums

__all__ = ["Digest", "Recalculated", "follow", "recalc"]

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
    rows, means = sums.unlike(before), centroids.copy()
    values = len(rows) * means.shape[1]
    threads = threads_for(values * _VALUE, threads)
    if threads == 1 and values <= _CHUNK:
        square, moved = _renew(sums, rows, centroids, means, digest)
    else:
        square, moved = _renew_together(sums, rows, centroids, means, digest, threads)
    means.setflags(write=False)
    return Recalculated(means, square, moved)


def follow(before: Floats, after: Floats, digest: Digest) -> None:
    """Turn the digest of some centroids, (K, N), into that of others."""
    rows = np.arange(len(before), dtype=np.int32)
    pair = before, after, before.view(np.uint64), after.view(np.uint64)
    compare(*pair, rows, np.empty_like(rows), digest)


def _renew(
    sums: ExactSums, rows: Clusters, before: Floats, means: Floats, digest: Digest
) -> tuple[float, Clusters]:
    """Recalculate the `rows` of `means`; return the largest square, and those that moved."""
    form, moved = sums.format, np.empty(len(rows), dtype=np.int32)
    doubtful = np.empty((len(rows), means.shape[1]), dtype=np.bool_)
    limbs = np.empty(form.levels + 1, dtype=np.int64)
    pair = before, means, before.view(np.uint64), means.view(np.uint64)
    undecided, square, count = renew(
        sums.sums, sums.counts, rows, form.exponents, form.width, limbs, *pair, doubtful, moved,
        digest,
    )  # fmt: skip
    if undecided:
        sums.decide(rows, doubtful, means)
        square, count = compare(*pair, rows, moved, digest)
    return square, moved[:count]


def _renew_together(
    sums: ExactSums, rows: Clusters, before: Floats, means: Floats, digest: Digest, threads: int
) -> tuple[float, Clusters]:
    """Do what `_renew` does on several threads."""
    found: list[tuple[int, float, Clusters]] = []

    def work(total: Digest, start: int, stop: int) -> None:
        found.append((start, *_renew(sums, rows[start:stop], before, means, total)))

    most = even_rows(len(rows), max(_CHUNK // means.shape[1], 1), threads, 1)
    for total in fold_chunks(lambda: np.zeros(2, np.uint64), work, len(rows), most, threads):
        digest += total
    found.sort(key=lambda part: part[0])
    return max(part[1] for part in found), np.concatenate([part[2] for part in found])
