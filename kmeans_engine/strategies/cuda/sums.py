"""Exact sums on the device: added up there, and brought over for the means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from kmeans_engine.kernels.cuda.compiling import THREADS
from kmeans_engine.kernels.cuda.sums import accumulate, move
from kmeans_engine.strategies.cuda.device import blocks_for, is_shared_memory_enough
from kmeans_engine.strategies.cuda.stages import DeviceArray, Piece
from kmeans_engine.sums import ExactSums, SumFormat

__all__ = ["DeviceSums"]

# Features from which on the threads of a warp share a point.
_LONG = 9
_WARP_LOG = 5


class DeviceSums:
    """The sums of all clusters, in the layout of `kernels.cuda.sums`.

    Parameters
    ----------
    form : SumFormat
    k : int
    stream
        Of the run.
    """

    def __init__(self, form: SumFormat, k: int, stream: Any) -> None:
        n_features = len(form.exponents)
        self._form, self._stream = form, stream
        self._shape = k, form.levels, n_features
        size = k * (form.levels * n_features + 1)
        self._totals = cuda.device_array(size, dtype=np.int64)
        self._host = cuda.pinned_array(size, dtype=np.int64)
        self._down, self._up = (cuda.to_device(a, stream=stream) for a in (form.down, form.up))
        in_block = is_shared_memory_enough(size * 8)
        self._lanes_log = _WARP_LOG if n_features >= _LONG else 0
        self._common = self._down, self._up, self._lanes_log, in_block, self._totals
        self._shared = size * 8 if in_block else 0

    def clear(self) -> None:
        """Begin with no points."""
        self._host[:] = 0
        self._totals.copy_to_device(self._host, stream=self._stream)

    def add(self, X: DeviceArray, labels: DeviceArray) -> None:
        """Add all points of a piece."""
        accumulate[self._launch(len(X))](X, labels, *self._common)

    def move(self, piece: Piece) -> None:
        """Move the points of a piece that changed."""
        changed = piece.changed
        move[self._launch(len(piece.X))](
            piece.X, piece.labels, changed.points, piece.before, changed.total, *self._common
        )

    def _launch(self, rows: int) -> tuple[int, int, Any, int]:
        return blocks_for(rows << self._lanes_log, THREADS), THREADS, self._stream, self._shared

    def send(self) -> None:
        """Begin to copy the sums to the host."""
        self._totals.copy_to_host(self._host, stream=self._stream)

    def sums(self) -> ExactSums:
        """Return the sums that were sent, once the stream has been waited for."""
        cells = self._host[: -self._shape[0]].reshape(self._shape).copy()
        return ExactSums(self._form, cells, self._host[-self._shape[0] :].copy()).counted()
