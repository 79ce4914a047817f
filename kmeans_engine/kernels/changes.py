"""Points whose labels change, found by many workers and listed one after the other.

A worker notes what it finds in a chunk in a draft of its own. Then it reserves as many places in
the list of all, which so has no gaps, and only as many pages of memory as are needed. The order of
the chunks in it is that in which they were done.
"""

import threading

import numpy as np
import numpy.typing as npt

from kmeans_engine.runtime import llvm
from kmeans_engine.runtime.jit import kernel
from kmeans_engine.runtime.records import Record

__all__ = ["Changes", "Draft", "publish", "reserve"]

_one_at_a_time = threading.Lock()


class Changes(Record):
    """What changes in a step.

    Attributes
    ----------
    total : (1,) int64
        How many there are.
    points : (M,) uint32, or int64 for more than that holds
        Which.
    labels, before : (M,)
        Their new labels, and their old ones.
    """

    total: npt.NDArray[np.int64]
    points: npt.NDArray[np.integer]
    labels: npt.NDArray[np.unsignedinteger]
    before: npt.NDArray[np.unsignedinteger]


class Draft(Record):
    """What one worker finds in a chunk; as in `Changes`, for the R rows of the longest one."""

    points: npt.NDArray[np.integer]
    labels: npt.NDArray[np.unsignedinteger]
    before: npt.NDArray[np.unsignedinteger]


@llvm.operation(llvm.COUNT, llvm.reserve)
def reserve(total, count):
    """Add `count` to ``total[0]`` (in and out), and return what it was, as one operation."""
    with _one_at_a_time:
        first = int(total[0])
        total[0] = first + int(count)
    return first


@kernel(counted=False, inner=True)
def publish(draft, changes, count):
    """Add the first `count` changes of a draft to those of all workers."""
    if count == 0:
        return
    points, labels, before = draft.points, draft.labels, draft.before
    all_points, all_labels, all_before = changes.points, changes.labels, changes.before
    first = np.uintp(reserve(changes.total, count))
    for j in range(np.uintp(count)):
        all_points[first + j] = points[j]
    for j in range(np.uintp(count)):
        all_labels[first + j] = labels[j]
    for j in range(np.uintp(count)):
        all_before[first + j] = before[j]
