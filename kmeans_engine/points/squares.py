"""Exact sums of squares, and the inertia that follows from them without a look at the points."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kmeans_engine.arrays import Floats, Integers, Rows
from kmeans_engine.kernels.products import square
from kmeans_engine.kernels.sums import sum_squares
from kmeans_engine.points.fold import Points
from kmeans_engine.sums import ExactSums, nearest_float

__all__ = ["exact_inertia", "square_totals"]

# Python's integers of one array: some hundred kilobytes of them.
_CELLS = 1 << 12


def square_totals(parts: Iterable[Points]) -> list[int]:
    """Return the sum of the squares of all points, per feature, in units of 2^(2 exponents[n]).

    Those of weighted points have their own units, `Measure.square_format`.

    Parameters
    ----------
    parts : iterable of Points
        With one measure.
    """
    return [sum(totals) for totals in zip(*map(_of_a_part, parts), strict=True)]


def _of_a_part(points: Points) -> list[int]:
    weights = points.weights
    return _plain(points) if weights is None else _weighted(points, weights.view(np.int64))


def _weighted(points: Points, weights: Integers) -> list[int]:
    form = points.measure.square_format

    def add(part: ExactSums, start: int, X: Rows) -> None:
        square(X, weights[start : start + len(X)], form.exponents, form.width, part.sums)

    parts = points.fold(lambda _: form.empty(1), add, work_per_row=256 * points.n_features)
    total = ExactSums.total(parts)
    return [total.integer(0, n) for n in range(points.n_features)]


def _plain(points: Points) -> list[int]:
    n_features, measure = points.n_features, points.measure
    largest = np.maximum(np.abs(measure.low), np.abs(measure.high))
    first = _row_of(np.minimum(measure.tiny, largest))
    rows = int((_row_of(largest) - first).max()) + 1  # 20 for ordinary data, and 2,046 at most

    def make(most: int) -> tuple[Integers, Floats]:
        return np.zeros((n_features, rows, 6), dtype=np.int64), np.empty((n_features, most))

    def add(part: tuple[Integers, Floats], _: int, X: Rows) -> None:
        bins, columns = part
        columns[:, : len(X)] = X.T
        for n in range(n_features):
            sum_squares(columns[n, : len(X)].view(np.int64), first[n], bins[n])

    cells = n_features * rows * 6
    parts = points.fold(make, add, work_per_row=64 * n_features, cells_per_part=cells)
    bins = parts[0][0]
    for part, _ in parts[1:]:
        bins += part
    totals = []
    for n, exponent in enumerate(measure.sum_format.exponents.tolist()):
        total = 0
        for row, (a, b, c, d, e, f) in enumerate(bins[n].tolist(), int(first[n])):
            square = a + (b << 30) + ((c + (d << 30)) << 28) + ((e + (f << 30)) << 54)
            total += square << (2 * row)
        # Rows count from 2^-1074; every value is a multiple of 2^exponent, so no bit is lost.
        shift = 2 * (-1074 - exponent)
        totals.append(total << shift if shift >= 0 else total >> -shift)
    return totals


def _row_of(values: Floats) -> Integers:
    """Return the rows of `sum_squares`, counted from the lowest, of positive values."""
    rows: Integers = np.maximum((values.view(np.int64) >> 52) - 1, 0)
    return rows


def exact_inertia(sums: ExactSums, squares: list[int], centroids: Floats) -> float:
    """Return the sum of squared distances from all points to their centroids, rounded once.

    Uses sum (x - c)^2 = sum x^2 + c (count c - 2 sum x), without error in integers, at a cost of K
    N. Where points have weights, the count is the weight of a cluster.

    Parameters
    ----------
    sums : ExactSums
        Of the clusters that the points belong to.
    squares : list of int
        From `square_totals`.
    centroids : ndarray, (K, N), float64
    """
    sums = sums.copy()  # a run may go on from them
    form = sums.format
    parts: list[tuple[int, int]] = []
    exponents, weight_unit = form.exponents, 0
    if form.weighted:
        counts, weight_unit = sums.integers(len(exponents) - 1), int(exponents[-1])
        exponents = exponents[:-1] - weight_unit  # those of the values alone
    else:
        counts = sums.counts.astype(object)
    # Arrays of Python's integers, of several features: 45 us at 8 x 16 where a feature at a time
    # took 174, 53 ms at 500 x 128 where it took 82, and a loop over the values 470.
    width = max(_CELLS // len(counts), 1)
    for start in range(0, len(exponents), width):
        some = slice(start, min(start + width, len(exponents)))
        fractions, scales = np.frexp(centroids[:, some])
        units = scales - 53
        unit = np.minimum(exponents[some], units.min(axis=0))
        whole = np.ldexp(fractions, 53).astype(np.int64).astype(object)
        c = whole << (units - unit).astype(object)
        finer = (exponents[some] - unit).astype(object)
        terms = c * (counts[:, None] * c - (sums.integers(some) << finer + 1))
        totals = (terms.sum(axis=0) + (np.array(squares[some], dtype=object) << 2 * finer)).tolist()
        parts += zip(totals, unit.tolist(), strict=True)
    least = min(unit for _, unit in parts)
    total = sum(total << (2 * (unit - least)) for total, unit in parts)
    return nearest_float(total, 2 * least + weight_unit)
