"""Silhouettes of labelled points, from their distances to their own centroid and to the others.

All are reference distances, summed feature by feature in float64, so they have the same bits
wherever they are computed. The silhouette by squared distances needs no pair of points: the mean
squared distance from x to the points of a cluster with the mean c is |x - c|^2 plus the variance
of the cluster, W / n (the theorem of Huygens and Steiner).
"""

import math

import numpy as np

from kmeans_engine.kernels.initial import BATCH, distances, load
from kmeans_engine.runtime.jit import kernel

__all__ = ["silhouettes"]


@kernel(inner=True)
def _silhouette(a, b):
    """Return (b - a) / max(a, b), and 0 for points that all lie in one place."""
    larger = b if b > a else a
    return (b - a) / larger if larger > 0.0 else 0.0


@kernel()
def silhouettes(X, labels, C, within, sizes, simplified, squared):
    """Write both silhouettes of each point to `simplified` and `squared` (out, (R,)).

    `X` (in, (R, N)), `labels` (in, (R,) int64); `C` (in, (K, N)), no cluster is empty; `within`
    (in, (K,)), the sum of squared distances of each cluster to its centroid; `sizes` (in, (K,)
    float64), its number of points. The silhouette of a point that is alone is 0.
    """
    x, d = np.empty((X.shape[1], BATCH)), np.empty(BATCH)
    own, nearest, least = np.empty(BATCH), np.empty(BATCH), np.empty(BATCH)
    for start in range(0, X.shape[0], BATCH):
        size = min(BATCH, X.shape[0] - start)
        load(X, start, size, x)
        for j in range(size):
            own[j] = 0.0
            nearest[j] = np.inf
            least[j] = np.inf
        for k in range(C.shape[0]):
            distances(x, C, k, size, d)
            variance = within[k] / sizes[k]
            for j in range(size):
                mine = labels[start + j] == k
                v = d[j]
                own[j] = v if mine else own[j]
                near = np.inf if mine else v
                nearest[j] = near if near < nearest[j] else nearest[j]
                near += variance
                least[j] = near if near < least[j] else least[j]
        for j in range(size):
            k = labels[start + j]
            n = sizes[k]
            if n > 1.0:
                a = (n * own[j] + within[k]) / (n - 1.0)
                squared[start + j] = _silhouette(a, least[j])
                simplified[start + j] = _silhouette(math.sqrt(own[j]), math.sqrt(nearest[j]))
            else:
                squared[start + j] = 0.0
                simplified[start + j] = 0.0
