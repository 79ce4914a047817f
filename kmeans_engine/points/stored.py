"""What points are read from: an array in memory; see `points.files` for the other kind."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.frames import Sheet, count_rounded

__all__ = ["ArrayStore", "Store"]


class Store(Protocol):
    """A table of numbers, wherever it is stored."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    names: tuple[str, ...]
    rounded: int
    """Whole numbers beyond 2^53 that became another float64 on the way here."""
    view: npt.NDArray[Any] | None
    """The table as a read-only array, if it is one in memory."""

    def read(self, start: int, stop: int, out: npt.NDArray[np.floating]) -> None:
        """Write rows to `out` (R, N)."""

    def take(self, indices: npt.ArrayLike) -> Floats:
        """Return the rows at `indices` as a new float64 array."""

    def sample(self, step: int, first: int) -> Floats:
        """Return every `step`-th row from `first` on as float64."""

    def row(self, i: int) -> str:
        """Return how the table itself calls row `i`, or "" if it has no name."""

    def count_rounded(self) -> int:
        """Return how many of its whole numbers float64 rounds to another one."""

    def vouch(self) -> None:
        """Raise `InvalidInput` if the file of the table has been changed; do nothing in memory."""


class ArrayStore:
    """A table in memory; see `Store`.

    Parameters
    ----------
    sheet : Sheet
        What the caller gave.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.names, self.rounded, self.row = sheet.names, sheet.rounded, sheet.row
        self.values = sheet.values
        self.shape = sheet.values.shape[0], sheet.values.shape[1]
        self.dtype = sheet.values.dtype
        # One numba type for what may be written and what may not.
        self._rows = sheet.values.view(np.ndarray)
        self._rows.flags.writeable = False
        self.view: npt.NDArray[Any] | None = self._rows

    def read(self, start: int, stop: int, out: npt.NDArray[np.floating]) -> None:
        """See `Store.read`."""
        with np.errstate(over="ignore"):
            out[...] = self._rows[start:stop]

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Store.take`."""
        # Seven times as fast as an index of that many rows.
        rows: Floats = self._rows.take(np.asarray(indices), axis=0).astype(np.float64)
        return rows

    def sample(self, step: int, first: int) -> Floats:
        """See `Store.sample`."""
        return self._rows[first::step].astype(np.float64)

    def count_rounded(self) -> int:
        """See `Store.count_rounded`."""
        return count_rounded(self.values)

    def vouch(self) -> None:
        """See `Store.vouch`: memory is looked at bit by bit instead, see `points.seal`."""
