"""Z-scores: every feature brought to mean 0 and standard deviation 1. Knows no files."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.runtime.memory import Budget

__all__ = ["standardize"]

_CHUNK = 1 << 16


def standardize(
    points: Any, budget: Budget | None = None, weights: Any = None
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
    weights : ndarray, (M,), or RowFile, (M, 1), optional
        What each point counts for, in the mean and in the deviation.

    Returns
    -------
    z : ndarray, (M, N), float64
        The z-scores; 0 where a feature is constant.
    mean : ndarray, (N,), float64
        Mean of each feature.
    scale : ndarray, (N,), float64
        Standard deviation of each feature (divisor M, or the sum of the weights); 1 where it is
        constant.
    """
    n_points, n_features = points.shape
    total, shares = _shares(weights, n_points)
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
        sums.append((chunk if shares is None else chunk * shares(start)).sum(axis=0))
    center = np.array([math.fsum(column) for column in zip(*sums, strict=True)]) / total
    sums = []
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk -= center
        squares = np.square(chunk)
        sums.append((squares if shares is None else squares * shares(start)).sum(axis=0))
    variance = np.array([math.fsum(column) for column in zip(*sums, strict=True)]) / total
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


def _shares(
    weights: Any, n_points: int
) -> tuple[float, Callable[[int], npt.NDArray[np.float64]] | None]:
    """Return the sum of the weights, and the function that returns those of a chunk, (R, 1).

    They are scaled by a power of two so that the largest is below 1.
    """
    if weights is None:
        return n_points, None

    def chunk_of(start: int) -> npt.NDArray[np.float64]:
        chunk = np.asarray(weights[start : start + _CHUNK], dtype=np.float64)
        return chunk.reshape(-1, 1)

    starts = range(0, n_points, _CHUNK)
    largest = float(np.max([chunk_of(start).max() for start in starts]))
    least = float(np.min([chunk_of(start).min() for start in starts]))
    if not (0.0 < largest < math.inf and least >= 0.0):
        return n_points, None  # the engine, which gets them next, tells what is wrong with them
    exponent = -math.frexp(largest)[1]

    def shares(start: int) -> npt.NDArray[np.float64]:
        return np.ldexp(chunk_of(start), exponent)

    return math.fsum(float(shares(start).sum()) for start in starts), shares
