"""The engine: prepares points once, then yields a snapshot per iteration for any start."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.exact import ExactSums, square_totals
from kmeans_engine.kernels.sums import accumulate, move
from kmeans_engine.labels import IndexSet, LabelHistory
from kmeans_engine.snapshot import Snapshot, largest_shift
from kmeans_engine.strategies import make_strategy
from kmeans_engine.threads import chunk_rows, default_threads, run_chunks
from kmeans_engine.validation import check_centroids, check_count, check_k, check_tolerance

__all__ = ["Engine", "label_dtype", "sum_points"]

Floats = npt.NDArray[np.float64]


class Engine:
    """K-means (Lloyd 1982) over fixed points, one snapshot per iteration.

    The same points and initial centroids give the same bits in every field of every snapshot,
    whatever the number of threads, the strategy, the layout of the array or the machine: distances
    are compared as defined in `kernels.assign`, and means are exact but for one rounding.

    One engine serves many runs, from several Python threads at the same time.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers, of any strides, or a memmap, or a DataFrame. Never changed
        and, with the strategy ``brute``, never copied as a whole.
    threads : int, optional
        Threads to compute with; all processors that this process may use unless given.
    strategy : str
        One of `STRATEGIES`. They differ in speed and memory only.

    Raises
    ------
    InvalidInput, InvalidType
        If the points cannot be clustered or an option is out of range.
    UnsupportedStrategy
        If the strategy cannot serve the shape of the points.

    References
    ----------
    S. Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28 (1982).
    """

    def __init__(
        self, points: npt.ArrayLike, *, threads: int | None = None, strategy: str = "auto"
    ) -> None:
        count = default_threads() if threads is None else check_count(threads, "threads", minimum=1)
        self._data = Data(points, count)
        self._strategy = make_strategy(strategy, self._data)
        self._squares: list[int] | None = None
        self._squares_lock = threading.Lock()

    @property
    def points(self) -> npt.NDArray[Any]:
        """The points, (M, N), as they were given."""
        return self._data.points

    def snapshots(
        self,
        centroids: npt.ArrayLike,
        *,
        max_iterations: int | None = None,
        tolerance: float = 0.0,
    ) -> Generator[Snapshot, None, None]:
        """Return a generator of the states, beginning with the initial one.

        It ends with the first snapshot whose centroids equal the previous ones
        (`Snapshot.converged`), or whose shift is at most `tolerance` if that is positive, or after
        snapshot `max_iterations`, or if the centroids of an earlier snapshot come back.

        Parameters
        ----------
        centroids : array_like, (K, N)
            Where to start; see `initial_centroids`.
        max_iterations : int, optional
            Last iteration; 0 gives the initial state alone. No limit unless given.
        tolerance : float
            In the units of the points.

        Returns
        -------
        generator of Snapshot

        Raises
        ------
        InvalidInput, InvalidType
            At once, not at the first snapshot, if an argument cannot be used.
        """
        start = check_centroids(centroids, self._data.n_features)
        check_k(len(start), self._data.n_points)
        self._data.check_range(
            np.minimum(self._data.low, start.min(axis=0)),
            np.maximum(self._data.high, start.max(axis=0)),
        )
        limit = None
        if max_iterations is not None:
            limit = check_count(max_iterations, "max_iterations", minimum=0)
        return self._run(start, limit, check_tolerance(tolerance))

    def fit(
        self,
        centroids: npt.ArrayLike,
        *,
        max_iterations: int | None = None,
        tolerance: float = 0.0,
    ) -> Snapshot:
        """Return the last snapshot of `snapshots` with the same arguments."""
        last = None
        run = self.snapshots(centroids, max_iterations=max_iterations, tolerance=tolerance)
        for snapshot in run:
            last = snapshot
            del snapshot  # or the engine would record how to go back to it
        assert last is not None
        return last

    def _run(
        self, start: Floats, limit: int | None, tolerance: float
    ) -> Generator[Snapshot, None, None]:
        data, k = self._data, len(start)
        labels = np.empty(data.n_points, dtype=label_dtype(k))
        self._strategy.assign(start, labels)
        sums = sum_points(data, labels, k)
        history = LabelHistory(labels)
        seen = {_digest(start)}
        try:
            iteration, centroids = 0, start
            yield self._snapshot(0, start, start, sums, history, None, data.n_points, 0.0, False)
            while limit is None or iteration < limit:
                iteration += 1
                changed = np.empty(0, dtype=np.intp)
                which = np.arange(k)
                if iteration > 1:
                    changed, new = self._strategy.changes(centroids, history.newest)
                    old = history.newest[changed]
                    sums = _moved(data, sums, changed, old, new)
                    which = np.unique(np.concatenate((old, new))).astype(np.intp)
                else:
                    new = labels[:0]
                # The snapshot before sees its labels change only here, under the lock of the
                # history.
                points = history.commit(changed, new)
                means = centroids.copy()
                sums.update_means(means, which)
                means.setflags(write=False)
                shift = largest_shift(centroids, means)
                converged = np.array_equal(means, centroids)
                assigned_from, centroids = centroids, means
                digest = _digest(means)
                yield self._snapshot(
                    iteration,
                    means,
                    assigned_from,
                    sums,
                    history,
                    points,
                    len(changed),
                    shift,
                    converged,
                )
                if converged or digest in seen or (tolerance > 0.0 and shift <= tolerance):
                    return
                seen.add(digest)
        finally:
            history.finish()

    def _snapshot(
        self,
        iteration: int,
        centroids: Floats,
        assigned_from: Floats,
        sums: ExactSums,
        history: LabelHistory,
        changed: IndexSet | None,
        n_changed: int,
        shift: float,
        converged: bool,
    ) -> Snapshot:
        return Snapshot(
            iteration=iteration,
            centroids=centroids,
            assigned_from=assigned_from,
            counts=sums.counts,
            n_changed=n_changed,
            shift=shift,
            converged=converged,
            points=self._data.points,
            _state=history.head(),
            _changed=changed,
            _sums=sums,
            _squares=self._square_totals,
        )

    def _square_totals(self) -> list[int]:
        with self._squares_lock:
            if self._squares is None:
                self._squares = square_totals(self._data)
            return self._squares


def label_dtype(k: int) -> np.dtype[Any]:
    """Return the smallest unsigned integer type that holds k - 1."""
    return np.min_scalar_type(k - 1)


def sum_points(data: Data, labels: npt.NDArray[Any], k: int) -> ExactSums:
    """Return the exact sums of the points of each of `k` clusters."""
    form = data.sums
    rows = min(chunk_rows(16 * data.n_features * form.levels), data.n_points)
    workers = min(data.threads, -(-data.n_points // rows))
    parts = [form.empty(k) for _ in range(workers)]
    buffers = [data.rows_buffer(rows) for _ in range(workers)]

    def add(worker: int, start: int, stop: int) -> None:
        X = data.rows(start, stop, buffers[worker])
        part = parts[worker]
        accumulate(X, labels[start:stop], form.down, form.up, part.sums, part.counts)

    run_chunks(add, data.n_points, rows, data.threads)
    return _merged(parts)


def _moved(
    data: Data,
    sums: ExactSums,
    changed: npt.NDArray[np.intp],
    old: npt.NDArray[Any],
    new: npt.NDArray[Any],
) -> ExactSums:
    """Return `sums` after the points `changed` went from their old to their new clusters."""
    if not len(changed):
        return sums
    form = data.sums
    rows = chunk_rows(64 * data.n_features * form.levels)
    workers = min(data.threads, -(-len(changed) // rows))
    parts = [sums.copy()] + [form.empty(len(sums.counts)) for _ in range(workers - 1)]

    def shift(worker: int, start: int, stop: int) -> None:
        part = parts[worker]
        X = data.gather(changed[start:stop])
        move(X, old[start:stop], new[start:stop], form.down, form.up, part.sums, part.counts)

    run_chunks(shift, len(changed), rows, data.threads)
    return _merged(parts)


def _merged(parts: list[ExactSums]) -> ExactSums:
    first = parts[0]
    for part in parts[1:]:
        np.add(first.sums, part.sums, out=first.sums)
        np.add(first.counts, part.counts, out=first.counts)
    first.sums.setflags(write=False)
    first.counts.setflags(write=False)
    return first


def _digest(centroids: Floats) -> bytes:
    # -0.0 and 0.0 are the same state.
    return hashlib.blake2b((centroids + 0.0).tobytes(), digest_size=16).digest()
