"""Sixteen float32 values that stay in a register: what Numba's own loops cannot be told to do.

LLVM turns a loop over points into vector instructions, but keeps nothing in registers across an
outer loop. With a vector as a value, the sums of 16 points against 4 centroids live in registers
from the first feature to the last, and so do the best and the second best: 35 to 44 billion
differences a second and core (AMD Zen 4), where loops over a block in the cache made 15 to 30.
LLVM splits the 16 lanes as the processor wants them (one AVX-512 register, two of AVX2, four of
NEON).

Each operation is a line of NumPy here, which is what it means and what runs under
``NUMBA_DISABLE_JIT=1``, and a few LLVM instructions in `kmeans_engine.runtime.llvm`. None checks
bounds.
"""

import numpy as np

from kmeans_engine.runtime import llvm
from kmeans_engine.runtime.llvm import WIDTH

__all__ = [
    "WIDTH",
    "add_square",
    "due_bits",
    "floats",
    "greatest",
    "integers",
    "larger",
    "late_bits",
    "least",
    "load",
    "load_row",
    "lower",
    "lowest_bit",
    "pick",
    "prefetch",
    "spread",
    "store",
]


@llvm.operation(llvm.FLOATS, llvm.fill)
def floats(value):
    """Return a float32 in every lane."""
    return np.full(WIDTH, value, dtype=np.float32)


@llvm.operation(llvm.INTEGERS, llvm.fill)
def integers(value):
    """Return an int32 in every lane."""
    return np.full(WIDTH, value, dtype=np.int32)


@llvm.operation(llvm.FLOATS, llvm.load)
def load(array, start):
    """Return WIDTH values of `array` (in, 1-d float32, contiguous)."""
    return array[start : start + WIDTH]


@llvm.operation(llvm.FLOATS, llvm.load)
def load_row(array, row, column):
    """Return WIDTH values of a row (in, 2-d float32, columns side by side)."""
    return array[row, column : column + WIDTH]


@llvm.operation(None, llvm.prefetch)
def prefetch(array, row, column):
    """Have the cache line of an element (in, 2-d) fetched, to be there when it is read."""


@llvm.operation(llvm.FLOATS, llvm.spread)
def spread(array, row, column):
    """Return one value of `array` (in, 2-d float32) in every lane."""
    return np.full(WIDTH, array[row, column], dtype=np.float32)


@llvm.operation(llvm.BITS, llvm.due_bits)
def due_bits(times, labels, limits, start):
    """Return a bit for each lane j with not times[start + j] > limits[labels[start + j]].

    `times`, `limits` (in, 1-d float32, contiguous); `labels` (in, 1-d unsigned, contiguous).
    """
    part = slice(start, start + WIDTH)
    late = ~(times[part] > limits[labels[part]])
    return np.uint32(sum(int(bit) << j for j, bit in enumerate(late)))


@llvm.operation(llvm.BITS, llvm.late_bits)
def late_bits(times, start, limit):
    """Return a bit for each lane j with not times[start + j] > limit, see `due_bits`."""
    late = ~(times[start : start + WIDTH] > limit)
    return np.uint32(sum(int(bit) << j for j, bit in enumerate(late)))


@llvm.operation(lambda bits: bits, llvm.lowest_bit)
def lowest_bit(bits):
    """Return the number of the lowest bit that is set in an unsigned number other than 0."""
    return type(bits)((int(bits) & -int(bits)).bit_length() - 1)


@llvm.operation(None, llvm.store)
def store(array, start, values):
    """Write lanes to `array` (out, 1-d of their type, contiguous) from `start` on."""
    array[start : start + WIDTH] = values


@llvm.operation(llvm.FLOATS, llvm.add_square)
def add_square(s, u, c):
    """Return s + (u - c)^2, lane by lane."""
    with np.errstate(over="ignore", invalid="ignore"):
        return s + (u - c) * (u - c)


@llvm.operation(llvm.FLOATS, llvm.lower)
def lower(a, b):
    """Return the lesser of two values, lane by lane."""
    return np.where(a < b, a, b)


@llvm.operation(llvm.FLOATS, llvm.larger)
def larger(a, b):
    """Return the greater of two values, lane by lane."""
    return np.where(a < b, b, a)


@llvm.operation(llvm.FLOAT, llvm.greatest)
def greatest(values):
    """Return the greatest of the lanes."""
    return values.max()


@llvm.operation(llvm.FLOAT, llvm.least)
def least(values):
    """Return the least of the lanes."""
    return values.min()


@llvm.operation(llvm.INTEGERS, llvm.pick)
def pick(a, b, yes, no):
    """Return `yes` where a < b, else `no`: lanes of int32."""
    return np.where(a < b, yes, no)
