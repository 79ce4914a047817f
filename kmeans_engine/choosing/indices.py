"""Internal indices: what speaks for a clustering, from the spread of its clusters alone.

Where the points have weights, a weight counts as a number of points.
"""

from __future__ import annotations

import math

import numpy as np

from kmeans_engine.choosing.spread import Spread
from kmeans_engine.points.distances import squares_to_all

__all__ = ["calinski_harabasz", "criteria", "davies_bouldin"]


def calinski_harabasz(spread: Spread, total: float) -> float | None:
    """Return the index of Calinski and Harabasz, (B / (K - 1)) / (W / (n - K)); larger is better.

    B is the variance that the clusters explain, W what remains, n the number of points; empty
    clusters do not count. None where it is not defined: K = 1, K = n, or W = 0.

    Parameters
    ----------
    spread : Spread
        Of the clusters.
    total : float
        The inertia with one cluster, B + W.

    References
    ----------
    Calinski and Harabasz, "A dendrite method for cluster analysis", Commun. Stat. 3 (1974).
    """
    k, points, within = _totals(spread)
    if k < 2 or points <= k or within == 0.0:
        return None
    return (total - within) / (k - 1) / (within / (points - k))


def davies_bouldin(spread: Spread) -> float | None:
    """Return the index of Davies and Bouldin: smaller is better; None for one cluster.

    The mean over the clusters of the largest (s_i + s_j) / d_ij, where s is the mean distance of
    the points of a cluster to its centroid, and d the distance of two centroids.

    References
    ----------
    Davies and Bouldin, "A cluster separation measure", IEEE Trans. PAMI 1 (1979).
    """
    kept = spread.without_empty()
    radii, centroids, largest = kept.distances / kept.sizes, kept.centroids, []
    if len(radii) < 2:
        return None
    for k, centroid in enumerate(centroids):
        far = np.sqrt(squares_to_all(centroid[None], centroids)[0])
        far[far == 0.0] = np.inf  # itself, and centroids in one place, which nothing can compare
        largest.append(float(((radii + radii[k]) / far).max()))
    return math.fsum(largest) / len(largest)


def criteria(spread: Spread) -> tuple[float | None, float | None]:
    """Return BIC and AIC of a mixture of spherical normal distributions; smaller is better.

    All K components have one variance, the same in each direction, and each point belongs to its
    cluster: log L = sum n_k log(n_k / n) - (n N / 2) (log(2 pi s) + 1) with the variance s of
    greatest likelihood, W / (n N). There are p = K N + (K - 1) + 1 parameters; BIC = p log n - 2
    log L, AIC = 2 p - 2 log L.

    This is the model of X-means (Pelleg and Moore, "X-means", ICML 2000), whose published variance
    lacks the number of features N, and the sign of Schwarz (1978) and of Kass and Wasserman (1995).
    None where W = 0, which has no likelihood.
    """
    kept = spread.without_empty()
    k, points, within = _totals(spread)
    features = kept.centroids.shape[1]
    variance = within / (points * features)
    if not variance > 0.0:
        return None, None
    shares = math.fsum(n * math.log(n / points) for n in kept.sizes.tolist())
    likelihood = shares - points * features / 2 * (math.log(2 * math.pi * variance) + 1)
    parameters = k * features + k
    return parameters * math.log(points) - 2 * likelihood, 2 * parameters - 2 * likelihood


def _totals(spread: Spread) -> tuple[int, float, float]:
    """Return how many clusters have points, how many points there are, and the inertia."""
    k = int(np.count_nonzero(spread.sizes))
    return k, math.fsum(spread.sizes.tolist()), math.fsum(spread.squares.tolist())
