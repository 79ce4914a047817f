"""Points in memory. Nothing is copied but one chunk at a time, unless somebody asks for it."""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices, Integers, Rows
from kmeans_engine.kernels.digest import Digesting, digest_rows
from kmeans_engine.kernels.measure import Scan, scan_rows
from kmeans_engine.kernels.narrow import NARROW
from kmeans_engine.points.measure import Measure, merge
from kmeans_engine.points.scan import make_scan, measure_of
from kmeans_engine.points.seal import bits, changed_error, no_digest, sum_digests
from kmeans_engine.runtime.records import Record
from kmeans_engine.runtime.team import run_kernel
from kmeans_engine.runtime.threads import (
    chunk_rows,
    even_rows,
    fold_chunks,
    run_chunks,
    threads_for,
)
from kmeans_engine.validation import bad_values, check_sheet

__all__ = ["Data", "measure_together", "prepare"]

Part = TypeVar("Part")
Task = TypeVar("Task", bound=Record)

# Multiply-adds that the digest of a value counts for.
_DIGEST_WORK = 4
# Values of a chunk that is copied: 2 MiB.
_COPIED = 1 << 18
# The number of the first row, where rows are read in place.
_ZERO = np.zeros(1, dtype=np.int64)
_NATIVE = (np.dtype(np.float32), np.dtype(np.float64))


