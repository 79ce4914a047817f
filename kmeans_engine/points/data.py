"""A part of the points, in memory or in a file. Copied chunk by chunk, and only if need be."""

from __future__ import annotations

import bisect
import contextlib
import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices, Integers, Rows
from kmeans_engine.frames import Sheet
from kmeans_engine.kernels.digest import Digesting, digest_rows
from kmeans_engine.kernels.measure import Scan, scan_rows
from kmeans_engine.kernels.narrow import NARROW
from kmeans_engine.points.fold import folding_threads
from kmeans_engine.points.measure import Measure, merge
from kmeans_engine.points.scan import make_scan, measure_of
from kmeans_engine.points.seal import bits, changed_error, no_digest, sum_digests
from kmeans_engine.points.stored import ArrayStore, Store
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.progress import doing
from kmeans_engine.runtime.team import run_kernel
from kmeans_engine.runtime.threads import (
    chunk_rows,
    even_rows,
    fold_chunks,
    run_chunks,
)
from kmeans_engine.validation import bad_values, bad_weights, check_sheet

__all__ = ["Data", "measure_together", "prepare"]

Part = TypeVar("Part")
Task = TypeVar("Task")

# Multiply-adds that the digest of a value counts for.
_DIGEST_WORK = 4
# Values of a chunk that is copied: 2 MiB.
_COPIED = 1 << 18
# The number of the first row, where rows are read in place.
_ZERO = np.zeros(1, dtype=np.int64)
_NATIVE = (np.dtype(np.float32), np.dtype(np.float64))


