"""Exact sums of the points of each cluster: of all points, and of those that move."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from kmeans_engine.arrays import Floats, Indices, Integers, LabelArray, Rows
from kmeans_engine.kernels import products
from kmeans_engine.kernels.sums import (
    Adding,
    Moving,
    Parts,
    accumulate,
    add_parts,
    list_touched,
    move,
    move_rows,
)
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.team import run_kernel
from kmeans_engine.runtime.threads import chunk_rows, even_rows, threads_for
from kmeans_engine.sums import ExactSums, SumFormat

__all__ = ["Mover", "move_points", "sum_points", "sum_while"]

Task = TypeVar("Task")

# Nanoseconds of a limb of a point whose row has to be found, and of a number that is added.
_LIMB, _ADDED = 8.0, 0.5
# Numbers that are added up in one chunk.
_CHUNK = 1 << 16


class _Shares:
    """Sums in which several workers add something up: the total itself, and zeros for the others.

    Parameters
    ----------
    total : ExactSums
        Changed from now on.
    workers : int
    """

    def __init__(self, total: ExactSums, workers: int) -> None:
        self._total = total
        # Zeroed by the system, page by page, for the thread that first writes there.
        self._sums = np.zeros((workers - 1, *total.sums.shape), dtype=np.int64)
        self._counts = np.zeros((workers - 1, len(total.counts)), dtype=np.int64)

    def of(self, worker: int) -> tuple[Integers, Integers]:
        """Return the sums and counts of a worker."""
        if worker == 0:
            return self._total.sums, self._total.counts
        return self._sums[worker - 1], self._counts[worker - 1]

    def total(self, used: int, threads: int) -> ExactSums:
        """Return the total of so many workers, read-only."""
        total, size = self._total, self._total.sums.size
        if used > 1:
            threads = threads_for((used - 1) * size * _ADDED, threads)
            total.counts[:] += self._counts[: used - 1].sum(axis=0)
            parts = self._sums[: used - 1].reshape(used - 1, size)
            task = Parts(parts=parts, total=total.sums.reshape(-1))
            run_kernel(add_parts, [task] * threads, size, even_rows(size, _CHUNK, threads))
        return total.counted()


def sum_points(points: Data, labels: LabelArray, k: int) -> ExactSums:
    """Return the exact sums of the points of each of `k` clusters, by `labels` (M,)."""
    form = points.measure.sum_format

    def make(worker: int, X: Rows, base: Integers, mover: Mover) -> Adding:
        return mover.adding(labels)

    add = accumulate if points.weights is None else products.accumulate
    work = 16 * points.n_features * form.levels
    return sum_while(points, form.empty(k), add, make, work_per_row=work)


class Mover:
    """What one worker adds up of the chunks that it is shown.

    Parameters
    ----------
    X, base
        As in `kernels.sums.Adding`.
    form : SumFormat
    sums, counts : ndarray
        Those of the worker.
    weights : ndarray, (M,), optional
        Of all points.
    """

    def __init__(
        self,
        X: Rows,
        base: Integers,
        form: SumFormat,
        sums: Integers,
        counts: Integers,
        weights: Floats | None = None,
    ) -> None:
        self._rows, self._base, self._form = X, base, form
        self._sums, self._counts = sums, counts
        self._weights = None if weights is None else weights.view(np.int64)

    def adding(self, labels: LabelArray) -> Adding:
        """Return the task of `accumulate` for these labels (M,)."""
        form = self._form
        return Adding(
            X=self._rows, base=self._base, labels=labels, weights=self._weights, down=form.down,
            up=form.up, exponents=form.exponents, width=form.width, sums=self._sums,
            counts=self._counts,
        )  # fmt: skip

    def add(self, task: Adding, start: int, stop: int) -> None:
        """Add points of the chunk to their clusters; `task`: from `adding`."""
        (accumulate if self._weights is None else products.accumulate)(task, start, stop)

    def move(self, indices: Indices, old: LabelArray, new: LabelArray) -> None:
        """Move points of the chunk from their old to their new clusters."""
        form, first, weights = self._form, self._base[0], self._weights
        which = indices - indices.dtype.type(first)
        if weights is not None:
            weights = weights[first : first + len(self._rows)]
        _move_rows(form, self._rows, which, weights, old, new, self._sums, self._counts)


def sum_while(
    points: Data,
    total: ExactSums,
    kernel: Callable[[Task, int, int], None],
    make: Callable[[int, Rows, Integers, Mover], Task],
    *,
    work_per_row: int,
) -> ExactSums:
    """Run a function over points, and add up what is in its chunks, in one pass.

    Rows from a file would be read once more otherwise, and those that move one by one.

    Parameters
    ----------
    points : Data
    total : ExactSums
        Changed from now on.
    kernel, make, work_per_row
        As for `Data.run`; `make` gets the worker's mover besides.

    Returns
    -------
    ExactSums
        The total, read-only.
    """
    shares = _Shares(total, points.threads)

    def task(worker: int, X: Rows, base: Integers) -> Task:
        return make(
            worker, X, base, Mover(X, base, total.format, *shares.of(worker), points.weights)
        )

    cells = total.sums.size
    used = points.run(kernel, task, work_per_row=work_per_row, cells_per_part=cells)
    return shares.total(len(used), points.threads)


def move_points(
    points: Data, sums: ExactSums, indices: Indices, old: LabelArray, new: LabelArray
) -> ExactSums:
    """Return `sums` once the points at `indices` have gone from their old to their new clusters."""
    count, form, n = len(indices), sums.format, points.n_features
    if not count:
        return sums
    # A worker of its own costs K N L additions in the end.
    threads = threads_for(count * form.levels * n * _LIMB, points.threads)
    threads = min(threads, max(4 * n * count // sums.sums.size, 1))
    rows = even_rows(count, chunk_rows(64 * n * form.levels), threads, 1 << 10)
    if threads == 1 and not points.copies and count <= rows:
        after = _own(sums, old, new)
        X, which = points.gather(indices)
        weights = _beside(points, indices)
        _move_rows(form, X, which, weights, old, new, after.sums, after.counts)
        return after.counted()
    shares, used = _Shares(_own(sums, old, new), threads), 0
    # All at once, unless their rows have to be copied.
    step = rows * threads if points.copies else count
    for start in range(0, count, step):
        some = slice(start, start + step)
        X, which = points.gather(indices[some])
        weights, tasks = _beside(points, indices[some]), []
        for worker in range(threads):
            own, counts = shares.of(worker)
            tasks.append(
                Moving(
                    X=X, rows=which, old=old[some], new=new[some], weights=weights,
                    down=form.down, up=form.up, exponents=form.exponents, width=form.width,
                    sums=own, counts=counts,
                )
            )  # fmt: skip
        kernel = move if weights is None else products.move
        used = max(run_kernel(kernel, tasks, len(which), rows), used)
    return shares.total(used, points.threads)


def _move_rows(
    form: SumFormat, X: Rows, rows: Indices, weights: Integers | None, old: LabelArray,
    new: LabelArray, sums: Integers, counts: Integers,
) -> None:  # fmt: skip
    if weights is None:
        move_rows(X, rows, old, new, form.down, form.up, sums, counts, 0, len(rows))
        return
    products.move_rows(
        X, rows, weights, old, new, form.exponents, form.width, sums, counts, 0, len(rows)
    )


def _beside(points: Data, indices: Indices) -> Integers | None:
    """Return the weights of the rows that `gather` returns, as bits."""
    if points.weights is None:
        return None
    weights = points.weights
    if points.copies:
        weights = weights[indices]
        weights.flags.writeable = False
    return weights.view(np.int64)


def _own(sums: ExactSums, old: LabelArray, new: LabelArray) -> ExactSums:
    """Return sums in which the clusters `old` and `new` may be changed."""
    k = len(sums.counts)
    if len(old) > k:
        return sums.copy()
    touched = np.empty(k, dtype=np.int32)
    total = list_touched(old, new, np.zeros(k, dtype=np.bool_), touched)
    return sums.changing(touched[:total])