class Data:
    """A part of the points, in memory; usually the only one. See `points.fold.Points`.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers; any strides.
    threads : int
        How many threads may work at it.

    Attributes
    ----------
    sheet : Sheet
        What the caller gave.
    points : ndarray, (M, N)
        Its array, the caller's own if it was one.
    copies : bool
        Whether kernels cannot read them where they are.
    digest : bytes
        Of every bit of the points as they were measured; see `kernels.digest`.
    measure : Measure
        That of all parts, once `measure_together` has set it.

    Raises
    ------
    InvalidInput, InvalidType
        If the points are not a two-dimensional table of real numbers.
    """

    measure: Measure
    digest: bytes

    def __init__(self, points: Any, threads: int) -> None:
        self.sheet = check_sheet(points, "points")
        self.points = self.sheet.values
        self.n_points, self.n_features = self.points.shape
        self.threads = threads
        view = self.points.view(np.ndarray)
        # One numba type for what may be written and what may not.
        view.flags.writeable = False
        self._view = view
        native = view.dtype in _NATIVE and view.dtype.isnative
        self.copies = not (native and view.flags.c_contiguous)
        self._compact: Data | None = None
        self._lock = threading.Lock()

    def measured(self) -> Measure:
        """Return the measure of these points alone."""

        def make(worker: int, X: Rows, base: Integers) -> Scan:
            return make_scan(X, base)

        parts = self.run(scan_rows, make, work_per_row=64 * self.n_features)
        self.digest = sum_digests([part.digest for part in parts])
        digits = 24 if self._view.dtype == np.float32 else 53
        single = np.can_cast(self._view.dtype, np.float32)
        return merge(measure_of(part, digits, single) for part in parts)

    def is_as_measured(self) -> bool:
        """Return whether every bit of the points is as it was when they were measured."""
        return self._digested() == self.digest

    def vouch(self) -> None:
        """Raise `InvalidInput` if any bit has changed: what is kept would outlast the change."""
        if not self.is_as_measured():
            raise changed_error()

    def _digested(self) -> bytes:
        def make(worker: int, X: Rows, base: Integers) -> Digesting:
            return Digesting(words=bits(X), base=base, digest=no_digest())

        parts = self.run(digest_rows, make, work_per_row=_DIGEST_WORK * self.n_features)
        return sum_digests([part.digest for part in parts])

    def use(self, measure: Measure) -> None:
        """Be one part of the points that this is the measure of."""
        self.measure = measure
        # All parts have float32 rows, or none.
        if not self.copies and self._view.dtype == np.float32 and not measure.single:
            self.copies = True
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

        def begin() -> tuple[Part, Floats | None]:
            buffer = np.empty(rows * self.n_features) if self.copies else None
            return make(rows), buffer

        def work(own: tuple[Part, Floats | None], start: int, stop: int) -> None:
            add(own[0], start, self.rows(start, stop, own[1]))

        return [part for part, _ in fold_chunks(begin, work, self.n_points, rows, threads)]

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
            ``kernel(task, start, stop)``, see `runtime.team`.
        make : callable
            ``make(worker, X, base)`` returns the task of a worker. Row 0 of its `X` has the number
            ``base[0]``, which may change from chunk to chunk.
        work_per_row, cells_per_part : int
            As in `fold`.
        """
        threads, rows = self._portions(work_per_row, cells_per_part)
        if not self.copies:
            tasks = [make(worker, self._view, _ZERO) for worker in range(threads)]
            return tasks[: run_kernel(kernel, tasks, self.n_points, rows)]
        workers = itertools.count()

        def begin() -> tuple[Task, Floats, Integers]:
            X, base = np.empty((rows, self.n_features)), np.empty(1, dtype=np.int64)
            view = X.view()
            view.flags.writeable = False
            return make(next(workers), view, base), X, base

        def work(own: tuple[Task, Floats, Integers], start: int, stop: int) -> None:
            task, X, base = own
            base[0] = start
            with np.errstate(over="ignore"):
                X[: stop - start] = self._view[start:stop]
            kernel(task, start, stop)

        parts = fold_chunks(begin, work, self.n_points, rows, threads)
        return [task for task, *_ in parts]

    def _portions(self, work_per_row: int, cells_per_part: int) -> tuple[int, int]:
        """Return how many threads a fold is worth, and the rows of a chunk."""
        most = chunk_rows(work_per_row)
        if self.copies:
            most = min(most, max(_COPIED // self.n_features, 64))
        # Nanoseconds: of a row, and of a multiply-add in registers.
        threads = threads_for(self.n_points * (3 + 0.06 * work_per_row), self.threads)
        if cells_per_part:
            threads = max(1, min(threads, self.n_points * self.n_features // cells_per_part))
        return threads, even_rows(self.n_points, most, threads)

    def rows(self, start: int, stop: int, buffer: Floats | None) -> Rows:
        """Return rows as kernels read them, copied to a flat buffer if need be."""
        if not self.copies:
            return self._view[start:stop]
        if buffer is None:
            buffer = np.empty((stop - start) * self.n_features)
        chunk = buffer[: (stop - start) * self.n_features].reshape(-1, self.n_features)
        with np.errstate(over="ignore"):
            chunk[...] = self._view[start:stop]
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
        rows = np.empty(self._view.shape, dtype=self.measure.dtype)

        def copy(start: int, stop: int) -> None:
            rows[start:stop] = self._view[start:stop]

        run_chunks(copy, self.n_points, chunk_rows(16 * self.n_features), self.threads)
        self.vouch()
        compact = Data(rows, self.threads)
        compact.use(self.measure)
        return compact

    @property
    def row_dtype(self) -> np.dtype[np.floating]:
        """The type of the rows that `fold` hands out."""
        return np.dtype(np.float64) if self.copies else self._view.dtype

    def sample(self, step: int, first: int = 0) -> Floats:
        """Return every `step`-th row from `first` on as float64."""
        return self._view[first::step].astype(np.float64)

    def take(self, indices: npt.ArrayLike) -> Floats:
        """Return the rows at `indices` as a new float64 array."""
        # Seven times as fast as an index of that many rows.
        rows: Floats = self._view.take(np.asarray(indices), axis=0).astype(np.float64)
        return rows

    @property
    def narrow(self) -> npt.NDArray[np.integer] | None:
        """The rows as they are given, if one or two bytes hold a value; see `kernels.narrow`."""
        view = self._view
        words = NARROW.get(view.dtype.name)
        if words is None or not (view.flags.c_contiguous and view.dtype.isnative):
            return None
        rows: npt.NDArray[np.integer] = view.view(words)
        return rows

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
        If there are NaN or infinite values, if the parts differ in their number of features, or if
        they are so far apart that squared distances overflow float64.
    """
    starts = list(itertools.accumulate((part.n_points for part in parts), initial=0))
    whole = merge(part.measured().after(start) for part, start in zip(parts, starts, strict=False))
    if whole.n_bad:
        at = bisect.bisect_right(starts, whole.first_bad) - 1
        raise bad_values("points", whole.n_bad, whole.first_bad, parts[at].sheet, starts[at])
    whole.check()
    for part in parts:
        part.use(whole)


def prepare(points: Any, threads: int) -> Data:
    """Return points in memory, checked and measured; parameters and errors as for `Data`."""
    data = Data(points, threads)
    measure_together([data])
    return data
