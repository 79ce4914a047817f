"""Which labels of sorted rows have changed: noted as bits, and brought to an array of labels."""

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.vector import lowest_bit
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["FAN", "Moved", "list_moved", "mark", "mark_all", "scatter_labels"]

# Blocks of a parent.
FAN = 16
_ALL = np.uint32(0xFFFFFFFF)


class Moved(Record):
    """The labels of sorted rows, and which of them have changed.

    Attributes
    ----------
    labels : (M,)
        Of now, by sorted rows.
    order : (M,) uint32
        The point that each row is.
    bits : (blocks, ceil(block / 32)) uint32
        A bit for each row of a block: whether its label has changed.
    changes : (parents,) int64
        How many labels of a parent changed when it was last looked at.
    block
        Rows of a block.
    """

    labels: npt.NDArray[np.unsignedinteger]
    order: npt.NDArray[np.uint32]
    bits: npt.NDArray[np.uint32]
    changes: npt.NDArray[np.int64]
    block: int


@kernel(counted=False)
def mark(bits, b, j):
    """Note that the label of row `j` of block `b` has changed."""
    bits[b, j >> 5] |= np.uint32(1) << np.uint32(j & 31)


@kernel(counted=False)
def mark_all(bits, b, size):
    """Note that the labels of all rows of block `b` have changed, of which there are `size`."""
    for word in range(size >> 5):
        bits[b, word] = _ALL
    if size & 31:
        bits[b, size >> 5] = (np.uint32(1) << np.uint32(size & 31)) - np.uint32(1)


@kernel(counted=False)
def list_moved(moved, parents, before, plain, first, changed, old, new):
    """List the rows of some parents (in, (R,)) that are marked, and take the marks away.

    `before` (in, (M,)), the labels before, of rows, or of points if `plain` says so; `changed`,
    `old`, `new` (out), from `first` on: these rows or points, their labels before, and now.
    """
    labels, order, bits, one = moved.labels, moved.order, moved.bits, np.uintp(1)
    total = np.uintp(first)
    for p in parents:
        if moved.changes[p] == 0:
            continue
        for b in range(p * FAN, min((p + 1) * FAN, bits.shape[0])):
            for word in range(bits.shape[1]):
                rest = bits[b, word]
                if rest == 0:
                    continue
                bits[b, word] = 0
                start = np.uintp(b * moved.block + 32 * word)
                if rest == _ALL:
                    for j in range(np.uintp(32)):
                        i = start + j
                        at = np.uintp(order[i]) if plain else i
                        changed[total + j], old[total + j] = at, before[at]
                        new[total + j] = labels[i]
                    total += np.uintp(32)
                    continue
                while rest != 0:
                    i = start + np.uintp(lowest_bit(rest))
                    rest &= rest - np.uint32(1)
                    at = np.uintp(order[i]) if plain else i
                    changed[total], old[total], new[total] = at, before[at], labels[i]
                    total += one


@kernel(counted=False)
def scatter_labels(sorted_labels, order, start, stop, labels):
    """Write the labels of sorted rows to the rows' own places in `labels` (out, (M,))."""
    for i in range(start, stop):
        labels[order[i]] = sorted_labels[i]
