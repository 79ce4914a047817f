"""Sums and means without rounding until the last step.

All integers here are exact: the order of additions does not exist, so neither do threads, chunks
or drift. The kernels do the bulk; what they cannot decide, and what is asked for rarely, is done
in Python's integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats, Integers
from kmeans_engine.kernels.quotients import divide
from kmeans_engine.kernels.sums import list_unequal

__all__ = ["ExactSums", "Grain", "SumFormat", "nearest_float"]


# Exponents up to which products of two are exact as two float64.
_MODERATE = 400


class Grain(NamedTuple):
    """How fine some values are, by features: integers below 2^bits, in units of 2^exponents."""

    exponents: list[int]
    bits: list[int]

    @classmethod
    def of(
        cls, largest: Floats, tiny: Floats, integral: npt.NDArray[np.bool_], digits: int
    ) -> Grain:
        """Return that of values with these magnitudes.

        Parameters
        ----------
        largest, tiny : ndarray, (N,)
            Largest magnitude and smallest magnitude other than zero (infinite if there is none).
        integral : ndarray, (N,), bool
            Whether all values are integers.
        digits : int
            Bits of a significand: 53, or 24 for float32.
        """
        exponents, bits = [], []
        for high, low, whole in zip(
            largest.tolist(), tiny.tolist(), integral.tolist(), strict=True
        ):
            if high == 0.0:
                exponents.append(0)
                bits.append(1)
                continue
            exponent = max(math.frexp(low)[1] - digits, 0 if whole else -1074)
            exponents.append(exponent)
            bits.append(math.frexp(high)[1] - exponent)
        return cls(exponents, bits)

    def times(self, other: Grain) -> Grain:
        """Return that of the products with other values, which are one feature."""
        (exponent,), (bits,) = other
        return Grain([e + exponent for e in self.exponents], [b + bits for b in self.bits])

    @property
    def moderate(self) -> bool:
        """Whether products of two such values are far from the ends of float64, and their errors.

        Then nothing underflows in a product of two, nor in its error.
        """
        ends = zip(self.exponents, self.bits, strict=True)
        return all(e >= -_MODERATE and e + b <= _MODERATE for e, b in ends)


@dataclass(frozen=True)
class SumFormat:
    """How the exact sums of some points are stored; the layout is explained in `kernels.sums`.

    With weights a sum is that of the weighted points, and there is one column more: the weights.

    Attributes
    ----------
    exponents : ndarray, (N,), int64
        Every value of feature n is an integer multiple of 2^exponents[n]; with weights (N + 1,).
    width : int
        Bits of a limb; 61 - width bits of an int64 are left for the number of points.
    levels : int
        Limbs per sum: two or three for ordinary data, as many as it takes for wild data.
    down, up : ndarray, (2, levels, N) and (levels, N)
        1 / weight, in two factors, and weight, of each limb; with weights (N + 1,), or nothing if
        products are not moderate.
    weighted : bool
    """

    exponents: Integers
    width: int
    levels: int
    down: Floats
    up: Floats
    weighted: bool = False

    @classmethod
    def plain(cls, grain: Grain, n_points: int) -> SumFormat:
        """Choose the format for so many points."""
        width, levels = _limbs(grain, n_points)
        return cls(np.array(grain.exponents), width, levels, *_cuts(grain, width, levels))

    @classmethod
    def of_products(cls, grain: Grain, n_points: int, *, moderate: bool) -> SumFormat:
        """Choose the format for products so fine, and the weights as the last one.

        Parameters
        ----------
        moderate : bool
            Whether each product is the sum of two float64, and the limbs are in their range.
        """
        width, levels = _limbs(grain, n_points)
        cut = grain if moderate else Grain([], [])
        cuts = _cuts(cut, width, levels)
        return cls(np.array(grain.exponents), width, levels, *cuts, weighted=True)

    def empty(self, k: int) -> ExactSums:
        """Return the sums of `k` clusters without points."""
        sums = np.zeros((k, self.levels, len(self.exponents)), dtype=np.int64)
        return ExactSums(self, sums, np.zeros(k, dtype=np.int64))


class ExactSums:
    """Sum and number of the points of each cluster, in one state.

    The next state may take over the array of the sums, and change it in place: then this one keeps
    what the changed clusters held, and leads to the next (Baker 1991, see `label_history`). An
    array is handed on until so much has been kept that a copy of it would not be larger, so a state
    that somebody keeps holds half as much again at most.

    Attributes
    ----------
    format : SumFormat
    sums : ndarray, (K, levels, N), int64
        Those of the newest state that has this array; `copy` gives those of this state.
    counts : ndarray, (K,), int64
    """

    __slots__ = ("_later", "_spare", "counts", "format", "sums")

    def __init__(self, form: SumFormat, sums: Integers, counts: Integers) -> None:
        self.format, self.sums, self.counts = form, sums, counts
        self._later: tuple[ExactSums, Clusters, Integers] | None = None
        # Numbers that may still be kept until the array is copied.
        self._spare = sums.size // 2

    def copy(self) -> ExactSums:
        """Return sums that may be changed independently; from any thread."""
        return ExactSums(self.format, self._columns(slice(None)), self.counts.copy())

    def _columns(self, columns: slice) -> Integers:
        """Return a copy of some columns, those of this state."""
        # First the array, then the way back: so whatever changes meanwhile is undone as well.
        sums, undo, later = self.sums[:, :, columns].copy(), [], self._later
        while later is not None:
            undo.append(later)
            later = later[0]._later
        for _, rows, old in reversed(undo):
            sums[rows] = old[:, :, columns]
        return sums

    def changing(self, rows: Clusters) -> ExactSums:
        """Return sums of which the clusters `rows` may be changed; these stay as they are."""
        spare = self._spare - len(self.counts) - len(rows) * self.sums[0].size
        if self._later is not None or spare < 0:
            return self.copy()
        after = ExactSums(self.format, self.sums, self.counts.copy())
        after._spare = spare
        self._later = after, rows, self.sums[rows]
        return after

    def unlike(self, before: ExactSums | None) -> Clusters:
        """Return all clusters whose points differ from those before, ascending; of None, all."""
        k = len(self.counts)
        if before is None:
            return np.arange(k, dtype=np.int32)
        if before is self:
            return np.empty(0, dtype=np.int32)
        if before._later is not None and before._later[0] is self:
            return before._later[1]
        one, other = (state.copy() if state._later else state for state in (self, before))
        rows = np.empty(k, dtype=np.int32)
        return rows[: list_unequal(one.sums, one.counts, other.sums, other.counts, rows)]

    def share(self) -> Callable[[], ExactSums]:
        """Return what gives out parts of these sums: all of them first, then nothing."""
        first = iter([self.copy()])
        return lambda: next(first, None) or self.format.empty(len(self.counts))

    @staticmethod
    def total(parts: list[ExactSums]) -> ExactSums:
        """Return the sum of several parts; the first one is overwritten."""
        first = parts[0]
        for part in parts[1:]:
            np.add(first.sums, part.sums, out=first.sums)
            np.add(first.counts, part.counts, out=first.counts)
        return first.counted()

    def counted(self) -> ExactSums:
        """Return these sums, whose counts somebody may be given: they are read-only from now on."""
        self.counts.setflags(write=False)
        return self

    def integer(self, k: int, n: int) -> int:
        """Return the sum of feature `n` over cluster `k` in units of 2^exponents[n]."""
        limbs = self.sums[k, :, n].tolist()
        return sum(limb << (self.format.width * level) for level, limb in enumerate(limbs))

    def weights(self) -> Floats | None:
        """Return the total weight of each cluster, (K,), rounded once; None without weights."""
        form = self.format
        if not form.weighted:
            return None
        # Divided by 1, which rounds it.
        column = replace(form, exponents=form.exponents[-1:], weighted=False)
        ones = np.ones(len(self.counts), dtype=np.int64)
        rounded = np.zeros((len(ones), 1))
        ExactSums(column, self._columns(slice(-1, None)), ones).update_means(rounded)
        weights = rounded[:, 0]
        weights.setflags(write=False)
        return weights

    def integers(self, n: int | slice) -> npt.NDArray[np.object_]:
        """Return `integer` of feature `n`, or of several, for all clusters, (K,) or (K, R)."""
        total = self.sums[:, 0, n].astype(object)
        for level in range(1, self.format.levels):
            total += self.sums[:, level, n].astype(object) << self.format.width * level
        return total

    def divide(self, rows: Clusters, means: Floats) -> None:
        """Overwrite the `rows` of `means` (K, N) by the float64 nearest to the exact means.

        Ties go to even. A cluster without points, or without weight, keeps its row.
        """
        form = self.format
        doubtful = np.empty((len(rows), means.shape[1]), dtype=np.bool_)
        limbs = np.empty(form.levels + 1, dtype=np.int64)
        undecided = divide(
            self.sums, self.counts, rows, form.exponents, form.width, limbs, means, doubtful
        )
        if undecided:
            self.decide(rows, doubtful, means)

    def decide(self, rows: Clusters, doubtful: npt.NDArray[np.bool_], means: Floats) -> None:
        """Write the means that the kernel has left open: where `doubtful` (R, N), of the `rows`."""
        exponents, weighted = self.format.exponents.tolist(), self.format.weighted
        for r, n in np.argwhere(doubtful).tolist():
            k, exponent, divisor = int(rows[r]), exponents[n], int(self.counts[rows[r]])
            if weighted:
                exponent, divisor = exponent - exponents[-1], self.integer(k, len(exponents) - 1)
            means[k, n] = nearest_float(self.integer(k, n), exponent, divisor)

    def update_means(self, means: Floats) -> None:
        """Overwrite all of `means` (K, N), see `divide`."""
        self.divide(np.arange(len(means), dtype=np.int32), means)


def _cuts(grain: Grain, width: int, levels: int) -> tuple[Floats, Floats]:
    """Return `SumFormat.down` and `SumFormat.up`."""
    down = np.zeros((2, levels, len(grain.bits)))
    up = np.zeros((levels, len(grain.bits)))
    for n, (exponent, b) in enumerate(zip(*grain, strict=True)):
        for level in range(-(-b // width)):
            weight = exponent + width * level
            down[:, level, n] = (
                math.ldexp(1.0, -(weight // 2)),
                math.ldexp(1.0, -(weight - weight // 2)),
            )
            up[level, n] = math.ldexp(1.0, weight)
    return down, up


def _limbs(grain: Grain, n_points: int) -> tuple[int, int]:
    """Return how many bits a limb has, and how many limbs a sum of so many values needs."""
    # A point that moves is subtracted before it is added elsewhere: one bit more than the points
    # need.
    width = min(61 - n_points.bit_length(), 51)
    return width, max(-(-b // width) for b in grain.bits)


def nearest_float(integer: int, exponent: int, divisor: int = 1) -> float:
    """Return integer * 2^exponent / divisor as the nearest float (int / int rounds correctly)."""
    if exponent >= 0:
        return (integer << exponent) / divisor
    return integer / (divisor << -exponent)