class Data:
    """A part of the points, usually the only one. See `points.fold.Points`.

    Parameters
    ----------
    store : Store
        Where they are: float32, float64 or integers; any strides.
    threads : int
        How many threads may work at it.
    budget : Budget
        What becomes of arrays as long as the points.

    Attributes
    ----------
    copies : bool
        Whether kernels cannot read them where they are.
    digest : bytes
        Of every bit of the points as they were measured; see `kernels.digest`.
    measure : Measure
        That of all parts, once `measure_together` has set it.
    rounded_weights : int
        Weights that are whole numbers beyond 2^53 and were rounded.
    """

    measure: Measure
    digest: bytes

    def __init__(self, store: Store, threads: int, budget: Budget) -> None:
        self.store, self.threads, self.budget = store, threads, budget
        self.n_points, self.n_features = store.shape
        self.names = store.names
        view = store.view
        native = store.dtype in _NATIVE and store.dtype.isnative
        self.copies = view is None or not (native and view.flags.c_contiguous)
        # All parts have float32 rows, or none.
        self._single = store.dtype == np.float32 and (view is None or not self.copies)
        self._compact: Data | None = None
        self._lock = threading.Lock()
        self._weights: Data | None = None
        self.rounded_weights = 0

    @classmethod
    def of(cls, points: Any, threads: int, budget: Budget | None = None) -> Data:
        """Return an array or a table in memory as points.

        Raises
        ------
        InvalidInput, InvalidType
            If it is not a two-dimensional table of real numbers.
        """
        return cls(ArrayStore(check_sheet(points, "points")), threads, budget or Budget())

    @property
    def _view(self) -> npt.NDArray[Any]:
        assert self.store.view is not None
        return self.store.view

    @property
    def in_memory(self) -> bool:
        """Whether the rows are in memory, not in a file."""
        return self.store.view is not None

    @property
    def points(self) -> npt.NDArray[Any]:
        """The array of points in memory, (M, N), the caller's own if it was one."""
        assert isinstance(self.store, ArrayStore)
        return self.store.values

    @property
    def weights(self) -> Floats | None:
        """What each point weighs, (M,), read-only; None if all weigh the same."""
        return None if self._weights is None else self._weights._view.reshape(-1)

    def weigh(self, weights: Store, rounded: int = 0) -> None:
        """Give the points weights, in memory, (M, 1) float64 in C order; before they are measured.

        Parameters
        ----------
        weights : Store
        rounded : int
            See `rounded_weights`.
        """
        self._weights = Data(weights, self.threads, self.budget)
        self.rounded_weights = rounded

    def measured(self) -> Measure:
        """Return the measure of these points alone."""

        def make(worker: int, X: Rows, base: Integers) -> Scan:
            return make_scan(X, base)

        with (
            contextlib.nullcontext()
            if self.in_memory
            else doing(f"measuring {self.n_points:,} points")
        ):
            parts = self.run(scan_rows, make, work_per_row=64 * self.n_features)
        self.digest = sum_digests([part.digest for part in parts])
        digits = 24 if self.store.dtype == np.float32 else 53
        single = np.can_cast(self.store.dtype, np.float32)
        measure = merge(measure_of(part, digits, single) for part in parts)
        return replace(measure, weights=self._measured_weights())

    def _measured_weights(self) -> Measure | None:
        """Return the measure of the weights, to which negative ones are bad as well."""
        weights = self.weights
        if weights is None or self._weights is None:
            return None
        measure = self._weights.measured()
        if measure.low[0] < 0.0 or measure.n_bad:
            bad = np.flatnonzero(~((weights >= 0.0) & (weights < np.inf)))
            measure = replace(measure, n_bad=len(bad), first_bad=int(bad[0]))
        return measure

    def is_as_measured(self, digest: bytes | None = None) -> bool:
        """Return whether every bit of points in memory is as it was when they were measured."""
        return (digest or self._digested()) == self.digest

    def vouch(self, digest: bytes | None = None) -> None:
        """Raise `InvalidInput` if the points have changed since they were measured.

        Parameters
        ----------
        digest : bytes, optional
            Of all rows as they have just been read; otherwise they are looked at again. Of a file
            only its time, size and place are looked at: a whole pass would take too long.
        """
        self.store.vouch()
        if self.in_memory and not self.is_as_measured(digest):
            raise changed_error("points")
        self.vouch_weights()

    def vouch_weights(self) -> None:
        """Raise `InvalidInput` if the weights have changed since they were measured."""
        if self._weights is not None and not self._weights.is_as_measured():
            raise changed_error("weights")

    def _digested(self) -> bytes:
        def make(worker: int, X: Rows, base: Integers) -> Digesting:
            return Digesting(words=bits(X), base=base, digest=no_digest())

        parts = self.run(digest_rows, make, work_per_row=_DIGEST_WORK * self.n_features)
        return sum_digests([part.digest for part in parts])

    def use(self, measure: Measure) -> None:
        """Be one part of the points that this is the measure of."""
        self.measure = measure
        if self._single and not measure.single:
            self.copies, self._single = True, False
            if self.in_memory:
                self.digest = self._digested()  # of float64 now

    def fold(
        self,
        make: Callable[[int], Part],
        add: Callable[[Part, int, Rows], None],
        *,
        work_per_row: int,
        cells_per_part: int = 0,
    ) -> list[Part]:
        """See `points.fold.Points.fold`."""
        threads, rows = self._portions(work_per_row, cells_per_part)
        if threads == 1 and self.n_points <= rows:
            part = make(self.n_points)
            add(part, 0, self.rows(0, self.n_points, None))
            return [part]

        def begin() -> tuple[Part, Rows | None]:
            buffer = np.empty(rows * self.n_features, self.row_dtype) if self.copies else None
            return make(rows), buffer

        def work(own: tuple[Part, Rows | None], start: int, stop: int) -> None:
            add(own[0], start, self.rows(start, stop, own[1]))

        parts = [part for part, _ in fold_chunks(begin, work, self.n_points, rows, threads)]
        self.store.vouch()
        return parts

    def run(
        self,
        kernel: Callable[..., Any],
        make: Callable[[int, Rows, Integers], Task],
        *,
        work_per_row: int,
        cells_per_part: int = 0,
    ) -> list[Task]:
        """Run a kernel over all rows, as `fold` does; return the tasks of the workers.

        Parameters
        ----------
        kernel : callable
            ``kernel(task, start, stop)``, see `runtime.team`; if the points are copied it may be
            any function.
        make : callable
            ``make(worker, X, base)`` returns the task of a worker. Row 0 of its `X` has the number
            ``base[0]``, which may change from chunk to chunk.
        work_per_row, cells_per_part : int
            As in `fold`.
        """
        threads, rows = self._portions(work_per_row, cells_per_part)
        if not self.copies:
            tasks: list[Any] = [make(worker, self._view, _ZERO) for worker in range(threads)]
            return tasks[: run_kernel(kernel, tasks, self.n_points, rows)]
        workers = itertools.count()

        def begin() -> tuple[Task, Rows, Integers]:
            X = np.empty((rows, self.n_features), dtype=self.row_dtype)
            base = np.empty(1, dtype=np.int64)
            view = X.view()
            view.flags.writeable = False
            return make(next(workers), view, base), X, base

        def work(own: tuple[Task, Rows, Integers], start: int, stop: int) -> None:
            task, X, base = own
            base[0] = start
            self.store.read(start, stop, X[: stop - start])
            kernel(task, start, stop)

        parts = fold_chunks(begin, work, self.n_points, rows, threads)
        self.store.vouch()
        return [task for task, *_ in parts]

    def _portions(self, work_per_row: int, cells_per_part: int) -> tuple[int, int]:
        """Return how many threads a fold is worth, and the rows of a chunk."""
        most = chunk_rows(work_per_row)
        if self.copies:
            most = min(most, max(_COPIED // self.n_features, 64))
        threads = folding_threads(
            self.n_points, self.n_features, work_per_row, cells_per_part, self.threads
        )
        return threads, even_rows(self.n_points, most, threads)

    def rows(self, start: int, stop: int, buffer: Rows | None) -> Rows:
        """Return rows as kernels read them, copied to a flat buffer if need be."""
        if not self.copies:
            return self._view[start:stop]
        if buffer is None:
            buffer = np.empty((stop - start) * self.n_features, dtype=self.row_dtype)
        chunk: Rows = buffer[: (stop - start) * self.n_features].reshape(-1, self.n_features)
        self.store.read(start, stop, chunk)
        chunk.flags.writeable = False
        return chunk

    def compact(self) -> Data:
        """Return these points as an array that is read without copying: a copy if need be, kept."""
        if not self.copies:
            return self
        with self._lock:
            if self._compact is None:
                self._compact = self._copied()
            return self._compact

    def _copied(self) -> Data:
        rows = self.budget.empty(self.store.shape, self.measure.dtype)

        def copy(start: int, stop: int) -> None:
            self.store.read(start, stop, rows[start:stop])

        most = min(chunk_rows(16 * self.n_features), max(_COPIED // self.n_features, 64))
        with doing(f"copying {self.n_points:,} points"):
            run_chunks(copy, self.n_points, most, self.threads)
        self.vouch()
        compact = Data.of(rows, self.threads, self.budget)
        compact._weights = self._weights
        compact.use(self.measure)
        return compact

    @property
    def row_dtype(self) -> np.dtype[np.floating]:
        """The type of the rows that `fold` hands out."""
        return np.dtype(np.float32 if self._single else np.float64)

    def sample(self, step: int, first: int = 0) -> Floats:
        """Return every `step`-th row from `first` on as float64."""
        return self.store.sample(step, first)

    def take(self, indices: npt.ArrayLike) -> Floats:
        """Return the rows at `indices` as a new float64 array."""
        return self.store.take(indices)

    @property
    def narrow(self) -> npt.NDArray[np.integer] | None:
        """The rows as they are given, if one or two bytes hold a value; see `kernels.narrow`."""
        view = self.store.view
        words = None if view is None else NARROW.get(view.dtype.name)
        if view is None or words is None or not (view.flags.c_contiguous and view.dtype.isnative):
            return None
        rows: npt.NDArray[np.integer] = view.view(words)
        return rows

    def bad(self, row: int) -> Sheet:
        """Return a row as a table of its own, for a message."""
        return Sheet(self.take([row]), self.names, 0, lambda _: self.store.row(row))

    def gather(self, indices: Indices) -> tuple[Rows, Indices]:
        """Return rows as kernels read them, and where among them those at `indices` are."""
        if not self.copies:
            return self._view, indices
        chosen = self.take(indices)
        chosen.flags.writeable = False
        return chosen, np.arange(len(indices))


def measure_together(parts: Sequence[Data]) -> None:
    """Measure the parts of the points, and give each the measure of all.

    Raises
    ------
    InvalidInput
        If there are NaN or infinite values, if the parts differ in their number of features, if
        they are so far apart that squared distances overflow float64, or if weights are negative,
        not finite, or all zero.
    """
    starts = list(itertools.accumulate((part.n_points for part in parts), initial=0))
    whole = merge(part.measured().after(start) for part, start in zip(parts, starts, strict=False))
    if whole.n_bad:
        at = bisect.bisect_right(starts, whole.first_bad) - 1
        bad = parts[at].bad(whole.first_bad - starts[at])
        raise bad_values("points", whole.n_bad, whole.first_bad, bad, whole.first_bad)
    if whole.weights is not None and whole.weights.n_bad:
        row = whole.weights.first_bad
        at = bisect.bisect_right(starts, row) - 1
        weights = parts[at].weights
        assert weights is not None
        raise bad_weights(whole.weights.n_bad, row, float(weights[row - starts[at]]))
    whole.check()
    for part in parts:
        part.use(whole)


def prepare(points: Any, threads: int) -> Data:
    """Return points in memory, checked and measured; errors as for `Data.of` and above."""
    data = Data.of(points, threads)
    measure_together([data])
    return data
