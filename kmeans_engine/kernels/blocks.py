"""Blocks of neighbouring points: assign a block as a whole, or its points to its few candidates.

What a box rules out, and by how much, is `kernels.boxes`; when to look again is `kernels.clocks`.

The memory. A label stands until the centroids have moved by its gap: that of its box to those that
were ruled out, and among the candidates that were scored that of `kernels.bounds`.

What a parent's box has ruled out for its own winner a' is ruled out for its children: there c loses
to a', which is a candidate of the child; and the child's gap is then limited by the parent's.
Guarded by tests/kmeans_engine/strategies/test_blocks.py.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.assign import Batch, Scoring, nearest, score
from kmeans_engine.kernels.bounds import DOWN, FAR, bounded, gap_between, gather
from kmeans_engine.kernels.boxes import box_slack, contest
from kmeans_engine.kernels.clocks import Clocks, advance_clock, due_after, earliest, list_late
from kmeans_engine.kernels.label_order import FAN, Moved, mark, mark_all
from kmeans_engine.kernels.products import move_row
from kmeans_engine.kernels.sums import transfer
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["FAN", "Found", "Sorted", "Sweep", "Tools", "Turn", "begin_turn", "merge_parts", "sweep"]

# Points so few, and candidates so few, that it does not pay to rule out more of them.
_FEW = 8


class Sorted(Record):
    """Points sorted into blocks of neighbours; see `points.blocks`.

    Attributes
    ----------
    rows : (M, N) float32 or float64
    order : (M,) uint32
        The point that each row is.
    parent_low, parent_high : (parents, N)
        Corners of the boxes of parents ...
    low, high : (blocks, N)
        ... and of blocks.
    sums : (blocks, L, N) int64
        Of the rows of each block.
    down, up
        As in `kernels.sums`.
    weights : (M,) int64 or None
        Of the rows, as bits of float64.
    exponents, width
        As in `kernels.products.move_row`.
    block
        Rows of a block.
    """

    rows: npt.NDArray[np.floating]
    order: npt.NDArray[np.uint32]
    parent_low: npt.NDArray[np.float64]
    parent_high: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    sums: npt.NDArray[np.int64]
    down: npt.NDArray[np.float64]
    up: npt.NDArray[np.float64]
    weights: npt.NDArray[np.int64] | None
    exponents: npt.NDArray[np.int64]
    width: int
    block: int


class Turn(Record):
    """Where a run stands.

    Attributes
    ----------
    state : (2,) int64
        Number of the turn, and whether it is the first, in which nothing has a label yet.
    spent : (1,) float64
        What the two largest of all shifts have added up to.
    expiry : (parents,) float64
        When to look at a parent again.
    active : (parents,) int64
        The parents whose time has come.
    """

    state: npt.NDArray[np.int64]
    spent: npt.NDArray[np.float64]
    expiry: npt.NDArray[np.float64]
    active: npt.NDArray[np.int64]


class Found(Record):
    """What one worker finds in a sweep.

    Attributes
    ----------
    sums, counts : (K, L, N) and (K,) int64
        What is to be added to those of the clusters.
    seen : (4,) int64
        Blocks skipped, assigned whole, mixed; and points scored.
    """

    sums: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    seen: npt.NDArray[np.int64]


class Tools(Record):
    """Scratch of one worker; `few` and `exact` hold centroids by features, for `contest`."""

    exact: npt.NDArray[np.float64]  # (N, K)
    d: npt.NDArray[np.float64]  # (K,)
    keep: npt.NDArray[np.int32]  # (K,)
    keep2: npt.NDArray[np.int32]  # (K + 3,)
    ids: npt.NDArray[np.int32]  # (K,)
    few: npt.NDArray[np.float64]  # (N, K)
    members: npt.NDArray[np.uint32]  # (>= block,)
    values: npt.NDArray[np.float64]  # (N + 1,), for `kernels.products.move_row`
    bits: npt.NDArray[np.int64]  # (N + 1,), the same memory
    batch: Batch


class Sweep(Record):
    """All that a worker needs, in one argument.

    `shifts` (in, (K,)): how far each centroid has moved since the last turn.
    """

    points: Sorted
    scoring: Scoring
    shifts: npt.NDArray[np.float64]
    clocks: Clocks
    turn: Turn
    moved: Moved
    found: Found
    tools: Tools


@kernel(counted=False, inner=True)
def _settle_block(b, start, size, old, new, points, moved, found):
    """Note that all rows of block `b` go from cluster `old` (or from none) to `new`."""
    block_sums, labels, sums, counts = points.sums, moved.labels, found.sums, found.counts
    for i in range(start, start + size):
        labels[i] = new
    if old >= 0:
        mark_all(moved.bits, b, size)
    counts[new] += size
    if old >= 0:
        counts[old] -= size
    for level in range(sums.shape[1]):
        for n in range(sums.shape[2]):
            sums[new, level, n] += block_sums[b, level, n]
            if old >= 0:
                sums[old, level, n] -= block_sums[b, level, n]


@kernel(counted=False, inner=True)
def _settle_rows(b, start, looks, first, now, weights, task):
    """Note the winners of the rows that were looked at in block `b`; return how many are new.

    `weights`: those of `task`, an argument so that without them there is no code for them.
    """
    points, tools, C = task.points, task.tools, task.scoring.C
    rows = points.rows
    times, labels, bits = task.clocks.times, task.moved.labels, task.moved.bits
    sums, counts = task.found.sums, task.found.counts
    members, best, winner = task.tools.members, task.tools.batch.best, task.tools.batch.winner
    hits, one = np.uintp(0), np.uintp(1)
    # Few are new, and which is not to be foreseen: they are closed up first.
    for j in range(np.uintp(looks)):
        i, new = members[j], winner[j]
        times[i] = best[j]
        same = not first and new == np.int32(labels[i])
        members[hits], winner[hits] = i, new
        hits += np.uintp(0) if same else one
    changes, taken = 0, 0 if first else 1
    for j in range(hits):
        i, new = np.int64(members[j]), np.int64(winner[j])
        if new < 0:
            new = np.int64(nearest(rows, i, C))
            times[i] = np.float32(now * DOWN)
        old = np.int64(0) if first else np.int64(labels[i])
        if old == new and not first:
            continue
        labels[i] = new
        if not first:
            mark(bits, b, i - start)
        changes += 1
        counts[old] -= taken
        counts[new] += 1
        if weights is None:
            for n in range(rows.shape[1]):
                v, m = np.float64(rows[i, n]), np.uintp(n)
                transfer(v, sums, np.uintp(old), taken, np.uintp(new), m, points.down, points.up)
        else:
            move_row(
                rows, i, weights[i], sums, np.uintp(old), taken, np.uintp(new), points.exponents,
                points.width, tools.values, tools.bits,
            )  # fmt: skip
    return changes


@kernel(counted=False)
def begin_turn(turn, shifts):
    """List the parents whose time has come after these `shifts` (in, (K,)); return how many.

    `turn`: a `Turn`, of which all is brought up to date.
    """
    first, second = 0.0, 0.0
    for k in range(shifts.shape[0]):
        second = max(second, min(first, shifts[k]))
        first = max(first, shifts[k])
    # One centroid comes nearer, another one goes away.
    spent = turn.spent[0] + (first + second) * (1.0 + 1e-9)
    turn.spent[0] = spent
    turn.state[0] += 1
    expiry, active = turn.expiry, turn.active
    total = np.uintp(0)
    for p in range(expiry.shape[0]):
        active[total] = p
        total += np.uintp(1) if expiry[p] <= spent else np.uintp(0)
    return np.int64(total)


@kernel(counted=False)
def merge_parts(parts, part_counts, part_seen, used, sums, counts, seen):
    """Add what `used` workers have found to `sums`, `counts` and `seen`, and clear it.

    `parts`, `part_counts`, `part_seen` (in and out, (W, ...)): as in `Found`.
    """
    for w in range(used):
        for k in range(counts.shape[0]):
            counts[k] += part_counts[w, k]
            part_counts[w, k] = 0
            for level in range(sums.shape[1]):
                for n in range(sums.shape[2]):
                    sums[k, level, n] += parts[w, k, level, n]
                    parts[w, k, level, n] = 0
        for j in range(seen.shape[0]):
            seen[j] += part_seen[w, j]
            part_seen[w, j] = 0


@kernel(counted=False)
def sweep(task, begin, end):
    """Assign the blocks of some parents, those from `begin` to `end` of `active`.

    `task`: a `Sweep`, of which `clocks`, `moved`, `found` and `turn.expiry` are written to.
    """
    points, scoring, clocks = task.points, task.scoring, task.clocks
    found, tools, active = task.found, task.tools, task.turn.active
    turn, first, n_roots = task.turn.state[0], task.turn.state[1] != 0, scoring.count[1]
    elapsed, parent_expiry = task.turn.spent[0], task.turn.expiry
    rows, low, high, moved = points.rows, points.low, points.high, task.moved
    parent_low, parent_high = points.parent_low, points.parent_high
    C, P, roots, shifts = scoring.C, scoring.P, scoring.rows, task.shifts
    center, scale = scoring.center, scoring.scale
    kappa, delta_unit = scoring.kappa, scoring.delta_unit
    visited, listed, spent, ceiling = clocks.visited, clocks.listed, clocks.spent, clocks.ceiling
    expiry, whole = clocks.expiry, clocks.whole
    times, seen = clocks.times, found.seen
    exact, d, keep, keep2 = tools.exact, tools.d, tools.keep, tools.keep2
    ids, few, members = tools.ids, tools.few, tools.members
    x, best, second = tools.batch.x, tools.batch.best, tools.batch.second
    winner, block = tools.batch.winner, points.block
    M, N = rows.shape
    blocks = low.shape[0]
    bar, root = np.float32(1.0 + scoring.rho), np.float32(scoring.root)
    for r in range(n_roots):
        for n in range(N):
            exact[n, r] = C[roots[r], n]
    for at in range(begin, end):
        p = active[at]
        left, gap = contest(parent_low, parent_high, p, exact, n_roots, d, keep)
        gap *= scale
        for q in range(left):
            ids[q] = roots[keep[q]]
            for n in range(N):
                few[n, q] = exact[n, keep[q]]
        fresh = first or visited[p] != turn - 1
        visited[p] = turn
        everything = advance_clock(p, ids, left, gap, shifts, fresh, listed, spent, ceiling)
        now = spent[p]
        due = np.float32(now * (1.0 + 2.0**-22))
        soonest, changes = ceiling[p], 0
        for b in range(p * FAN, min((p + 1) * FAN, blocks)):
            if not everything and expiry[b] > due:
                seen[0] += 1
                soonest = min(soonest, np.float64(expiry[b]) if whole[b] >= 0 else now)
                continue
            start = b * block
            size = min(block, M - start)
            old = np.int64(whole[b])
            looks = 0
            if old < 0 and not everything:
                looks = list_late(times, start, size, due, members)
            else:
                for j in range(size):
                    members[j] = start + j
                looks = size
            left2, gap2 = left, np.inf
            for q in range(left):
                keep2[q] = q
            if left > 1 and (looks > _FEW or left > _FEW):
                left2, gap2 = contest(low, high, b, few, left, d, keep2)
                gap2 *= scale
            most = min(min(gap, gap2), np.float64(FAR))
            new = np.int64(ids[keep2[0]])
            if left2 == 1 and (old >= 0 or first):
                seen[1] += 1
                if old != new:
                    _settle_block(b, start, size, old, new, points, moved, found)
                    changes += size
                whole[b], expiry[b] = new, due_after(now, most)
                soonest = min(soonest, np.float64(expiry[b]))
                continue
            if left2 == 1:
                # Mixed so far, whole from now on.
                seen[1] += 1
                looks = size
                for j in range(size):
                    members[j], winner[j], best[j] = start + j, new, due_after(now, most)
                whole[b], expiry[b] = new, due_after(now, most)
                soonest = min(soonest, np.float64(expiry[b]))
            else:
                seen[2] += 1
                seen[3] += looks
                soonest = now
                for q in range(left2):
                    keep2[q] = ids[keep2[q]]
                slack = box_slack(b, low, high, center, scale, P, keep2, left2, kappa, delta_unit)
                floor, error = bounded(slack, kappa)
                padded = (left2 + 3) // 4 * 4
                for q in range(left2, padded):
                    keep2[q] = C.shape[0]
                gather(rows, members, 0, looks, center, scale, x)
                score(x, P, keep2, padded, best, second, winner, 0, looks)
                # Late in a run nearly all points stay; the loops are apart to be vector loops.
                for j in range(looks):
                    winner[j] = winner[j] if second[j] > best[j] * bar + floor else -1
                    own = gap_between(best[j], second[j], root, error)
                    best[j] = np.float32((now + min(np.float64(own), most)) * DOWN)
            changes += _settle_rows(b, start, looks, first, now, points.weights, task)
            if left2 > 1:
                whole[b], expiry[b] = -1, earliest(times, start, size)
        # Those with a mixed block have nothing remaining, and are looked at in every turn.
        parent_expiry[p] = elapsed + (soonest - now) * (1.0 - 1e-9)
        moved.changes[p] = changes
