"""Points are settled by the definition, a block of threads each."""

import math

import numpy as np
from numba import cuda, float64, int64

from kmeans_engine.kernels.cuda.arithmetic import squared_distance
from kmeans_engine.kernels.cuda.compiling import SIMULATED, kernel
from kmeans_engine.kernels.cuda.settle import remember

__all__ = ["TEAM", "define"]

#: Threads that share the centroids: a power of two.
TEAM = 4 if SIMULATED else 64


@kernel
def define(
    X, labels, expiry, before, changed, n_changed, first_look, C, spent, todo, n_todo, whole
):  # fmt: skip
    """Settle points by the definition: the lowest k at the least distance.

    The parameters are the attributes of `strategies.cuda.stages.Piece` and `Placed`, and the list:
    that of `Stage.look`. How far the others are is not known, so the gap is 0.
    """
    least = cuda.shared.array(TEAM, float64)
    where = cuda.shared.array(TEAM, int64)
    t, n_clusters = cuda.threadIdx.x, C.shape[0]
    total = labels.shape[0] if whole else np.int64(n_todo[0])
    for j in range(cuda.blockIdx.x, total, cuda.gridDim.x):
        i = j if whole else np.int64(todo[j])
        best, winner = math.inf, t  # the lowest of all, even if all distances overflow
        for k in range(t, n_clusters, TEAM):
            d = squared_distance(X, i, C, k)
            if d < best:
                best, winner = d, k
        least[t], where[t] = best, winner
        half = TEAM // 2
        while half > 0:
            cuda.syncthreads()
            if t < half:
                other, k = least[t + half], where[t + half]
                if other < least[t] or (other == least[t] and k < where[t]):
                    least[t], where[t] = other, k
            half //= 2
        if t == 0:
            new = np.int64(where[0])
            old = remember(i, new, 0.0, spent, labels, expiry)
            if old != new and not first_look:
                place = cuda.atomic.add(n_changed, 0, np.uint32(1))
                changed[place] = i
                before[place] = old
        cuda.syncthreads()
