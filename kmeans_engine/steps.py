"""The two steps of K-means on their own, as in a textbook."""

import numpy as np
import numpy.typing as npt

from kmeans_engine.labels import label_dtype
from kmeans_engine.points.data import Data, measure_together, prepare
from kmeans_engine.points.moves import sum_points
from kmeans_engine.points.precision import rounded_in, warn_of_rounding, warn_of_vanishing
from kmeans_engine.points.weights import weigh
from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.strategies.brute import BruteAssigner
from kmeans_engine.validation import check_centroids, check_labels

__all__ = ["assign_points", "recalc_centroids"]


def assign_points(
    points: npt.ArrayLike, centroids: npt.ArrayLike
) -> npt.NDArray[np.unsignedinteger]:
    """Return the nearest centroid of each point.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers.
    centroids : array_like, (K, N)
        There may be more of them than points.

    Returns
    -------
    ndarray, (M,)
        The lowest k whose squared distance, summed feature by feature in float64, is smallest; in
        the smallest unsigned integer type that holds K - 1.

    Raises
    ------
    InvalidInput, InvalidType
        If an array cannot be used, or the two differ in their number of features.

    Warns
    -----
    PrecisionWarning
        If whole numbers beyond 2^53 are rounded, or all squared distances vanish.
    """
    data = prepare(points, default_threads())
    warn_of_rounding(rounded_in([data]))
    warn_of_vanishing(data.measure)
    checked = check_centroids(centroids, data.n_features, data.names)
    data.measure.check_with(checked)
    labels = np.empty(data.n_points, dtype=label_dtype(len(checked)))
    BruteAssigner(data).assign(checked, labels)
    return labels


def recalc_centroids(
    points: npt.ArrayLike,
    labels: npt.ArrayLike,
    centroids: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
) -> npt.NDArray[np.float64]:
    """Return the mean of the points of each cluster, weighted if they have weights.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers.
    labels : array_like, (M,)
        Integers in 0 .. K-1.
    centroids : array_like, (K, N)
        A cluster without points, or without weight, keeps its row.
    weights : array_like, (M,), optional
        What each point counts for; see `Engine`.

    Returns
    -------
    ndarray, (K, N), float64
        The float64 nearest to the exact mean, ties to even.

    Raises
    ------
    InvalidInput, InvalidType
        If an array cannot be used, or they do not fit each other.

    Warns
    -----
    PrecisionWarning
        If whole numbers beyond 2^53 are rounded.
    """
    data = Data.of(points, default_threads())
    if weights is not None:
        weigh([data], weights)
    measure_together([data])
    warn_of_rounding(rounded_in([data]))
    warn_of_rounding(data.rounded_weights, "weights")
    means = check_centroids(centroids, data.n_features, data.names).copy()
    checked = check_labels(labels, data.n_points, len(means))
    sum_points(data, checked, len(means)).update_means(means)
    return means
