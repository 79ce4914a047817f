"""Sums and means without rounding until the last step.

All integers here are exact: the order of additions does not exist, so neither do threads, chunks
or drift. The kernels do the bulk; what they cannot decide, and what is asked for rarely, is done
in Python's integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Clusters, Floats, Integers
from kmeans_engine.kernels.sums import divide, list_unequal

__all__ = ["ExactSums", "SumFormat", "nearest_float"]


@dataclass(frozen=True)
class SumFormat:
    """How the exact sums of some points are stored; the layout is explained in `kernels.sums`.

    Attributes
    ----------
    exponents : ndarray, (N,), int64
        Every value of feature n is an integer multiple of 2^exponents[n].
    width : int
        Bits of a limb; 61 - width bits of an int64 are left for the number of points.
    levels : int
        Limbs per sum: two or three for ordinary data, as many as it takes for wild data.
    down, up : ndarray, (2, levels, N) and (levels, N)
        1 / weight, in two factors, and weight, of each limb.
    """

    exponents: Integers
    width: int
    levels: int
    down: Floats
    up: Floats

    @classmethod
    def for_range(
        cls,
        largest: Floats,
        tiny: Floats,
        integral: npt.NDArray[np.bool_],
        digits: int,
        n_points: int,
    ) -> SumFormat:
        """Choose the format for values with these magnitudes.

        Parameters
        ----------
        largest, tiny : ndarray, (N,)
            Largest magnitude and smallest magnitude other than zero (infinite if there is none).
        integral : ndarray, (N,), bool
            Whether all values are integers.
        digits : int
            Bits of a significand: 53, or 24 for float32.
        n_points : int
            How many values a sum may have.
        """
        # A point that moves is subtracted before it is added elsewhere: one bit more than the
        # points need.
        width = min(61 - n_points.bit_length(), 51)
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
        levels = max(-(-b // width) for b in bits)
        down = np.zeros((2, levels, len(bits)))
        up = np.zeros((levels, len(bits)))
        for n, (exponent, b) in enumerate(zip(exponents, bits, strict=True)):
            for level in range(-(-b // width)):
                weight = exponent + width * level
                down[:, level, n] = (
                    math.ldexp(1.0, -(weight // 2)),
                    math.ldexp(1.0, -(weight - weight // 2)),
                )
                up[level, n] = math.ldexp(1.0, weight)
        return cls(np.array(exponents, dtype=np.int64), width, levels, down, up)

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
        # First the array, then the way back: so whatever changes meanwhile is undone as well.
        sums, undo, later = self.sums.copy(), [], self._later
        while later is not None:
            undo.append(later)
            later = later[0]._later
        for _, rows, old in reversed(undo):
            sums[rows] = old
        return ExactSums(self.format, sums, self.counts.copy())

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

    def divide(self, rows: Clusters, means: Floats) -> None:
        """Overwrite the `rows` of `means` (K, N) by the float64 nearest to the exact means.

        Ties go to even. A cluster without points keeps its row.
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
        form = self.format
        for r, n in np.argwhere(doubtful).tolist():
            k, exponent = int(rows[r]), int(form.exponents[n])
            means[k, n] = nearest_float(self.integer(k, n), exponent, int(self.counts[k]))

    def update_means(self, means: Floats) -> None:
        """Overwrite all of `means` (K, N), see `divide`."""
        self.divide(np.arange(len(means), dtype=np.int32), means)


def nearest_float(integer: int, exponent: int, divisor: int = 1) -> float:
    """Return integer * 2^exponent / divisor as the nearest float (int / int rounds correctly)."""
    if exponent >= 0:
        return (integer << exponent) / divisor
    return integer / (divisor << -exponent)
