"""When to look again: a clock for each parent of blocks, and times for its blocks and rows.

A parent is a box of some blocks, and each has a clock, `spent`, that goes on by the two largest
shifts among the candidates of its box, those of now and those of the turn before, from which its
labels come: a label in it stands until the clock has gone on by its gap. Centroids that
are ruled out for the box do not count; the least sum of the clock and their gap is the `ceiling`.
`times` holds when to look at a point of a mixed block, `expiry` when to look at a block: a late
iteration looks at a few points of the mixed blocks, and at nothing else. A parent without mixed
blocks does not even need its own clock: until the two largest of all shifts have added up to what
remains, it is left alone; after that it starts afresh. Units are those of the scores,
rounding is as in `kernels.bounds`.
Guarded by tests/kmeans_engine/strategies/test_blocks.py.
"""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.bounds import DOWN, FAR
from kmeans_engine.kernels.vector import WIDTH, floats, late_bits, least, load, lower, lowest_bit
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["LISTED", "Clocks", "advance_clock", "due_after", "earliest", "list_late"]

# Candidates of a parent that are written down.
LISTED = 15


class Clocks(Record):
    """What a run remembers of its parents, blocks and rows; see above.

    Attributes
    ----------
    visited : (parents,) int64
        The last turn in which a parent was looked at.
    listed : (parents, LISTED + 1) int32
        As in `_two_largest`.
    spent, ceiling : (parents,) float64
        See above.
    expiry : (blocks,) float32
        When to look at a block again.
    whole : (blocks,) int32
        The cluster of all of a block, or -1.
    times : (M,) float32
        When to look at a row again.
    """

    visited: npt.NDArray[np.int64]
    listed: npt.NDArray[np.int32]
    spent: npt.NDArray[np.float64]
    ceiling: npt.NDArray[np.float64]
    expiry: npt.NDArray[np.float32]
    whole: npt.NDArray[np.int32]
    times: npt.NDArray[np.float32]


@kernel(counted=False, inner=True)
def _two_largest(p, ids, left, listed, shifts):
    """Return the sum of the two largest `shifts` (in, (K,)) among the candidates of parent `p`.

    `ids` (in, (>= left,)), those of now; `listed` (in, (parents, LISTED + 1)), the number of those
    of the turn before, and which; both ascend. More than `LISTED` were not written down: then all
    centroids count.
    """
    first, second = 0.0, 0.0
    if listed[p, 0] > LISTED:
        for k in range(shifts.shape[0]):
            second = max(second, min(first, shifts[k]))
            first = max(first, shifts[k])
        return first + second
    q, r = 0, 1
    while q < left or r <= listed[p, 0]:
        if r > listed[p, 0] or (q < left and ids[q] < listed[p, r]):
            shift = shifts[ids[q]]
            q += 1
        else:
            shift = shifts[listed[p, r]]
            if q < left and ids[q] == listed[p, r]:
                q += 1
            r += 1
        second = max(second, min(first, shift))
        first = max(first, shift)
    return first + second


@kernel(counted=False, inner=True)
def advance_clock(p, ids, left, gap, shifts, fresh, listed, spent, ceiling):
    """Move the clock of parent `p` on; return whether everything in it is to be looked at.

    `gap`, to the centroids that are not in `ids`; `fresh`, whether it starts afresh; `spent`,
    `ceiling` (in and out, (parents,)); the others as in `_two_largest`, and `listed` is brought up
    to date.
    """
    if fresh:
        spent[p], ceiling[p] = 0.0, np.inf
    else:
        step = _two_largest(p, ids, left, listed, shifts)
        spent[p] = (spent[p] + step) * (1.0 + 1e-9)
    listed[p, 0] = min(left, LISTED + 1)
    for q in range(min(left, LISTED)):
        listed[p, q + 1] = ids[q]
    everything = fresh or not spent[p] < ceiling[p]
    if everything:
        ceiling[p] = np.inf
    ceiling[p] = min(ceiling[p], (spent[p] + gap) * (1.0 - 1e-9))
    return everything


@kernel(counted=False, inner=True)
def due_after(now, gap):
    """Return `now` plus `gap` as a float32 that is not more."""
    return np.float32((now + min(gap, np.float64(FAR))) * DOWN)


@kernel(counted=False, inner=True)
def list_late(times, start, size, due, members):
    """Write the rows of a block with not times > `due` to `members` (out); return their number."""
    total = np.uintp(0)
    whole = size // WIDTH * WIDTH
    for j in range(start, start + whole, WIDTH):
        bits = late_bits(times, j, due)
        while bits != 0:
            members[total] = np.uint32(j) + lowest_bit(bits)
            total += np.uintp(1)
            bits &= bits - np.uint32(1)
    for j in range(start + whole, start + size):
        members[total] = np.uint32(j)
        total += np.uintp(0) if times[j] > due else np.uintp(1)
    return np.int64(total)


@kernel(counted=False, inner=True)
def earliest(times, start, size):
    """Return the least of the times of a block."""
    whole = start + size // WIDTH * WIDTH
    lowest = floats(np.float32(np.inf))
    for i in range(start, whole, WIDTH):
        lowest = lower(lowest, load(times, i))
    earliest = least(lowest)
    for i in range(whole, start + size):
        earliest = min(earliest, times[i])
    return earliest
