"""Files to points: one function for every format. What a format means is in `text` and `binary`."""

import difflib
import gzip
import io
import os
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.binary import read_image, read_npy, read_npz, read_parquet
from kmeans_engine.tables.columns import Columns, choose, spell
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.text import advise, check_delimiter, first_text, read_text

__all__ = ["READABLE", "Table", "read_centroids", "read_table"]

_TEXT = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".txt")
_IMAGES = (".png", ".jpg", ".jpeg")
_BINARY = {".npy": read_npy, ".npz": read_npz, ".parquet": read_parquet}

READABLE = (*_TEXT, *_BINARY, *_IMAGES)
"""Suffixes of the files that can be read."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Points as they were read.

    Attributes
    ----------
    points : ndarray, (M, N)
        float32, float64 or integers as they are stored (text: float64). A ``.npy`` file that is
        used whole is mapped, not copied, and read-only.
    names : tuple of str
        Names of the N features; ``x0``, ``x1``, ... where the file has none.
    rows_read : int
        Rows of the file; M plus `dropped`.
    kept : ndarray of bool, (rows_read,), or None
        Which rows of the file are points; None if all are.
    shape : tuple of int or None
        Height and width if the points are the pixels of an image.
    """

    points: npt.NDArray[Any]
    names: tuple[str, ...]
    rows_read: int
    kept: npt.NDArray[np.bool_] | None = None
    shape: tuple[int, int] | None = None

    @property
    def dropped(self) -> int:
        """Rows that were left out as incomplete."""
        return self.rows_read - len(self.points)


def read_table(
    source: str | os.PathLike[str],
    *,
    columns: Columns = None,
    drop_missing: bool = False,
    delimiter: str | None = None,
    stdin: BinaryIO | None = None,
) -> Table:
    r"""Read points from a file.

    Parameters
    ----------
    source : str or path-like
        A file whose suffix is one of `READABLE`, in any case; ``"-"`` is CSV on standard input.
        Text may have a header: a first row that is not all numbers. Columns without a name in a
        header, which is how row indices are saved, are left out unless chosen. Blank lines are not
        rows. Decimal commas are not read.
    columns : str, sequence of str or int, or None
        What is clustered, by name or by 0-based index; a string is split at commas, and a name wins
        over an index. Default: every column.
    drop_missing : bool
        Leave out rows with an empty cell, NaN or infinity, which are an error otherwise.
    delimiter : str or None
        The character between cells of text. Default: guessed among comma, semicolon and tab;
        whitespace in ``.txt``.
    stdin : binary stream or None
        Read instead of standard input.

    Returns
    -------
    Table
        The points and where they come from.

    Raises
    ------
    InvalidInput, InvalidType
        If the file does not exist, cannot be opened, is damaged, or holds anything but a table of
        numbers.
    OSError
        If the device fails while it is read.
    """
    where, suffix = _identify(source)
    if delimiter is not None:
        if suffix not in _TEXT:
            raise InvalidInput(f"{where} is not text; leave out the delimiter {delimiter!r}")
        delimiter = check_delimiter(delimiter)
    path, shape = Path(source), None
    if suffix in _IMAGES:
        points, names, shape = read_image(path, where, columns)
    elif suffix in _BINARY:
        points, names = _BINARY[suffix](path, where, columns)
    else:
        points, names = _read_text_file(source, where, suffix, columns, delimiter, stdin)
    points = _native(points)
    kept = _finite_rows(points, names, where, drop_missing)
    rows_read = len(points)
    if kept is not None:
        points = np.ascontiguousarray(points[kept])
    return Table(points, tuple(names), rows_read, kept, shape)


def read_centroids(
    path: str | os.PathLike[str],
    *,
    names: tuple[str, ...] | None = None,
    delimiter: str | None = None,
) -> npt.NDArray[np.float64]:
    """Read initial centroids, one per row, from any file that `read_table` reads.

    Parameters
    ----------
    path : str or path-like
        The file.
    names : tuple of str or None
        Names of the points' features. If the file has all of them they are taken by name, whatever
        their order there; otherwise columns count by position.
    delimiter : str or None
        As in `read_table`.

    Returns
    -------
    ndarray, (K, N), float64
        The centroids.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As in `read_table`.
    """
    table = read_table(path, delimiter=delimiter)
    points = table.points
    if names is not None and len(set(table.names)) == len(table.names):
        places = {name: index for index, name in enumerate(table.names)}
        if all(name in places for name in names):
            points = points[:, [places[name] for name in names]]
    return np.array(points, dtype=np.float64, order="C")


