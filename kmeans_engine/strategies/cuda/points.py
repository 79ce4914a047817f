"""The points on the device: copied once, or piece by piece in each pass if they do not fit.

Rows go through two pinned buffers: while the device copies from one, and works at the piece before,
the host fills the other. So a copy and the first look take as long as the slower of the two.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
from numba import cuda

from kmeans_engine.points.data import Data
from kmeans_engine.points.devices import DeviceStore
from kmeans_engine.runtime.threads import chunk_rows, run_chunks
from kmeans_engine.strategies.cuda.stages import DeviceArray

__all__ = ["DevicePoints", "Feed", "Range"]

Range = tuple[int, int]
Fed = tuple[Range, DeviceArray]

# Bytes that are copied in one piece: they take as long as a hundred launches, and are pinned soon.
PIECE = 1 << 24


class DevicePoints:
    """The rows that stay on the device, for all runs, and where the others are.

    Parameters
    ----------
    points : Data
    room : float
        Bytes that they may take on the device.

    Attributes
    ----------
    dtype : dtype
        The smaller of float32 and float64 that holds all values.
    resident : int
        How many rows, from the first on, stay on the device once they are there.
    piece_rows : int
        Of the pieces in which rows are copied.
    is_borrowed : bool
        Whether the points were there already, and are the caller's own.
    """

    def __init__(self, points: Data, room: float) -> None:
        self.points, self.dtype = points, points.measure.dtype
        size = points.n_features * self.dtype.itemsize
        self.piece_rows = max(min(PIECE // size, points.n_points), 1)
        self.resident = points.n_points
        if points.n_points * size > room:  # two pieces are on their way
            self.resident = max(int(room) // size - 2 * self.piece_rows, 0)
        self.lock = threading.Lock()
        self.X: DeviceArray | None = None
        store = points.store
        self.is_borrowed = isinstance(store, DeviceStore) and store.dtype == self.dtype
        if isinstance(store, DeviceStore) and self.is_borrowed:
            self.X, self.resident = store.X, points.n_points
        self._weights: DeviceArray | None = None

    def weights(self) -> DeviceArray | None:
        """Return what the points weigh, (M,) int64, as bits, or None."""
        weights = self.points.weights
        if weights is None:
            return None
        with self.lock:
            if self._weights is None:
                self._weights = cuda.to_device(weights.view(np.int64))
                self.points.vouch_weights()
            return self._weights

    @property
    def is_whole(self) -> bool:
        """Whether all rows stay on the device."""
        return self.resident == self.points.n_points

    def pieces(self, start: int, stop: int) -> list[Range]:
        """Return the pieces in which some rows are copied."""
        rows = self.piece_rows
        return [(low, min(low + rows, stop)) for low in range(start, stop, rows)]

    def ranges(self) -> list[Range]:
        """Return what a pass looks at in one piece, once the resident rows are there."""
        kept = [(0, self.resident)] if self.resident else []
        return kept + self.pieces(self.resident, self.points.n_points)


class Feed:
    """The points for one run, piece by piece.

    Parameters
    ----------
    held : DevicePoints
    stream
        Where the run launches its kernels.
    """

    def __init__(self, held: DevicePoints, stream: Any) -> None:
        self._held, self._stream = held, stream
        self._copies = cuda.stream()
        self._turn = 0
        self._pinned: list[Any] = []
        self._staged: list[DeviceArray] = []
        self._filled = [cuda.event() for _ in range(2)]
        self._used = [cuda.event() for _ in range(2)]

    def first(self) -> Generator[Fed, None, None]:
        """Yield all points in pieces, and keep those on the device that fit."""
        held = self._held
        with held.lock:
            if held.X is None and held.resident:
                yield from self._load()
            elif held.resident:
                yield (0, held.resident), held.X
        yield from self._streamed(held.pieces(held.resident, held.points.n_points))
        self._finish()

    def some(self, wanted: Sequence[bool]) -> Generator[Fed, None, None]:
        """Yield those `DevicePoints.ranges` that are wanted."""
        chosen = [span for span, want in zip(self._held.ranges(), wanted, strict=True) if want]
        if chosen and chosen[0][0] < self._held.resident:
            yield chosen.pop(0), self._held.X
        yield from self._streamed(chosen)

    def _load(self) -> Generator[Fed, None, None]:
        held = self._held
        X = cuda.device_array((held.resident, held.points.n_features), dtype=held.dtype)
        for start, stop in held.pieces(0, held.resident):
            rows = X[start:stop]
            self._copy(start, stop, rows)
            yield (start, stop), rows
        self._copies.synchronize()
        held.points.vouch()  # what was copied is what was measured
        held.X = X

    def _streamed(self, ranges: Sequence[Range]) -> Generator[Fed, None, None]:
        held = self._held
        if ranges and not self._staged:
            shape = held.piece_rows, held.points.n_features
            self._staged = [cuda.device_array(shape, dtype=held.dtype) for _ in range(2)]
        for start, stop in ranges:
            turn = self._turn
            self._used[turn].wait(self._copies)
            rows = self._staged[turn][: stop - start]
            self._copy(start, stop, rows)
            yield (start, stop), rows
            self._used[turn].record(self._stream)

    def _copy(self, start: int, stop: int, target: DeviceArray) -> None:
        """Copy rows to the device, and let the run's stream wait for them."""
        held, turn = self._held, self._turn
        if not self._pinned:
            shape = held.piece_rows, held.points.n_features
            self._pinned = [cuda.pinned_array(shape, dtype=held.dtype) for _ in range(2)]
        self._filled[turn].synchronize()  # the copy before last has left the buffer
        rows, store = self._pinned[turn][: stop - start], held.points.store

        def fill(low: int, high: int) -> None:
            store.read(start + low, start + high, rows[low:high])

        run_chunks(fill, stop - start, chunk_rows(16 * rows.shape[1]), held.points.threads)
        target.copy_to_device(rows, stream=self._copies)
        self._filled[turn].record(self._copies)
        self._filled[turn].wait(self._stream)
        self._turn = 1 - turn

    def _finish(self) -> None:
        if self._held.is_whole:  # nothing will be copied again
            self._pinned = []
