"""Rows of a sparse matrix, made dense piece by piece as they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.frames import count_rounded

__all__ = ["SparseRows"]


class SparseRows:
    """A matrix of compressed sparse rows; see `points.stored.Store`.

    Parameters
    ----------
    matrix
        A ``csr_matrix`` or ``csr_array`` of SciPy, which nobody changes.
    """

    view: npt.NDArray[Any] | None = None
    names: tuple[str, ...] = ()
    rounded = 0

    def __init__(self, matrix: Any) -> None:
        self._matrix = matrix
        self.shape: tuple[int, int] = matrix.shape
        self.dtype: np.dtype[Any] = matrix.dtype

    def read(self, start: int, stop: int, out: npt.NDArray[np.floating]) -> None:
        """See `Store.read`."""
        out[...] = self._matrix[start:stop].toarray()

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Store.take`."""
        rows: Floats = self._matrix[np.asarray(indices)].toarray().astype(np.float64)
        return rows

    def sample(self, step: int, first: int) -> Floats:
        """See `Store.sample`."""
        return self.take(np.arange(first, self.shape[0], step))

    def row(self, i: int) -> str:
        """See `Store.row`: rows have no names."""
        return ""

    def count_rounded(self) -> int:
        """See `Store.count_rounded`."""
        return count_rounded(self._matrix.data[:, None])

    def vouch(self) -> None:
        """See `Store.vouch`: nobody changes it."""
