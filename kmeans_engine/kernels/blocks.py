"""Blocks of neighbouring points: assign a block as a whole, or its points to its few candidates.

The test. On a box, centroid a beats centroid c everywhere if
f(x) = |x - c|^2 - |x - a|^2 = sum over n of (c_n - a_n)(c_n + a_n - 2 x_n) is positive at the
corner where it is smallest (f is linear; Pelleg and Moore 1999, Kanungo et al. 2002). To beat it
by the definition of the distance, whose relative error is epsilon = (N + 2) 2^-53 and whose
underflow error is N 2^-1074, it is enough that f > 4 epsilon F + N 2^-1070, with F the largest
|x - a|^2 on the box. Computing f in float64 costs at most
(N + 4) 2^-52 sum |c_n - a_n| (|c_n| + |a_n| + 2 max |x_n|), which is subtracted.

The memory. With D = sqrt F and f at least m, |x - c| - |x - a| >= m / (D + sqrt(D^2 + m)) =: gap,
for every x in the box and every c that was ruled out; the centroid of x is no farther than a. Among
the candidates that were scored, the gap of a point is the difference of the square roots of its two
best scores, less their error bounds. So no label in a block changes until the sum of the two
largest shifts of each iteration since then reaches the smallest gap; `expiry` is that gap plus the
sum at the time of the test ("spent"). A relative 1e-9 of gap and D pays for the rounding of this.

What a parent's box has ruled out for its own winner a' is ruled out for its children: there c loses
to a', which is a candidate of the child; and the child's gap is then limited by the parent's.
Guarded by tests/test_blocks.py.
"""

import numpy as np

from kmeans_engine._jit import kernel
from kmeans_engine.kernels.assign import load, nearest, score
from kmeans_engine.kernels.sums import add, transfer

__all__ = ["FAN", "scatter_labels", "sweep"]

# Blocks of a parent.
FAN = 16


@kernel()
def _contest(low, high, b, C, count, d, keep):
    """Rule out centroids on box `b`; return how many are left and the gap to those ruled out.

    `low`, `high` (in, (boxes, N)); `C` (in, (N, >= count)); `d` (scratch, (>= count,)); `keep`
    (out, (>= count,)): columns of `C` that are left, ascending.
    """
    N = low.shape[1]
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
    reach = np.sqrt(farthest)
    if closest < np.inf:
        closest = closest / (reach + np.sqrt(farthest + closest))
    return left, closest - 1e-9 * (closest + reach) if closest < np.inf else closest


@kernel()
def _slack(b, low, high, center, scale, P, rows, count, kappa, delta_unit):
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


@kernel("nnan", "nsz")
def _smallest_gap(best, second, size, rho):
    """Return the least difference of distances, second best less best, in the units of the scores.

    The square root of a score is off by a relative rho / 2 and Delta <= 2^-9 sqrt(slack), see
    `kernels.assign`; the caller takes off twice the latter.
    """
    gap = np.float32(np.inf)
    for j in range(size):
        difference = np.sqrt(second[j]) * (np.float32(1.0) - rho) - np.sqrt(best[j]) * (
            np.float32(1.0) + rho
        )
        gap = min(gap, difference)
    return np.float64(gap)


@kernel(inline=True)
def _settle_point(rows, i, old, new, labels, changed, total, down, up, sums, counts):
    """Note that row `i` goes from cluster `old` (or from none, if negative) to `new`."""
    labels[i] = new
    changed[total] = np.uint32(i)
    counts[new] += 1
    if old >= 0:
        counts[old] -= 1
    for n in range(rows.shape[1]):
        v = np.float64(rows[i, n])
        if old >= 0:
            transfer(v, sums, np.uintp(old), np.uintp(new), np.uintp(n), down, up)
        else:
            add(v, sums, np.uintp(new), np.uintp(n), down, up)


@kernel()
def _settle_block(b, start, size, old, new, labels, changed, total, block_sums, sums, counts):
    """Note that all rows of block `b` go from cluster `old` (or from none) to `new`."""
    for i in range(start, start + size):
        labels[i] = new
    if old >= 0:
        for i in range(size):
            changed[total + i] = np.uint32(start + i)
    counts[new] += size
    if old >= 0:
        counts[old] -= size
    for level in range(sums.shape[1]):
        for n in range(sums.shape[2]):
            sums[new, level, n] += block_sums[b, level, n]
            if old >= 0:
                sums[old, level, n] -= block_sums[b, level, n]


