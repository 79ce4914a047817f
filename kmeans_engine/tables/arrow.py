"""Columns of Parquet, Arrow, Feather and ORC, read one by one when they are asked for."""

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.damage import unharmed
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.kinds import ABOUT
from kmeans_engine.tables.options import ReadOptions

__all__ = ["frame_of_table", "read_arrow", "read_folder", "read_orc", "read_parquet"]


def read_parquet(given: Input, options: ReadOptions) -> Frame:
    """Read Parquet."""
    import pyarrow.parquet as pq

    what = "Parquet file"
    with unharmed(given.where, what):
        file = pq.ParquetFile(given.path or given.seekable())
    schema = file.schema_arrow
    return _frame(
        schema,
        file.metadata.num_rows,
        lambda name: file.read([name]).column(name),
        given.where,
        what,
    )


def read_folder(path: Path, where: str) -> Frame:
    """Read the Parquet files of a folder as one table; folders such as ``year=2024`` are columns.

    As everywhere in the world of Parquet, names that begin with a dot or an underscore belong to
    programs, such as ``_delta_log``.

    Raises
    ------
    InvalidInput
        If it holds none, or they do not fit together.
    """
    import pyarrow.dataset as ds

    inside = [file.relative_to(path) for file in sorted(path.rglob("*")) if file.is_file()]
    shown = [file for file in inside if not any(part[0] in "._" for part in file.parts)]
    names = [str(file) for file in shown if file.suffix.lower() in (".parquet", ".pq")]
    if not names:
        raise InvalidInput(f"{where} is a folder without Parquet files; give the path of a file")
    what = "set of Parquet files"
    with unharmed(where, what):
        files = [str(path / name) for name in names]
        data = ds.dataset(files, format="parquet", partitioning="hive", partition_base_dir=where)
        count = data.count_rows()
    frame = _frame(data.schema, count, lambda name: data.to_table([name]).column(name), where, what)
    others = len(shown) - len(names)
    note = f"{where} is read as one table: {some_of(names)}"
    if others:
        note += f"; {others} other file{'s are' if others > 1 else ' is'} not read"
    return replace(frame, notes=(note,))


def read_arrow(given: Input, options: ReadOptions) -> Frame:
    """Read Arrow IPC, as a file or a stream, and Feather: the same, or its first version."""
    import pyarrow as pa
    from pyarrow import feather

    what = "Arrow file"
    with unharmed(given.where, what):
        if given.head.startswith(b"FEA1"):
            return frame_of_table(feather.read_table(given.seekable()), given.where)
        source = pa.memory_map(str(given.path)) if given.path else given.seekable()
        file = given.head.startswith(b"ARROW1")
        reader = (pa.ipc.open_file if file else pa.ipc.open_stream)(source)
        return frame_of_table(reader.read_all(), given.where, what)


def read_orc(given: Input, options: ReadOptions) -> Frame:
    """Read ORC."""
    from pyarrow import orc

    what = "ORC file"
    with unharmed(given.where, what):
        file = orc.ORCFile(given.path or given.seekable())
        schema, count = file.schema, file.nrows

    def read(name: str) -> Any:
        return file.read([name]).column(name)

    return _frame(schema, count, read, given.where, what)


def frame_of_table(table: Any, where: str, what: str = "table") -> Frame:
    """Return a `pyarrow.Table` as a frame."""
    names = table.schema.names

    def read(name: str) -> Any:
        return table.column(names.index(name))

    table.validate()
    return _frame(table.schema, table.num_rows, read, where, what)


def _frame(
    schema: Any,
    n_rows: int,
    read: Callable[[str], Any],
    where: str,
    what: str,
) -> Frame:
    import pyarrow.types as pt

    names = tuple(schema.names)
    if not names:
        raise InvalidInput(f"{where} has no columns to cluster, at least one is needed")
    if not n_rows:
        raise InvalidInput(f"{where} holds no rows; at least one is needed")

    @functools.cache
    def column(index: int) -> Any:
        if names.count(names[index]) > 1:
            raise InvalidInput(f"{where} has several columns named {names[index]!r}; rename them")
        with unharmed(where, what):
            found = read(names[index])
            if pt.is_string(found.type) or pt.is_large_string(found.type):
                found.validate(full=True)  # The files do not promise UTF-8.
        return found

    types = tuple(schema.types)
    metadata = schema.metadata or {}
    return Frame(
        names, types, n_rows, column, _pandas_index(metadata, names), about=_about(metadata)
    )


def _about(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Return what this project has noted in a file."""
    try:
        noted = json.loads(metadata.get(ABOUT.encode(), b"{}"))
    except ValueError:
        return {}
    return noted if isinstance(noted, dict) else {}


def _pandas_index(metadata: dict[bytes, bytes], names: Sequence[str]) -> frozenset[int]:
    """Return the columns that pandas stored for the index of a data frame."""
    try:
        stored = json.loads(metadata.get(b"pandas", b"{}")).get("index_columns", [])
    except (ValueError, AttributeError):
        return frozenset()
    return frozenset(place for place, name in enumerate(names) if name in stored)
