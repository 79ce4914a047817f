"""What a snapshot asks of its labels, and the labels that are not part of a history."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Indices, LabelArray
from kmeans_engine.kernels.labels import set_bits
from kmeans_engine.runtime.memory import Budget

__all__ = [
    "FixedLabels",
    "IndexSet",
    "Labels",
    "Unchanged",
    "join_labels",
    "label_dtype",
    "look_up",
]

# Bytes of bits that are looked at in one piece.
_BYTES = 1 << 17
# Indices that are turned into another type at a time.
_LOOKED_UP = 1 << 20


class Labels(Protocol):
    """The labels of one state: an array, changes that lead to one, or wherever they are stored."""

    def all(self) -> LabelArray:
        """Return the labels of all points, (M,), read-only."""

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of the points `indices`, ascending and different."""

    def changed(self) -> npt.NDArray[np.intp]:
        """Return the points whose label differs from the state before, ascending."""


def label_dtype(k: int) -> np.dtype[np.unsignedinteger]:
    """Return the smallest unsigned integer type that holds k - 1."""
    return np.min_scalar_type(k - 1)


class IndexSet:
    """Different indices below `size`: as they came, or as one bit each where that is smaller.

    With `order`, (size,), index i stands for ``order[i]``, which is looked up when it is asked for.
    Long arrays are made by `budget`.
    """

    __slots__ = ("_ascending", "_bits", "_budget", "_count", "_order", "_raw", "_size")

    def __init__(
        self,
        indices: Indices,
        size: int,
        order: npt.NDArray[np.uint32] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._size, self._count = size, len(indices)
        self._order = order
        self._budget = budget or Budget()
        self._raw: Indices | None = indices
        self._bits: npt.NDArray[np.uint8] | None = None
        self._ascending = False

    def pack(self) -> None:
        """Take as little memory as possible, since somebody keeps this."""
        if self._raw is not None and self._raw.nbytes * 8 > self._size:
            self._bits = self._budget.zeros(-(-self._size // 8), np.uint8)
            set_bits(self._raw, self._bits)
            self._raw = None

    def sorted(self) -> npt.NDArray[np.intp]:
        """Return the indices, ascending."""
        if self._order is not None:
            found = self._budget.empty(self._count, self._order.dtype)
            look_up(self._order, self._unpacked(), found)
            self._raw, self._order = found, None
            self._bits, self._ascending = None, False
        if self._raw is not None and not self._ascending:
            ascending = self._budget.copy(self._raw)
            ascending.sort()
            self._raw, self._ascending = ascending, True
        indices = self._budget.empty(self._count, np.intp)
        indices[:] = self._unpacked()
        return indices

    def _unpacked(self) -> Indices:
        if self._raw is not None:
            return self._raw
        assert self._bits is not None
        indices = self._budget.empty(self._count, np.intp)
        total = 0
        for start in range(0, len(self._bits), _BYTES):
            some = np.flatnonzero(np.unpackbits(self._bits[start : start + _BYTES]))
            np.add(some, 8 * start, out=indices[total : total + len(some)])
            total += len(some)
        return indices


def look_up(table: npt.NDArray[Any], indices: Indices, out: npt.NDArray[Any]) -> None:
    """Write ``table[indices]`` to `out`; NumPy would first turn all indices into intp."""
    for start in range(0, len(indices), _LOOKED_UP):
        some = slice(start, start + _LOOKED_UP)
        np.take(table, indices[some], out=out[some], mode="clip")  # no buffer


class Unchanged:
    """The labels of the state before once more, see `Labels`: nothing has changed."""

    def __init__(self, labels: Labels) -> None:
        self.all, self.at = labels.all, labels.at
        # Labels of a cluster are arrays of another kind.
        self.changed = getattr(labels, "nothing", _nothing)


def _nothing() -> npt.NDArray[np.intp]:
    return np.empty(0, dtype=np.intp)


class FixedLabels:
    """Labels that are one array for good, see `Labels`: of a snapshot that has left its run.

    Parameters
    ----------
    labels : ndarray, (M,)
        Read-only from now on.
    changed : ndarray of int
        The points whose label differs from the state before.
    """

    def __init__(self, labels: LabelArray, changed: Indices) -> None:
        self._array = labels
        if len(labels) <= 1 << 32:  # as an engine has them, so there is machine code for these
            changed = changed.astype(np.uint32)
        self._changed = IndexSet(changed, len(labels))
        self._changed.pack()

    def all(self) -> LabelArray:
        """See `Labels.all`."""
        self._array.setflags(write=False)  # copying forgets it
        return self._array

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`."""
        return self._array[indices]

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        return self._changed.sorted()


class _Joined:
    """The labels of several parts, one after the other; see `Labels`."""

    def __init__(self, parts: Sequence[Labels], sizes: Sequence[int], budget: Budget) -> None:
        self._parts, self._budget = parts, budget
        self._starts = np.cumsum([0, *sizes]).tolist()
        self._array: LabelArray | None = None

    def all(self) -> LabelArray:
        """See `Labels.all`."""
        if self._array is None:
            pairs = itertools.pairwise(self._starts)
            for part, (start, stop) in zip(self._parts, pairs, strict=True):
                labels = part.all()
                if self._array is None:
                    self._array = self._budget.empty(self._starts[-1], labels.dtype)
                self._array[start:stop] = labels
            assert self._array is not None
            self._array.setflags(write=False)
        return self._array

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`."""
        cuts = np.searchsorted(indices, self._starts)
        return np.concatenate(
            [
                part.at(indices[low:high] - start)
                for part, start, (low, high) in zip(
                    self._parts, self._starts, itertools.pairwise(cuts.tolist()), strict=False
                )
            ]
        )

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        found = [part.changed() for part in self._parts]
        joined, low = self._budget.empty(sum(map(len, found)), np.intp), 0
        for some, start in zip(found, self._starts, strict=False):
            np.add(some, start, out=joined[low : low + len(some)])
            low += len(some)
        return joined


def join_labels(
    parts: Sequence[Labels], sizes: Sequence[int], budget: Budget | None = None
) -> Labels:
    """Return the labels of the points of all parts, of these sizes, one after the other."""
    return parts[0] if len(parts) == 1 else _Joined(parts, sizes, budget or Budget())
