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

__all__ = ["IndexSet", "LabelHistory", "LabelState"]


class IndexSet:
    """Ascending indices below `size`, as 32-bit numbers or one bit each, whichever is smaller."""

    __slots__ = ("_bits", "_size", "_sparse", "nbytes")

    def __init__(self, indices: npt.NDArray[np.intp], size: int) -> None:
        self._size = size
        self._sparse: npt.NDArray[Any] | None = None
        self._bits: npt.NDArray[np.uint8] | None = None
        if len(indices) * 32 < size:
            self._sparse = indices.astype(np.uint32 if size <= 1 << 32 else np.int64)
            self.nbytes = self._sparse.nbytes
        else:
            mask = np.zeros(size, dtype=np.bool_)
            mask[indices] = True
            self._bits = np.packbits(mask)
            self.nbytes = self._bits.nbytes

    def indices(self) -> npt.NDArray[np.intp]:
        """Return the indices, ascending."""
        if self._sparse is not None:
            return self._sparse.astype(np.intp)
        assert self._bits is not None
        return np.flatnonzero(np.unpackbits(self._bits, count=self._size))


class LabelState:
    """The labels at one snapshot: an array, or changes that lead back to it from a later state.

    All states of a run share the lock of their history, which guards every field.

    Parameters
    ----------
    history : LabelHistory
        Holds the newest labels, which this state refers to until something is recorded.
    """

    __slots__ = ("array", "given", "history", "later", "lock", "nbytes", "owner", "parts")

    def __init__(self, history: LabelHistory) -> None:
        self.lock = history.lock
        self.history: LabelHistory | None = history
        self.owner: weakref.ref[Any] | None = None
        self.given = False
        self.array: npt.NDArray[Any] | None = None
        self.later: LabelState | None = None
        self.parts: list[tuple[IndexSet, npt.NDArray[Any]]] = []
        self.nbytes = 0

    def labels(self) -> npt.NDArray[Any]:
        """Return the labels as a read-only array; the first call makes it."""
        with self.lock:
            if self.array is None:
                self.settle()
            assert self.array is not None
            self.given = True
            return self.array

    def own(self, owner: object) -> None:
        """Tell which snapshot these labels belong to; without it, nothing needs to be kept."""
        assert self.history is not None
        self.owner = weakref.ref(owner, self.history.released)

    def settle(self, array: npt.NDArray[Any] | None = None) -> None:
        """Hold an array from now on: `array`, overwritten, or a new one; the lock is held."""
        chain = [self]
        while chain[-1].array is None and chain[-1].later is not None:
            chain.append(chain[-1].later)
        if array is None:
            source = chain[-1].array
            if source is None:
                assert self.history is not None
                source = self.history.newest
            array = source.copy()
        array.setflags(write=True)
        for state in reversed(chain):
            for changed, old in reversed(state.parts):
                array[changed.indices()] = old
        array.setflags(write=False)
        self.array, self.history, self.later, self.parts, self.nbytes = array, None, None, [], 0


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

    def head(self) -> LabelState:
        """Return a state for the snapshot that is being made; its maker tells the owner."""
        with self.lock:
            state = LabelState(self)
            if self._kept and self._kept[-1].array is None:
                self._kept[-1].later = state
            self._kept.append(state)
            return state

    def commit(self, indices: npt.NDArray[np.intp], new: npt.NDArray[Any]) -> IndexSet:
        """Change the labels of points (ascending `indices`) to `new`; return the set of points."""
        with self.lock:
            changed = IndexSet(indices, len(self.newest))
            self._drop_unowned()
            if self._kept and self._kept[-1].array is None:
                last = self._kept[-1]
                old = self.newest[indices]
                size = changed.nbytes + old.nbytes
                if last.nbytes + size < self._nbytes:
                    last.parts.append((changed, old))
                    last.nbytes += size
                else:
                    last.settle()
            self.newest[indices] = new
            return changed

    def finish(self) -> None:
        """End the run: the last snapshot that is kept takes over the newest labels."""
        with self.lock:
            self._drop_unowned()
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