def _identify(source: str | os.PathLike[str]) -> tuple[str, str]:
    """Return the name of `source` for messages, and its suffix."""
    if os.fspath(source) == "-":
        return "standard input", ".csv"
    path = Path(source)
    try:
        folder, exists, regular = path.is_dir(), path.exists(), path.is_file()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: no file can have this path ({error})") from error
    if folder:
        raise InvalidInput(f"{path} is a folder; give the path of a file in it")
    if not exists:
        raise InvalidInput(f"{path}: no such file{_similar(path)}")
    name = path.name.lower()
    suffix = next((s for s in READABLE if name.endswith(s)), None)
    if suffix is None:
        raise InvalidInput(
            f"{path}: files named {path.suffix or 'without a suffix'} are not read; "
            f"known are {', '.join(READABLE)}"
        )
    if not regular:
        raise InvalidInput(f"{path} is not a regular file; pipe it to standard input and read '-'")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be opened ({error.strerror}); check its permissions"
        ) from error
    return str(path), suffix


def _similar(path: Path) -> str:
    try:
        there = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f", nor a folder {path.parent}; check the path"
    close = difflib.get_close_matches(path.name, there, n=3)
    if not close:
        return "; check the path"
    return f"; did you mean {' or '.join(str(path.with_name(name)) for name in close)}?"


def _read_text_file(
    source: str | os.PathLike[str],
    where: str,
    suffix: str,
    columns: Columns,
    delimiter: str | None,
    stdin: BinaryIO | None,
) -> tuple[npt.NDArray[np.float64], list[str]]:
    path, opener = Path(source), lambda: gzip.open(path)
    if os.fspath(source) == "-":
        data, suffix = (stdin or sys.stdin.buffer).read(), ""
        opener = lambda: io.BytesIO(data)  # noqa: E731
    elif not suffix.endswith(".gz"):
        opener = lambda: path.open("rb")  # noqa: E731
    options = ReadOptions(columns=columns, delimiter=delimiter)
    try:
        frame = read_text(opener, where, suffix.removesuffix(".gz"), options)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInput(
            f"{where} is not a complete gzip file ({error}); create or copy it again"
        ) from error
    chosen = choose(columns, frame.names, where)
    points = np.empty((frame.n_rows, len(chosen)))
    for place, index in enumerate(chosen):
        column = frame.column(index)
        if str(frame.types[index]) not in ("double", "bool", "null"):
            numeric = [i for i in choose(None, frame.names, where)]
            numeric = [i for i in numeric if str(frame.types[i]) in ("double", "bool", "null")]
            row, cell = first_text(column) or (0, "")
            shown = repr(cell if len(cell) <= 40 else cell[:37] + "...")
            remedy = "no column is numeric throughout"
            if numeric:
                words = spell(numeric, frame.names)
                remedy = f"choose numeric columns (columns={words!r})"
            raise InvalidInput(
                f"{where}: column {frame.names[index]!r} holds text ({shown} in row {row + 1}), "
                f"needs numbers; {advise(cell) or remedy}",
                options=("columns", "delimiter", "decimal", "thousands", "missing"),
            )
        start = 0
        for chunk in column.chunks:
            values = chunk.cast("float64") if str(chunk.type) != "double" else chunk
            points[start : start + len(chunk), place] = values.to_numpy(zero_copy_only=False)
            start += len(chunk)
    return points, [frame.names[index] for index in chosen]


def _native(points: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the points in a type that the engine reads, not copied where it is one already."""
    dtype = points.dtype.newbyteorder("=")
    if dtype.kind == "b":
        return points.view(np.uint8)
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        dtype = np.dtype(np.float32 if dtype.itemsize == 2 else np.float64)
    return points.astype(dtype, copy=False)


def _finite_rows(
    points: npt.NDArray[Any], names: list[str], where: str, drop_missing: bool
) -> npt.NDArray[np.bool_] | None:
    """Return which rows hold finite numbers only, None if all do; raise if none may be dropped."""
    if points.dtype.kind != "f":
        return None
    kept = None
    step = max(1, _CHUNK // points.shape[1])
    for start in range(0, len(points), step):
        finite = np.isfinite(points[start : start + step])
        if not finite.all():
            if kept is None:
                kept = np.ones(len(points), dtype=np.bool_)
            kept[start : start + step] = finite.all(axis=1)
    if kept is None:
        return None
    if not drop_missing:
        row = int(np.argmin(kept))
        column = names[int(np.argmin(np.isfinite(points[row])))]
        raise InvalidInput(
            f"{where}: {len(kept) - np.count_nonzero(kept)} of {len(kept)} rows hold an empty "
            f"cell, NaN or infinity, the first is row {row + 1} (column {column!r}); "
            "leave them out (drop_missing=True) or fill them in",
            options=("drop_missing",),
        )
    if not kept.any():
        raise InvalidInput(
            f"{where}: all {len(kept)} rows have an empty cell, NaN or infinity; none is left"
        )
    return kept
