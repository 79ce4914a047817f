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
gives 4 u. Points that fail go to the definition. Guarded by
tests/kmeans_engine/test_steps.py, and by a case that fails without the margin.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.changes import Changes, Draft, publish
from kmeans_engine.kernels.narrow import value
from kmeans_engine.kernels.vector import (
    WIDTH,
    add_square,
    floats,
    greatest,
    integers,
    larger,
    least,
    load_row,
    lower,
    pick,
    spread,
    store,
)
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = [
    "BATCH",
    "Batch",
    "Comparison",
    "Scoring",
    "Sweep",
    "assign_rows",
    "batch_slack",
    "compare_rows",
    "load",
    "nearest",
    "score",
    "score_of",
    "squared_distance",
]

# Points scored together. Scores, winners and one feature pair stay in the L1 cache.
BATCH = 512


class Scoring(Record):
    """Centroids as they are scored, and how far a score can be trusted; see above.

    Attributes
    ----------
    C : (K, N) float64
        The centroids.
    P : (K + 1, N) float32
        Centred and scaled, and a row of inf.
    rows : (K + 3,) int32
        Which of them can win, ascending, then K up to a multiple of 4.
    count : (2,) int64
        How many of those, with and without the last ones.
    center : (N,)
        Of the type of the points: float32 is rounded once, as in the bound.
    scale
        Of the same type.
    rho, kappa, delta_unit
        See above; `kappa` without Delta, `delta_unit` is 4 u^2 / theta.
    root
        See `kernels.bounds`.
    reach : (N,) float64
        The largest |c'_n|.
    """

    C: npt.NDArray[np.float64]
    P: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int32]
    count: npt.NDArray[np.int64]
    center: npt.NDArray[np.floating]
    scale: np.floating
    rho: float
    kappa: float
    delta_unit: float
    root: float
    reach: npt.NDArray[np.float64]


class Batch(Record):
    """Scratch for points that are scored together.

    Attributes
    ----------
    x : (N, BATCH) float32, zeroed
        The points, by features.
    best, second : (BATCH,) float32
        The best score and the second best.
    winner : (BATCH,) int32
        The centroid of the best.
    """

    x: npt.NDArray[np.float32]
    best: npt.NDArray[np.float32]
    second: npt.NDArray[np.float32]
    winner: npt.NDArray[np.int32]


@kernel("contract", "reassoc", counted=False, inner=True)
def score_of(X, i, center, scale, P, a):
    """Return the score of row `i` of `X` against row `a` of `P`; its sum may go in any order."""
    s = np.float32(0.0)
    for n in range(X.shape[1]):
        t = np.float32((value(X, i, n) - center[n]) * scale) - P[a, n]
        s += t * t
    return s


@kernel(counted=False, inner=True)
def squared_distance(X, i, C, k):
    """Return the distance of point `i` of `X` to row `k` of `C` (in, (K, N)): the definition."""
    d = 0.0
    for n in range(C.shape[1]):
        t = np.float64(value(X, i, n)) - C[k, n]
        d += t * t
    return d


@kernel(counted=False, inner=True)
def nearest(X, i, C):
    """Return the cluster of point `i` of `X` (in, (B, N)) in `C` (in, (K, N)) by definition."""
    best, winner = np.inf, 0
    for k in range(C.shape[0]):
        d = squared_distance(X, i, C, k)
        if d < best:
            best, winner = d, k
    return winner


