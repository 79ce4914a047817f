"""The newest labels of a run, and those of all its snapshots that somebody keeps, in memory.

The newest live in one array that is changed in place. An older state is a chain of reverse changes
towards it (Baker 1991, "Shallow binding makes functional arrays fast"), which is not recorded at
all for a state that nobody keeps, and which becomes an array of its own once it would be larger
than one.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Indices, LabelArray
from kmeans_engine.kernels.labels import merge_labels, pick_labels, put_labels
from kmeans_engine.labels import IndexSet, look_up
from kmeans_engine.runtime.memory import Budget

__all__ = ["ChangedPoints", "LabelHistory", "Part"]

Part = tuple[Indices, LabelArray]  # points, and their labels before


class ChangedPoints(Protocol):
    """The points whose labels differ from the state before: an `IndexSet`, or where they are."""

    def pack(self) -> None:
        """Take as little memory as possible, since somebody keeps this."""

    def sorted(self) -> npt.NDArray[np.intp]:
        """Return the points, ascending."""


# To sort a change and walk past it costs no more than to undo it in a copy of so many labels; while
# they are sorted, changes take 8 bytes each.
_WALKED, _MOST_WALKED = 4, 1 << 24

# Points that are numbered as intp at a time.
_PIECE = 1 << 20


class _State:
    """The labels at one state: an array, or changes that lead back to it from a later state.

    All states of a run share the lock of their history, which guards every field.

    Parameters
    ----------
    history : LabelHistory
        Holds the newest labels, which this state refers to until something is recorded.
    changed : ChangedPoints or None
        The points whose labels differ from the state before; None for all.
    """

    __slots__ = (
        "array",
        "budget",
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

    def __init__(self, history: LabelHistory, changed: ChangedPoints | None) -> None:
        self.changed = changed
        self.size = history.size
        self.lock = history.lock
        self.history: LabelHistory | None = history
        self.budget = history.budget
        self.owner: weakref.ref[KeptLabels] | None = None  # without it, nothing needs to be kept
        self.given = False
        self.array: LabelArray | None = None
        self.later: _State | None = None
        self.parts: list[Part] = []
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
            points = self.budget.empty(self.size, np.intp)
            for start in range(0, self.size, _PIECE):
                points[start : start + _PIECE] = np.arange(start, min(start + _PIECE, self.size))
            return points
        with self.lock:
            return self.changed.sorted()

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of the points `indices`, ascending, and keep nothing."""
        with self.lock:
            if self.parts and len(self.parts[0][0]) == len(indices):
                # Most often those that change next are asked for.
                self.parts[0] = changed, old = _ascending(self.parts[0])
                if np.array_equal(changed, indices):
                    return old.copy()
            source, undo, chain = self._way_back()
            if not len(indices):
                return source[:0].copy()
            count = sum(len(changed) for changed, _ in undo)
            if count > min(len(source) // _WALKED, _MOST_WALKED):
                labels = self.budget.copy(source)
                _put_back(labels, undo)
                return labels[indices]
            found = source[indices]
            for state in reversed(chain):
                state.parts = [_ascending(part) for part in state.parts]
                for changed, old in reversed(state.parts):
                    merge_labels(_fixed(indices), _fixed(changed), _fixed(old), found)
            return found

    def settle(self, array: LabelArray | None = None) -> None:
        """Hold an array from now on: `array`, overwritten, or a new one; the lock is held."""
        source, undo, _ = self._way_back()
        if array is None:
            array = self.budget.copy(source)
        array.setflags(write=True)
        _put_back(array, undo)
        array.setflags(write=False)
        self.array, self.history, self.later, self.parts, self.nbytes = array, None, None, [], 0

    def _way_back(self) -> tuple[LabelArray, list[Part], list[_State]]:
        """Return the nearest array of labels, and what must be undone in it, in this order.

        And the states that have noted it, which come in the opposite order.
        """
        chain = [self]
        while chain[-1].array is None and chain[-1].later is not None:
            chain.append(chain[-1].later)
        source = chain[-1].array
        if source is None:
            assert self.history is not None
            source = self.history.newest
        undo = [part for state in reversed(chain) for part in reversed(state.parts)]
        return source, undo, chain


def _put_back(labels: LabelArray, undo: list[Part]) -> None:
    """Undo changes; NumPy would first turn all of their points into intp."""
    for changed, old in undo:
        for start in range(0, len(changed), _PIECE):
            some = slice(start, start + _PIECE)
            labels[changed[some]] = old[some]


def _ascending(part: Part) -> Part:
    """Return the same changes in the order of the points."""
    changed, old = part
    if np.all(changed[1:] > changed[:-1]):
        return part
    # As one number each they are sorted at once: three times as fast as by way of an argsort.
    bits = np.uint64(8 * old.itemsize)
    both = changed.astype(np.uint64)
    both <<= bits
    both |= old
    both.sort()
    return (both >> bits).astype(changed.dtype), both.astype(old.dtype)


def _fixed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the same array, read-only: one kernel for what may be written and what may not."""
    array = array.view()
    array.flags.writeable = False
    return array


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
    by_points : bool, optional
        As the attribute.
    budget : Budget, optional
        What becomes of arrays as long as the points.

    Attributes
    ----------
    newest : ndarray, (M,)
        Only `commit` changes them, so other threads may compare with them.
    size : int
        How many labels there are.
    by_points : bool
        Whether these are labels of points, not of rows in another order; see `reorder`.
    """

    newest: LabelArray

    def __init__(
        self, labels: LabelArray, *, by_points: bool = True, budget: Budget | None = None
    ) -> None:
        self.lock = threading.Lock()
        self.budget = budget or Budget()
        self.newest, self.by_points = labels, by_points
        self.size, self._nbytes = len(labels), labels.nbytes
        self._changed: ChangedPoints | None = None
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

        def before() -> LabelArray:
            old = self.budget.empty(new.shape, new.dtype)
            pick_labels(self.newest, indices, old)
            return old

        with self.lock:
            self.record(indices, before, IndexSet(indices, len(self.newest), budget=self.budget))
            put_labels(self.newest, indices, new)

    def record(self, indices: Indices, before: Callable[[], LabelArray], changed: IndexSet) -> None:
        """Record a change of the labels of some points, which comes next; the lock is held.

        Parameters
        ----------
        indices : ndarray of int
            Where in `newest`.
        before : callable
            Returns the labels there before the change.
        changed : IndexSet
            The points.
        """
        self._drop_unowned()
        # Most states live until the next one is made: only those that live on are packed.
        self._pack(self._kept[:-1])
        if self._kept and self._kept[-1].array is None:
            last = self._kept[-1]
            size = len(indices) * (indices.itemsize + self.newest.itemsize)
            if last.nbytes + size < self._nbytes:
                last.parts.append((indices, before()))
                last.nbytes += size
            else:
                last.settle()
        self._changed = changed

    def reorder(
        self, order: npt.NDArray[np.uint32], placed: Callable[[LabelArray], LabelArray]
    ) -> None:
        """Take what was row i for point ``order[i]`` from now on; the lock is held.

        Parameters
        ----------
        order : ndarray, (M,)
        placed : callable
            Returns an array of labels of rows as one of points.
        """
        self._drop_unowned()
        changes: list[tuple[Any, str, Any]] = [(self, "by_points", True)]
        if len(self.newest):
            changes.append((self, "newest", placed(self.newest)))
        for state in self._kept:
            parts = []
            for rows, old in state.parts:
                points = self.budget.empty(rows.shape, order.dtype)
                look_up(order, rows, points)
                parts.append((points, old))
            changes.append((state, "parts", parts))
            if state.array is not None:
                array = placed(state.array)
                array.setflags(write=False)
                changes.append((state, "array", array))
        # One call, so that Ctrl-C comes before it or after it: half of it would be wrong labels.
        deque(itertools.starmap(setattr, changes), maxlen=0)

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
