"""What reading a file gives: points, and all that must be told or written beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Table"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Points as they were read.

    Attributes
    ----------
    points : ndarray or RowFile, (M, N)
        float32, float64 or integers as they are stored (text: float64). A ``.npy`` file that is
        used whole is mapped, not copied, and read-only. See `points.files` for rows in a file.
    names : tuple of str
        Names of the N features; ``x0``, ``x1``, ... where the file has none.
    rows_read : int
        Rows of the file, or pixels of the image.
    kept : ndarray of bool, (rows_read,), or None
        Which rows of the file are points; None if all are.
    shape : tuple of int or None
        Height and width if the rows are the pixels of an image.
    notes : tuple of str
        What should be said about the reading, a line each; options are spelled as in Python.
    rows : callable or None
        Returns a `pyarrow.RecordBatchReader` of all columns and rows of the input, as it was read.
        It reads the file again.
    alpha : ndarray of uint8, (rows_read,), or None
        Opacity of the pixels of an image, 0 to 255; None if all are opaque.
    white : float
        The value of a channel of an image at its brightest, such as 255, 4095 or 1.
    weights : ndarray, (M,), RowFile, (M, 1), or None
        What each point weighs, as it is stored; None if all count alike.
    weighed_by : str
        The name of that column.
    """

    points: Any
    names: tuple[str, ...]
    rows_read: int
    kept: npt.NDArray[np.bool_] | None = None
    shape: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    rows: Callable[[], Any] | None = None
    alpha: npt.NDArray[np.uint8] | None = None
    white: float = 255.0
    weights: Any = None
    weighed_by: str = ""

    @property
    def dropped(self) -> int:
        """Rows that were left out as incomplete; a transparent pixel is not one of them."""
        clear = 0 if self.alpha is None else len(self.alpha) - int(np.count_nonzero(self.alpha))
        return self.rows_read - len(self.points) - clear
