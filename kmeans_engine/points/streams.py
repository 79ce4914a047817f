"""Columns that come batch by batch, kept as rows: in memory if they fit, else in a scratch file.

A run reads its points in every iteration, and decoding Parquet takes nine times as long as reading
the rows themselves (20 M x 2 float32 on two cores: 55 ms, and 6): so all is decoded once, in 80 ms
with writing. Knows pyarrow, and imports it when it must.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.frames import Sheet, read_sheet
from kmeans_engine.points.files import RowFile
from kmeans_engine.points.stored import ArrayStore, Store
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.progress import doing
from kmeans_engine.runtime.scratch import grow_file, make_file, write_at
from kmeans_engine.runtime.sizes import shown_bytes

__all__ = [
    "RowWriter",
    "files_in",
    "is_stream",
    "read_dataset",
    "read_files",
    "read_stream",
    "unharmed",
]

# Rows of a batch, and how many are decoded ahead: they are not part of the budget.
_BATCH, _AHEAD = 1 << 16, 4
# Bytes by which a file grows whose end is not known.
_GROWTH = 1 << 27

_FORMATS = {
    ".parquet": "parquet", ".pq": "parquet", ".feather": "feather", ".arrow": "feather",
    ".ipc": "feather", ".csv": "csv",
}  # fmt: skip


class Batches(NamedTuple):
    """Where rows come from.

    Attributes
    ----------
    schema : pyarrow.Schema
    total : int or None
        How many rows there are, if that is known.
    each : iterator of (RecordBatch, str)
        And the file that each batch is of, or "".
    where : str
        What messages call it.
    """

    schema: Any
    total: int | None
    each: Iterator[tuple[Any, str]]
    where: str


def is_stream(points: Any) -> bool:
    """Return whether `points` are a dataset, a scanner or a reader of pyarrow, or make one."""
    if type(points).__module__.partition(".")[0] == "pyarrow":
        return not hasattr(points, "num_rows") and any(
            hasattr(points, name) for name in ("scanner", "to_reader", "read_next_batch")
        )
    return callable(points) and not hasattr(points, "__array__")


def read_stream(points: Any, budget: Budget) -> Store:
    """Return the rows of anything that `is_stream` knows, read once.

    Raises
    ------
    InvalidInput, InvalidType
        If it has columns that are not numbers, missing values, or no rows; or is damaged.
    OSError
        If there is no room in the scratch folder.
    """
    if callable(points):
        points = points()
        if not is_stream(points) or callable(points):
            raise InvalidType(
                f"the function returned a value of type {type(points).__name__}, needs to return a "
                "pyarrow.RecordBatchReader or a pyarrow.dataset.Dataset"
            )
    with unharmed("the dataset"):
        if hasattr(points, "scanner"):
            return read_dataset(points, None, "the dataset", budget)
        if hasattr(points, "to_reader"):
            batches = ((tagged.record_batch, _path(tagged)) for tagged in points.scan_batches())
            # To count its rows is to read them, which some scanners do only once.
            return _collect(Batches(points.projected_schema, None, batches, "the dataset"), budget)
        batches = ((batch, "") for batch in points)
        return _collect(Batches(points.schema, None, batches, "the stream"), budget)


def read_files(path: str, columns: list[str] | None, budget: Budget) -> Store:
    """Return the rows of a file, or of all files of a folder, read once.

    Parameters
    ----------
    path : str
        Parquet, Feather (Arrow IPC) or CSV with a line of names, by the suffix.
    columns : list of str, optional
        Those to read; by default all.
    budget : Budget

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As `read_stream`; also if the files of a folder do not fit together.
    """
    import pyarrow.dataset as ds

    place = Path(path)
    if not place.exists():
        raise InvalidInput(f"{path} does not exist")
    known = files_in(place, _FORMATS)
    kinds = {_FORMATS[file.suffix.lower()] for file in known}
    if not known:
        what = "folder without files" if place.is_dir() else "file, but none"
        raise InvalidInput(
            f"{path} is a {what} of Parquet, Feather or CSV; give the path of one, or an array"
        )
    if len(kinds) > 1:
        raise InvalidInput(f"{path} holds files of several kinds ({', '.join(sorted(kinds))})")
    with unharmed(path):
        data = ds.dataset([str(file) for file in known], format=kinds.pop())
        return read_dataset(data, columns, path, budget)


def files_in(place: Path, suffixes: Container[str]) -> list[Path]:
    """Return the files of a folder, at any depth, that have one of some suffixes; or a file itself.

    What is hidden is left out, as are folders that are named like files, such as Spark writes.
    """
    return [
        file
        for file in (sorted(place.rglob("*")) if place.is_dir() else [place])
        if file.suffix.lower() in suffixes
        and not file.is_dir()
        and not any(part[0] in "._" for part in file.relative_to(place).parts)
    ]


def read_dataset(data: Any, columns: list[str] | None, where: str, budget: Budget) -> Store:
    """Return the rows of a `pyarrow.dataset.Dataset`; parameters and errors as in `read_files`."""
    _refuse_differing(data)
    return _collect(_scan(data, columns, where), budget)


def _scan(data: Any, columns: list[str] | None, where: str) -> Batches:
    scanner = data.scanner(
        columns=columns, batch_size=_BATCH, batch_readahead=_AHEAD, fragment_readahead=1
    )
    batches = ((tagged.record_batch, _path(tagged)) for tagged in scanner.scan_batches())
    # Only Parquet and Feather know how many rows they have.
    kind = type(getattr(data, "format", None)).__name__
    total = data.count_rows() if kind in ("ParquetFileFormat", "IpcFileFormat") else None
    return Batches(scanner.projected_schema, total, batches, where)


def _path(tagged: Any) -> str:
    return str(getattr(tagged.fragment, "path", ""))


def _refuse_differing(data: Any) -> None:
    """Raise if the files of a dataset have other columns than the first one."""
    first: Any = None
    fragments: Iterable[Any] = ()
    with suppress(ValueError):  # of a filtered dataset
        fragments = data.get_fragments() if hasattr(data, "files") else ()
    for fragment in fragments:
        schema = fragment.physical_schema
        if first is None:
            first, path = schema, fragment.path
        elif schema.names != first.names:
            raise InvalidInput(
                f"{fragment.path} has the columns {', '.join(schema.names)}, and {path} has "
                f"{', '.join(first.names)}: files of one folder need the same columns"
            )
        elif schema.types != first.types:
            at = next(i for i, kind in enumerate(schema.types) if kind != first.types[i])
            raise InvalidInput(
                f"column {schema.names[at]!r} is {schema.types[at]} in {fragment.path}, and "
                f"{first.types[at]} in {path}: files of one folder need the same types"
            )


@contextmanager
def unharmed(where: str) -> Iterator[None]:
    """Context: what pyarrow says of a damaged file becomes one line of ours."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError) as error:
        reason = " ".join(str(error).split())
        raise InvalidInput(
            f"{where} is not complete ({reason}); create or copy it again"
        ) from error
    except FileNotFoundError as error:
        raise InvalidInput(f"{where} is not complete: {' '.join(str(error).split())}") from error


