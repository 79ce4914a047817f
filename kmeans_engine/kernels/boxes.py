"""Boxes of points: which centroids cannot win anywhere in one.

The test. On a box, centroid a beats centroid c everywhere if
f(x) = |x - c|^2 - |x - a|^2 = sum over n of (c_n - a_n)(c_n + a_n - 2 x_n) is positive at the
corner where it is smallest (f is linear; Pelleg and Moore 1999, Kanungo et al. 2002). To beat it
by the definition of the distance, whose relative error is epsilon = (N + 2) 2^-53 and whose
underflow error is N 2^-1074, it is enough that f > 4 epsilon F + N 2^-1070, with F the largest
|x - a|^2 on the box. Computing f in float64 costs at most
(N + 4) 2^-52 sum |c_n - a_n| (|c_n| + |a_n| + 2 max |x_n|), which is subtracted.

The gap. With D = sqrt F and f at least m, |x - c| - |x - a| >= m / (D + sqrt(D^2 + m)) =: gap, for
every x in the box and every c that was ruled out; the centroid of x is no farther than a. A
relative 1e-9 of gap and D pays for the rounding of this. Guarded by
tests/kmeans_engine/strategies/test_blocks.py.
"""

import numpy as np

from kmeans_engine.runtime.jit import kernel

__all__ = ["box_slack", "contest"]

# Columns for which two features are a loop of their own: 30 ns in place of 65; 100 take 220 ns.
_FEW = 16


@kernel(counted=False, inner=True)
def contest(low, high, b, C, count, d, keep):
    """Rule out centroids on box `b`; return how many are left and the gap to those ruled out.

    `low`, `high` (in, (boxes, N)); `C` (in, (N, >= count)); `d` (scratch, (>= count,)); `keep`
    (out, (>= count,)): columns of `C` that are left, ascending.
    """
    N = low.shape[1]
    if N == 2 and count <= _FEW:
        return _contest_plane(low, high, b, C, count, keep)
    for k in range(count):
        d[k] = 0.0
    for n in range(N):
        middle = 0.5 * low[b, n] + 0.5 * high[b, n]
        for k in range(count):
            t = C[n, k] - middle
            d[k] += t * t
    a, best = 0, d[0]
    for k in range(1, count):
        if d[k] < best:
            a, best = k, d[k]
    farthest = 0.0
    for k in range(count):
        d[k] = 0.0
    loss = (N + 4) * 2.0**-52
    for n in range(N):
        lo, hi, ca = low[b, n], high[b, n], C[n, a]
        far = max(abs(lo - ca), abs(hi - ca))
        farthest += far * far
        size = 2.0 * max(abs(lo), abs(hi)) + abs(ca)
        for k in range(count):
            c = C[n, k]
            x = hi if c > ca else lo
            t = c - ca
            d[k] += t * (c + ca - 2.0 * x) - loss * abs(t) * (abs(c) + size)
    bar = (N + 2) * 2.0**-50 * farthest + N * 2.0**-1070
    left, closest = 0, np.inf
    for k in range(count):
        if k == a or not d[k] > bar:
            keep[left] = k
            left += 1
        else:
            closest = min(closest, d[k] - bar)
    return left, _gap(farthest, closest)


@kernel(counted=False, inner=True)
def _contest_plane(low, high, b, C, count, keep):
    """Do what `contest` does for two features, centroid by centroid, in registers."""
    one, zero = np.uintp(1), np.uintp(0)
    low0, low1, high0, high1 = low[b, 0], low[b, 1], high[b, 0], high[b, 1]
    middle0, middle1 = 0.5 * low0 + 0.5 * high0, 0.5 * low1 + 0.5 * high1
    a, best = zero, np.inf
    for k in range(np.uintp(count)):
        t0, t1 = C[0, k] - middle0, C[1, k] - middle1
        near = t0 * t0 + t1 * t1
        a, best = (k, near) if near < best else (a, best)
    a0, a1 = C[0, a], C[1, a]
    far0, far1 = max(abs(low0 - a0), abs(high0 - a0)), max(abs(low1 - a1), abs(high1 - a1))
    farthest, loss = far0 * far0 + far1 * far1, 6 * 2.0**-52
    bar = 4 * 2.0**-50 * farthest + 2 * 2.0**-1070
    size0 = 2.0 * max(abs(low0), abs(high0)) + abs(a0)
    size1 = 2.0 * max(abs(low1), abs(high1)) + abs(a1)
    left, closest = zero, np.inf
    for k in range(np.uintp(count)):
        c0, c1 = C[0, k], C[1, k]
        t0, t1 = c0 - a0, c1 - a1
        x0, x1 = high0 if c0 > a0 else low0, high1 if c1 > a1 else low1
        d = t0 * (c0 + a0 - 2.0 * x0) - loss * abs(t0) * (abs(c0) + size0)
        d += t1 * (c1 + a1 - 2.0 * x1) - loss * abs(t1) * (abs(c1) + size1)
        out = k != a and d > bar
        keep[left] = k
        left += zero if out else one
        closest = d - bar if out and d - bar < closest else closest
    return np.int64(left), _gap(farthest, closest)


@kernel(counted=False, inner=True)
def _gap(farthest, closest):
    """Return the gap, see above: F, and the least m of the centroids ruled out, or infinity."""
    if not closest < np.inf:
        return np.inf
    reach = np.sqrt(farthest)
    gap = closest / (reach + np.sqrt(farthest + closest))
    return gap - 1e-9 * (gap + reach)


@kernel(counted=False, inner=True)
def box_slack(b, low, high, center, scale, P, rows, count, kappa, delta_unit):
    """Return kappa of `kernels.assign` for block `b` and the centroids `rows` (in) of `P` (in)."""
    spread = 0.0
    for n in range(P.shape[1]):
        reach = 0.0
        for q in range(count):
            reach = max(reach, abs(np.float64(P[rows[q], n])))
        far = max(abs(low[b, n] - center[n]), abs(high[b, n] - center[n])) * scale
        reach = (reach + far) * (1.0 + 2.0**-20) + 2.0**-120
        spread += reach * reach
    return kappa + delta_unit * spread
