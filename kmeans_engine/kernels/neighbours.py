"""Points that remember when to look again, and then look only at the neighbours of their centroid.

All lengths are in the units of the scores (see `kernels.assign`). For centroid a, D_ac is a lower
bound of its distance to centroid c; for point x of cluster a, u is an upper bound of its distance
to a, and R_a one of all u in the cluster.

Who can win. |x - c| >= D_ac - u, so a centroid with D_ac > 2 u is farther than a (the exponion of
Newling and Fleuret 2016, with a sphere for each tile of points in place of one for each point).
A further sqrt(slack) between them leaves |x - c|^2 - |x - a|^2 > slack, more than the definition
can be wrong by.

When to look again. At a look, the gap of x is a lower bound of |x - c| - |x - a| over all other c:
the difference of the two best scores, or D_ac - 2 u for those that were not scored. When the
centroids move it shrinks by the shift of a and that of c, so by no more than the shift of a plus
the largest shift among the c with D_ac < 2 R_a + tau; each other c is at least D_ac - 2 R_a >= tau
behind for the time being. `spent[a]` adds up the former; the least sum of `spent[a]` and the latter
is the `ceiling[a]` of the cluster. So the label of x stands while spent[a] is less than both the
ceiling and `expiry[x]`, which is spent[a] plus the gap at the look. One comparison a point and
iteration, nothing written; and a centroid that moves far only disturbs the clusters beside it.
(Hamerly 2010 has one bound a point and the largest of all shifts.)

Rounding: see `kernels.bounds` for the gap. Sums of `spent` are float64 and taken up by a relative
1e-9, `expiry` is float32 and taken down by 2^-22. Guarded by tests/test_neighbours.py.
"""

import numpy as np

from kmeans_engine._jit import kernel
from kmeans_engine.kernels.assign import BLOCK, block_slack, load, nearest, score
from kmeans_engine.kernels.bounds import FAR, bounded, farthest, gap_between
from kmeans_engine.kernels.vector import (
    WIDTH, add_square, floats, load_row, prefetch, spread, store,
)  # fmt: skip

__all__ = [
    "SEGMENT", "TILE", "expired", "look", "measure_centroids", "move_centroids", "start_points",
]  # fmt: skip

# Points that share a list of centroids.
TILE = 64
# Points of a cluster that are sorted by distance before they are cut into tiles.
SEGMENT = 512
_BINS = 16
# Rows between a prefetch and its use.
_AHEAD = 16
# Features from which on that pays.
_WORTH_ORDER = 8
# tau, in radii.
_TAU = 1.0
_DOWN = 1.0 - 2.0**-22


@kernel("contract")
def start_points(
    X, C, P, rows, count, center, scale, rho, kappa, delta_unit, root, C_max, labels, expiry,
    radius, x, best, second, winner,
):  # fmt: skip
    """Find the labels of rows from nothing.

    Parameters: as in `kernels.assign.assign_block`, but `labels` (out, (B,)) of any type; `expiry`
    (out, (B,) float32), for `spent` of 0; `radius` (in and out, (K,)).
    """
    bar, root = np.float32(1.0 + rho), np.float32(root)
    for start in range(0, X.shape[0], BLOCK):
        size = min(BLOCK, X.shape[0] - start)
        load(X, start, size, center, scale, x)
        slack = block_slack(x, size, C_max, kappa, delta_unit)
        floor, error = bounded(slack, kappa)
        score(x, P, rows, count, best, second, winner, 0, size)
        for j in range(size):
            i = start + j
            k, gap = np.int64(winner[j]), np.float32(0.0)
            if second[j] > best[j] * bar + floor:
                gap = gap_between(best[j], second[j], root, error)
            else:
                k = np.int64(nearest(X, i, C))
            labels[i] = k
            expiry[i] = gap * np.float32(_DOWN)
            # What the definition prefers to the best score is no farther.
            radius[k] = max(radius[k], np.float64(farthest(best[j], root, error)))


@kernel("contract")
def measure_centroids(P, columns, first, root, error, D):
    """Write D_ac, see above, for some centroids a from `first` on.

    `P` as in `kernels.assign.score`; `columns` (in, (N, >= K)), P the other way round, padded with
    inf to a multiple of WIDTH; `root`, `error` as in `kernels.bounds`; `D` (out, (R, >= K) float32).
    """
    flat, less = D.reshape(D.size), np.float32(1.0 - root)
    for r in range(D.shape[0]):
        for j in range(0, D.shape[1], WIDTH):
            s = floats(np.float32(0.0))
            for n in range(P.shape[1]):
                s = add_square(s, load_row(columns, n, j), spread(P, first + r, n))
            store(flat, r * D.shape[1] + j, s)
        for c in range(D.shape[1]):
            D[r, c] = min(np.sqrt(D[r, c]) * less - error, FAR)


