"""A recording is read: its states as snapshots, in any order, and its points if it has any."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, LabelArray
from kmeans_engine.errors import InvalidInput
from kmeans_engine.labels import Labels, label_dtype
from kmeans_engine.points.visit import Visible
from kmeans_engine.points.weights import open_weighted
from kmeans_engine.recording.format import Facts, named_dtype
from kmeans_engine.recording.points import LazyPoints, digest_of, find_file
from kmeans_engine.recording.stream import Stream
from kmeans_engine.recording.tape import LabelsByNumber, Tape, first_labels
from kmeans_engine.recording.writer import extend
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.snapshot import Snapshot

__all__ = ["Recording", "open"]

# Bytes of labels that are kept for looking at states in any order, and most states.
_KEPT, _MOST = 1 << 28, 8


def open(path: str | os.PathLike[str], *, points: Any = None, weights: Any = None) -> Recording:
    """Open a recording.

    Parameters
    ----------
    path : path-like
        The file, which is looked at as far as it goes: what is cut off or being written is left
        out, see `Recording.damaged`.
    points : array_like, (M, N), optional
        Those that were clustered. By default those in the recording, or in the file that it names.
    weights : array_like, (M,), optional
        What they weighed, if they did and `points` are given.

    Returns
    -------
    Recording

    Raises
    ------
    InvalidInput
        If it is not a recording, of a later version of this package, or without a whole state; or
        if the points, or their weights, are not those that were recorded.
    OSError
        If it cannot be read.
    """
    return Recording(Stream(path), points, weights)


class Recording(Sequence[Snapshot]):
    """The states of a run, from a file: a sequence of `Snapshot`, as ``list(snapshots)`` is.

    Every field has the bits of the run. Iterating reads the file once, from its beginning; a state
    by number is found from the nearest one whose labels are at hand, of which a few are kept.
    Snapshots stay valid whatever becomes of the file, but for labels that were never asked for.

    See `open`.
    """

    def __init__(self, stream: Stream, points: Any = None, weights: Any = None) -> None:
        self._stream = stream
        self._marks: dict[int, LabelArray] = {}
        self._centroids: weakref.WeakValueDictionary[int, Floats] = weakref.WeakValueDictionary()
        self._lock = threading.RLock()
        shape = stream.n_points, stream.n_features
        self._vouched: Visible | None = None
        self._points: Any = points
        self._weights: Any = weights
        if points is None:
            self._points = LazyPoints(shape, named_dtype(stream.dtype), self._found_points)
        else:
            self._vouch(points, weights)

    def __repr__(self) -> str:
        stream = self._stream
        return (
            f"Recording({str(stream.path)!r}, states={len(self)}, K={stream.k}, "
            f"N={stream.n_features}, M={stream.n_points}, complete={self.complete})"
        )

    def __len__(self) -> int:
        return len(self._stream)

    @property
    def path(self) -> Path:
        """The file."""
        return self._stream.path

    @property
    def end(self) -> int:
        """Bytes of the file up to the end of its last whole state."""
        return self._stream.end

    @property
    def complete(self) -> bool:
        """Whether the run ended by itself, rather than by a signal, an error or its consumer."""
        return self._stream.complete

    @property
    def damaged(self) -> str:
        """What is wrong with the file, in one line; empty if nothing is known to be."""
        return self._stream.damaged

    @property
    def metadata(self) -> Mapping[str, Any]:
        """All that is known of the run beside its states."""
        return self._stream.about

    @property
    def settings(self) -> Mapping[str, Any]:
        """What whoever recorded the run said of it."""
        settings: Mapping[str, Any] = self._stream.about["settings"]
        return settings

    @property
    def points(self) -> Any:
        """The points, (M, N): as given, recorded, or in the file named; None if there are none."""
        if isinstance(self._points, LazyPoints):
            about = self._stream.about["points"]
            if not about["recorded"] and find_file(about, self.path) is None:
                return None
            return self._points.array
        return self._points

    def on(self, points: Any, weights: Any = None) -> Recording:
        """Return the same recording with its points given; parameters and errors as for `open`."""
        return Recording(self._stream, points, weights)

    @property
    def weighted(self) -> bool:
        """Whether the points had weights."""
        return "weights" in self._stream.about

    def check(self) -> Recording:
        """Look at every byte, leave out what is damaged and all that follows, and return this.

        Raises
        ------
        InvalidInput
            If state 0 is damaged: then nothing can be saved.
        """
        self._stream.check()
        return self

    def extend(
        self, states: Iterable[Snapshot], *, settings: Mapping[str, Any] | None = None
    ) -> Iterator[Snapshot]:
        """Append the states that follow to the file, and yield them; see `record`.

        Parameters
        ----------
        states : iterable of Snapshot
            Such as those of ``engine.resume(recording)``. What was cut is removed once the first of
            them is there. This object does not grow: open the file again.
        settings : mapping of str, optional
            Those that have changed.

        Raises
        ------
        InvalidInput
            If the file has changed since it was opened, or somebody records into it.
        """
        return extend(self._stream, states, settings or {})

    # ---------------------------------------------------------------------------------- states

    @overload
    def __getitem__(self, i: int) -> Snapshot: ...

    @overload
    def __getitem__(self, i: slice) -> list[Snapshot]: ...

    def __getitem__(self, i: int | slice) -> Snapshot | list[Snapshot]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        place = range(len(self))[i]
        facts = self._stream.facts(place)
        return self._snapshot(facts, LabelsByNumber(self._stream, place, self._labels_of))

    def __iter__(self) -> Iterator[Snapshot]:
        tape = Tape(self._stream)
        before: Floats | None = None  # kept for the state that is assigned from them
        for i in range(len(self)):
            snapshot = self._snapshot(self._stream.facts(i), tape.labels(i))
            before = snapshot.centroids
            yield snapshot
            del snapshot  # whoever keeps it keeps its labels, and nobody else
        del before
        tape.finish()

    def _snapshot(self, facts: Facts, labels: Labels) -> Snapshot:
        i = facts.iteration
        return Snapshot(
            iteration=i,
            centroids=self._shared(i, facts),
            assigned_from=self._shared(max(i - 1, 0), None if i else facts),
            counts=facts.counts,
            n_changed=facts.n_changed,
            shift=facts.shift,
            converged=facts.converged,
            strategy=facts.strategy,
            points=self._points,
            names=tuple(self._stream.about["names"]),
            compute_inertia=functools.partial(float, facts.inertia),
            weights=facts.weights,
            _labels=labels,
            _whole=lambda: self.visible,
            _given_weights=self._weights,
        )

    def _shared(self, i: int, facts: Facts | None) -> Floats:
        """Return the centroids of a state: one array for all that refer to them."""
        with self._lock:
            known = self._centroids.get(i)
            if known is None:
                known = (facts or self._stream.facts(i)).centroids
                self._centroids[i] = known
            return known

    def _labels_of(self, i: int) -> LabelArray:
        """Return the labels of a state as a read-only array."""
        with self._lock:
            before = max((mark for mark in self._marks if mark <= i), default=-1)
            if before < 0:
                labels = first_labels(self._stream)
                before = 0
            else:
                labels = self._marks[before].copy()
            apart = -(-len(self) // self._room())
            for j in range(before + 1, i + 1):
                for points, new in self._stream.changes(j):
                    labels[points] = new
                if j % apart == 0 and j not in self._marks:
                    self._marks[j] = labels.copy()
            labels.setflags(write=False)
            self._marks = {j: mark for j, mark in self._marks.items() if j % apart == 0}
            self._marks[i] = labels
            return labels

    def _room(self) -> int:
        size = self._stream.n_points * label_dtype(self._stream.k).itemsize
        return min(max(_KEPT // max(size, 1), 1), _MOST)

    # ---------------------------------------------------------------------------------- points

    @functools.cached_property
    def visible(self) -> Visible:
        """The points as a picture asks for them; see `Snapshot.visible`."""
        points = self._points
        if isinstance(points, LazyPoints):
            points = points.array  # opens them if it has to look at them
        return self._vouched or open_weighted(points, self._weights)

    def _vouch(self, points: Any, weights: Any) -> None:
        """Raise `InvalidInput` unless these points and weights are those that were recorded."""
        visible, about = open_weighted(points, weights), self._stream.about
        same = (visible.n_points, visible.n_features) == (about["rows"], about["features"])
        if not same or digest_of(visible) != about["points"]["digest"]:
            raise InvalidInput(
                f"the points are not those of {self.path}, whose digest differs; give those that "
                "were clustered"
            )
        if self.weighted and not visible.weighted:
            raise InvalidInput(
                f"the points of {self.path} had weights, and none are given; give those as well, "
                "recording.open(path, points=points, weights=weights)"
            )
        if visible.weighted and not self.weighted:
            raise InvalidInput(f"the points of {self.path} had no weights; leave out weights=")
        if self.weighted and digest_of(visible, weights=True) != about["weights"]["digest"]:
            raise InvalidInput(
                f"the weights are not those of {self.path}, whose digest differs; give those of "
                "the run"
            )
        self._vouched = visible

    def _found_points(self) -> npt.NDArray[Any]:
        stream, about = self._stream, self._stream.about["points"]
        if about["recorded"]:
            shape = stream.n_points, stream.n_features
            points = Budget().empty(shape, named_dtype(stream.dtype))
            start = 0
            for piece in stream.recorded_points():
                points[start : start + len(piece)] = piece
                start += len(piece)
            if self.weighted:
                self._weights = np.concatenate(list(stream.recorded_weights()))
            return points
        path = find_file(about, self.path)
        if path is None:
            raise InvalidInput(
                f"{self.path} does not hold the points and names no file of them; give them, "
                "recording.open(path, points=points)"
            )
        from kmeans_engine.tables import ReadOptions, read_table

        column = self.settings.get("asked", {}).get("options", {}).get("weights")
        read = read_table(str(path), ReadOptions(weights=column))
        self._weights = read.weights
        self._vouch(read.points, read.weights)
        found: npt.NDArray[Any] = read.points
        return found
