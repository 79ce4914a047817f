"""Z-scores: every feature brought to mean 0 and standard deviation 1. Knows no files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from kmeans_engine.arrays import Floats, Integers
from kmeans_engine.runtime.memory import Budget

__all__ = ["Scaling", "standardize"]

_CHUNK = 1 << 16


class Scaling(NamedTuple):
    """How z-scores come from the values of each feature, step by step.

    ``z = ((x * 2.0**-exponent - middle) - center) / spread``. The power of two keeps squares from
    overflowing and vanishing; the middle of the range is taken off first, since a large common
    offset would cost digits in a sum. Whoever repeats the steps gets the same bits.

    Attributes
    ----------
    exponent : ndarray, (N,), int64
    middle, center, spread : ndarray, (N,), float64
    """

    exponent: Integers
    middle: Floats
    center: Floats
    spread: Floats

    @property
    def mean(self) -> Floats:
        """Mean of each feature, (N,): z-scores are turned back by ``z * scale + mean``."""
        return np.ldexp(self.middle + self.center, self.exponent)

    @property
    def scale(self) -> Floats:
        """Standard deviation of each feature, (N,); 1 where it is constant."""
        return np.ldexp(self.spread, self.exponent)

    def spelled(self) -> dict[str, list[float]]:
        """Return the same ready for JSON, in which a float64 keeps its bits."""
        return {name: values.tolist() for name, values in self._asdict().items()}

    @classmethod
    def read(cls, spelled: Mapping[str, Sequence[float]]) -> Scaling:
        """Return what was spelled; raise `KeyError`, `TypeError` or `ValueError` if it is none."""
        exponent = np.array(spelled["exponent"])
        if exponent.dtype.kind != "i":
            raise ValueError("its exponents are not whole numbers")
        middle, center, spread = (
            np.array(spelled[name], dtype=np.float64) for name in ("middle", "center", "spread")
        )
        found = cls(exponent, middle, center, spread)
        if any(values.shape != exponent.shape or values.ndim != 1 for values in found):
            raise ValueError("its lists have different lengths")
        if not (all(np.isfinite(values).all() for values in found) and (spread > 0).all()):
            raise ValueError("it holds numbers that are not finite, or no spread")
        with np.errstate(over="ignore", under="ignore"):
            if not (np.isfinite([found.mean, found.scale]).all() and (found.scale > 0).all()):
                raise ValueError("its exponents are beyond those of float64")
        return found

    def at(self, places: Sequence[int]) -> Scaling:
        """Return that of some features, in this order."""
        exponent, middle, center, spread = self
        rows = list(places)
        return Scaling(exponent[rows], middle[rows], center[rows], spread[rows])

    def apply(self, points: Any, budget: Budget | None = None) -> Floats:
        """Return the z-scores of any points, (M, N), chunk by chunk.

        Parameters
        ----------
        points : ndarray or RowFile, (M, N)
            Finite numbers; not modified.
        budget : Budget, optional
            Of the z-scores.
        """
        n_points, _ = points.shape
        z = (budget or Budget()).empty(points.shape, np.float64)
        factor = np.ldexp(1.0, -self.exponent)
        for start in range(0, n_points, _CHUNK):
            chunk = z[start : start + _CHUNK]
            chunk[:] = points[start : start + _CHUNK]
            chunk *= factor
            chunk -= self.middle
            chunk -= self.center
            chunk /= self.spread
        return z


def standardize(
    points: Any, budget: Budget | None = None, weights: Any = None
) -> tuple[Floats, Scaling]:
    """Return the z-scores of `points`, and how they came about.

    Chunks of a fixed size, summed row after row and then exactly, make the result independent of
    the memory layout.

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
    scaling : Scaling
        With the divisor M, or the sum of the weights.
    """
    n_points, n_features = points.shape
    total, shares = _shares(weights, n_points)
    starts = range(0, n_points, _CHUNK)
    z = (budget or Budget()).empty((n_points, n_features), np.float64)
    low, high = np.full(n_features, np.inf), np.full(n_features, -np.inf)
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk[:] = points[start : start + _CHUNK]
        some = chunk if shares is None else chunk[shares(start)[:, 0] > 0.0]
        np.minimum(low, some.min(axis=0, initial=np.inf), out=low)
        np.maximum(high, some.max(axis=0, initial=-np.inf), out=high)
    exponent = np.frexp(np.maximum(np.abs(low), np.abs(high)))[1].clip(-1000, 1000).astype(np.int64)
    factor = np.ldexp(1.0, -exponent)
    middle = (low * factor + high * factor) / 2
    sums = []
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk *= factor
        chunk -= middle
        sums.append((chunk if shares is None else _weighed(chunk, shares(start))).sum(axis=0))
    center = np.array([math.fsum(column) for column in zip(*sums, strict=True)]) / total
    sums = []
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk -= center
        squares = np.square(chunk) if shares is None else _weighed(chunk, shares(start), power=2)
        sums.append(squares.sum(axis=0))
    variance = np.array([math.fsum(column) for column in zip(*sums, strict=True)]) / total
    spread = np.sqrt(variance)
    # The rounded mean of equal numbers may differ from them; their deviation is 0 all the same.
    constant = (low == high) | (np.ldexp(spread, exponent) == 0)
    exponent[constant], middle[constant], center[constant] = 0, low[constant], 0.0
    spread[constant] = 1.0
    for start in starts:
        chunk = z[start : start + _CHUNK]
        chunk /= spread
        if constant.any():  # as `Scaling.apply` has it: points without weight may lie elsewhere
            chunk[:, constant] = points[start : start + _CHUNK][:, constant] - low[constant]
    return z, Scaling(exponent, middle, center, spread)


def _weighed(values: Floats, shares: Floats, *, power: int = 1) -> Floats:
    """Return values, or their squares, times their shares: 0 without one, however large it is."""
    some = np.where(shares > 0.0, values, 0.0)
    return (some if power == 1 else np.square(some)) * shares


def _shares(weights: Any, n_points: int) -> tuple[float, Callable[[int], Floats] | None]:
    """Return the sum of the weights, and the function that returns those of a chunk, (R, 1).

    They are scaled by a power of two so that the largest is below 1.
    """
    if weights is None:
        return n_points, None

    def chunk_of(start: int) -> Floats:
        chunk = np.asarray(weights[start : start + _CHUNK], dtype=np.float64)
        return chunk.reshape(-1, 1)

    starts = range(0, n_points, _CHUNK)
    chunks = (chunk_of(start) for start in starts)
    ends = np.array([(chunk.min(), chunk.max()) for chunk in chunks])
    least, largest = float(ends[:, 0].min()), float(ends[:, 1].max())
    if not (0.0 < largest < math.inf and least >= 0.0):
        return n_points, None  # the engine, which gets them next, tells what is wrong with them
    exponent = -math.frexp(largest)[1]

    def shares(start: int) -> Floats:
        return np.ldexp(chunk_of(start), exponent)

    return math.fsum(float(shares(start).sum()) for start in starts), shares
