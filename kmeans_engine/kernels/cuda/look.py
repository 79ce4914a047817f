"""Points are looked at with float32 scores: see `kernels.assign` for the bound of their error."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numba import cuda, float32, uint32

from kmeans_engine.kernels.cuda.compiling import THREADS, device_function, kernel
from kmeans_engine.kernels.cuda.lists import reserve
from kmeans_engine.kernels.cuda.settle import note, remember

__all__ = ["TOGETHER", "look_kernel"]

#: Centroids scored together.
TOGETHER = 4

# What float32 cannot hold as a square counts as this far; a term of Delta, see `kernels.assign`.
_FAR, _TINY = 2.0**60, 2.0**-120
# Features that a thread keeps in registers.
_MOST_KEPT = 16


@device_function
def _is_sure(best, second, rho, slack):
    """Return whether the best of two scores names the winner of the definition."""
    return second > best * (np.float32(1.0) + rho) + slack


@device_function
def _gap(best, second, root, kappa, slack):
    """Return a lower bound of the difference of the distances with two scores, or 0."""
    error = np.float32(2.0**-8) * math.sqrt(slack) + np.float32(2.0) * math.sqrt(kappa)
    low = math.sqrt(second) * (np.float32(1.0) - root)
    high = math.sqrt(best) * (np.float32(1.0) + root) + error
    if not low > high:  # both may be infinite
        return 0.0
    return min(np.float64(low - high), _FAR)


@device_function
def _scaled(X, i, n, center, scale):
    """Return x' of `kernels.assign`; `center` and `scale` have the type of `X`."""
    return np.float32((X[i, n] - center[n]) * scale)


@device_function
def _score(X, i, center, scale, P, reach, x, n_kept):
    """Return the best score, the second best, the best centroid, and the extent of point `i`.

    `x` (scratch, (`n_kept`,)): features that stay there, all or none.
    """
    n_features = n_kept if n_kept else P.shape[1]
    extent = np.float32(0.0)
    for n in range(n_features):
        u = _scaled(X, i, n, center, scale)
        far = abs(u) + reach[n] + np.float32(_TINY)
        extent += far * far
        if n_kept:
            x[n] = u
    best = second = np.float32(math.inf)
    winner = 0
    for k in range(0, P.shape[0], TOGETHER):
        s0 = s1 = s2 = s3 = np.float32(0.0)
        for n in range(n_features):
            u = x[n] if n_kept else _scaled(X, i, n, center, scale)
            t0, t1 = u - P[k, n], u - P[k + 1, n]
            t2, t3 = u - P[k + 2, n], u - P[k + 3, n]
            s0 += t0 * t0
            s1 += t1 * t1
            s2 += t2 * t2
            s3 += t3 * t3
        winner = k if s0 < best else winner
        second, best = min(second, max(best, s0)), min(best, s0)
        winner = k + 1 if s1 < best else winner
        second, best = min(second, max(best, s1)), min(best, s1)
        winner = k + 2 if s2 < best else winner
        second, best = min(second, max(best, s2)), min(best, s2)
        winner = k + 3 if s3 < best else winner
        second, best = min(second, max(best, s3)), min(best, s3)
    return best, second, winner, extent


@lru_cache
def look_kernel(n_features: int) -> Any:
    """Return the kernel for points of so many features.

    Up to `_MOST_KEPT` are known when it is compiled, so that they stay in registers. What is
    compiled is found again on the disk by these numbers.
    """
    n_kept = n_features if n_features <= _MOST_KEPT else 0
    room = max(n_kept, 1)

    @kernel
    def look(
        X, labels, expiry, before, changed, n_changed, first_look, center, scale, P, reach, spent,
        rho, kappa, delta_unit, root, todo, n_todo, whole, left, n_left,
    ):  # fmt: skip
        """Look at points, settle those that are beyond doubt, and list the others.

        The parameters are the attributes of `strategies.cuda.stages.Piece` and `Placed`, and the
        lists: those of `Stage.look`. `kappa`, `delta_unit` (float32) as there, rounded up.
        """
        next_place = cuda.shared.array(1, uint32)
        total = labels.shape[0] if whole else np.int64(n_todo[0])
        for start in range(cuda.blockIdx.x * THREADS, total, cuda.gridDim.x * THREADS):
            j = start + cuda.threadIdx.x
            i = old = new = 0
            is_open = False
            if j < total:
                i = j if whole else np.int64(todo[j])
                x = cuda.local.array(room, float32)
                best, second, new, extent = _score(X, i, center, scale, P, reach, x, n_kept)
                slack = kappa + delta_unit * extent
                is_open = not _is_sure(best, second, rho, slack)
                if is_open:
                    old = new
                else:
                    gap = _gap(best, second, root, kappa, slack)
                    old = remember(i, new, gap, spent, labels, expiry)
            place = reserve(is_open, n_left, next_place)
            if is_open:
                left[place] = i
            if not first_look:
                note(old != new, i, old, changed, before, n_changed, next_place)

    return look
