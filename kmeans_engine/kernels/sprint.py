"""Whole iterations over few points in one call, on one thread: no Python in between.

The scores, margins and quotients are those of `kernels.assign` and `kernels.quotients`.
"""

import numpy as np

from kmeans_engine.kernels.assign import BATCH, batch_slack, load, nearest, score
from kmeans_engine.kernels.products import move_row
from kmeans_engine.kernels.quotients import divide
from kmeans_engine.kernels.recalc import compare
from kmeans_engine.kernels.sums import transfer
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


@kernel(counted=False, inner=True)
def _relabel(
    X, C, center, scale, rho, kappa, delta_unit, labels, changed, old, P, reach, clusters, x, best,
    second, winner,
):  # fmt: skip
    """Find the nearest centroid of each point; return how many labels change.

    `X` (in, (M, N)); `C` (in, (K, N)); the margin as in `kernels.assign.Scoring`; `labels` (in and
    out, (M,) int32): which, ascending, and their labels before; `P`, `reach` (scratch) as in
    `_pack`, the last row of `P` inf; `clusters` (in): 0 to K - 1, then K up to a multiple of 4;
    `x` (scratch, zeroed), `best`, `second`, `winner` (scratch) as in `kernels.assign.Batch`.
    """
    _pack(C, center, scale, P, reach)
    bar, total = np.float32(1.0 + rho), 0
    for start in range(0, X.shape[0], BATCH):
        size = BATCH if X.shape[0] - start > BATCH else X.shape[0] - start
        load(X, start, size, center, scale, x)
        slack = batch_slack(x, size, reach, kappa, delta_unit)
        floor = np.float32(slack) if slack < 3e38 else np.float32(np.inf)
        score(x, P, clusters, clusters.shape[0], best, second, winner, 0, size)
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
def _move(
    X, weights, changed, old, total, labels, down, up, exponents, width, values, value_bits, sums,
    counts, touched,
):  # fmt: skip
    """Move the first `total` points of `changed` (in) from clusters `old` (in), -1 at first.

    `weights` (in, (M,) int64), see `kernels.products.move_row`, or None; `touched` (out, (K,)
    bool): which clusters change.
    """
    for k in range(counts.shape[0]):
        touched[k] = False
    for j in range(np.uintp(total)):
        i = np.uintp(changed[j])
        taken, b = (0 if old[j] < 0 else 1), np.uintp(labels[i])
        a = b if old[j] < 0 else np.uintp(old[j])
        counts[a] -= taken
        counts[b] += 1
        touched[a] = touched[b] = True
        if weights is None:
            for n in range(np.uintp(X.shape[1])):
                transfer(X[i, n], sums, a, taken, b, n, down, up)
        else:
            move_row(X, i, weights[i], sums, a, taken, b, exponents, width, values, value_bits)


@kernel(counted=False, inner=True)
def _known(seen, count, digest):
    """Return whether the first `count` rows of `seen` (in, (S, 2)) have a digest (in, (2,))."""
    known = False
    for t in range(count):
        known = known or (seen[t, 0] == digest[0] and seen[t, 1] == digest[1])
    return known


@kernel(counted=False, inner=True)
def _copy(source, target):
    """Copy centroids; Numba takes a second for a slice."""
    for k in range(source.shape[0]):
        for n in range(source.shape[1]):
            target[k, n] = source[k, n]


@kernel(counted=False)
def sprint(
    X, weights, labels, changed, old, C, bits, rows, squares, sums, counts, doubtful, digest, seen,
    numbers,
    P, reach, clusters, x, best, second, winner, moved, limbs, touched, values, value_bits,
    down, up, exponents, width, center, scale, rho, kappa, delta_unit,
    phase, turns, limit, tolerance,
):  # fmt: skip
    """Go on for at most `turns` states, from a `phase` on; return why it ended, see above.

    Parameters: `X` (in, (M, N) float64); `weights` (in, (M,) int64), see `_move`, or None; `labels`
    (in and out, (M,) int32), -1 at first; `changed`, `old` (out, (M,) int32), see `_relabel`; `C`
    (in and out, (3, K, N)): the centroids that the labels refer to, those of the state and of the
    next, and their `bits`; `rows` (out, (K,) int32), the clusters that changed; `squares` (out,
    (1,)), of the shift; `sums`, `counts` (in and out), 0 at first; `doubtful` as in `divide`;
    `digest`, `seen` (in and out, (2,) and (S, 2) uint64), of the states so far; `numbers` (in and
    out, (5,) int64), see above; scratch, see `_relabel`, `compare`, `divide` and `_move`, from
    Python, which saves half a second of compiling; the format of the sums; centre, scale and margin
    of the scores; `limit`, `tolerance`, as in `loop.iterate`.
    """
    K = C.shape[1]
    while True:
        if phase != RECALC and phase != COMPARE:
            total = _relabel(
                X, C[1], center, scale, rho, kappa, delta_unit, labels, changed, old, P, reach,
                clusters, x, best, second, winner,
            )  # fmt: skip
            _move(
                X, weights, changed, old, total, labels, down, up, exponents, width, values,
                value_bits, sums, counts, touched,
            )  # fmt: skip
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
            _copy(C[1], C[2])
            if divide(sums, counts, some, exponents, width, limbs, C[2], doubtful) > 0:
                return DOUBT
        square, differ = compare(C[1], C[2], bits[1], bits[2], some, moved, digest)
        _copy(C[1], C[0])
        _copy(C[2], C[1])
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
