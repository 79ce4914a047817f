"""How centroids differ from those before: how far they went, which ones, and their digest."""

import os

import numpy as np

from kmeans_engine.kernels.quotients import divide
from kmeans_engine.runtime.jit import kernel

__all__ = ["compare", "renew"]


@kernel(counted=False, inner=True)
def _mixed(value, place):
    """Return a value at a place as two words, each of which looks random.

    The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014), twice.
    """
    z = value + place * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    first = z ^ (z >> np.uint64(31))
    z = (first ^ (first >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    z = (z ^ (z >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return first, z ^ (z >> np.uint64(33))


@kernel(counted=False)
def compare(before, after, old_bits, new_bits, rows, moved, digest):
    """Return the largest squared distance between rows of two arrays, and how many rows differ.

    Parameters: `before`, `after` (in, (K, N)), and their bits (in, (K, N) uint64); `rows` (in,
    (R,)), those that may differ; `moved` (out, (R,) int32), those that do; `digest` (in and out,
    (2,) uint64), that of `before` becomes that of `after`.

    Squares are added left to right, as in the oracle. The digest of an array is the sum, modulo
    2^64, of two words for each value and its place, less a constant, so it follows what changes:
    128 bits, which two different states of a run do not share by chance.
    """
    largest, total = 0.0, 0
    for r in range(rows.shape[0]):
        k, square, equal = np.intp(rows[r]), 0.0, True
        for n in range(before.shape[1]):
            step = after[k, n] - before[k, n]
            square += step * step
            equal = equal and step == 0.0
        if equal:
            continue
        largest = max(largest, square)
        moved[total] = k
        total += 1
        for n in range(before.shape[1]):
            if after[k, n] != before[k, n]:
                place = np.uint64(k) * np.uint64(before.shape[1]) + np.uint64(n)
                # -0.0 and 0.0 are the same state.
                old = old_bits[k, n] if before[k, n] != 0.0 else np.uint64(0)
                new = new_bits[k, n] if after[k, n] != 0.0 else np.uint64(0)
                a, b = _mixed(old, place)
                c, d = _mixed(new, place)
                digest[0] += c - a
                digest[1] += d - b
    return largest, total


@kernel(counted=False)
def renew(
    sums, counts, rows, exponents, width, limbs, before, means, old_bits, new_bits, doubtful, moved,
    digest,
):  # fmt: skip
    """`divide`, and `compare` unless a quotient is left open: how many are, and what that returns.

    `means` (in and out, (K, N)): those of `before`, whose `rows` are written.
    """
    undecided = divide(sums, counts, rows, exponents, width, limbs, means, doubtful)
    square, total = 0.0, 0
    if undecided == 0:
        square, total = compare(before, means, old_bits, new_bits, rows, moved, digest)
    return undecided, square, total


if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
    # Plain Python remarks on what machine code does silently.
    compare = np.errstate(over="ignore")(compare)
