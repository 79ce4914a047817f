"""A point that has been decided: its label, its time to look again, and its place in the list."""

import numpy as np

from kmeans_engine.kernels.cuda.compiling import device_function
from kmeans_engine.kernels.cuda.lists import reserve

__all__ = ["note", "remember"]

_DOWN = 1.0 - 2.0**-22


@device_function
def remember(i, new, gap, spent, labels, expiry):
    """Write the label of point `i` and its time to look again; return the label that was.

    `gap` is that of `kernels.bounds`.
    """
    old = np.int64(labels[i])
    labels[i] = new
    expiry[i] = np.float32((spent[new] + gap) * _DOWN)
    return old


@device_function
def note(differs, i, old, changed, before, total, next_place):
    """List the points of the block whose label differs now; all its threads call this.

    `changed`, `before` (out, (R,)): the point and its label before; `total`, `next_place`:
    see `reserve`.
    """
    place = reserve(differs, total, next_place)
    if differs:
        changed[place] = i
        before[place] = old
