"""A table as its format holds it: named, typed columns, before any is chosen. Reads nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Frame"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of a file, whatever its format.

    Attributes
    ----------
    names : tuple of str
        Names of all columns; ``x0``, ``x1``, ... where the file has none.
    types : tuple of pyarrow.DataType
        What each column holds; text that is numbers throughout is a number.
    n_rows : int
        Rows of every column.
    column : callable
        ``column(index)`` returns the `pyarrow.ChunkedArray` of one column; missing values are null.
    indices : frozenset of int
        Columns that the format itself calls row names or an index.
    named : bool
        Whether the file names its columns.
    notes : tuple of str
        What was guessed and should be said, a line each, such as which way an open header was
        taken and how to choose the other one.
    cells : callable or None
        Of text: ``cells(indices)`` returns columns as they are written, as strings, by index.
    codes : frozenset of int
        Columns of text whose numbers are written as codes are, such as 01234.
    about : mapping of str
        What this project has noted in a file that it wrote, see `write_centroids`.
    """

    names: tuple[str, ...]
    types: tuple[Any, ...]
    n_rows: int
    column: Callable[[int], Any]
    indices: frozenset[int] = frozenset()
    named: bool = True
    notes: tuple[str, ...] = ()
    cells: Callable[[Sequence[int]], Mapping[int, Any]] | None = None
    codes: frozenset[int] = frozenset()
    about: Mapping[str, Any] = field(default_factory=dict)
