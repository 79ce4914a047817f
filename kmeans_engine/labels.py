"""The labels of a run and of all its snapshots that somebody keeps.

`Labels` is what a snapshot asks of its labels, wherever they are. In memory, the newest live in one
array that is changed in place. An older state is a chain of reverse changes towards it (Baker 1991,
"Shallow binding makes functional arrays fast"), which is not recorded at all for a state that
nobody keeps, and which becomes an array of its own once it would be larger than one.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Indices, LabelArray
from kmeans_engine.kernels.labels import pick_labels, put_labels

__all__ = [
    "FixedLabels",
    "IndexSet",
    "LabelHistory",
    "Labels",
    "Unchanged",
    "join_labels",
    "label_dtype",
]

_Part = tuple[Indices, LabelArray]  # points, and their labels before

# Looking one change up among the points asked for costs as much as copying some 60 labels.
_SEARCHED = 64


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
    """Different indices below `size`: as they came, or as one bit each where that is smaller."""

    __slots__ = ("_ascending", "_bits", "_raw", "_size")

    def __init__(self, indices: Indices, size: int) -> None:
        self._size = size
        self._raw: Indices | None = indices
        self._bits: npt.NDArray[np.uint8] | None = None
        self._ascending = False

    def pack(self) -> None:
        """Take as little memory as possible, since somebody keeps this."""
        if self._raw is not None and self._raw.nbytes * 8 > self._size:
            mask = np.zeros(self._size, dtype=np.bool_)
            mask[self._raw] = True
            self._bits = np.packbits(mask)
            self._raw = None

    def sorted(self) -> npt.NDArray[np.intp]:
        """Return the indices, ascending."""
        if self._raw is not None:
            if not self._ascending:
                self._raw, self._ascending = np.sort(self._raw), True
            return self._raw.astype(np.intp)
        assert self._bits is not None
        return np.flatnonzero(np.unpackbits(self._bits, count=self._size))


class _State:
    """The labels at one state: an array, or changes that lead back to it from a later state.

    All states of a run share the lock of their history, which guards every field.

    Parameters
    ----------
    history : LabelHistory
        Holds the newest labels, which this state refers to until something is recorded.
    changed : IndexSet or None
        The points whose labels differ from the state before; None for all.
    """

    __slots__ = (
        "array",
        "changed",
        "given",
        "history",
        "later",
        "lock",
        "nbytes",
        "owner",
        "parts",
        "size",
    )

    def __init__(self, history: LabelHistory, changed: IndexSet | None) -> None:
        self.changed = changed
        self.size = len(history.newest)
        self.lock = history.lock
        self.history: LabelHistory | None = history
        self.owner: weakref.ref[KeptLabels] | None = None  # without it, nothing needs to be kept
        self.given = False
        self.array: LabelArray | None = None
        self.later: _State | None = None
        self.parts: list[_Part] = []
        self.nbytes = 0

    def labels(self) -> LabelArray:
        """Return the labels as a read-only array; the first call makes it."""
        with self.lock:
            if self.array is None:
                self.settle()
            assert self.array is not None
            self.given = True
            return self.array

    def changed_points(self) -> npt.NDArray[np.intp]:
        """Return the points whose labels differ from the state before, ascending."""
        if self.changed is None:
            return np.arange(self.size, dtype=np.intp)
        with self.lock:
            return self.changed.sorted()

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of the points `indices`, ascending, and keep nothing."""
        with self.lock:
            source, undo = self._way_back()
            if sum(len(changed) for changed, _ in undo) > len(source) // _SEARCHED:
                labels = source.copy()
                for changed, old in undo:
                    labels[changed] = old
                return labels[indices]
            found = source[indices]
            if len(indices):
                for changed, old in undo:
                    places = np.searchsorted(indices, changed).clip(max=len(indices) - 1)
                    hit = indices[places] == changed
                    found[places[hit]] = old[hit]
            return found

    def settle(self, array: LabelArray | None = None) -> None:
        """Hold an array from now on: `array`, overwritten, or a new one; the lock is held."""
        source, undo = self._way_back()
        if array is None:
            array = source.copy()
        array.setflags(write=True)
        for changed, old in undo:
            array[changed] = old
        array.setflags(write=False)
        self.array, self.history, self.later, self.parts, self.nbytes = array, None, None, [], 0

    def _way_back(self) -> tuple[LabelArray, list[_Part]]:
        """Return the nearest array of labels, and what must be undone in it, in this order."""
        chain = [self]
        while chain[-1].array is None and chain[-1].later is not None:
            chain.append(chain[-1].later)
        source = chain[-1].array
        if source is None:
            assert self.history is not None
            source = self.history.newest
        return source, [part for state in reversed(chain) for part in reversed(state.parts)]


