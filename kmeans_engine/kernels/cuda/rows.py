"""Rows of points that are on the device already: chosen ones, and a digest of all."""

import numpy as np
from numba import cuda

from kmeans_engine.kernels.cuda.arithmetic import add_words, multiply_words
from kmeans_engine.kernels.cuda.compiling import THREADS, kernel

__all__ = ["digest", "gather"]


@kernel
def gather(X, indices, rows):
    """Write the rows of `X` (in, (M, N)) at `indices` (in, (R,) int64) to `rows` (out, (R, N))."""
    n_features = X.shape[1]
    first = cuda.blockIdx.x * THREADS + cuda.threadIdx.x
    for t in range(first, rows.size, cuda.gridDim.x * THREADS):
        j = t // n_features
        n = t - j * n_features
        rows[j, n] = X[indices[j], n]


@kernel
def digest(words, out):
    """Write what each thread finds of the digest of `words` (in, (W,) unsigned) to `out`.

    `out` (out, (T, 2) uint64), a row for each of T threads, which add up modulo 2^64 to the sums
    of `kernels.digest`: of the words, and of products that depend on their places.
    """
    low, half, fold = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(29)
    step = np.uint64(0x9E3779B97F4A7C15)
    plain, mixed = np.uint64(0), np.uint64(0)
    first = cuda.blockIdx.x * THREADS + cuda.threadIdx.x
    for i in range(first, words.shape[0], cuda.gridDim.x * THREADS):
        word = np.uint64(words[i])
        t = add_words(word, multiply_words(np.uint64(i), step))
        t = t ^ (t >> fold)
        plain = add_words(plain, word)
        mixed = add_words(mixed, multiply_words(t & low, t >> half))
    out[first, 0] = plain
    out[first, 1] = mixed
