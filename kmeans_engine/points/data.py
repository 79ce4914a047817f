"""The points, checked and measured once; what every strategy and every run shares.

Nothing here is copied but one chunk at a time. Strategies that need a layout of their own make it
themselves.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.kernels.measure import scan_rows
from kmeans_engine.runtime.threads import (
    WORTH_A_THREAD,
    chunk_rows,
    even_rows,
    fold_chunks,
    run_chunks,
)
from kmeans_engine.sums import SumFormat
from kmeans_engine.validation import check_array, non_finite_error

__all__ = ["Data"]

Floats = npt.NDArray[np.float64]

# Values of a long row.
_LONG = 256

_NATIVE = (np.dtype(np.float32), np.dtype(np.float64))


class Data:
    """Points with their measurements.

    Parameters
    ----------
    points : array_like, (M, N)
        float32, float64 or integers; any strides.
    threads : int
        Threads for the measurement and, as a default, for all that follows.

    Attributes
    ----------
    points : ndarray, (M, N)
        The caller's own array.
    low, high : ndarray, (N,), float64
        Range of each feature.
    center : ndarray, (N,), float64
        Middle of the range; fast scores count from here, so that a large offset costs no digits.
    scale : float
        Power of two that brings the largest distance from `center` near 1.
    sums : SumFormat
        How exact sums of these points are stored.

    Raises
    ------
    InvalidInput, InvalidType
        If the points are not a finite two-dimensional table of real numbers, or are so far apart
        that squared distances overflow float64.
    """

    def __init__(self, points: Any, threads: int) -> None:
        self.points = check_array(points, "points")
        self.n_points, self.n_features = self.points.shape
        self.threads = threads
        view = self.points.view(np.ndarray)
        # One numba type for what may be written and what may not.
        view.flags.writeable = False
        self._view = view
        self._direct = view.dtype in _NATIVE and view.flags.c_contiguous and view.dtype.isnative
        self.low, self.high, tiny, integral = self._measure()
        self.check_range(self.low, self.high)
        self.center = 0.5 * self.low + 0.5 * self.high
        # Kernels may read these points as float32, where that is exact, and subtract in that type:
        # then both numbers must be float32 too. Otherwise 2^1000 at most: beyond that the
        # reference distance itself underflows and no score may certify.
        largest_scale = 1000
        if self.block_dtype == np.float32:
            self.center = self.center.astype(np.float32).astype(np.float64)
            largest_scale = 120
        reach = float(np.maximum(self.high - self.center, self.center - self.low).max())
        self.scale = math.ldexp(1.0, min(-math.frexp(reach)[1], largest_scale)) if reach else 1.0
        digits = 24 if view.dtype == np.float32 else 53
        largest = np.maximum(np.abs(self.low), np.abs(self.high))
        self.sums = SumFormat.for_range(largest, tiny, integral, digits, self.n_points)

    def _measure(self) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]:
        """Return smallest and largest value, smallest magnitude and integrality of each feature."""
        n = self.n_features
        # About a nanosecond a value, at the worst.
        threads = self.threads if self.n_points * n > WORTH_A_THREAD else 1
        rows = even_rows(self.n_points, chunk_rows(64 * n), threads)
        # Rows side by side make a long one, for vector instructions with few features too.
        stripes = max(min(_LONG // n, rows), 1)
        neutral = np.array([np.inf, -np.inf, np.inf, 0.0, 0.0])[:, None]

        def make() -> tuple[Floats, Floats, Floats | None]:
            # Of whole stripes, and of the last rows of a chunk.
            found, rest = np.tile(neutral, (1, stripes * n)), np.tile(neutral, (1, n))
            return found, rest, self.rows_buffer(rows)

        def measure(part: tuple[Floats, Floats, Floats | None], start: int, stop: int) -> None:
            found, rest, buffer = part
            whole = start + (stop - start) // stripes * stripes
            with np.errstate(over="ignore"):
                chunk = self.rows(start, stop, buffer)
            scan_rows(chunk[: whole - start].reshape(-1, stripes * n), found)
            if whole < stop:
                scan_rows(chunk[whole - start :], rest)
            if found[4].any() or rest[4].any():
                raise non_finite_error(self._view, "points")

        measured = fold_chunks(make, measure, self.n_points, rows, threads)
        parts = np.stack(
            [
                np.concatenate([found.reshape(5, stripes, n), rest[:, None]], axis=1)
                for found, rest, _ in measured
            ]
        )
        low, high, tiny = parts[:, 0], parts[:, 1], parts[:, 2]
        over = (0, 1)
        integral = parts[:, 3].sum(axis=over) == 0.0
        return low.min(axis=over), high.max(axis=over), tiny.min(axis=over), integral

    def check_range(self, low: Floats, high: Floats) -> None:
        """Raise `InvalidInput` if M squared distances within this range overflow float64."""
        with np.errstate(over="ignore"):
            total = float(self.n_points) * float(np.square(high - low).sum())
        if not total < np.finfo(np.float64).max / 4:
            largest = max(np.abs(low).max(), np.abs(high).max())
            raise InvalidInput(
                f"values up to {largest:.3g} are too large: their squares overflow float64; "
                "scale the features (divide by a constant, or standardize)"
            )

    def scaled_shifts(self, before: Floats, after: Floats) -> Floats:
        """Return how far each centroid moved, (K,), in the units of the scores: none underflows."""
        with np.errstate(over="ignore"):
            steps: Floats = np.square((after - before) * self.scale).sum(axis=1)
        return np.sqrt(steps)

    def rows_buffer(self, rows: int) -> Floats | None:
        """Return scratch for `rows` where they must be copied, else None."""
        return None if self._direct else np.empty((rows, self.n_features))

    def rows(self, start: int, stop: int, buffer: Floats | None) -> npt.NDArray[np.floating]:
        """Return rows as a read-only float32 or float64 array in C order, copied if need be."""
        if buffer is None:
            return self._view[start:stop]
        chunk = buffer[: stop - start]
        chunk[...] = self._view[start:stop]
        chunk.flags.writeable = False
        return chunk

    def contiguous(self) -> npt.NDArray[np.floating]:
        """Return all rows as `rows` does; a copy unless they are float32 or float64 in C order."""
        if self._direct:
            return self._view
        rows = np.empty(self._view.shape, dtype=self.block_dtype)

        def copy(start: int, stop: int) -> None:
            rows[start:stop] = self._view[start:stop]

        run_chunks(copy, self.n_points, chunk_rows(16 * self.n_features), self.threads)
        rows.flags.writeable = False
        return rows

    @property
    def block_dtype(self) -> np.dtype[Any]:
        """The smaller of float32 and float64 that holds every value exactly."""
        small = np.can_cast(self._view.dtype, np.float32)
        return np.dtype(np.float32 if small else np.float64)

    def sample(self, step: int) -> Floats:
        """Return every `step`-th row as float64."""
        return self._view[::step].astype(np.float64)

    def take(self, indices: npt.ArrayLike) -> Floats:
        """Return the rows at `indices` as a new float64 array."""
        rows: Floats = self._view[np.asarray(indices)].astype(np.float64)
        return rows

    def gather(
        self, indices: npt.NDArray[np.integer]
    ) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.integer]]:
        """Return an array as `rows` does, and where in it the rows at `indices` are."""
        if self._direct:
            return self._view, indices
        chosen = self.take(indices)
        chosen.flags.writeable = False
        return chosen, np.arange(len(indices))
