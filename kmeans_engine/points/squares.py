"""Exact sums of squares, and the inertia that follows from them without a look at the points."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kmeans_engine.arrays import Floats, Integers, Rows
from kmeans_engine.kernels.sums import sum_squares
from kmeans_engine.points.fold import Points
from kmeans_engine.sums import ExactSums, nearest_float

__all__ = ["exact_inertia", "square_totals"]


def square_totals(parts: Iterable[Points]) -> list[int]:
    """Return the sum of the squares of all points, per feature, in units of 2^(2 exponents[n]).

    Parameters
    ----------
    parts : iterable of Points
        With one measure.
    """
    return [sum(totals) for totals in zip(*map(_of_a_part, parts), strict=True)]


def _of_a_part(points: Points) -> list[int]:
    n_features = points.n_features

    def make(rows: int) -> tuple[Integers, Floats]:
        return np.zeros((n_features, 2046, 6), dtype=np.int64), np.empty((n_features, rows))

    def add(part: tuple[Integers, Floats], _: int, X: Rows) -> None:
        bins, columns = part
        columns[:, : len(X)] = X.T
        for n in range(n_features):
            sum_squares(columns[n, : len(X)].view(np.int64), bins[n])

    cells = n_features * 2046 * 6
    parts = points.fold(make, add, work_per_row=64 * n_features, cells_per_part=cells)
    bins = sum((bins for bins, _ in parts), start=np.zeros((), dtype=np.int64))
    totals = []
    for n, exponent in enumerate(points.measure.sum_format.exponents.tolist()):
        total = 0
        for row in np.flatnonzero(bins[n].any(axis=1)).tolist():
            a, b, c, d, e, f = bins[n, row].tolist()
            square = a + (b << 30) + ((c + (d << 30)) << 28) + ((e + (f << 30)) << 54)
            total += square << (2 * row)
        # Rows count from 2^-1074; every value is a multiple of 2^exponent, so no bit is lost.
        shift = 2 * (-1074 - exponent)
        totals.append(total << shift if shift >= 0 else total >> -shift)
    return totals


def exact_inertia(sums: ExactSums, squares: list[int], centroids: Floats) -> float:
    """Return the sum of squared distances from all points to their centroids, rounded once.

    Uses sum (x - c)^2 = sum x^2 + c (count c - 2 sum x), without error in integers, at a cost of K
    N.

    Parameters
    ----------
    sums : ExactSums
        Of the clusters that the points belong to.
    squares : list of int
        From `square_totals`.
    centroids : ndarray, (K, N), float64
    """
    sums = sums.copy()  # a run may go on from them
    form, parts = sums.format, []
    # Arrays of Python's integers: 1.25 times (K = 12, N = 2) to 5.8 times (K = 500, N = 128) as
    # fast as a loop over them.
    counts = sums.counts.astype(object)
    for n, exponent in enumerate(form.exponents.tolist()):
        fractions, exponents = np.frexp(centroids[:, n])
        units = exponents - 53
        unit = min(exponent, int(units.min()))
        c = np.ldexp(fractions, 53).astype(np.int64).astype(object) << (units - unit).astype(object)
        total = sums.sums[:, 0, n].astype(object)
        for level in range(1, form.levels):
            total += sums.sums[:, level, n].astype(object) << form.width * level
        terms = c * (counts * c - (total << exponent - unit + 1))
        parts.append(((squares[n] << 2 * (exponent - unit)) + int(terms.sum()), unit))
    unit = min(u for _, u in parts)
    return nearest_float(sum(total << (2 * (u - unit)) for total, u in parts), 2 * unit)
