"""Points that remember when to look again. Until then their labels stand.

All lengths are in the units of the scores (see `kernels.assign`). For centroid a, D_ac is a lower
bound of its distance to centroid c; for point x of cluster a, u is an upper bound of its distance
to a, and R_a one of all u in the cluster.

At a look, the gap of x is a lower bound of |x - c| - |x - a| over all other c. When the centroids
move it shrinks by the shift of a and that of c, so by no more than the shift of a plus the largest
shift among the c with D_ac < 2 R_a + tau; each other c is at least D_ac - 2 R_a >= tau behind for
the time being. `spent[a]` adds up the former; the least sum of `spent[a]` and the latter is the
`ceiling[a]` of the cluster. So the label of x stands while spent[a] is less than both the ceiling
and `expiry[x]`, which is spent[a] plus the gap at the look. That is one comparison a point and
iteration, with nothing written; and a centroid that moves far only disturbs the clusters beside it.
(Hamerly 2010 has one bound a point too, which shrinks by the largest of all shifts.) Points whose
time has come are gathered into dense blocks, which keep the scores vector loops.

Rounding: with the names of `kernels.assign`, a score s of a point at the distance d has
|sqrt(s) - d| <= (gamma / 2 + 2 u) sqrt(s) + Delta + sqrt(nu), with Delta <= 2^-9 sqrt(slack); the
gap is less by what `root` = 2 gamma >= 8 u and `error` = 2^-8 sqrt(slack) + 2 sqrt(kappa) make of
both scores. Sums of `spent` are float64 and taken up by a relative 1e-9, `expiry` is float32 and
taken down by 2^-22. A time that has not come means that the definition has the same winner, whose
relative error is far smaller than root / 2, and whose underflow error is no more than kappa / 4.
Guarded by tests/kmeans_engine/strategies/test_bounds.py.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.assign import (
    BATCH,
    Batch,
    Scoring,
    batch_slack,
    load,
    nearest,
    score,
)
from kmeans_engine.kernels.vector import (
    WIDTH,
    add_square,
    due_bits,
    floats,
    load_row,
    lowest_bit,
    prefetch,
    spread,
    store,
)  # fmt: skip
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = [
    "DOWN",
    "FAR",
    "Finder",
    "Memory",
    "Task",
    "bounded",
    "expired",
    "farthest",
    "gap_between",
    "gather",
    "look_around",
    "measure_centroids",
    "move_centroids",
    "start_points",
]

DOWN = 1.0 - 2.0**-22
# tau, in radii.
_TAU = 1.0
# Rows between a prefetch and its use.
_AHEAD = 16
# Features that are gathered together: a cache line of them.
_FEATURES = 16

# What float32 cannot hold as a square counts as this far.
FAR = np.float32(2.0**60)


class Memory(Record):
    """What a run remembers of its points and clusters; see above.

    Attributes
    ----------
    X : (M, N) float32 or float64
        The points.
    labels : (M,)
        Their clusters.
    expiry : (M,) float32
        When to look at each again.
    spent : (K,) float64
        See above.
    """

    X: npt.NDArray[np.floating]
    labels: npt.NDArray[np.unsignedinteger]
    expiry: npt.NDArray[np.float32]
    spent: npt.NDArray[np.float64]


class Finder(Record):
    """What one worker finds, and its scratch.

    Attributes
    ----------
    radius : (K,) float64, in and out
        R of the points that were looked at.
    changed : (R,) uint32, out
        Points whose label changed ...
    new_labels : (R,), out
        ... and to what.
    batch : Batch
        Scratch.
    """

    radius: npt.NDArray[np.float64]
    changed: npt.NDArray[np.uint32]
    new_labels: npt.NDArray[np.unsignedinteger]
    batch: Batch


class Task(Record):
    """All that a worker needs, in one argument."""

    scoring: Scoring
    memory: Memory
    finder: Finder


@kernel(counted=False)
def bounded(slack, kappa):
    """Return `slack` of `kernels.assign` and `error`, see above, as float32."""
    if not slack < 3e38:
        return np.float32(np.inf), np.float32(np.inf)
    return np.float32(slack), np.float32(2.0**-8 * np.sqrt(slack) + 2.0 * np.sqrt(kappa))


@kernel(counted=False, inner=True)
def farthest(s, root, error):
    """Return an upper bound of the distance with score `s`."""
    return np.sqrt(s) * (np.float32(1.0) + root) + error


@kernel(counted=False, inner=True)
def gap_between(best, second, root, error):
    """Return a lower bound of the difference of the distances with two scores, or 0."""
    low = np.sqrt(second) * (np.float32(1.0) - root)
    high = np.sqrt(best) * (np.float32(1.0) + root) + error
    gap = low - high if low > high else np.float32(0.0)  # both may be infinite
    return min(gap, FAR) if gap > np.float32(0.0) else np.float32(0.0)


@kernel("contract")
def start_points(task, first, stop, count):
    """Find the labels of the points from `first` to `stop` from nothing, for `spent` of 0.

    Parameters: `task`, a record whose `memory` is written to but for `spent`; `count` (in), how
    many of `scoring.rows`.
    """
    scoring, memory, batch = task.scoring, task.memory, task.finder.batch
    C, P, rows = scoring.C, scoring.P, scoring.rows
    center, scale, reach = scoring.center, scoring.scale, scoring.reach
    kappa, delta_unit = scoring.kappa, scoring.delta_unit
    X, labels, expiry, radius = memory.X, memory.labels, memory.expiry, task.finder.radius
    x, best, second, winner = batch.x, batch.best, batch.second, batch.winner
    bar, root = np.float32(1.0 + scoring.rho), np.float32(scoring.root)
    for start in range(first, stop, BATCH):
        size = min(BATCH, stop - start)
        load(X, start, size, center, scale, x)
        slack = batch_slack(x, size, reach, kappa, delta_unit)
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
            expiry[i] = gap * np.float32(DOWN)
            # What the definition prefers to the best score is no farther.
            radius[k] = max(radius[k], np.float64(farthest(best[j], root, error)))


@kernel("contract")
def measure_centroids(P, columns, first, root, error, D):
    """Write D_ac, see above, for some centroids a from `first` on.

    `P` as in `kernels.assign.score`; `columns` (in, (N, >= K)), P the other way round, padded with
    inf to a multiple of WIDTH; `root`, `error`, see above; `D` (out, (R, >= K) float32).
    """
    flat, less = D.reshape(D.size), np.float32(1.0 - root)
    for r in range(D.shape[0]):
        for j in range(0, D.shape[1], WIDTH):
            s = floats(np.float32(0.0))
            for n in range(P.shape[1]):
                s = add_square(s, load_row(columns, n, j), spread(P, first + r, n))
            store(flat, r * D.shape[1] + j, s)
        for c in range(D.shape[1]):
            d = np.sqrt(D[r, c]) * less
            D[r, c] = min(d - error, FAR) if d > error else np.float32(0.0)


@kernel(counted=False)
def move_centroids(D, first, shifts, radius, spent, ceiling, threshold):
    """Account for a move of the centroids, for some clusters a from `first` on.

    `D` (in, (R, >= K) float32, or (R, 0)); `shifts` (in, (K,)), how far each moved; `radius`,
    `spent`, `ceiling` (in and out, (K,)); `threshold` (out, (K,) float32): a label stands while
    the point's expiry is more.
    """
    for r in range(D.shape[0]):
        a = first + r
        radius[a] += shifts[a]
        reach = np.float32(radius[a] * (2.0 + _TAU) * (1.0 + 2.0**-20))
        largest, closest = 0.0, np.float32(np.inf)
        # Whatever is not a number is a neighbour, and so is everything if no distance is known.
        for c in range(shifts.shape[0]):
            if D.shape[1] > 0 and D[r, c] > reach:
                closest = min(closest, D[r, c])
            elif c != a:
                largest = max(largest, shifts[c])
        spent[a] = (spent[a] + shifts[a] + largest) * (1.0 + 1e-9)
        if closest < np.inf:  # else all others are neighbours
            behind = spent[a] + closest - 2.0 * radius[a]
            ceiling[a] = min(ceiling[a], behind * (1.0 - 1e-9))
        threshold[a] = np.float32(spent[a] * (1.0 + 2.0**-22))
        if not spent[a] < ceiling[a]:
            threshold[a] = np.float32(np.inf)


@kernel(counted=False)
def expired(labels, expiry, threshold, first, sort, rows, due, counts, positions):
    """List the rows of `labels` (in, (B,)) whose expiry (in, (B,)) has come.

    `threshold` as in `move_centroids`; `first`, number of row 0; `sort`, whether to list them
    cluster by cluster, else they ascend; `rows` (scratch, (B,) uint32);
    `due` (out, (B,) uint32); `counts` (in and out, (K,)): how many of each cluster; `positions`
    (scratch, (K + 1,)). Returns how many.
    """
    total = np.uintp(0)
    whole = labels.shape[0] // WIDTH * WIDTH
    for i in range(0, whole, WIDTH):
        bits = due_bits(expiry, labels, threshold, i)
        while bits != 0:
            rows[total] = np.uint32(i) + lowest_bit(bits)
            total += np.uintp(1)
            bits &= bits - np.uint32(1)
    for i in range(whole, labels.shape[0]):
        rows[total] = np.uint32(i)
        total += np.uintp(0) if expiry[i] > threshold[labels[i]] else np.uintp(1)
    for k in range(positions.shape[0]):
        positions[k] = 0
    for j in range(total):
        positions[np.intp(labels[rows[j]]) + 1] += 1
    for k in range(counts.shape[0]):
        counts[k] += positions[k + 1]
        positions[k + 1] += positions[k]
    if not sort:
        for j in range(total):
            due[j] = np.uint32(first) + rows[j]
        return np.int64(total)
    for j in range(total):
        k = labels[rows[j]]
        due[positions[k]] = np.uint32(first) + rows[j]
        positions[k] += 1
    return np.int64(total)


@kernel(counted=False, inner=True)
def gather(X, rows, start, size, center, scale, x):
    """Write `size` of the rows `rows` (in) of `X`, from `start` on, to `x` (out) like `load`."""
    if X.shape[1] == 2:
        for j in range(size):
            prefetch(X, rows[start + min(j + _AHEAD, size - 1)], 0)
            i = rows[start + j]
            x[0, j] = np.float32((X[i, 0] - center[0]) * scale)
            x[1, j] = np.float32((X[i, 1] - center[1]) * scale)
        return
    # A few features at a time, so that the lines of `x` that are written stay in the cache.
    for first in range(0, X.shape[1], _FEATURES):
        stop = min(first + _FEATURES, X.shape[1])
        for j in range(size):
            prefetch(X, rows[start + min(j + _AHEAD, size - 1)], first)
            i = rows[start + j]
            for n in range(first, stop):
                x[n, j] = np.float32((X[i, n] - center[n]) * scale)


@kernel("contract")
def look_around(task, due, count):
    """Find the labels of the points `due` (in, (R,) uint32) among all centroids.

    Parameters: `task`, a record of which `expiry` and what is found are written; `count` (in), how
    many of `scoring.rows`. Returns how many labels change, and how many scores it took.
    """
    scoring, memory, finder = task.scoring, task.memory, task.finder
    C, P, rows = scoring.C, scoring.P, scoring.rows
    center, scale, reach = scoring.center, scoring.scale, scoring.reach
    kappa, delta_unit = scoring.kappa, scoring.delta_unit
    X, labels, expiry, spent = memory.X, memory.labels, memory.expiry, memory.spent
    radius, changed, new_labels = finder.radius, finder.changed, finder.new_labels
    batch = finder.batch
    x, best, second, winner = batch.x, batch.best, batch.second, batch.winner
    bar, root = np.float32(1.0 + scoring.rho), np.float32(scoring.root)
    total = 0
    for start in range(0, due.shape[0], BATCH):
        size = min(BATCH, due.shape[0] - start)
        gather(X, due, start, size, center, scale, x)
        slack = batch_slack(x, size, reach, kappa, delta_unit)
        floor, error = bounded(slack, kappa)
        score(x, P, rows, count, best, second, winner, 0, size)
        for j in range(size):
            winner[j] = winner[j] if second[j] > best[j] * bar + floor else -1
            low = np.sqrt(second[j]) * (np.float32(1.0) - root)
            best[j] = np.sqrt(best[j]) * (np.float32(1.0) + root)
            high = best[j] + error
            gap = low - high if low > high else np.float32(0.0)  # both may be infinite
            gap = gap if gap < FAR else FAR
            second[j] = gap if gap > np.float32(0.0) else np.float32(0.0)
        for j in range(size):
            i, new, gap = due[start + j], np.int64(winner[j]), second[j]
            if new < 0:
                new, gap = np.int64(nearest(X, i, C)), np.float32(0.0)
            expiry[i] = np.float32((spent[new] + np.float64(gap)) * DOWN)
            radius[new] = max(radius[new], np.float64(best[j] + error))
            if new != np.int64(labels[i]):
                changed[total] = i
                new_labels[total] = new
                total += 1
    return total, due.shape[0] * count