@kernel()
def move_centroids(D, first, shifts, radius, spent, ceiling, threshold):
    """Account for a move of the centroids, for some clusters a from `first` on.

    `D` (in, (R, >= K) float32); `shifts` (in, (K,)), how far each moved; `radius`,
    `spent`, `ceiling` (in and out, (K,)); `threshold` (out, (K,) float32): a label stands while
    the point's expiry is more.
    """
    for r in range(D.shape[0]):
        a = first + r
        radius[a] += shifts[a]
        reach = np.float32(radius[a] * (2.0 + _TAU) * (1.0 + 2.0**-20))
        largest, closest = 0.0, np.float32(np.inf)
        for c in range(shifts.shape[0]):
            # Whatever is not a number is a neighbour.
            if D[r, c] > reach:
                closest = min(closest, D[r, c])
            elif c != a:
                largest = max(largest, shifts[c])
        spent[a] = (spent[a] + shifts[a] + largest) * (1.0 + 1e-9)
        ceiling[a] = min(ceiling[a], (spent[a] + closest - 2.0 * radius[a]) * (1.0 - 1e-9))
        threshold[a] = np.float32(spent[a] * (1.0 + 2.0**-22))
        if not spent[a] < ceiling[a]:
            threshold[a] = np.float32(np.inf)


@kernel()
def expired(labels, expiry, threshold, first, rows, due, counts, positions):
    """List the rows of `labels` (in, (B,)) whose expiry (in, (B,)) has come, cluster by cluster.

    `threshold` as in `move_centroids`; `first`, number of row 0; `rows` (scratch, (B,) uint32);
    `due` (out, (B,) uint32); `counts` (in and out, (K,)): how many of each cluster; `positions`
    (scratch, (K + 1,)). Returns how many.
    """
    total = np.uintp(0)
    for i in range(labels.shape[0]):
        rows[total] = np.uint32(i)
        total += np.uintp(0) if expiry[i] > threshold[labels[i]] else np.uintp(1)
    positions[:] = 0
    for j in range(total):
        positions[np.intp(labels[rows[j]]) + 1] += 1
    for k in range(counts.shape[0]):
        counts[k] += positions[k + 1]
        positions[k + 1] += positions[k]
    for j in range(total):
        k = labels[rows[j]]
        due[positions[k]] = np.uint32(first) + rows[j]
        positions[k] += 1
    return np.int64(total)


@kernel()
def _gather(X, members, size, center, scale, x):
    """Write the rows `members` (in) of `X` to `x` (out), as `kernels.assign.load` does."""
    if X.shape[1] == 2:
        flat = X.reshape(X.size)
        for j in range(size):
            at = np.uintp(members[j]) * np.uintp(2)
            x[0, j] = np.float32((flat[at] - center[0]) * scale)
            x[1, j] = np.float32((flat[at + np.uintp(1)] - center[1]) * scale)
        return
    for j in range(size):
        i = members[j]
        for n in range(X.shape[1]):
            x[n, j] = np.float32((X[i, n] - center[n]) * scale)


@kernel("contract")
def _own_scores(x, size, P, a, own):
    """Write the scores of `size` columns of `x` against row `a` of `P` to `own` (out)."""
    for j in range(0, size, WIDTH):
        s = floats(np.float32(0.0))
        for n in range(P.shape[1]):
            s = add_square(s, load_row(x, n, j), spread(P, a, n))
        store(own, j, s)


@kernel("contract", "reassoc")
def _own_score(X, i, center, scale, P, a):
    """Return the score of row `i` of `X` against row `a` of `P`; its sum may go in any order."""
    s = np.float32(0.0)
    for n in range(X.shape[1]):
        t = np.float32((X[i, n] - center[n]) * scale) - P[a, n]
        s += t * t
    return s


@kernel()
def _by_distance(own, size, order, counts):
    """Write the numbers of the `size` scores `own` (in) to `order` (out), in about their order."""
    largest = np.float32(0.0)
    for j in range(size):
        largest = own[j] if own[j] > largest else largest
    factor = np.float32(0.0)
    if largest > np.float32(1e-30) and largest < np.float32(1e30):
        factor = np.float32(_BINS - 0.01) / largest
    counts[:] = 0
    for j in range(size):
        counts[np.uintp(own[j] * factor) + np.uintp(1)] += 1
    for b in range(_BINS):
        counts[b + 1] += counts[b]
    for j in range(size):
        b = np.uintp(own[j] * factor)
        order[counts[b]] = j
        counts[b] += 1


@kernel("nnan", "nsz")
def _largest_of(values, size):
    largest = np.float32(0.0)
    for j in range(size):
        largest = max(largest, values[j])
    return largest


@kernel()
def _settle(own, best, second, winner, size, a, bar, floor, root, error, closest, spent, times):
    """Write the expiry of points that stay in cluster `a` to `times` (out); return how many go.

    Those that go, or whose winner the scores cannot tell, get NaN.
    """
    gone = np.int32(0)
    for j in range(size):
        u = np.sqrt(own[j]) * (np.float32(1.0) + root) + error
        low = np.sqrt(second[j]) * (np.float32(1.0) - root)
        gap = low - np.sqrt(best[j]) * (np.float32(1.0) + root) - error
        other = closest - np.float32(2.0) * u
        gap = gap if gap < other else other
        gap = gap if gap < FAR else FAR
        gap = gap if gap > np.float32(0.0) else np.float32(0.0)
        stays = (second[j] > best[j] * bar + floor) & (winner[j] == a)
        times[j] = np.float32((spent + np.float64(gap)) * _DOWN) if stays else np.float32(np.nan)
        gone += np.int32(0) if stays else np.int32(1)
    return gone


