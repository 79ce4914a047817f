"""Exact sums on the device: integers, so atomic additions may come in any order.

The layout is that of `kernels.sums`, as one array: the limbs (K, L, F), then the counts (K,), where
F is N, or N + 1 with weights.
"""

import numpy as np
from numba import cuda, int64

from kmeans_engine.kernels.cuda.arithmetic import add, multiply
from kmeans_engine.kernels.cuda.compiling import THREADS, device_function, kernel
from kmeans_engine.kernels.cuda.products import bits_of, limb_of_product, sign_of, significand

__all__ = ["accumulate", "move"]


@device_function
def _give(limb, totals, taken, old, new):
    """Take a limb from place `old`, if `taken`, and add it at place `new`."""
    if limb != 0:
        if taken:
            cuda.atomic.add(totals, old, -limb)
        cuda.atomic.add(totals, new, limb)


@device_function
def _transfer(x, totals, taken, old, new, n, down, up):
    """Take x from the limbs of the cluster `old`, if `taken`, and add it to those of `new`.

    `totals` (in and out), see above; `down` (in, (2, L, N)), `up` (in, (L, N)), as in
    `kernels.sums.transfer`, whose numbers these are, operation by operation.
    """
    levels, columns = up.shape
    rest = x
    for level in range(levels - 1, -1, -1):
        limb = np.int64(multiply(multiply(rest, down[0, level, n]), down[1, level, n]))
        rest = add(rest, -multiply(np.float64(limb), up[level, n]))
        at = level * columns + n
        _give(limb, totals, taken, old * levels * columns + at, new * levels * columns + at)


@device_function
def _transfer_product(x, weight, totals, taken, old, new, n, levels, exponents, width):
    """As `_transfer`, for x times a weight, both as bits; `exponents` (in, (F,)), `width`."""
    columns = exponents.shape[0]
    m, e = significand(weight)
    own, at = significand(x)
    shift = at + e - 2148 - np.int64(exponents[n])
    for level in range(levels):
        limb = sign_of(x) * limb_of_product(own, m, level * width - shift, width)
        place = level * columns + n
        _give(limb, totals, taken, old * levels * columns + place, new * levels * columns + place)


@device_function
def _transfer_row(X, i, lane, lanes, totals, taken, old, new, form):
    """Do so with some features of row `i`: `lane` and every `lanes`-th after it.

    `form`: `down` and `up`; `weights` (in, (R,) int64, as bits), or none; `exponents`, `width`.
    """
    down, up, weights, exponents, width = form
    levels, columns = up.shape[0], exponents.shape[0]
    for n in range(lane, columns, lanes):
        if weights.shape[0] == 0:
            _transfer(np.float64(X[i, n]), totals, taken, old, new, n, down, up)
        else:
            x = np.float64(X[i, n]) if n < X.shape[1] else 1.0
            _transfer_product(
                bits_of(x), weights[i], totals, taken, old, new, n, levels, exponents, width
            )
    if lane == 0:
        counts = totals.shape[0] // (levels * columns + 1) * levels * columns
        if taken:
            cuda.atomic.add(totals, counts + old, -1)
        cuda.atomic.add(totals, counts + new, 1)


@device_function
def _clear(own):
    """Clear the sums of a block."""
    for t in range(cuda.threadIdx.x, own.shape[0], THREADS):
        own[t] = 0
    cuda.syncthreads()


@device_function
def _merge(own, totals):
    """Add the sums of a block to all."""
    cuda.syncthreads()
    for t in range(cuda.threadIdx.x, totals.shape[0], THREADS):
        if own[t] != 0:
            cuda.atomic.add(totals, t, own[t])


@kernel
def accumulate(X, labels, down, up, weights, exponents, width, lanes_log, in_block, totals):
    """Add all points of a piece to the sums of their clusters.

    Parameters: `X` (in, (R, N)); `labels` (in, (R,)); the form, see above; `lanes_log`: 2^this
    threads share the features of a point; `in_block`: whether a block has sums of its own first, in
    dynamic shared memory as long as `totals`.
    """
    total = X.shape[0] << lanes_log
    if cuda.blockIdx.x * THREADS >= total:
        return
    own = cuda.shared.array(0, int64)
    target = own if in_block else totals
    if in_block:
        _clear(own)
    form, lanes = (down, up, weights, exponents, width), 1 << lanes_log
    first = cuda.blockIdx.x * THREADS + cuda.threadIdx.x
    for t in range(first, total, cuda.gridDim.x * THREADS):
        i = t >> lanes_log
        k = np.int64(labels[i])
        _transfer_row(X, i, t & (lanes - 1), lanes, target, False, k, k, form)
    if in_block:
        _merge(own, totals)


@kernel
def move(
    X, labels, changed, before, n_changed, touched, down, up, weights, exponents, width, lanes_log,
    in_block, totals,
):  # fmt: skip
    """Move the points that changed from the sums of their old clusters to those of the new ones.

    Parameters as above; `changed` (in, (R,) uint32), `before` (in, (R,)), `n_changed` (in, (1,)):
    see `strategies.cuda.stages.Piece`; `touched` (out, (K,) uint8): 1 for these clusters.
    """
    total = np.int64(n_changed[0]) << lanes_log
    if cuda.blockIdx.x * THREADS >= total:
        return
    own = cuda.shared.array(0, int64)
    target = own if in_block else totals
    if in_block:
        _clear(own)
    form, lanes = (down, up, weights, exponents, width), 1 << lanes_log
    first = cuda.blockIdx.x * THREADS + cuda.threadIdx.x
    for t in range(first, total, cuda.gridDim.x * THREADS):
        i = np.int64(changed[t >> lanes_log])
        old, new = np.int64(before[t >> lanes_log]), np.int64(labels[i])
        touched[old] = touched[new] = 1
        _transfer_row(X, i, t & (lanes - 1), lanes, target, True, old, new, form)
    if in_block:
        _merge(own, totals)
