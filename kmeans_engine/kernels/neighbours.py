"""Points that look only at the neighbours of their centroid. For many centroids or features.

When to look is `kernels.bounds`, with its names. Who can win: |x - c| >= D_ac - u, so a centroid
with D_ac > 2 u is farther than a (the exponion of Newling and Fleuret 2016, with a sphere for each
tile of points of one cluster in place of one for each point). A further sqrt(slack) between them
leaves |x - c|^2 - |x - a|^2 > slack, more than the definition can be wrong by. The gap is then the
lesser of that between the two best scores and D_ac - 2 u for the nearest c that was not scored.
Guarded by tests/kmeans_engine/strategies/test_neighbours.py.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.assign import Scoring, score, score_of, squared_distance
from kmeans_engine.kernels.bounds import (
    DOWN,
    FAR,
    Finder,
    Memory,
    bounded,
    farthest,
    gap_between,
    gather,
)
from kmeans_engine.kernels.changes import Changes, publish
from kmeans_engine.kernels.vector import (
    WIDTH,
    add_square,
    floats,
    load_row,
    prefetch,
    spread,
    store,
)
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["SEGMENT", "TILE", "Search", "Tiles", "look"]

# Points that share a list of centroids.
TILE = 64
# Points of a cluster that are sorted by distance before they are cut into tiles.
SEGMENT = 512
_BINS = 16
# Rows between a prefetch and its use.
_AHEAD = 16
# Features from which on that pays.
_WORTH_ORDER = 8


class Tiles(Record):
    """Scratch for the points of a cluster, cut into tiles.

    Attributes
    ----------
    own : (SEGMENT,) float32
        Their scores against the centroid of the cluster.
    order, bins : (SEGMENT,) int32
        Their order by those.
    members : (TILE,) uint32
        The points of a tile.
    times : (TILE,) float32
        When to look at them again.
    near : (K + 4,) int32
        The centroids that are listed.
    """

    own: npt.NDArray[np.float32]
    order: npt.NDArray[np.int32]
    bins: npt.NDArray[np.int32]
    members: npt.NDArray[np.uint32]
    times: npt.NDArray[np.float32]
    near: npt.NDArray[np.int32]


class Search(Record):
    """All that a worker needs, in one argument; `D` as in `kernels.cells.Cells`."""

    scoring: Scoring
    memory: Memory
    due: npt.NDArray[np.uint32]
    changes: Changes
    finder: Finder
    D: npt.NDArray[np.float32]
    tiles: Tiles


@kernel("contract", counted=False, inner=True)
def _own_scores(x, size, P, a, own):
    """Write the scores of `size` columns of `x` against row `a` of `P` to `own` (out)."""
    for j in range(0, size, WIDTH):
        s = floats(np.float32(0.0))
        for n in range(P.shape[1]):
            s = add_square(s, load_row(x, n, j), spread(P, a, n))
        store(own, j, s)


@kernel(counted=False, inner=True)
def _by_distance(own, size, order, counts):
    """Write the numbers of the `size` scores `own` (in) to `order` (out), in about their order."""
    largest = np.float32(0.0)
    for j in range(size):
        largest = own[j] if own[j] > largest else largest
    factor = np.float32(0.0)
    if largest > np.float32(1e-30) and largest < np.float32(1e30):
        factor = np.float32(_BINS - 0.01) / largest
    for b in range(_BINS + 1):
        counts[b] = 0
    for j in range(size):
        counts[np.uintp(own[j] * factor) + np.uintp(1)] += 1
    for b in range(_BINS):
        counts[b + 1] += counts[b]
    for j in range(size):
        b = np.uintp(own[j] * factor)
        order[counts[b]] = j
        counts[b] += 1


@kernel(counted=False, inner=True)
def _settle(batch, tiles, size, a, bar, floor, root, error, closest, spent):
    """Write the expiry of points that stay in cluster `a` to `times`; return how many go.

    Those that go, or whose winner the scores cannot tell, get NaN.
    """
    best, second, winner = batch.best, batch.second, batch.winner
    own, times = tiles.own, tiles.times
    gone = np.int32(0)
    for j in range(size):
        u = np.sqrt(own[j]) * (np.float32(1.0) + root) + error
        low = np.sqrt(second[j]) * (np.float32(1.0) - root)
        high = np.sqrt(best[j]) * (np.float32(1.0) + root) + error
        gap = low - high if low > high else np.float32(0.0)  # both may be infinite
        other = closest - np.float32(2.0) * u
        gap = gap if gap < other else other
        gap = gap if gap < FAR else FAR
        gap = gap if gap > np.float32(0.0) else np.float32(0.0)
        stays = (second[j] > best[j] * bar + floor) & (winner[j] == a)
        times[j] = np.float32((spent + np.float64(gap)) * DOWN) if stays else np.float32(np.nan)
        gone += np.int32(0) if stays else np.int32(1)
    return gone


@kernel(counted=False, inner=True)
def _nearest_of(X, i, C, near, count):
    """Return the cluster of row `i` of `X` by definition, among `near` (in, (>= count,))."""
    best, winner = np.inf, near[0]
    for q in range(count):
        k = near[q]
        d = squared_distance(X, i, C, k)
        if d < best:
            best, winner = d, k
    return winner


@kernel("contract", counted=False)
def look(task, first, stop):
    """Find the labels of the points ``due[first:stop]``, cluster by cluster, among neighbours.

    As `kernels.bounds.look_around`, but `task` is a `Search`.
    """
    scoring, memory, due, finder = task.scoring, task.memory, task.due, task.finder
    C, P, rows = scoring.C, scoring.P, scoring.rows
    center, scale, C_max = scoring.center, scoring.scale, scoring.reach
    kappa, delta_unit = scoring.kappa, scoring.delta_unit
    X, labels, expiry, spent = memory.X, memory.labels, memory.expiry, memory.spent
    radius, draft, batch = finder.radius, finder.draft, finder.batch
    changed, new_labels, old_labels = draft.points, draft.labels, draft.before
    tiles, D = task.tiles, task.D
    x, best, second, winner = batch.x, batch.best, batch.second, batch.winner
    own, order, bins, members = tiles.own, tiles.order, tiles.bins, tiles.members
    times, near = tiles.times, tiles.near
    bar, root = np.float32(1.0 + scoring.rho), np.float32(scoring.root)
    (K, N), count = C.shape, scoring.count[1]
    wide = 0.0
    for n in range(N):
        wide += 4.0 * C_max[n] * C_max[n]
    wide = np.sqrt(wide) * (1.0 + 2.0**-10)
    high = np.sqrt(np.float64(N)) * (1.0 + 2.0**-10) * (1.0 + np.float64(root))
    total, scored, begin = 0, 0, first
    while begin < stop:
        a = np.int64(labels[due[begin]])
        end = begin + 1
        while end < min(stop, begin + SEGMENT) and np.int64(labels[due[end]]) == a:
            end += 1
        # Sorted by distance, tiles have lists half as long (1 M x 16), which pays from here on.
        ordered = N >= _WORTH_ORDER and end - begin > TILE
        if ordered:
            for j in range(end - begin):
                prefetch(X, due[min(begin + j + _AHEAD, stop - 1)], 0)
                own[j] = score_of(X, due[begin + j], center, scale, P, a)
            _by_distance(own, end - begin, order, bins)
        for start in range(begin, end, TILE):
            size = min(TILE, end - start)
            for j in range(size):
                members[j] = due[begin + order[start - begin + j]] if ordered else due[start + j]
            if not ordered:
                for j in range(start + size, min(start + size + TILE, stop)):
                    prefetch(X, due[j], 0)
            gather(X, members, 0, size, center, scale, x)
            _own_scores(x, size, P, a, own)
            far = np.float32(0.0)
            for j in range(size):
                far = max(far, own[j])
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
            gone = _settle(batch, tiles, size, a, bar, floor, root, error, closest, spent[a])
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
                expiry[i] = np.float32((spent[new] + np.float64(gap)) * DOWN)
                radius[new] = max(radius[new], np.float64(farthest(best[j], root, error)))
                if new != a:
                    changed[total] = i
                    new_labels[total] = new
                    old_labels[total] = a
                    total += 1
        begin = end
    publish(draft, task.changes, total)
    finder.scored[0] += scored
