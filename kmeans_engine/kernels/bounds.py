"""Points that remember when to look again. Until then their labels stand.

All lengths are in the units of the scores (see `kernels.assign`). For centroid a, D_ac is a lower
bound of its distance to centroid c; for point x of cluster a, u is an upper bound of its distance
to a, and R_a one of all u in the cluster.

At a look, the gap of x is a lower bound of |x - c| - |x - a| over all other c. When the centroids
move it shrinks by the shift of a and that of c, so by no more than the shift of a plus the largest
shift among the c with D_ac < 2 R_a + tau; each other c that moved is at least D_ac - 2 R_a >= tau
behind for the time being. `spent[a]` adds up the former; the least sum of `spent[a]` and the latter
is the `ceiling[a]` of the cluster. So the label of x stands while spent[a] is less than both the
ceiling and `expiry[x]`, which is spent[a] plus the gap at the look. That is one comparison a point
and iteration, with nothing written; and a centroid that moves far only disturbs those beside it.
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
from kmeans_engine.kernels.changes import Changes, Draft, publish, reserve
from kmeans_engine.kernels.vector import (
    WIDTH,
    due_bits,
    lowest_bit,
    prefetch,
)  # fmt: skip
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = [
    "DOWN",
    "FAR",
    "Crew",
    "Finder",
    "Finding",
    "Listing",
    "Memory",
    "Task",
    "bounded",
    "farthest",
    "find_around",
    "gap_between",
    "gather",
    "list_due",
    "look_around",
    "merge_found",
    "start_points",
]

DOWN = 1.0 - 2.0**-22
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


class Listing(Record):
    """All that a worker needs to list points whose time has come.

    Attributes
    ----------
    threshold : (K,) float32
        As in `kernels.cells.Cells`.
    due : (M,) uint32, out
        The points, chunk after chunk as they are done ...
    total : (1,) int64, in and out
        ... and how many there are.
    ordered
        Whether to list them cluster by cluster within a chunk, else they ascend.
    listed : (R,) uint32
        Scratch for the rows of a chunk.
    positions : (K + 1,) int64
        Scratch.
    counts : (K,) int64, in and out
        How many of each cluster.
    """

    memory: Memory
    threshold: npt.NDArray[np.float32]
    due: npt.NDArray[np.uint32]
    total: npt.NDArray[np.int64]
    ordered: bool
    listed: npt.NDArray[np.uint32]
    positions: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


class Finder(Record):
    """What one worker finds out, and its scratch.

    Attributes
    ----------
    radius : (K,) float64, in and out
        R of the points that were looked at.
    scored : (1,) int64, in and out
        How many scores it took.
    draft : Draft
        For a chunk of points.
    batch : Batch
        Scratch.
    """

    radius: npt.NDArray[np.float64]
    scored: npt.NDArray[np.int64]
    draft: Draft
    batch: Batch


class Task(Record):
    """All that a worker needs to look at the points `due` (in, (M,) uint32)."""

    scoring: Scoring
    memory: Memory
    due: npt.NDArray[np.uint32]
    changes: Changes
    finder: Finder


class Finding(Record):
    """All that a worker needs to list points and to look at them."""

    listing: Listing
    search: Task


class Crew(Record):
    """What all workers found out about the clusters, and where it goes.

    Attributes
    ----------
    radii, counts : (W, >= K), in and out
        Those of `Finder` and `Listing`; they are cleared.
    used : (1,) int64
        How many of them there are.
    sizes : (K,) int64
        Points of each cluster before the look.
    radius, ceiling : (K,) float64, in and out
        See above.
    """

    radii: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    radius: npt.NDArray[np.float64]
    ceiling: npt.NDArray[np.float64]


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
def start_points(task, first, stop):
    """Find the labels of the points from `first` to `stop` from nothing, for `spent` of 0.

    `task`: a record whose `memory` is written to, but for `spent`, and `finder.radius`.
    """
    scoring, memory, batch = task.scoring, task.memory, task.finder.batch
    C, P, rows = scoring.C, scoring.P, scoring.rows
    center, scale, reach = scoring.center, scoring.scale, scoring.reach
    kappa, delta_unit = scoring.kappa, scoring.delta_unit
    X, labels, expiry, radius = memory.X, memory.labels, memory.expiry, task.finder.radius
    x, best, second, winner = batch.x, batch.best, batch.second, batch.winner
    bar, root, count = np.float32(1.0 + scoring.rho), np.float32(scoring.root), scoring.count[0]
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


@kernel(counted=False)
def list_due(task, start, stop):
    """List the points from `start` to `stop` whose time has come.

    `task`: a `Listing`, whose `due`, `total` and `counts` are written to. Returns where they begin
    in `due`, and where they end.
    """
    labels, expiry, threshold = task.memory.labels, task.memory.expiry, task.threshold
    due, counts, rows, positions = task.due, task.counts, task.listed, task.positions
    total = np.uintp(0)
    whole = start + (stop - start) // WIDTH * WIDTH
    for i in range(start, whole, WIDTH):
        bits = due_bits(expiry, labels, threshold, i)
        while bits != 0:
            rows[total] = np.uint32(i) + lowest_bit(bits)
            total += np.uintp(1)
            bits &= bits - np.uint32(1)
    for i in range(whole, stop):
        rows[total] = np.uint32(i)
        total += np.uintp(0) if expiry[i] > threshold[labels[i]] else np.uintp(1)
    first = np.uintp(reserve(task.total, np.int64(total)))
    if total == 0:
        return first, first
    for k in range(positions.shape[0]):
        positions[k] = 0
    for j in range(total):
        positions[np.intp(labels[rows[j]]) + 1] += 1
    for k in range(counts.shape[0]):
        counts[k] += positions[k + 1]
        positions[k + 1] += positions[k]
    if not task.ordered:
        for j in range(total):
            due[first + j] = rows[j]
        return first, first + total
    for j in range(total):
        k = labels[rows[j]]
        due[first + np.uintp(positions[k])] = rows[j]
        positions[k] += 1
    return first, first + total


@kernel(counted=False)
def merge_found(task, start, stop):
    """Bring radius and ceiling of some clusters up to date after a look; `task`: a `Crew`."""
    radii, counts, sizes = task.radii, task.counts, task.sizes
    radius, ceiling = task.radius, task.ceiling
    for k in range(start, stop):
        # A look at all points of a cluster replaces what was known of them.
        looks, farthest = np.int64(0), 0.0
        for w in range(task.used[0]):
            looks += counts[w, k]
            farthest = max(farthest, radii[w, k])
            counts[w, k], radii[w, k] = 0, 0.0
        if looks == sizes[k]:
            ceiling[k], radius[k] = np.inf, 0.0
        radius[k] = max(radius[k], farthest)


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
def look_around(task, first, stop):
    """Find the labels of the points ``due[first:stop]`` among all centroids.

    `task`: a record of which `expiry`, `changes` and `finder` are written.
    """
    scoring, memory, due, finder = task.scoring, task.memory, task.due, task.finder
    C, P, rows = scoring.C, scoring.P, scoring.rows
    center, scale, reach = scoring.center, scoring.scale, scoring.reach
    kappa, delta_unit = scoring.kappa, scoring.delta_unit
    X, labels, expiry, spent = memory.X, memory.labels, memory.expiry, memory.spent
    radius, draft, batch = finder.radius, finder.draft, finder.batch
    changed, new_labels, old_labels = draft.points, draft.labels, draft.before
    x, best, second, winner = batch.x, batch.best, batch.second, batch.winner
    bar, root, count = np.float32(1.0 + scoring.rho), np.float32(scoring.root), scoring.count[0]
    total = 0
    for start in range(first, stop, BATCH):
        size = min(BATCH, stop - start)
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
                old_labels[total] = labels[i]
                total += 1
    publish(draft, task.changes, total)
    finder.scored[0] += (stop - first) * count


@kernel("contract")
def find_around(task, start, stop):
    """List the points from `start` to `stop` whose time has come, and look at them at once.

    While their labels and times are still in the cache, which is a fifth of the time where scores
    are cheap. `task`: a `Finding`.
    """
    first, last = list_due(task.listing, start, stop)
    look_around(task.search, np.int64(first), np.int64(last))
