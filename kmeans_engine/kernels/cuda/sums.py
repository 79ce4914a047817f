"""Exact sums on the device: integers, so atomic additions may come in any order.

The layout is that of `kernels.sums`, as one array: the limbs (K, L, N), then the counts (K,).
"""

import numpy as np
from numba import cuda, int64

from kmeans_engine.kernels.cuda.arithmetic import add, multiply
from kmeans_engine.kernels.cuda.compiling import THREADS, device_function, kernel

__all__ = ["accumulate", "move"]


@device_function
def _transfer(x, totals, taken, old, new, n, down, up):
    """Take x from the limbs of the cluster `old`, if `taken`, and add it to those of `new`.

    `totals` (in and out), see above; `down` (in, (2, L, N)), `up` (in, (L, N)), as in
    `kernels.sums.transfer`, whose numbers these are, operation by operation.
    """
    levels, n_features = up.shape
    rest = x
    for level in range(levels - 1, -1, -1):
        limb = np.int64(multiply(multiply(rest, down[0, level, n]), down[1, level, n]))
        if limb != 0:
            if taken:
                cuda.atomic.add(totals, (old * levels + level) * n_features + n, -limb)
            cuda.atomic.add(totals, (new * levels + level) * n_features + n, limb)
            rest = add(rest, -multiply(float(limb), up[level, n]))


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
def accumulate(X, labels, down, up, lanes_log, in_block, totals):
    """Add all points of a piece to the sums of their clusters.

    Parameters: `X` (in, (R, N)); `labels` (in, (R,)); `down`, `up`, `totals`, see above;
    `lanes_log`: 2^this threads share the features of a point; `in_block`: whether a block has sums
    of its own first, in dynamic shared memory as long as `totals`.
    """
    rows, n_features = X.shape
    counts = totals.shape[0] // (up.size + 1) * up.size
    own = cuda.shared.array(0, int64)
    target = own if in_block else totals
    if in_block:
        _clear(own)
    lanes = 1 << lanes_log
    first = cuda.blockIdx.x * THREADS + cuda.threadIdx.x
    for t in range(first, rows << lanes_log, cuda.gridDim.x * THREADS):
        i, lane = t >> lanes_log, t & (lanes - 1)
        k = int(labels[i])
        if lane == 0:
            cuda.atomic.add(target, counts + k, 1)
        for n in range(lane, n_features, lanes):
            _transfer(float(X[i, n]), target, False, k, k, n, down, up)
    if in_block:
        _merge(own, totals)


@kernel
def move(X, labels, changed, before, n_changed, down, up, lanes_log, in_block, totals):
    """Move the points that changed from the sums of their old clusters to those of the new ones.

    Parameters as above; `changed` (in, (R,) uint32), `before` (in, (R,)), `n_changed` (in, (1,)):
    see `strategies.cuda.stages.Piece`.
    """
    n_features, total = X.shape[1], int(n_changed[0]) << lanes_log
    if cuda.blockIdx.x * THREADS >= total:
        return
    counts = totals.shape[0] // (up.size + 1) * up.size
    own = cuda.shared.array(0, int64)
    target = own if in_block else totals
    if in_block:
        _clear(own)
    lanes = 1 << lanes_log
    first = cuda.blockIdx.x * THREADS + cuda.threadIdx.x
    for t in range(first, total, cuda.gridDim.x * THREADS):
        j, lane = t >> lanes_log, t & (lanes - 1)
        i, old = int(changed[j]), int(before[j])
        new = int(labels[i])
        if lane == 0:
            cuda.atomic.add(target, counts + old, -1)
            cuda.atomic.add(target, counts + new, 1)
        for n in range(lane, n_features, lanes):
            _transfer(float(X[i, n]), target, True, old, new, n, down, up)
    if in_block:
        _merge(own, totals)