class RowWriter:
    """Rows as they arrive, of one type, in memory or in a file.

    Parameters
    ----------
    width, dtype
        Of a row.
    total : int or None
        How many are to come, if that is known.
    budget : Budget
    """

    def __init__(self, width: int, dtype: np.dtype[Any], total: int | None, budget: Budget) -> None:
        self._width, self._dtype, self._budget = width, dtype, budget
        self.count, self._row = 0, width * dtype.itemsize
        self._array: npt.NDArray[Any] | None = None
        self._file, self._room = -1, 0
        if total is not None and budget.fits(total * self._row):
            self._array = budget.empty((total, width), dtype)
        else:
            self._room = _GROWTH if total is None else total * self._row
            self._file = make_file(budget.scratch, self._room)

    def add(self, values: npt.NDArray[Any]) -> None:
        """Add some rows."""
        start, self.count = self.count, self.count + len(values)
        if self._array is not None:
            self._array[start : self.count] = values
            return
        while self.count * self._row > self._room:
            self._room = grow_file(self._file, self._budget.scratch, self._room, _GROWTH)
        own = np.ascontiguousarray(values, dtype=self._dtype)
        write_at(self._file, own.reshape(-1).view(np.uint8).data, start * self._row)

    def store(self, names: tuple[str, ...], rounded: int, row: Callable[[int], str]) -> Store:
        """Return all of them."""
        shape = self.count, self._width
        if self._array is not None:
            return ArrayStore(Sheet(self._array[: self.count], names, rounded, row))
        file, self._file = self._file, -1
        stored = RowFile(file, "", shape, self._dtype, names=names, row=row, rounded=rounded)
        if not self._budget.fits(self.count * self._row):
            return stored
        array = self._budget.empty(shape, self._dtype)
        stored.fill(array)
        return ArrayStore(Sheet(array, names, rounded, row))

    def close(self) -> None:
        """Let go of a file that nobody has asked for."""
        if self._file >= 0:
            os.close(self._file)


def _collect(batches: Batches, budget: Budget) -> Store:
    import pyarrow as pa

    schema, total = batches.schema, batches.total
    if not len(schema.names):
        raise InvalidInput(f"{batches.where} has no columns to cluster, at least one is needed")
    name = f"the rows of {batches.where}"
    dtype = read_sheet(schema.empty_table(), name).values.dtype
    kept = RowWriter(len(schema.names), dtype, total, budget)
    size = "" if total is None else f" ({shown_bytes(total * kept._row)})"
    files: list[tuple[int, str]] = []
    rounded = 0
    try:
        with doing(f"reading {batches.where}{size}"):
            for batch, path in batches.each:
                if not batch.num_rows:
                    continue
                if not files or files[-1][1] != path:
                    files.append((kept.count, path))
                table = pa.Table.from_batches([batch])
                _refuse_missing(table, batches.where, path, kept.count - files[-1][0])
                sheet = read_sheet(table, name)
                rounded += sheet.rounded
                kept.add(sheet.values)
        if not kept.count:
            raise InvalidInput(f"{batches.where} holds no rows; at least one is needed")
        if total is not None and kept.count != total:
            raise InvalidInput(
                f"{batches.where} ended after {kept.count:,} of {total:,} rows: it is not complete"
            )
        return kept.store(tuple(schema.names), rounded, _naming(files))
    finally:
        kept.close()
        pa.default_memory_pool().release_unused()


def _refuse_missing(table: Any, where: str, path: str, before: int) -> None:
    for name, column in zip(table.schema.names, table.columns, strict=True):
        if column.null_count:
            row = before + column.is_null().index(True).as_py()
            raise InvalidInput(
                f"{path or where} has missing values, the first in row {row}, column {name!r}; all "
                "must be finite: leave those rows out, or fill the values"
            )


def _naming(files: list[tuple[int, str]]) -> Callable[[int], str]:
    """Return a function that tells in which file a row is, and which row of it."""
    if len(files) < 2:
        return lambda _: ""

    def name(row: int) -> str:
        first, path = next(pair for pair in reversed(files) if pair[0] <= row)
        return f"{path}: {row - first}"

    return name