class KeptLabels:
    """The labels of one state of a history, for as long as somebody holds this: see `Labels`."""

    __slots__ = ("__weakref__", "_state")

    def __init__(self, state: _State) -> None:
        self._state = state

    def all(self) -> LabelArray:
        """See `Labels.all`; the first call makes the array."""
        return self._state.labels()

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`."""
        return self._state.labels_at(indices)

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        return self._state.changed_points()


class LabelHistory:
    """The newest labels of a run, and what it takes to go back to each snapshot that is kept.

    Parameters
    ----------
    labels : ndarray, (M,)
        The first ones, of which all count as changed; owned by the history from now on.

    Attributes
    ----------
    newest : ndarray, (M,)
        Only `commit` changes them, so other threads may compare with them.
    """

    def __init__(self, labels: LabelArray) -> None:
        self.lock = threading.Lock()
        self.newest = labels
        self._nbytes = labels.nbytes
        self._changed: IndexSet | None = None
        # States that are kept, oldest first.
        self._kept: list[_State] = []

    def now(self) -> KeptLabels:
        """Return the newest labels, which stay the same for their holder."""
        with self.lock:
            state = _State(self, self._changed)
            kept = KeptLabels(state)
            state.owner = weakref.ref(kept, self.released)
            if self._kept and self._kept[-1].array is None:
                self._kept[-1].later = state
            self._kept.append(state)
            return kept

    def commit(self, indices: Indices, new: LabelArray) -> None:
        """Change the labels of the points `indices` to `new`."""
        with self.lock:
            self._drop_unowned()
            # Most states live until the next one is made: only those that live on are packed.
            self._pack(self._kept[:-1])
            if self._kept and self._kept[-1].array is None:
                last = self._kept[-1]
                size = len(indices) * (indices.itemsize + new.itemsize)
                if last.nbytes + size < self._nbytes:
                    old = np.empty_like(new)
                    pick_labels(self.newest, indices, old)
                    last.parts.append((indices, old))
                    last.nbytes += size
                else:
                    last.settle()
            put_labels(self.newest, indices, new)
            self._changed = IndexSet(indices, len(self.newest))

    def finish(self) -> None:
        """End the run: the last state that is kept takes over the newest labels."""
        with self.lock:
            self._drop_unowned()
            self._pack(self._kept)
            if self._kept and self._kept[-1].array is None:
                self._kept[-1].settle(self.newest)
            self.newest = self.newest[:0].copy()

    def released(self, _: object) -> None:
        """React to the end of a holder. What cannot be done now is done by the next event."""
        if self.lock.acquire(blocking=False):
            try:
                self._drop_unowned()
            finally:
                self.lock.release()

    def _pack(self, states: list[_State]) -> None:
        for state in states:
            if state.changed is not None:
                state.changed.pack()

    def _drop_unowned(self) -> None:
        """Merge the changes of states whose holder is gone into the state before."""
        kept: list[_State] = []
        for state in self._kept:
            if state.owner is not None and state.owner() is not None:
                kept.append(state)
            elif kept and kept[-1].array is None:
                before = kept[-1]
                if state.array is not None:
                    before.settle(None if state.given else state.array)
                elif before.nbytes + state.nbytes >= self._nbytes:
                    before.settle()
                else:
                    before.parts += state.parts
                    before.nbytes += state.nbytes
                    before.later = state.later
        self._kept = kept


class Unchanged:
    """The labels of the state before once more, see `Labels`: nothing has changed."""

    def __init__(self, labels: Labels) -> None:
        self.all, self.at = labels.all, labels.at

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        return np.empty(0, dtype=np.intp)


class FixedLabels:
    """Labels that are one array for good, see `Labels`: of a snapshot that leaves its run.

    Parameters
    ----------
    labels : Labels
        Copied.
    """

    def __init__(self, labels: Labels) -> None:
        self._array = labels.all().copy()
        self._changed = IndexSet(labels.changed(), len(self._array))
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

    def __init__(self, parts: Sequence[Labels], sizes: Sequence[int]) -> None:
        self._parts = parts
        self._starts = np.cumsum([0, *sizes]).tolist()
        self._array: LabelArray | None = None

    def all(self) -> LabelArray:
        """See `Labels.all`."""
        if self._array is None:
            self._array = np.concatenate([part.all() for part in self._parts])
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
        pairs = zip(self._parts, self._starts, strict=False)
        return np.concatenate([part.changed() + start for part, start in pairs])


def join_labels(parts: Sequence[Labels], sizes: Sequence[int]) -> Labels:
    """Return the labels of the points of all parts, of these sizes, one after the other."""
    return parts[0] if len(parts) == 1 else _Joined(parts, sizes)
