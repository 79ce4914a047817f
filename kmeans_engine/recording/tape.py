"""The labels of recorded states: those of one pass, and those that are asked for by number."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import LabelArray
from kmeans_engine.label_history import KeptLabels, LabelHistory
from kmeans_engine.labels import label_dtype
from kmeans_engine.recording.stream import Stream
from kmeans_engine.runtime.memory import Budget

__all__ = ["LabelsByNumber", "Tape", "first_labels"]


def first_labels(stream: Stream) -> LabelArray:
    """Return the labels of state 0 as a new array."""
    labels = Budget().empty(stream.n_points, label_dtype(stream.k))
    for points, new in stream.changes(0):
        if isinstance(points, range):
            labels[points.start : points.stop] = new
    return labels


class Tape:
    """The labels of the states of one pass, which are read as far as somebody asks for them."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._history: LabelHistory | None = None
        self._at = -1
        self._waiting: weakref.WeakValueDictionary[int, _TapeLabels] = weakref.WeakValueDictionary()

    def labels(self, i: int) -> _TapeLabels:
        """Return the labels of state i, which nobody has reached."""
        self._waiting[i] = labels = _TapeLabels(self, i)
        return labels

    def reach(self, i: int) -> None:
        """Read on as far as state i; all that wait for states up to there get their labels."""
        with self._lock:
            while self._at < i:
                j = self._at + 1
                if self._history is None:
                    self._history = LabelHistory(first_labels(self._stream))
                else:
                    pieces = list(self._stream.changes(j))
                    points, labels = map(np.concatenate, zip(*pieces, strict=True))
                    self._history.commit(points, labels)
                self._at = j
                waiting = self._waiting.pop(j, None)
                if waiting is not None:
                    waiting.kept = self._history.now()

    def finish(self) -> None:
        """End the pass: nobody asks for more states than those that are waited for."""
        with self._lock:
            if self._history is not None and not self._waiting:
                self._history.finish()


class _TapeLabels:
    """The labels of one state of a pass; see `Labels`."""

    def __init__(self, tape: Tape, i: int) -> None:
        self._tape, self._i = tape, i
        self.kept: KeptLabels | None = None

    def _found(self) -> KeptLabels:
        if self.kept is None:
            self._tape.reach(self._i)
        assert self.kept is not None
        return self.kept

    def all(self) -> LabelArray:
        """See `Labels.all`."""
        return self._found().all()

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`."""
        return self._found().at(indices)

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        return self._found().changed()


class LabelsByNumber:
    """The labels of one state, read when they are asked for; see `Labels`.

    Parameters
    ----------
    stream : Stream
    i : int
        The state.
    read : callable
        Returns its labels, read-only.
    """

    def __init__(self, stream: Stream, i: int, read: Callable[[int], LabelArray]) -> None:
        self._stream, self._i, self._read = stream, i, read
        self._array: LabelArray | None = None

    def all(self) -> LabelArray:
        """See `Labels.all`."""
        if self._array is None:
            self._array = self._read(self._i)
        return self._array

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`."""
        return self.all()[indices]

    def changed(self) -> npt.NDArray[np.intp]:
        """See `Labels.changed`."""
        pieces = [np.asarray(c.points, np.intp) for c in self._stream.changes(self._i)]
        return np.concatenate(pieces)
