"""The rows of the input with the cluster of each, complete or not at all."""

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.atomic import AtomicFile
from kmeans_engine.tables.kinds import WRITABLE_ROWS
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.writing import row_labels, suffix_of

__all__ = ["DISTANCE", "check_names", "write_rows"]

DISTANCE = "distance"
"""What a table calls its column of distances."""

# Rows that are written at a time, and those of a group in formats that have such.
_ROWS, _GROUP = 1 << 14, 1 << 20


def write_rows(
    path: str | os.PathLike[str] | BinaryIO,
    table: Table,
    labels: npt.NDArray[np.integer[Any]],
    *,
    name: str = "cluster",
    distances: Callable[[int, int], npt.NDArray[np.float64]] | None = None,
) -> None:
    """Write all columns and rows of the input, with the label of each row as a last column.

    The label of a row that was left out is missing. Rows are written as they are read.

    Parameters
    ----------
    path : str, path-like or binary stream
        Ends in one of `WRITABLE_ROWS`. An older file is replaced. A stream gets CSV.
    table : Table
        What was read.
    labels : ndarray of int, (M,)
        One label for each of ``table.points``.
    name : str
        Name of the new column.
    distances : callable, optional
        ``distances(start, stop)`` are those of some of ``table.points`` to their centroids: one
        more column, `DISTANCE`.

    Raises
    ------
    InvalidInput
        If the suffix is another, if the input has a column of that name, if it has changed since
        it was read, or if the number of labels differs from that of the points.
    OSError
        If writing fails; an older file is then untouched.
    """
    numbers, absent = row_labels(labels, table)
    rows = table.rows() if table.rows is not None else _points(table)
    check_names(rows.schema.names, name, distances=distances is not None)
    batches = _labelled(rows, numbers, absent, name, distances)
    if not isinstance(path, str | os.PathLike):
        _write_csv(batches, path)
        return
    suffix = suffix_of(path, WRITABLE_ROWS)
    with AtomicFile(path) as target, Path(target.temporary).open("wb") as file:
        _WRITERS[suffix](batches, file)


def check_names(names: Sequence[str], name: str, *, distances: bool) -> None:
    """Raise `InvalidInput` if the input has a column of a name that is to be new."""
    if name in names or (distances and name == DISTANCE):
        taken = {*names, DISTANCE}
        free = next(word for n in range(2, 10**6) if (word := f"{name}_{n}") not in taken)
        raise InvalidInput(
            f"the input has a column {name!r} already; name the new one (label_name={free!r})"
            if name in names
            else f"the column of distances is called {name!r}; name the other one "
            f"(label_name={free!r})",
            options=("label_name",),
        )
    if distances and DISTANCE in names:
        raise InvalidInput(
            f"the input has a column {DISTANCE!r} already, the name of that of distances; rename "
            "it, or leave out distances=True",
            options=("distances",),
        )


def _labelled(
    rows: Any,
    numbers: npt.NDArray[np.integer[Any]],
    absent: npt.NDArray[np.bool_] | None,
    name: str,
    distances: Callable[[int, int], npt.NDArray[np.float64]] | None,
) -> Iterator[Any]:
    """Yield all rows in pieces, a `pyarrow.Table` each, with one column more, or two."""
    import pyarrow as pa

    start = point = 0
    for batch in rows:
        piece = pa.Table.from_batches([batch])
        stop = start + piece.num_rows
        if stop > len(numbers):
            stop += sum(batch.num_rows for batch in rows)
            break
        away = None if absent is None else absent[start:stop]
        piece = piece.append_column(name, pa.array(numbers[start:stop], mask=away))
        if distances is not None:
            kept = slice(None) if away is None else ~away
            values = np.zeros(piece.num_rows)
            count = len(values[kept])
            values[kept] = distances(point, point + count)
            point += count
            piece = piece.append_column(DISTANCE, pa.array(values, mask=away))
        start = stop
        yield piece
    else:
        stop = start
    if stop != len(numbers):
        raise InvalidInput(f"the input has {stop} rows now, {len(numbers)} were read; run again")


def _points(table: Table) -> Any:
    """Return the points of a table that came from no file."""
    import pyarrow as pa

    columns = [np.ascontiguousarray(column) for column in table.points.T]
    return pa.table(columns, names=list(table.names)).to_reader(_ROWS)


