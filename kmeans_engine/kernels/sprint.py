"""Whole iterations over few points in one call, on one thread: no Python in between.

The scores, margins and quotients are those of `kernels.assign` and `kernels.sums`.
"""

import numpy as np

from kmeans_engine.kernels.assign import BATCH, batch_slack, load, nearest, score
from kmeans_engine.kernels.recalc import compare
from kmeans_engine.kernels.sums import divide, transfer
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.runtime.jit import kernel

__all__ = [
    "CHANGED",
    "COMPARE",
    "CONVERGED",
    "DOUBT",
    "FIRST",
    "ITERATION",
    "LAST",
    "PAUSE",
    "RECALC",
    "SEEN",
    "STEP",
    "TOUCHED",
    "sprint",
]

# Where to begin: the labels of state 0; means; a comparison with those before; new labels.
FIRST, RECALC, COMPARE, STEP = 0, 1, 2, 3
# Why it ended: after so many states, with the last one, at a quotient that Python has to decide.
PAUSE, LAST, DOUBT = 0, 1, 2
# Numbers of the state: its own, how many labels changed, how many clusters did, how many digests
# are known, and whether the centroids have stayed.
ITERATION, CHANGED, TOUCHED, SEEN, CONVERGED = 0, 1, 2, 3, 4


@kernel(counted=False, inner=True)
def _pack(C, center, scale, P, reach):
    """Write (C - center) * scale to `P` (out, (K + 1, N) float32), and the largest to `reach`."""
    for n in range(C.shape[1]):
        reach[n] = 0.0
        for k in range(C.shape[0]):
            P[k, n] = np.float32((C[k, n] - center[n]) * scale)
            reach[n] = max(reach[n], np.float64(abs(P[k, n])))


@kernel(inner=True)
def _relabel(X, C, center, scale, rho, kappa, delta_unit, labels, changed, old):
    """Find the nearest centroid of each point; return how many labels change.

    `X` (in, (M, N)); `C` (in, (K, N)); the margin as in `kernels.assign.Scoring`; `labels` (in and
    out, (M,) int32); `changed`, `old` (out, (M,) int32): which, ascending, and their labels before.
    """
    k, n = C.shape
    P, reach = np.empty((k + 1, n), dtype=np.float32), np.empty(n)
    for i in range(n):
        P[k, i] = np.inf
    _pack(C, center, scale, P, reach)
    count = (k + 3) // 4 * 4
    rows = np.full(count, k, dtype=np.int32)
    for i in range(k):
        rows[i] = i
    x = np.zeros((n, BATCH + WIDTH), dtype=np.float32)
    best, second = np.empty(BATCH, dtype=np.float32), np.empty(BATCH, dtype=np.float32)
    winner = np.empty(BATCH, dtype=np.int32)
    bar, total = np.float32(1.0 + rho), 0
    for start in range(0, X.shape[0], BATCH):
        size = min(BATCH, X.shape[0] - start)
        load(X, start, size, center, scale, x)
        slack = batch_slack(x, size, reach, kappa, delta_unit)
        floor = np.float32(slack) if slack < 3e38 else np.float32(np.inf)
        score(x, P, rows, count, best, second, winner, 0, size)
        for j in range(size):
            i, new = start + j, winner[j]
            if not second[j] > best[j] * bar + floor:
                new = np.int32(nearest(X, i, C))
            if new != labels[i]:
                changed[total], old[total] = i, labels[i]
                labels[i] = new
                total += 1
    return total


@kernel(counted=False, inner=True)
def _move(X, changed, old, labels, down, up, sums, counts, touched):
    """Move the points `changed` (in, (R,)) from clusters `old` (in, (R,)), -1 at first.

    `touched` (out, (K,) bool): which clusters change.
    """
    for j in range(changed.shape[0]):
        i = changed[j]
        taken, b = (0 if old[j] < 0 else 1), labels[i]
        a = b if old[j] < 0 else old[j]
        counts[a] -= taken
        counts[b] += 1
        touched[a] = touched[b] = True
        for n in range(X.shape[1]):
            transfer(X[i, n], sums, a, taken, b, n, down, up)


@kernel(counted=False, inner=True)
def _known(seen, count, digest):
    """Return whether the first `count` rows of `seen` (in, (S, 2)) have a digest (in, (2,))."""
    known = False
    for t in range(count):
        known = known or (seen[t, 0] == digest[0] and seen[t, 1] == digest[1])
    return known


@kernel(counted=False, inner=True)
def _copy(C, source, target):
    """Copy one of three arrays of centroids to another; Numba takes a second for a slice."""
    for k in range(C.shape[1]):
        for n in range(C.shape[2]):
            C[target, k, n] = C[source, k, n]


@kernel()
def sprint(
    X, labels, changed, old, C, rows, squares, sums, counts, doubtful, digest, seen, numbers,
    down, up, exponents, width, center, scale, rho, kappa, delta_unit,
    phase, turns, limit, tolerance,
):  # fmt: skip
    """Go on for at most `turns` states, from a `phase` on; return why it ended, see above.

    Parameters: `X` (in, (M, N) float64); `labels` (in and out, (M,) int32), -1 at first; `changed`,
    `old` (out, (M,) int32), see `_relabel`; `C` (in and out, (3, K, N)): the centroids that the
    labels refer to, those of the state, and those of the next; `rows` (out, (K,) int32), the
    clusters that changed; `squares` (out, (1,)), of the shift; `sums`, `counts` (in and out), 0 at
    first; `doubtful` as in `divide`; `digest`, `seen` (in and out, (2,) and (S, 2) uint64), of the
    states so far; `numbers` (in and out, (5,) int64), see above; the format of the sums; centre,
    scale and margin of the scores; `limit`, `tolerance`, as in `loop.iterate`.
    """
    K = C.shape[1]
    moved, limbs = np.empty(K, dtype=np.int32), np.empty(sums.shape[1] + 1, dtype=np.int64)
    bits = C.view(np.uint64)
    while True:
        if phase in (FIRST, STEP):
            total = _relabel(
                X, C[1], center, scale, rho, kappa, delta_unit, labels, changed, old
            )  # fmt: skip
            touched = np.zeros(K, dtype=np.bool_)
            _move(X, changed[:total], old, labels, down, up, sums, counts, touched)
            numbers[CHANGED], numbers[TOUCHED] = total, 0
            for k in range(K):
                if touched[k]:
                    rows[numbers[TOUCHED]] = k
                    numbers[TOUCHED] += 1
        if phase == FIRST:
            turns -= 1
            phase = RECALC
            if limit == 0:
                return LAST
            if turns == 0:
                return PAUSE
        if phase == RECALC:
            numbers[CHANGED] = 0
        some = rows[: numbers[TOUCHED]]
        if phase != COMPARE:
            _copy(C, 1, 2)
            if divide(sums, counts, some, exponents, width, limbs, C[2], doubtful) > 0:
                return DOUBT
        square, differ = compare(C[1], C[2], bits[1], bits[2], some, moved, digest)
        _copy(C, 1, 0)
        _copy(C, 2, 1)
        squares[0] = square
        numbers[ITERATION] += 1
        last = differ == 0 or _known(seen, numbers[SEEN], digest)
        last = last or numbers[ITERATION] == limit or 0.0 < tolerance >= np.sqrt(square)
        for word in range(2):
            seen[numbers[SEEN], word] = digest[word]
        numbers[SEEN] += 1
        numbers[CONVERGED] = differ == 0
        if last:
            return LAST
        turns -= 1
        phase = STEP
        if turns == 0 or numbers[SEEN] == seen.shape[0]:
            return PAUSE
