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

from kmeans_engine.arrays import Floats, Integers
from kmeans_engine.kernels.sums import divide

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


@dataclass(frozen=True)
class ExactSums:
    """Sum and number of the points of each cluster.

    Attributes
    ----------
    format : SumFormat
    sums : ndarray, (K, levels, N), int64
    counts : ndarray, (K,), int64
    """

    format: SumFormat
    sums: Integers
    counts: Integers

    def copy(self) -> ExactSums:
        """Return sums that may be changed independently."""
        return ExactSums(self.format, self.sums.copy(), self.counts.copy())

    def share(self) -> Callable[[], ExactSums]:
        """Return what gives out parts of these sums: all of them first, then nothing."""
        first = iter([self.copy()])
        return lambda: next(first, None) or self.format.empty(len(self.counts))

    @staticmethod
    def total(parts: list[ExactSums]) -> ExactSums:
        """Return the sum of several parts, read-only; the first one is overwritten."""
        first = parts[0]
        for part in parts[1:]:
            np.add(first.sums, part.sums, out=first.sums)
            np.add(first.counts, part.counts, out=first.counts)
        first.sums.setflags(write=False)
        first.counts.setflags(write=False)
        return first

    def integer(self, k: int, n: int) -> int:
        """Return the sum of feature `n` over cluster `k` in units of 2^exponents[n]."""
        limbs = self.sums[k, :, n].tolist()
        return sum(limb << (self.format.width * level) for level, limb in enumerate(limbs))

    def update_means(self, means: Floats, before: ExactSums | None = None) -> None:
        """Overwrite `means` (K, N) by the float64 nearest to the exact mean of each cluster.

        Ties go to even. A cluster without points keeps its row. If `means` are those of `before`,
        clusters that are the same are left alone.
        """
        old = before or ExactSums(self.format, self.sums[:0], self.counts[:0])
        doubtful = np.empty(means.shape, dtype=np.bool_)
        form = self.format
        undecided = divide(
            self.sums, self.counts, old.sums, old.counts, form.exponents, form.width, means,
            doubtful,
        )  # fmt: skip
        for k, n in np.argwhere(doubtful).tolist() if undecided else ():
            exponent, count = int(form.exponents[n]), int(self.counts[k])
            means[k, n] = nearest_float(self.integer(k, n), exponent, count)


def nearest_float(integer: int, exponent: int, divisor: int = 1) -> float:
    """Return integer * 2^exponent / divisor as the nearest float (int / int rounds correctly)."""
    if exponent >= 0:
        return (integer << exponent) / divisor
    return integer / (divisor << -exponent)
