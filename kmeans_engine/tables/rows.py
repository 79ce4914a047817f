"""The rows of the input with the cluster of each, complete or not at all."""

import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.atomic import AtomicFile
from kmeans_engine.tables.kinds import WRITABLE_ROWS
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.writing import row_labels, suffix_of

__all__ = ["check_name", "write_rows"]


def write_rows(
    path: str | os.PathLike[str] | BinaryIO,
    table: Table,
    labels: npt.NDArray[np.integer[Any]],
    *,
    name: str = "cluster",
) -> None:
    """Write all columns and rows of the input, with the label of each row as a last column.

    The label of a row that was left out is missing.

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

    Raises
    ------
    InvalidInput
        If the suffix is another, if the input has a column of that name, if it has changed since
        it was read, or if the number of labels differs from that of the points.
    OSError
        If writing fails; an older file is then untouched.
    """
    import pyarrow as pa

    numbers, absent = row_labels(labels, table)
    rows = table.rows() if table.rows is not None else _points(table)
    if rows.num_rows != len(numbers):
        raise InvalidInput(
            f"the input has {rows.num_rows} rows now, {len(numbers)} were read; run again"
        )
    check_name(rows.column_names, name)
    rows = rows.append_column(name, pa.array(numbers, mask=absent))
    if not isinstance(path, str | os.PathLike):
        _write_csv(rows, path)
        return
    suffix = suffix_of(path, WRITABLE_ROWS)
    with AtomicFile(path) as target, Path(target.temporary).open("wb") as file:
        _WRITERS[suffix](rows, file)


def check_name(names: Sequence[str], name: str) -> None:
    """Raise `InvalidInput` if the input has a column of this name."""
    if name in names:
        free = next(word for n in range(2, 10**6) if (word := f"{name}_{n}") not in names)
        raise InvalidInput(
            f"the input has a column {name!r} already; name the new one (label_name={free!r})",
            options=("label_name",),
        )


def _points(table: Table) -> Any:
    """Return the points of a table that came from no file."""
    import pyarrow as pa

    return pa.table([np.ascontiguousarray(c) for c in table.points.T], names=list(table.names))


def _write_csv(rows: Any, file: BinaryIO, delimiter: str = ",") -> None:
    import pyarrow as pa
    from pyarrow import csv

    options = csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    columns = [_flat(column) for column in rows.columns]
    csv.write_csv(pa.table(columns, names=rows.column_names), file, options)


def _write_tsv(rows: Any, file: BinaryIO) -> None:
    _write_csv(rows, file, "\t")


def _write_parquet(rows: Any, file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    pq.write_table(rows, file)


def _write_arrow(rows: Any, file: BinaryIO) -> None:
    from pyarrow import feather

    feather.write_feather(rows, file)


def _write_orc(rows: Any, file: BinaryIO) -> None:
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

    table = pa.table([known(column) for column in rows.columns], names=rows.column_names)
    # In memory: where a disk is full, the library would end the process.
    sink = pa.BufferOutputStream()
    orc.write_table(table, sink)
    file.write(sink.getvalue())


def _write_json(rows: Any, file: BinaryIO) -> None:
    file.write(b"[")
    for number, line in enumerate(_objects(rows)):
        file.write(b",\n " if number else b"\n ")
        file.write(line)
    file.write(b"\n]\n")


def _write_lines(rows: Any, file: BinaryIO) -> None:
    for line in _objects(rows):
        file.write(line)
        file.write(b"\n")


def _objects(rows: Any) -> Iterator[bytes]:
    """Yield each row as an object of JSON; what JSON has no number for is null."""
    for batch in rows.to_batches(max_chunksize=1 << 14):
        for row in batch.to_pylist():
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


_WRITERS: dict[str, Callable[[Any, BinaryIO], None]] = {
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
