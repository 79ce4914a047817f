"""The labels of a run and of all its snapshots that somebody keeps.

The newest labels live in one array that is changed in place. An older snapshot is a chain of
reverse changes towards it (Baker 1991, "Shallow binding makes functional arrays fast"), which is
not recorded at all for a snapshot that nobody keeps, and which becomes an array of its own once it
would be larger than one.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.labels import pick_labels, put_labels

__all__ = ["IndexSet", "LabelHistory", "LabelState"]

_Part = tuple[npt.NDArray[np.integer], npt.NDArray[Any]]  # points, and their labels before

# Looking one change up among the points asked for costs as much as copying some 60 labels.
_SEARCHED = 64


class IndexSet:
    """Different indices below `size`: as they came, or as one bit each where that is smaller."""

    __slots__ = ("_ascending", "_bits", "_raw", "_size")

    def __init__(self, indices: npt.NDArray[np.integer], size: int) -> None:
        self._size = size
        self._raw: npt.NDArray[np.integer] | None = indices
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


class LabelState:
    """The labels at one snapshot: an array, or changes that lead back to it from a later state.

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
    )

    def __init__(self, history: LabelHistory, changed: IndexSet | None) -> None:
        self.changed = changed
        self.lock = history.lock
        self.history: LabelHistory | None = history
        self.owner: weakref.ref[Any] | None = None
        self.given = False
        self.array: npt.NDArray[Any] | None = None
        self.later: LabelState | None = None
        self.parts: list[_Part] = []
        self.nbytes = 0

    def labels(self) -> npt.NDArray[Any]:
        """Return the labels as a read-only array; the first call makes it."""
        with self.lock:
            if self.array is None:
                self.settle()
            assert self.array is not None
            self.given = True
            return self.array

    def labels_at(self, indices: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
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

    def own(self, owner: object) -> None:
        """Tell which snapshot these labels belong to; without it, nothing needs to be kept."""
        assert self.history is not None
        self.owner = weakref.ref(owner, self.history.released)

    def settle(self, array: npt.NDArray[Any] | None = None) -> None:
        """Hold an array from now on: `array`, overwritten, or a new one; the lock is held."""
        source, undo = self._way_back()
        if array is None:
            array = source.copy()
        array.setflags(write=True)
        for changed, old in undo:
            array[changed] = old
        array.setflags(write=False)
        self.array, self.history, self.later, self.parts, self.nbytes = array, None, None, [], 0

    def _way_back(self) -> tuple[npt.NDArray[Any], list[_Part]]:
        """Return the nearest array of labels, and what must be undone in it, in this order."""
        chain = [self]
        while chain[-1].array is None and chain[-1].later is not None:
            chain.append(chain[-1].later)
        source = chain[-1].array
        if source is None:
            assert self.history is not None
            source = self.history.newest
        return source, [part for state in reversed(chain) for part in reversed(state.parts)]


class LabelHistory:
    """The newest labels of a run, and what it takes to go back to each snapshot that is kept.

    Parameters
    ----------
    labels : ndarray, (M,)
        Labels of snapshot 0; owned by the history from now on.

    Attributes
    ----------
    newest : ndarray, (M,)
        Labels of the newest snapshot. Only `commit` changes them, so other threads may compare
        with them.
    """

    def __init__(self, labels: npt.NDArray[Any]) -> None:
        self.lock = threading.Lock()
        self.newest = labels
        self._nbytes = labels.nbytes
        # States of the snapshots that are kept, oldest first; the last may not have its owner yet.
        self._kept: list[LabelState] = []

    def head(self, changed: IndexSet | None) -> LabelState:
        """Return a state for the snapshot that is being made; its maker tells the owner."""
        with self.lock:
            state = LabelState(self, changed)
            if self._kept and self._kept[-1].array is None:
                self._kept[-1].later = state
            self._kept.append(state)
            return state

    def commit(self, indices: npt.NDArray[np.integer], new: npt.NDArray[Any]) -> IndexSet:
        """Change the labels of the points `indices` to `new`; return the set of points."""
        with self.lock:
            self._drop_unowned()
            # Most snapshots live until the next one is made: only those that live on are packed.
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
            return IndexSet(indices, len(self.newest))

    def finish(self) -> None:
        """End the run: the last snapshot that is kept takes over the newest labels."""
        with self.lock:
            self._drop_unowned()
            self._pack(self._kept)
            if self._kept and self._kept[-1].array is None:
                self._kept[-1].settle(self.newest)
            self.newest = self.newest[:0].copy()

    def released(self, _: object) -> None:
        """React to the end of a snapshot. What cannot be done now is done by the next event."""
        if self.lock.acquire(blocking=False):
            try:
                self._drop_unowned()
            finally:
                self.lock.release()

    def _pack(self, states: list[LabelState]) -> None:
        for state in states:
            if state.changed is not None:
                state.changed.pack()

    def _drop_unowned(self) -> None:
        """Merge the changes of states whose snapshot is gone into the state before."""
        kept: list[LabelState] = []
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
