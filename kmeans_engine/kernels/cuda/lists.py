"""Lists of points: places in them, and the list of the points whose time has come."""

import numpy as np
from numba import cuda, uint32

from kmeans_engine.kernels.cuda.compiling import THREADS, device_function, kernel

__all__ = ["reserve", "sift"]


@device_function
def reserve(wants, total, next_place):
    """Return a place in a list for each thread of the block that wants one.

    All threads of the block call it. One atomic addition to `total` (in and out, (1,) uint32)
    serves them all: a million of them would take a millisecond. `next_place` (scratch, (1,) uint32)
    is shared by the block.
    """
    # The barrier in the count is also one between this use of `next_place` and that before.
    count = cuda.syncthreads_count(np.int32(wants))
    if count == 0:
        return 0
    if cuda.threadIdx.x == 0:
        next_place[0] = cuda.atomic.add(total, 0, np.uint32(count))
    cuda.syncthreads()
    place = 0
    if wants:
        place = np.int64(cuda.atomic.add(next_place, 0, np.uint32(1)))
    return place


@kernel
def sift(labels, expiry, threshold, due, total):
    """List the points whose time to look again has come; see `kernels.bounds`.

    Parameters: `labels` (in, (R,)); `expiry` (in, (R,) float32); `threshold` (in, (K,) float32);
    `due` (out, (R,) uint32); `total` (in and out, (1,) uint32).
    """
    next_place = cuda.shared.array(1, uint32)
    rows = labels.shape[0]
    for start in range(cuda.blockIdx.x * THREADS, rows, cuda.gridDim.x * THREADS):
        i = start + cuda.threadIdx.x
        is_due = i < rows and not expiry[i] > threshold[labels[i]]
        place = reserve(is_due, total, next_place)
        if is_due:
            due[place] = i