@kernel()
def sweep(
    parents, rows, block, parent_low, parent_high, low, high, block_sums, C, roots, P, center,
    scale, rho, kappa, delta_unit, down, up, spent, first, parent_expiry, expiry, whole, labels,
    changed, sums, counts, seen, exact, d, keep, keep2, ids, few, x, best, second, winner,
):  # fmt: skip
    """Assign the blocks of some parents; return how many rows changed their label.

    Parameters: `parents` (in, (R,)); `rows` (in, (M, N)), sorted; `block`, rows of a block; boxes
    of parents and blocks (in, (boxes, N)); `block_sums` (in, (blocks, L, N)); `C` (in, (K, N)
    float64); `roots` (in), the centroids that can win at all; `P` as in `kernels.assign.score`;
    `center`, `scale`, `rho`, `kappa`, `delta_unit` as in `kernels.assign`; `down`, `up` as in
    `kernels.sums`; `spent`; `first`, whether nothing has a label yet; `parent_expiry`, `expiry` (in
    and out); `whole` (in and out, (blocks,) int32), the label of a block or -1; `labels` (in and
    out, (M,)), of the sorted rows; `changed` (out), the sorted rows that changed; `sums` (in and
    out, (K, L, N)) and `counts` (in and out, (K,)); `seen` (in and out, (3,) int64), blocks
    skipped, assigned whole, mixed; the rest is scratch.
    """
    M, N = rows.shape
    blocks = low.shape[0]
    bar = np.float32(1.0 + rho)
    total = 0
    for r in range(roots.shape[0]):
        for n in range(N):
            exact[n, r] = C[roots[r], n]
    for p in parents:
        left, gap = _contest(parent_low, parent_high, p, exact, roots.shape[0], d, keep)
        soonest = np.inf
        for q in range(left):
            ids[q] = roots[keep[q]]
            for n in range(N):
                few[n, q] = exact[n, keep[q]]
        for b in range(p * FAN, min((p + 1) * FAN, blocks)):
            if expiry[b] > spent:
                seen[0] += 1
                soonest = min(soonest, expiry[b])
                continue
            start = b * block
            size = min(block, M - start)
            left2, gap2 = 1, np.inf
            keep2[0] = 0
            if left > 1:
                left2, gap2 = _contest(low, high, b, few, left, d, keep2)
            if left2 == 1:
                seen[1] += 1
                new = ids[keep2[0]]
                old = whole[b]
                if old >= 0 or first:
                    if old != new:
                        _settle_block(b, start, size, old, new, labels, changed, total, block_sums,
                                      sums, counts)  # fmt: skip
                        total += size
                else:
                    for i in range(start, start + size):
                        if np.int32(labels[i]) != new:
                            _settle_point(rows, i, np.int32(labels[i]), new, labels, changed, total,
                                          down, up, sums, counts)  # fmt: skip
                            total += 1
                whole[b] = new
                expiry[b] = spent + min(gap, gap2)
                soonest = min(soonest, expiry[b])
                continue
            seen[2] += 1
            for q in range(left2):
                keep2[q] = ids[keep2[q]]
            slack = _slack(b, low, high, center, scale, P, keep2, left2, kappa, delta_unit)
            padded = (left2 + 3) // 4 * 4
            for q in range(left2, padded):
                keep2[q] = C.shape[0]
            floor = np.float32(slack) if slack < 3e38 else np.float32(np.inf)
            load(rows, start, size, center, scale, x)
            score(x, P, keep2, padded, best, second, winner, 0, size)
            # Late in a run nearly all blocks pass this; the loops are apart to be vector loops.
            for j in range(size):
                winner[j] = winner[j] if second[j] > best[j] * bar + floor else -1
            odd = np.int32(0)
            for j in range(size):
                odd += np.int32(0) if winner[j] == np.int32(labels[start + j]) else np.int32(1)
            if first or odd > 0:
                for j in range(size):
                    i = start + j
                    new = winner[j]
                    if new < 0:
                        new = np.int32(nearest(rows, i, C))
                    old = np.int32(-1) if first else np.int32(labels[i])
                    if old != new:
                        _settle_point(rows, i, old, new, labels, changed, total, down, up, sums,
                                      counts)  # fmt: skip
                        total += 1
            whole[b] = -1
            expiry[b] = -np.inf
            # With few features a block on a border has a point on it, more or less: no gap.
            if odd == 0 and N > 3:
                own_gap = _smallest_gap(best, second, size, np.float32(rho))
                own_gap -= 2.0**-8 * np.sqrt(slack)
                expiry[b] = spent + min(gap, gap2, own_gap / scale * (1.0 - 1e-9))
            soonest = min(soonest, expiry[b])
        parent_expiry[p] = soonest
    return total


@kernel()
def scatter_labels(sorted_labels, order, start, stop, labels):
    """Write the labels of sorted rows to the rows' own places in `labels` (out, (M,))."""
    for i in range(start, stop):
        labels[order[i]] = sorted_labels[i]
