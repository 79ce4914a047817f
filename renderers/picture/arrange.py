"""Which cluster has which colour, so that neighbours look different. Draws nothing.

Colours are given to the initial centroids by how near they are to each other on the picture, and
stay with their clusters to the end. A pair of clusters counts by the ranks that they have among
each other's neighbours, and the more the more alike their colours are; colours are exchanged while
that makes the sum less. All numbers are whole, so the outcome is the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy import int64, intp
from numpy.typing import NDArray

from kmeans_engine.runtime.jit import kernel
from renderers.picture.colours import distances

__all__ = ["arrange"]

_NEIGHBOURS = 6  # as a cell has on average
_SWEEPS = 4  # of 256 clusters take 60 ms
_MOST = 256  # clusters; beyond, colours repeat
_CLEAR = 0.15  # a distance at which colours are no more told apart by being moved away


def arrange(places: NDArray[np.float64], colours: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return which of the colours each cluster has.

    Parameters
    ----------
    places : ndarray, (K, 2)
        Where the initial centroids are, in pixels of a picture of any size.
    colours : ndarray, (K, 3), uint8
        Those that are given out.

    Returns
    -------
    ndarray, (K,), intp
        Each of 0..K - 1 once.
    """
    k = len(places)
    order = np.arange(k)
    if not 3 < k <= _MOST:
        return order
    near = _nearness(places)
    apart = np.maximum(np.round(distances(colours, colours), 4), 1e-3)
    alike = np.rint(100 * np.maximum((_CLEAR / apart) ** 2 - 1, 0)).astype(np.int64)
    np.fill_diagonal(alike, 0)
    # Those that are near come first, whatever their number; in place of others, the cluster itself.
    found = np.argsort(near == 0, axis=1, kind="stable")
    found = found[:, : int((near > 0).sum(axis=1).max())]
    others = np.where(near[order[:, None], found] > 0, found, order[:, None])
    for _ in range(_SWEEPS):
        if not _exchange(near, alike, others, order):
            break
    return order


@kernel(counted=False)
def _exchange(
    near: NDArray[int64],  # in, (K, K), symmetric
    alike: NDArray[int64],  # in, (K, K), symmetric
    others: NDArray[intp],  # in, (K, B): the neighbours of each, then itself
    order: NDArray[intp],  # in and out, (K,): which colour each cluster has
) -> int:
    """Let each cluster exchange its colour with the one that gains most; return how many did."""
    n, most = others.shape
    exchanged = 0
    for a in range(n):
        least = 0
        best = a
        for b in range(n):
            change = 0
            for m in range(most):
                j = others[a, m]
                if j != a and j != b:
                    there = alike[order[b], order[j]] - alike[order[a], order[j]]
                    change += near[a, j] * there
                j = others[b, m]
                if j != a and j != b:
                    there = alike[order[b], order[j]] - alike[order[a], order[j]]
                    change -= near[b, j] * there
            if change < least:
                least = change
                best = b
        if best != a:
            kept = order[a]
            order[a] = order[best]
            order[best] = kept
            exchanged += 1
    return exchanged


def _nearness(places: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how close neighbours are: 6 for the nearest down to 1, from both sides, (K, K)."""
    k = len(places)
    places = np.nan_to_num(places.clip(-1e9, 1e9))
    away = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(away, np.inf)
    ranks = np.argsort(away, axis=1, kind="stable")[:, : min(_NEIGHBOURS, k - 1)]
    near = np.zeros((k, k), dtype=np.int64)
    near[np.arange(k)[:, None], ranks] = _NEIGHBOURS - np.arange(ranks.shape[1])
    return near + near.T
