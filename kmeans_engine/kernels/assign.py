"""The nearest centroid of each point: a certified float32 score, or else the definition.

The definition (the reference distance) is the float64 value of sum over n, left to right, of (x_n
- c_n)^2, each operation rounded; among equal distances the lowest k wins.

The bound. Let x', c' be (x - center) * scale and (c - center) * scale as real numbers, D = |x' -
c'|^2, and u = 2^-24. The kernel rounds x' and c' to float32, with errors of at most u (1 + 2^-20)
of their magnitude plus 2^-149; so the difference of the rounded vectors is off by at most Delta in
the Euclidean norm, where Delta_n = u (1 + 2^-20) (max |x'_n| + max |c'_n|) + 2^-148. Summing N
squares in float32, with or without FMA, has a relative error gamma <= (N + 3) u (1 + 2^-10) and an
underflow error nu = N 2^-148. With any theta in (0, 1), (sqrt D +- Delta)^2 lies between (1 -
theta) D - Delta^2 / theta and (1 + theta) D + (1 + 1/theta) Delta^2. The reference distance has
the relative error epsilon = (N + 2) 2^-53 and the underflow error nu64 = N 2^-1074 scale^2. Hence,
with gamma, theta, epsilon <= 1/16, a best score a and a second best score b name the winner of the
definition beyond doubt if

    b > a (1 + rho) + kappa,    1 + rho = (1 + gamma)(1 + theta)(1 + epsilon) / ((1 - gamma)(1 -
    theta)(1 - epsilon)),
                                kappa = 4 (nu + Delta^2 / theta + nu64),

where the 4 is 2.7 by the algebra and leaves room for the rounding of the test itself, to which rho
gives 4 u. Points that fail go to the definition. Guarded by tests/test_assign.py, and by a case
that fails without the margin.
"""

import numpy as np

from kmeans_engine._jit import kernel

__all__ = ["BLOCK", "assign_block", "load", "nearest", "score"]

# Points scored together. Scores, winners and one feature pair stay in the L1 cache.
BLOCK = 512


@kernel()
def nearest(X, i, C):
    """Return the cluster of point `i` of `X` (in, (B, N)) in `C` (in, (K, N)) by definition."""
    best, winner = np.inf, 0
    for k in range(C.shape[0]):
        d = 0.0
        for n in range(C.shape[1]):
            t = np.float64(X[i, n]) - C[k, n]
            d += t * t
        if d < best:
            best, winner = d, k
    return winner


@kernel()
def load(X, start, size, center, scale, x):
    """Write (X - center) * scale of `size` rows to `x` (out, (N', BLOCK) float32), by features.

    `center` and `scale` have the type of `X`: float32 is rounded once, as in the bound.
    """
    if X.shape[1] == 2:
        # A stride known to the compiler, and no negative indices: 0.06 ns a point instead of 0.58.
        flat = X.reshape(X.size)
        first, two = np.uintp(start) * np.uintp(2), np.uintp(2)
        for j in range(np.uintp(size)):
            x[0, j] = np.float32((flat[first + two * j] - center[0]) * scale)
            x[1, j] = np.float32((flat[first + two * j + np.uintp(1)] - center[1]) * scale)
        return
    for n in range(X.shape[1]):
        for j in range(size):
            x[n, j] = np.float32((X[start + j, n] - center[n]) * scale)


@kernel()
def _largest(bits, n, size):
    """Return the largest magnitude of row `n` of `bits` (in, (N', BLOCK) int32), itself as bits.

    Magnitudes of floats are ordered like their bits, and an integer maximum becomes a vector
    instruction: 0.02 ns a value instead of 0.42.
    """
    largest = np.int32(0)
    for j in range(size):
        largest = max(largest, bits[n, j] & np.int32(0x7FFFFFFF))
    return largest


@kernel("contract")
def _score_plane(x, P, count, ids, best, second, winner, size):
    """Score the centroids of one or two features, four at a time: scores stay in registers."""
    for k in range(0, count, 4):
        a0, a1, b0, b1 = P[k, 0], P[k, 1], P[k + 1, 0], P[k + 1, 1]
        c0, c1, d0, d1 = P[k + 2, 0], P[k + 2, 1], P[k + 3, 0], P[k + 3, 1]
        ka, kb, kc, kd = ids[k], ids[k + 1], ids[k + 2], ids[k + 3]
        for j in range(size):
            u, v = x[0, j], x[1, j]
            b, t, w = best[j], second[j], winner[j]
            s = (u - a0) * (u - a0) + (v - a1) * (v - a1)
            h = b if s < b else s
            t = h if h < t else t
            w = ka if s < b else w
            b = s if s < b else b
            s = (u - b0) * (u - b0) + (v - b1) * (v - b1)
            h = b if s < b else s
            t = h if h < t else t
            w = kb if s < b else w
            b = s if s < b else b
            s = (u - c0) * (u - c0) + (v - c1) * (v - c1)
            h = b if s < b else s
            t = h if h < t else t
            w = kc if s < b else w
            b = s if s < b else b
            s = (u - d0) * (u - d0) + (v - d1) * (v - d1)
            h = b if s < b else s
            t = h if h < t else t
            w = kd if s < b else w
            b = s if s < b else b
            best[j], second[j], winner[j] = b, t, w


