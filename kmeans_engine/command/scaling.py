"""Z-scores: every feature brought to mean 0 and standard deviation 1. Knows no files."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.runtime.memory import Budget

__all__ = ["standardize"]

_CHUNK = 1 << 16


def standardize(
    points: Any, budget: Budget | None = None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the z-scores of `points`, with what turns them back: ``z * scale + mean``.

    Chunks of a fixed size, summed row after row and then exactly, make the result independent of
    the memory layout. Each feature is first scaled by a power of two, so that squares neither
    overflow nor vanish.

    Parameters
    ----------
    points : ndarray or RowFile, (M, N)
        Finite numbers; not modified.
    budget : Budget, optional
        Of the z-scores.

    Returns
    -------
    z : ndarray, (M, N), float64
        The z-scores; 0 where a feature is constant.
    mean : ndarray, (N,), float64
        Mean of each feature.
    scale : ndarray, (N,), float64
        Standard deviation of each feature (divisor M); 1 where it is constant.
    """
    n_points, n_features = points.shape
    starts = range(0, n_points, _CHUNK)
    z = (budget or Budget()).empty((n_points, n_features), np.float64)
    low, high = np.full(n_features, np.inf), np.full(n_features, -np.inf)
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk[:] = points[start : start + _CHUNK]
        np.minimum(low, chunk.min(axis=0), out=low)
        np.maximum(high, chunk.max(axis=0), out=high)
    exponent = np.frexp(np.maximum(np.abs(low), np.abs(high)))[1].clip(-1000, 1000)
    factor = np.ldexp(1.0, -exponent)
    middle = (low * factor + high * factor) / 2
    sums = []
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk *= factor
        chunk -= middle  # A large common offset would cost digits in the sum.
        sums.append(chunk.sum(axis=0))
    center = np.array([math.fsum(column) for column in zip(*sums, strict=True)]) / n_points
    sums = []
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk -= center
        sums.append(np.square(chunk).sum(axis=0))
    variance = np.array([math.fsum(column) for column in zip(*sums, strict=True)]) / n_points
    spread = np.sqrt(variance)
    mean, scale = np.ldexp(middle + center, exponent), np.ldexp(spread, exponent)
    # The rounded mean of equal numbers may differ from them; their deviation is 0 all the same.
    constant = (low == high) | (scale == 0)
    mean[constant], scale[constant], spread[constant] = low[constant], 1.0, 1.0
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk /= spread
        chunk[:, constant] = 0.0
    return z, mean, scale
