"""A run is recorded while it is computed: each state is in the file before anybody sees it.

The file appears under its name once state 0 is whole in it. Each state is handed to the system at
once, and to the disk once a second, so a process that is killed loses nothing, and a power cut a
second.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from kmeans_engine._version import __version__
from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.weights import weights_of
from kmeans_engine.recording.format import (
    FEW,
    PIECE,
    Changes,
    Facts,
    columns,
    encode,
    encode_points,
    spell_about,
)
from kmeans_engine.recording.messages import END, make_message, make_schema, spell
from kmeans_engine.recording.points import digest_of, file_of
from kmeans_engine.recording.stream import Stream
from kmeans_engine.runtime.atomic import AtomicFile, check_writable, lock
from kmeans_engine.snapshot import Snapshot

__all__ = ["extend", "record"]

# Seconds between two times that the disk is waited for.
_DURABLE = 1.0
# Values of a piece of recorded points.
_VALUES = 1 << 22


def record(
    states: Iterable[Snapshot],
    path: str | os.PathLike[str],
    *,
    points: bool = False,
    source: str | os.PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> Iterator[Snapshot]:
    """Record a run while it is consumed: yield its states as they come.

    Parameters
    ----------
    states : iterable of Snapshot
        All states of a run, such as `Engine.snapshots` yields them.
    path : path-like
        The file, commonly named ``.arrows``. It appears with state 0, and grows by each state
        before that is yielded. What is there when the run fails stays, and can be replayed and
        resumed: see `open`.
    points : bool
        Record the points as well, of their exact type, and their weights; otherwise they are only
        referred to, by a digest and the file that they come from.
    source : path-like, optional
        That file; by default that of a memory map.
    settings : mapping of str, optional
        Whatever should be known of the run, ready for JSON.
    overwrite : bool
        Replace a file that is there already; by default that is an error.

    Returns
    -------
    iterator of Snapshot
        The same states. Nothing is recorded that is not asked of it.

    Raises
    ------
    InvalidInput
        At once if the file exists and `overwrite` is false, or cannot be written; later if these
        are not the states of a run from its beginning.
    OSError
        If writing fails.
    """
    check_writable(path, overwrite=overwrite)
    return _recorded(states, Path(path), points, source, settings or {})


def _recorded(
    states: Iterable[Snapshot],
    path: Path,
    points: bool,
    source: str | os.PathLike[str] | None,
    settings: Mapping[str, Any],
) -> Iterator[Snapshot]:
    with contextlib.ExitStack() as stack:
        following, writer = iter(states), None
        while (state := next(following, None)) is not None:
            if writer is None:
                writer = stack.enter_context(_begun(path, state, points, source, settings))
            else:
                writer.add(state)
            yield state
            del state  # whoever keeps it keeps its labels, and nobody else
        if writer is not None:
            writer.end()


def extend(
    stream: Stream, states: Iterable[Snapshot], settings: Mapping[str, Any]
) -> Iterator[Snapshot]:
    """See `Recording.extend`."""
    with stream.path.open("r+b") as file:
        if not _take(file):
            raise InvalidInput(
                f"{stream.path} is being recorded by another process; wait for its end, or stop it"
            )
        if os.fstat(file.fileno()).st_size != stream.size:
            raise InvalidInput(f"{stream.path} has changed since it was opened; open it again")
        last = stream.facts(len(stream) - 1)
        writer = _Writer(stream.path, file, stream.schema, stream.n_points, settings)
        writer.follow(last.iteration, last.centroids)
        following, begun = iter(states), False
        while (state := next(following, None)) is not None:
            if not begun:
                file.seek(stream.end)
                file.truncate()
                begun = True
            writer.add(state)
            yield state
            del state
        if not begun:
            file.seek(stream.end)
            file.truncate()
        writer.end()


@contextlib.contextmanager
def _begun(
    path: Path,
    state: Snapshot,
    points: bool,
    source: str | os.PathLike[str] | None,
    settings: Mapping[str, Any],
) -> Iterator[_Writer]:
    """Begin the file of a run with state 0, and close it at the end of the block."""
    visible, given = state.visible, state.points
    k, n_features = state.centroids.shape
    # What is not an array here is taken as kernels see it.
    dtype = given.dtype if isinstance(given, np.ndarray) else visible.measure.dtype
    about = {
        "engine": __version__,
        "rows": visible.n_points,
        "features": n_features,
        "clusters": k,
        "names": list(state.names),
        "points": {
            "dtype": dtype.newbyteorder("=").name,
            "digest": digest_of(visible),
            "recorded": points,
            **file_of(source, given, path),
        },
        "settings": dict(settings),
    }
    if visible.weighted:
        about["weights"] = {"digest": digest_of(visible, weights=True)}
    schema = columns(k, dtype if points else None, weighted=visible.weighted)
    with contextlib.ExitStack() as stack:
        with AtomicFile(path) as atomic:
            file = stack.enter_context(atomic.temporary.open("r+b"))
            file.write(make_schema(schema, spell_about(about)))
            writer = _Writer(path, file, schema, visible.n_points, {})
            if points:
                writer.add_points(state, dtype)
            writer.add(state)
            if sys.platform == "win32":  # renames no open file
                file.close()
        if sys.platform == "win32":
            file = writer.file = stack.enter_context(path.open("r+b"))
            file.seek(0, os.SEEK_END)
        _take(file)
        yield writer


def _take(file: IO[bytes]) -> bool:
    """Mark a file as being recorded; return whether it was not."""
    try:
        return lock(file.fileno())
    except OSError:  # a file system without locks
        return True


class _Writer:
    """Appends states to a file.

    Parameters
    ----------
    path : Path
        Its name, for messages.
    file : file
        Open for writing.
    schema : Schema
        The columns.
    n_points : int
    settings : mapping of str
        That have changed; the first state tells them.
    """

    def __init__(
        self,
        path: Path,
        file: IO[bytes],
        schema: pa.Schema,
        n_points: int,
        settings: Mapping[str, Any],
    ) -> None:
        self._path, self.file, self._schema, self._n_points = path, file, schema, n_points
        self._settings = settings
        self._last = -1
        self._centroids: Floats | None = None
        self._durable = time.monotonic()

    def follow(self, iteration: int, centroids: Floats) -> None:
        """Take the last state in the file for this one."""
        self._last, self._centroids = iteration, centroids

    def add_points(self, state: Snapshot, dtype: np.dtype[Any]) -> None:
        """Write all points, of a type that holds them, piece by piece."""
        given: Any = state.points
        rows, weights = max(_VALUES // state.centroids.shape[1], 1), weights_of(state.visible)
        for start in range(0, self._n_points, rows):
            stop = min(start + rows, self._n_points)
            if isinstance(given, np.ndarray):
                piece = given[start:stop].view(np.ndarray)
            else:
                piece = state.visible.take(np.arange(start, stop)).astype(dtype)
            own = None if weights is None else weights[start:stop]
            batch = encode_points(self._schema, piece, own)
            self.file.write(make_message(batch, {"points": str(start)}, compressed=True))

    def add(self, state: Snapshot) -> None:
        """Write a state."""
        i = state.iteration
        before = state.assigned_from if self._centroids is None else self._centroids
        if i != self._last + 1 or not np.array_equal(state.assigned_from, before):
            raise InvalidInput(
                f"state {i} of a run does not follow state {self._last} of the recording; give all "
                "its states in their order"
                if self._last >= 0
                else f"the first state is {i}, and a recording begins with state 0; give all states"
            )
        facts = Facts(
            i, state.centroids, state.counts, state.inertia, state.shift, state.n_changed,
            bool(state.converged), state.strategy, state.weights,
        )  # fmt: skip
        added = {"iteration": str(i)}
        if self._settings:
            added["settings"], self._settings = spell(self._settings), {}
        batches = encode(self._schema, facts, self._changes(state))
        piece, batch = 0, next(batches, None)
        while batch is not None:
            following = next(batches, None)
            told = {**added, "piece": str(piece), "last": "no" if following else "yes"}
            many = batch.column("labels").flatten()
            self.file.write(make_message(batch, told, compressed=len(many) > FEW))
            piece, batch = piece + 1, following
        self.file.flush()
        now = time.monotonic()
        if now - self._durable > _DURABLE:
            os.fsync(self.file.fileno())
            self._durable = now
        self.follow(i, state.centroids)

    def _changes(self, state: Snapshot) -> Iterator[Changes]:
        if state.iteration == 0:
            for start in range(0, self._n_points, PIECE):
                points = range(start, min(start + PIECE, self._n_points))
                yield Changes(points, state.labels_at(np.arange(points.start, points.stop)))
            return
        changed = np.asarray(state.changed)
        for start in range(0, len(changed), PIECE):
            indices = changed[start : start + PIECE]
            yield Changes(indices, state.labels_at(indices))

    def end(self) -> None:
        """Write that the run has ended."""
        self.file.write(END)
        self.file.flush()
        os.fsync(self.file.fileno())