@kernel(counted=False, inner=True)
def load(X, start, size, center, scale, x):
    """Write (X - center) * scale of `size` rows to `x` (out, (N, BATCH) float32), by features.

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


@kernel(counted=False, inner=True)
def _largest(x, n, size):
    """Return the largest magnitude in row `n` of `x` (in, (N, >= size) float32), in whole vectors.

    LLVM will not make a vector loop of a maximum of magnitudes: 0.55 ns a value in place of 0.03.
    """
    low = high = floats(np.float32(0.0))
    for j in range(0, size, WIDTH):
        v = load_row(x, n, j)
        low, high = lower(low, v), larger(high, v)
    return np.float64(-min(least(low), -greatest(high)))


@kernel("contract", counted=False, inner=True)
def score(x, P, rows, count, best, second, winner, first, size):
    """Find the best and the second best of some centroids for loaded points.

    The points are `size` columns of `x` from `first` on.

    Parameters: `x` (in, (N, BATCH) float32), see `load`; `P` (in, (K + 1, N) float32), scaled
    centroids and a row of inf; `rows` (in, (>= count,) int32), which of them, ascending, and then
    K up to `count`, a multiple of 4; `best`, `second` (out, (BATCH,) float32); `winner` (out,
    (BATCH,) int32). Writes whole vectors, so up to 15 values more.
    """
    for j in range(first, first + size, WIDTH):
        b = t = floats(np.float32(np.inf))
        w = integers(np.int32(0))
        for q in range(0, count, 4):
            k0, k1, k2, k3 = rows[q], rows[q + 1], rows[q + 2], rows[q + 3]
            s0 = s1 = s2 = s3 = floats(np.float32(0.0))
            for n in range(P.shape[1]):
                u = load_row(x, n, j)
                s0 = add_square(s0, u, spread(P, k0, n))
                s1 = add_square(s1, u, spread(P, k1, n))
                s2 = add_square(s2, u, spread(P, k2, n))
                s3 = add_square(s3, u, spread(P, k3, n))
            w, t, b = pick(s0, b, integers(k0), w), lower(t, larger(b, s0)), lower(s0, b)
            w, t, b = pick(s1, b, integers(k1), w), lower(t, larger(b, s1)), lower(s1, b)
            w, t, b = pick(s2, b, integers(k2), w), lower(t, larger(b, s2)), lower(s2, b)
            w, t, b = pick(s3, b, integers(k3), w), lower(t, larger(b, s3)), lower(s3, b)
        store(best, j, b)
        store(second, j, t)
        store(winner, j, w)


@kernel(counted=False, inner=True)
def batch_slack(x, size, C_max, kappa, delta_unit):
    """Return all of kappa, see above, for `size` loaded points.

    `x` (in, (N, BATCH)); `C_max` (in, (N,)), the largest |c'_n|; `kappa` without Delta;
    `delta_unit`, 4 u^2 / theta.
    """
    extent = 0.0
    for n in range(x.shape[0]):
        reach = _largest(x, n, size) + C_max[n] + 2.0**-120
        extent += reach * reach
    return kappa + delta_unit * extent


class Sweep(Record):
    """All that a worker needs to label points.

    Attributes
    ----------
    X, base
        As in `kernels.sums.Adding`.
    labels : (M,) unsigned integers
        Of all points.
    """

    X: npt.NDArray[np.floating]
    base: npt.NDArray[np.int64]
    labels: npt.NDArray[np.unsignedinteger]
    scoring: Scoring
    batch: Batch


class Comparison(Record):
    """All that a worker needs to find which labels change."""

    sweep: Sweep
    changes: Changes
    draft: Draft


@kernel("contract", counted=False, inner=True)
def _best(task, start, size):
    """Write the nearest centroids of some points to the winners of the batch."""
    X, at, scoring, batch = task.X, start - task.base[0], task.scoring, task.batch
    C, P, rows, count = scoring.C, scoring.P, scoring.rows, scoring.count[0]
    x, best, second, winner = batch.x, batch.best, batch.second, batch.winner
    bar = np.float32(1.0 + scoring.rho)
    load(X, at, size, scoring.center, scoring.scale, x)
    slack = batch_slack(x, size, scoring.reach, scoring.kappa, scoring.delta_unit)
    floor = np.float32(slack) if slack < 3e38 else np.float32(np.inf)
    score(x, P, rows, count, best, second, winner, 0, size)
    doubtful = 0
    for j in range(size):
        doubtful += 0 if second[j] > best[j] * bar + floor else 1
    if doubtful > 0:
        for j in range(size):
            if not second[j] > best[j] * bar + floor:
                winner[j] = nearest(X, at + j, C)


@kernel("contract", counted=False)
def assign_rows(task, first, stop):
    """Write the nearest centroids of the points from `first` to `stop`; `task`: a `Sweep`."""
    labels, winner = task.labels, task.batch.winner
    for start in range(first, stop, BATCH):
        size = min(BATCH, stop - start)
        _best(task, start, size)
        for j in range(size):
            labels[start + j] = winner[j]


@kernel("contract", counted=False)
def compare_rows(task, first, stop):
    """Find which labels from `first` to `stop` change; return how many. `task`: a `Comparison`."""
    labels, winner = task.sweep.labels, task.sweep.batch.winner
    draft = task.draft
    points, new, old = draft.points, draft.labels, draft.before
    total = np.uintp(0)
    for start in range(first, stop, BATCH):
        size = min(BATCH, stop - start)
        _best(task.sweep, start, size)
        for j in range(size):
            points[total], new[total], old[total] = start + j, winner[j], labels[start + j]
            total += np.uintp(1) if winner[j] != np.int32(labels[start + j]) else np.uintp(0)
    publish(draft, task.changes, total)
    return np.int64(total)