@kernel()
def _nearest_of(X, i, C, near, count):
    """Return the cluster of row `i` of `X` by definition, among `near` (in, (>= count,))."""
    best, winner = np.inf, near[0]
    for q in range(count):
        k = near[q]
        d = 0.0
        for n in range(C.shape[1]):
            t = np.float64(X[i, n]) - C[k, n]
            d += t * t
        if d < best:
            best, winner = d, k
    return winner


@kernel("contract")
def look(
    X, C, P, rows, count, D, center, scale, rho, kappa, delta_unit, root, C_max, labels, spent, due,
    expiry, radius, changed, new_labels, x, best, second, winner, own, order, bins, members, times,
    near,
):  # fmt: skip
    """Find the labels of the points `due` (in, (R,) uint32), cluster by cluster.

    Parameters: `X` (in, (M, N)); `labels` (in, (M,)); `expiry` (in and out, (M,)); `C`, `P`,
    `rows`, `center`, `scale`, `rho`, `kappa`, `delta_unit`, `C_max` as in `kernels.assign`, but
    `count` of `rows` without what fills them up; `root` as in `kernels.bounds`; `D`, `spent` as in
    `move_centroids`, for all clusters; `radius` (in and out, (K,)), of what is looked at; `changed`
    (out, (R,) uint32), `new_labels` (out, (R,)): points whose label changed, and to what; the rest
    is scratch. Returns how many changed, and how many scores it took.
    """
    bar, root = np.float32(1.0 + rho), np.float32(root)
    K, N = C.shape
    wide = 0.0
    for n in range(N):
        wide += 4.0 * C_max[n] * C_max[n]
    wide = np.sqrt(wide) * (1.0 + 2.0**-10)
    high = np.sqrt(np.float64(N)) * (1.0 + 2.0**-10) * (1.0 + np.float64(root))
    total, scored, begin = 0, 0, 0
    while begin < due.shape[0]:
        a = np.int64(labels[due[begin]])
        end = begin + 1
        while end < min(due.shape[0], begin + SEGMENT) and np.int64(labels[due[end]]) == a:
            end += 1
        # Sorted by distance, tiles have lists half as long (1 M x 16), which pays from here on.
        ordered = N >= _WORTH_ORDER and end - begin > TILE
        if ordered:
            for j in range(end - begin):
                prefetch(X, due[min(begin + j + _AHEAD, due.shape[0] - 1)], 0)
                own[j] = _own_score(X, due[begin + j], center, scale, P, a)
            _by_distance(own, end - begin, order, bins)
        for start in range(begin, end, TILE):
            size = min(TILE, end - start)
            for j in range(size):
                members[j] = due[begin + order[start - begin + j]] if ordered else due[start + j]
            if not ordered:
                for j in range(start + size, min(start + size + TILE, due.shape[0])):
                    prefetch(X, due[j], 0)
            _gather(X, members, size, center, scale, x)
            _own_scores(x, size, P, a, own)
            far = _largest_of(own, size)
            # |x'_n| <= |a'_n| + |x' - a'|: no look at the points themselves.
            extent = wide + high * np.sqrt(np.float64(far))
            floor, error = bounded(kappa + delta_unit * extent * extent, kappa)
            reach = np.float32(2.0 * (1.0 + 2.0**-20)) * farthest(far, root, error)
            reach += np.sqrt(floor)
            left, closest = np.uintp(0), FAR
            for q in range(count):
                k = rows[q]
                near[left] = k
                d = D[a, k]
                out = d > reach
                closest = d if out and d < closest else closest
                left += np.uintp(0) if out else np.uintp(1)
            listed = np.int64(left)
            padded = (listed + 3) // 4 * 4
            for q in range(listed, padded):
                near[q] = K
            scored += padded * size
            score(x, P, near, padded, best, second, winner, 0, size)
            gone = _settle(own, best, second, winner, size, a, bar, floor, root, error, closest,
                           spent[a], times)  # fmt: skip
            for j in range(size):
                expiry[members[j]] = times[j]
            if gone < size:
                radius[a] = max(radius[a], np.float64(farthest(far, root, error)))
            if gone == 0:
                continue
            for j in range(size):
                if times[j] == times[j]:
                    continue
                i, new, gap = members[j], np.int64(winner[j]), np.float32(0.0)
                if second[j] > best[j] * bar + floor:
                    gap = gap_between(best[j], second[j], root, error)
                    u = farthest(own[j], root, error)
                    gap = max(min(gap, closest - np.float32(2.0) * u), np.float32(0.0))
                else:
                    new = np.int64(_nearest_of(X, i, C, near, listed))
                expiry[i] = np.float32((spent[new] + np.float64(gap)) * _DOWN)
                radius[new] = max(radius[new], np.float64(farthest(best[j], root, error)))
                if new != a:
                    changed[total] = i
                    new_labels[total] = new
                    total += 1
        begin = end
    return total, scored