@kernel("contract")
def _merge(d, k, best, second, winner, size):
    """Fold the scores `d` (in, (BLOCK,)) of centroid `k` into the other three (out, (BLOCK,))."""
    for j in range(size):
        s = d[j]
        b = best[j]
        loser = b if s < b else s
        second[j] = loser if loser < second[j] else second[j]
        winner[j] = k if s < b else winner[j]
        best[j] = s if s < b else b


@kernel("contract")
def score(x, P, count, ids, scores, best, second, winner, size):
    """Find the best and the second best of some centroids for `size` loaded points.

    Parameters: `x` (in, (N', BLOCK)), see `load`; `P` (in, (>= count, N') float32), scaled
    centroids, N' even (columns of 0); `count`, a multiple of 4 (rows of inf); `ids` (in,
    (>= count,) int32), their numbers, ascending; `scores` (scratch, (4, BLOCK) float32); `best`,
    `second` (out, (BLOCK,) float32); `winner` (out, (BLOCK,) int32). Views of arrays are avoided:
    each costs as much as 30 scores.
    """
    for j in range(size):
        best[j] = np.inf
        second[j] = np.inf
        winner[j] = 0
    if P.shape[1] == 2:
        _score_plane(x, P, count, ids, best, second, winner, size)
        return
    s0, s1, s2, s3 = scores[0], scores[1], scores[2], scores[3]
    for k in range(0, count, 4):
        for n in range(0, P.shape[1], 2):
            x0, x1 = x[n], x[n + 1]
            a0, a1, b0, b1 = P[k, n], P[k, n + 1], P[k + 1, n], P[k + 1, n + 1]
            c0, c1, d0, d1 = P[k + 2, n], P[k + 2, n + 1], P[k + 3, n], P[k + 3, n + 1]
            if n == 0:
                for j in range(size):
                    u, v = x0[j], x1[j]
                    s0[j] = (u - a0) * (u - a0) + (v - a1) * (v - a1)
                    s1[j] = (u - b0) * (u - b0) + (v - b1) * (v - b1)
                    s2[j] = (u - c0) * (u - c0) + (v - c1) * (v - c1)
                    s3[j] = (u - d0) * (u - d0) + (v - d1) * (v - d1)
            else:
                for j in range(size):
                    u, v = x0[j], x1[j]
                    s0[j] += (u - a0) * (u - a0) + (v - a1) * (v - a1)
                    s1[j] += (u - b0) * (u - b0) + (v - b1) * (v - b1)
                    s2[j] += (u - c0) * (u - c0) + (v - c1) * (v - c1)
                    s3[j] += (u - d0) * (u - d0) + (v - d1) * (v - d1)
        _merge(s0, ids[k], best, second, winner, size)
        _merge(s1, ids[k + 1], best, second, winner, size)
        _merge(s2, ids[k + 2], best, second, winner, size)
        _merge(s3, ids[k + 3], best, second, winner, size)


@kernel("contract")
def assign_block(
    X,
    C,
    P,
    ids,
    center,
    scale,
    rho,
    kappa,
    delta_unit,
    C_max,
    labels,
    x,
    scores,
    best,
    second,
    winner,
):
    """Write the nearest centroid of each point to `labels`; return how many needed the definition.

    Parameters: `X` (in, (B, N) float32 or float64); `C` (in, (K, N) float64); `P`, `ids` as in
    `score`; `center` (in, (N,)); `scale`; `rho`; `kappa`, all of it but Delta; `delta_unit`, 4 u^2
    / theta; `C_max` (in, (N,)), the largest |c'_n|; `labels` (out, (B,) int32); `x` (scratch, (N',
    BLOCK) float32, zeroed); `scores`, `winner` as in `score`.
    """
    bar = np.float32(1.0 + rho)
    bits = x.view(np.int32)
    magnitude = np.empty(1, dtype=np.int32)
    fallbacks = 0
    for start in range(0, X.shape[0], BLOCK):
        size = min(BLOCK, X.shape[0] - start)
        load(X, start, size, center, scale, x)
        spread = 0.0
        for n in range(X.shape[1]):
            magnitude[0] = _largest(bits, n, size)
            reach = np.float64(magnitude.view(np.float32)[0]) + C_max[n] + 2.0**-120
            spread += reach * reach
        slack = kappa + delta_unit * spread
        floor = np.float32(slack) if slack < 3e38 else np.float32(np.inf)
        score(x, P, P.shape[0], ids, scores, best, second, winner, size)
        doubtful = 0
        for j in range(size):
            labels[start + j] = winner[j]
            doubtful += 0 if second[j] > best[j] * bar + floor else 1
        if doubtful > 0:
            fallbacks += doubtful
            for j in range(size):
                if not second[j] > best[j] * bar + floor:
                    labels[start + j] = nearest(X, start + j, C)
    return fallbacks