def _write_csv(pieces: Iterable[Any], file: BinaryIO, delimiter: str = ",") -> None:
    import pyarrow as pa
    from pyarrow import csv

    def plain(piece: Any) -> Any:
        return pa.table([_flat(column) for column in piece.columns], names=piece.column_names)

    options = csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    _write_with(
        lambda schema: csv.CSVWriter(file, schema, write_options=options), map(plain, pieces)
    )


def _write_tsv(pieces: Iterable[Any], file: BinaryIO) -> None:
    _write_csv(pieces, file, "\t")


def _write_parquet(pieces: Iterable[Any], file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    _write_with(lambda schema: pq.ParquetWriter(file, schema), _joined(pieces))


def _write_arrow(pieces: Iterable[Any], file: BinaryIO) -> None:
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4")  # as Feather is
    _write_with(lambda schema: pa.ipc.new_file(file, schema, options=options), pieces)


def _write_orc(pieces: Iterable[Any], file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.types as pt
    from pyarrow import orc

    def known(column: Any) -> Any:
        kind = column.type
        if pt.is_dictionary(kind):
            return known(column.cast(kind.value_type))
        if pt.is_unsigned_integer(kind):
            return column.cast({8: pa.int16(), 16: pa.int32()}.get(kind.bit_width, pa.int64()))
        if pt.is_float16(kind):
            return column.cast(pa.float32())
        return column.cast(pa.string()) if pt.is_null(kind) or pt.is_time(kind) else column

    # In memory: where a disk is full, the library would end the process.
    sink = pa.BufferOutputStream()
    with orc.ORCWriter(sink) as writer:
        for piece in _joined(pieces):
            columns = [known(column) for column in piece.columns]
            writer.write(pa.table(columns, names=piece.column_names))
    file.write(sink.getvalue())


def _write_with(begin: Callable[[Any], Any], pieces: Iterable[Any]) -> None:
    """Write pieces by a writer of pyarrow, which ``begin(schema)`` returns."""
    first = next(iterator := iter(pieces))
    with begin(first.schema) as writer:
        writer.write_table(first)
        for piece in iterator:
            writer.write_table(piece)


def _joined(pieces: Iterable[Any]) -> Iterator[Any]:
    """Yield the same rows in pieces as long as groups of rows are in files."""
    import pyarrow as pa

    held: list[Any] = []
    for piece in pieces:
        held.append(piece)
        if sum(one.num_rows for one in held) >= _GROUP:
            yield pa.concat_tables(held)
            held.clear()
    if held:
        yield pa.concat_tables(held)


def _write_json(pieces: Iterable[Any], file: BinaryIO) -> None:
    file.write(b"[")
    for number, line in enumerate(_objects(pieces)):
        file.write(b",\n " if number else b"\n ")
        file.write(line)
    file.write(b"\n]\n")


def _write_lines(pieces: Iterable[Any], file: BinaryIO) -> None:
    for line in _objects(pieces):
        file.write(line)
        file.write(b"\n")


def _objects(pieces: Iterable[Any]) -> Iterator[bytes]:
    """Yield each row as an object of JSON; what JSON has no number for is null."""
    for piece in pieces:
        for row in piece.to_pylist():
            for key, value in row.items():
                if isinstance(value, float) and not math.isfinite(value):
                    row[key] = None
            yield json.dumps(row, ensure_ascii=False, default=str).encode("utf-8")


def _flat(column: Any) -> Any:
    """Return a column as CSV can hold it: what is nested as JSON."""
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(column.type):
        return _flat(column.cast(column.type.value_type))
    if pt.is_float16(column.type):
        return column.cast(pa.float32())
    if pt.is_nested(column.type):
        cells = (None if v is None else json.dumps(v, default=str) for v in column.to_pylist())
        return pa.array(cells, pa.string())
    return column


_WRITERS: dict[str, Callable[[Iterable[Any], BinaryIO], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".parquet": _write_parquet,
    ".feather": _write_arrow,
    ".arrow": _write_arrow,
    ".orc": _write_orc,
    ".json": _write_json,
    ".jsonl": _write_lines,
    ".ndjson": _write_lines,
}
