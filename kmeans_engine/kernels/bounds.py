"""Points that remember by how much their centroid won, and are scored once that is used up.

A point's gap is a lower bound of (distance to the second nearest centroid) - (distance to its own),
in the units of the scores. When the centroids move, it shrinks by the shift of its own centroid and
the largest shift of any other (Hamerly 2010, with one bound in place of two); while it is positive,
the label stands. Points whose gap is used up are gathered into dense blocks, which keep the scores
vector loops, and get new gaps from their two best scores.

Rounding: with the names of `kernels.assign`, a score s of a point at the distance d has
|sqrt(s) - d| <= (gamma / 2 + 2 u) sqrt(s) + Delta + sqrt(nu), with Delta <= 2^-9 sqrt(slack); the
new gap is less by what `root` = 2 gamma >= 8 u and `error` = 2^-8 sqrt(slack) + 2 sqrt(kappa) make
of both scores. In float32 every subtraction may round up by a relative 2^-24, for which each gap is
multiplied by 1 - 2^-22. A positive gap means that the definition has the same winner, whose
relative error is far smaller than root / 2, and whose underflow error is no more than kappa / 4.
Guarded by tests/test_bounds.py.
"""

import numpy as np

from kmeans_engine._jit import kernel
from kmeans_engine.kernels.assign import BLOCK, block_slack, nearest, score

__all__ = ["FAR", "advance", "bounded", "farthest", "gap_between"]

# What float32 cannot hold as a square counts as this far.
FAR = np.float32(2.0**60)


@kernel()
def bounded(slack, kappa):
    """Return `slack` of `kernels.assign` and `error`, see above, as float32."""
    if not slack < 3e38:
        return np.float32(np.inf), np.float32(np.inf)
    return np.float32(slack), np.float32(2.0**-8 * np.sqrt(slack) + 2.0 * np.sqrt(kappa))


@kernel()
def farthest(s, root, error):
    """Return an upper bound of the distance with score `s`."""
    return np.sqrt(s) * (np.float32(1.0) + root) + error


@kernel()
def gap_between(best, second, root, error):
    """Return a lower bound of the difference of the distances with two scores, or 0."""
    low = np.sqrt(second) * (np.float32(1.0) - root)
    gap = low - np.sqrt(best) * (np.float32(1.0) + root) - error
    return min(gap, FAR) if gap > np.float32(0.0) else np.float32(0.0)


@kernel()
def _spend(labels, loss, gap, failing):
    """Shrink the gaps (in and out, (B,)); write rows with nothing left to `failing`, count them.

    `labels` (in, (B,)); `loss` (in, (K,) float32), what a point of each cluster loses.
    """
    total = 0
    for i in range(gap.shape[0]):
        left = (gap[i] - loss[labels[i]]) * np.float32(1.0 - 2.0**-22)
        gap[i] = left
        failing[total] = i
        total += 0 if left > np.float32(0.0) else 1
    return total


@kernel()
def advance(
    X, C, P, rows, count, center, scale, rho, kappa, delta_unit, root, C_max, loss, labels, gap,
    changed, new_labels, failing, x, best, second, winner,
):  # fmt: skip
    """Bring rows up to date with moved centroids; return how many changed and how many were scored.

    Parameters: `X` (in, (B, N)); `C`, `P`, `rows`, `count`, `center`, `scale`, `rho`, `kappa`,
    `delta_unit`, `C_max`, `x`, `best`, `second`, `winner` as in `kernels.assign`; `root`; `loss`
    as in `_spend`; `labels` (in, (B,)); `gap` (in and out, (B,) float32); `changed`, `new_labels`
    (out, (B,)): rows whose label changed, and to what; `failing` (scratch, (B,)).
    """
    N = X.shape[1]
    bar, root = np.float32(1.0 + rho), np.float32(root)
    scored = _spend(labels, loss, gap, failing)
    total = 0
    for start in range(0, scored, BLOCK):
        size = min(BLOCK, scored - start)
        for j in range(size):
            i = failing[start + j]
            for n in range(N):
                x[n, j] = np.float32((X[i, n] - center[n]) * scale)
        slack = block_slack(x, size, C_max, kappa, delta_unit)
        floor, error = bounded(slack, kappa)
        score(x, P, rows, count, best, second, winner, 0, size)
        for j in range(size):
            i = failing[start + j]
            new = np.int64(winner[j])
            if second[j] > best[j] * bar + floor:
                gap[i] = gap_between(best[j], second[j], root, error)
            else:
                new = np.int64(nearest(X, i, C))
                gap[i] = np.float32(0.0)
            if new != np.int64(labels[i]):
                changed[total] = i
                new_labels[total] = new
                total += 1
    return total, scored
