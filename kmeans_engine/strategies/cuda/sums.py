"""Exact sums on the device: added up there, and brought over for the means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from kmeans_engine.arrays import Clusters, Integers
from kmeans_engine.kernels.cuda.compiling import THREADS
from kmeans_engine.kernels.cuda.rows import gather
from kmeans_engine.kernels.cuda.sums import accumulate, move
from kmeans_engine.strategies.cuda.device import blocks_for, is_shared_memory_enough
from kmeans_engine.strategies.cuda.points import Range
from kmeans_engine.strategies.cuda.stages import DeviceArray, Piece
from kmeans_engine.sums import ExactSums, SumFormat

__all__ = ["DeviceSums"]

# Features from which on the threads of a warp share a point.
_LONG = 9
_WARP_LOG = 5
# Bytes that take no longer than two launches by Python, a tenth of a millisecond: they come over at
# once. Of more, if one cluster in so many was touched, those are gathered on the device, and come
# over alone.
_SMALL, _MANY = 1 << 22, 4


class DeviceSums:
    """The sums of all clusters, in the layout of `kernels.cuda.sums`.

    Parameters
    ----------
    form : SumFormat
    k : int
    weights : device array, (M,) int64, or None
        Of all points, as bits.
    stream
        Of the run.
    """

    def __init__(self, form: SumFormat, k: int, weights: DeviceArray | None, stream: Any) -> None:
        columns = len(form.exponents)
        self._form, self._stream, self._weights = form, stream, weights
        self._shape = k, form.levels, columns
        size = k * (form.levels * columns + 1)
        self._totals = cuda.device_array(size, dtype=np.int64)
        self._host = cuda.pinned_array(size, dtype=np.int64)
        # With weights there are none, but a kernel wants arrays.
        shape = form.levels, max(form.up.shape[1], 1)
        down, up = np.zeros((2, *shape)), np.zeros(shape)
        down[:, :, : form.up.shape[1]], up[:, : form.up.shape[1]] = form.down, form.up
        self._cuts = cuda.to_device(down, stream=stream), cuda.to_device(up, stream=stream)
        self._exponents = cuda.to_device(form.exponents, stream=stream)
        self._unweighted = cuda.device_array(0, dtype=np.int64)
        # Which clusters a step has touched, and the rows of the totals.
        self._touched = cuda.device_array(k, dtype=np.uint8)
        self._touched_here = cuda.pinned_array(k, dtype=np.uint8)
        self._none_here = cuda.pinned_array(k, dtype=np.uint8)
        self._none_here[:] = 0
        self._rows = self._totals[:-k].reshape(k, form.levels * columns)
        self._counts = self._totals[-k:].reshape(k, 1)
        self._lanes_log = _WARP_LOG if columns >= _LONG else 0
        self._in_block = is_shared_memory_enough(size * 8)
        self._shared = size * 8 if self._in_block else 0
        self._is_small = size * 8 <= _SMALL

    def clear(self) -> None:
        """Begin with no points."""
        self._host[:] = 0
        self._totals.copy_to_device(self._host, stream=self._stream)
        self._touched_here[:] = 0

    def begin(self, stream: Any) -> None:
        """Begin a step, on a stream as all of it: it has touched no cluster."""
        self._touched.copy_to_device(self._none_here, stream=stream)

    def add(self, piece: Piece, span: Range) -> None:
        """Add all points of a piece, which are these."""
        accumulate[self._launch(span, self._stream)](piece.X, piece.labels, *self._form_of(span))

    def move(self, piece: Piece, span: Range, stream: Any) -> None:
        """Move the points of a piece that changed."""
        changed = piece.changed
        move[self._launch(span, stream)](
            piece.X, piece.labels, changed.points, piece.before, changed.total, self._touched,
            *self._form_of(span),
        )  # fmt: skip

    def _form_of(self, span: Range) -> tuple[Any, ...]:
        weights = self._unweighted if self._weights is None else self._weights[slice(*span)]
        form = *self._cuts, weights, self._exponents, self._form.width
        return *form, self._lanes_log, self._in_block, self._totals

    def _launch(self, span: Range, stream: Any) -> tuple[int, int, Any, int]:
        work = (span[1] - span[0]) << self._lanes_log
        return blocks_for(work, THREADS), THREADS, stream, self._shared

    def send(self, stream: Any) -> None:
        """Begin to copy what a step has touched to the host; wait for the stream before `after`."""
        self._touched.copy_to_host(self._touched_here, stream=stream)
        if self._is_small:
            self._totals.copy_to_host(self._host, stream=stream)

    def after(self, before: ExactSums | None) -> ExactSums:
        """Return the sums of now, of which only those that a step has touched are copied.

        Parameters
        ----------
        before : ExactSums or None
            Those of the step before, if it is known.
        """
        k = self._shape[0]
        rows = np.flatnonzero(self._touched_here).astype(np.int32)
        if before is None or self._is_small or len(rows) * _MANY > k:
            if before is None or not self._is_small:
                self._totals.copy_to_host(self._host, stream=self._stream)
                self._stream.synchronize()
            cells, counts = self._host[:-k].reshape(self._shape), self._host[-k:]
        else:
            cells, counts = (self._gathered(array, rows) for array in (self._rows, self._counts))
        if before is None:
            return ExactSums(self._form, cells.copy(), counts.copy()).counted()
        if len(rows) == 0:
            return before
        after = before.changing(rows)
        some = slice(None) if len(cells) < k else rows
        after.sums[rows] = cells.reshape(-1, *self._shape[1:])[some]
        after.counts[rows] = counts.reshape(-1)[some]
        return after.counted()

    def _gathered(self, array: DeviceArray, rows: Clusters) -> Integers:
        """Return some rows of an array on the device."""
        if not len(rows):
            return np.empty((0, array.shape[1]), dtype=np.int64)
        chosen = cuda.to_device(rows.astype(np.int64), stream=self._stream)
        found = cuda.device_array((len(rows), array.shape[1]), dtype=np.int64)
        gather[blocks_for(found.size, THREADS), THREADS, self._stream](array, chosen, found)
        here = np.empty(found.shape, dtype=np.int64)
        found.copy_to_host(here, stream=self._stream)
        self._stream.synchronize()
        return here
