"""Files by pieces on the workers: their rows as points, and again with the cluster of each.

The client looks at the first rows and at the footers only; a worker reads the pieces that it is
given, so every worker has to see the files under the same path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.cluster.client import summon
from kmeans_engine.cluster.whole import open_whole
from kmeans_engine.errors import InvalidInput
from kmeans_engine.frames import read_sheet
from kmeans_engine.points.streams import files_in, unharmed
from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.tables import Table, read_table
from kmeans_engine.tables.columns import choose, default_names
from kmeans_engine.tables.inputs import open_input
from kmeans_engine.tables.numbers import native
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.parts import choose_by_head, names_by_head
from kmeans_engine.tables.rows import check_names
from kmeans_engine.tables.text.frame import begin_text
from kmeans_engine.tables.weights import features_of, find_weights

__all__ = ["Piece", "Pieces", "read_on_workers"]

_Array = npt.NDArray[Any]

# Bytes of a piece of an array.
_BYTES = 1 << 26
_KINDS = {
    ".npy": "npy", ".parquet": "parquet", ".pq": "parquet", ".feather": "arrow", ".arrow": "arrow",
    ".ipc": "arrow", ".csv": "text", ".tsv": "text", ".txt": "text",
}  # fmt: skip


class Piece(NamedTuple):
    """Some rows of one file.

    Attributes
    ----------
    path, kind : str
    start : int
        The number of the first row of an array, or of the row group.
    rows : int or None
        How many, if that is known.
    """

    path: str
    kind: str
    start: int
    rows: int | None


class Pieces(NamedTuple):
    """All rows of a file or a folder.

    Attributes
    ----------
    pieces : list of Piece
    names : tuple of str
        Of the columns that are clustered.
    dtype : dtype
        Of the points.
    options : ReadOptions
        How text is read.
    columns : tuple of str
        All names in the files.
    weights : str
        The column of the weights, or "".
    """

    pieces: list[Piece]
    names: tuple[str, ...]
    dtype: np.dtype[Any]
    options: ReadOptions
    columns: tuple[str, ...]
    weights: str = ""


def read_on_workers(
    path: str, options: ReadOptions, cluster: str, threads: int | None, new: str | None = None
) -> Table:
    """Return the points of a file or a folder, on the workers of a cluster.

    Parameters
    ----------
    path : str
        An array (.npy), Parquet, Feather (Arrow IPC) or text, or a folder of one of these kinds.
        A text is one piece, which one worker reads.
    options : ReadOptions
    cluster : str
        See `client.summon`.
    threads : int, optional
        That may work here.
    new : str, optional
        The name of a column that will be written beside those of the files.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As `read_table`, or if it is of another kind.
    ClusterError
        If the cluster cannot be used.
    """
    count = default_threads() if threads is None else threads
    found, notes = _look(path, options)  # what is wrong with the files needs no cluster
    if new is not None:
        check_names(found.columns, new, distances=False)
    held = summon(cluster, count)

    import dask.array
    from dask._task_spec import Task

    name = f"kmeans-rows-{hash_of(found)}"
    graph = {
        (name, number, 0): Task((name, number, 0), points_of, piece, found)
        for number, piece in enumerate(found.pieces)
    }
    sizes = tuple(np.nan if piece.rows is None else piece.rows for piece in found.pieces)
    meta = np.empty((0, 0), dtype=found.dtype)
    rows = dask.array.Array(graph, name, chunks=(sizes, (len(found.names),)), meta=meta)
    weights = _weights_of(found, name, sizes) if found.weights else None
    points = open_whole(rows, count, "auto", weights)
    points.parts.held = held  # whoever has the points has the cluster
    points.source, points.names = found, found.names
    said = tuple(filter(None, notes))
    return Table(points, found.names, points.n_points, notes=said, weighed_by=found.weights)


def _weights_of(found: Pieces, name: str, sizes: tuple[float, ...]) -> Any:
    """Return the weights of all pieces, a Dask array, (M,)."""
    import dask.array
    from dask._task_spec import Task
    from dask.base import tokenize

    own = f"{name}-{tokenize(found.weights)}"  # of one file may be weights by several columns
    graph = {
        (own, number): Task((own, number), weights_of, piece, found)
        for number, piece in enumerate(found.pieces)
    }
    return dask.array.Array(graph, own, chunks=(sizes,), meta=np.empty(0))


def hash_of(found: Pieces) -> str:
    """Return what names the rows: the same files, as they are now, have the same name."""
    from dask.base import tokenize

    facts = [(piece, Path(piece.path).stat().st_mtime_ns) for piece in found.pieces]
    return str(tokenize(facts, found.names, str(found.dtype), asdict(found.options)))


def _look(path: str, options: ReadOptions) -> tuple[Pieces, list[str]]:
    place = Path(path)
    files = [str(file) for file in files_in(place, _KINDS)]
    if not place.exists():
        raise InvalidInput(f"{path} does not exist")
    kinds = {_KINDS[Path(file).suffix.lower()] for file in files}
    if len(kinds) != 1:
        what = "is of another kind"
        if place.is_dir():
            several = f"files of several kinds ({', '.join(sorted(kinds))})"
            what = f"holds {several if kinds else 'no such files'}"
        raise InvalidInput(
            f"{path} {what}: a cluster reads .npy, .parquet, .feather or .csv, or a folder of one "
            "of these"
        )
    look = {"npy": _look_npy, "parquet": _look_arrow, "arrow": _look_arrow, "text": _look_text}
    found: tuple[Pieces, list[str]] = look[kinds.pop()](files, path, options)
    return found


def _look_npy(files: Sequence[str], where: str, options: ReadOptions) -> Any:
    pieces, width, dtype = [], 0, np.dtype(np.float32)
    for file in files:
        try:
            array = np.load(file, mmap_mode="r", allow_pickle=False)
        except ValueError as error:
            raise InvalidInput(f"{file} cannot be read: {error}") from error
        if array.ndim != 2 or array.dtype.kind not in "fiub":
            raise InvalidInput(
                f"{file} has shape {array.shape} and type {array.dtype}: a cluster reads tables of "
                "numbers (rows, features)"
            )
        if width and array.shape[1] != width:
            raise InvalidInput(
                f"{file} has {array.shape[1]} columns, and {files[0]} has {width}: files of one "
                "folder need the same columns"
            )
        width, dtype = array.shape[1], native(array[:0]).dtype
        rows = max(_BYTES // max(width * array.itemsize, 1), 1)
        pieces += [
            Piece(file, "npy", start, min(rows, len(array) - start))
            for start in range(0, len(array), rows)
        ]
    names = default_names(width)
    weigher = find_weights(names, where, options)
    chosen = features_of(choose(options.columns, names, where), weigher, names)
    chosen_names = tuple(names[index] for index in chosen)
    weights = "" if weigher is None else names[weigher]
    return Pieces(pieces, chosen_names, dtype, options, tuple(names), weights), []


def _look_arrow(files: Sequence[str], where: str, options: ReadOptions) -> Any:
    import pyarrow.dataset as ds

    kind = _KINDS[Path(files[0]).suffix.lower()]
    with unharmed(where):
        data = ds.dataset(list(files), format="ipc" if kind == "arrow" else kind)
        pieces = []
        for fragment in data.get_fragments():
            if fragment.physical_schema.names != data.schema.names:
                raise InvalidInput(
                    f"{fragment.path} has the columns {', '.join(fragment.physical_schema.names)}, "
                    f"and {files[0]} has {', '.join(data.schema.names)}: files of one folder need "
                    "the same columns"
                )
            if kind == "arrow":
                pieces.append(Piece(fragment.path, kind, 0, fragment.count_rows()))
            else:
                pieces += [
                    Piece(fragment.path, kind, group.id, group.num_rows)
                    for group in fragment.row_groups
                ]
        names, weights, notes = names_by_head(data, where, options)
    dtype = read_sheet(data.schema.empty_table().select(names), "points").values.dtype
    columns = tuple(data.schema.names)
    return Pieces(pieces, tuple(names), dtype, options, columns, weights), notes


def _look_text(files: Sequence[str], where: str, options: ReadOptions) -> Any:
    given = open_input(files[0])
    frame, _ = begin_text(given.opener, given.where, given.suffix, options)
    chosen, weigher, notes = choose_by_head(frame, where, options)
    weights = "" if weigher is None else frame.names[weigher]
    names = tuple(frame.names[index] for index in chosen)
    options = replace(options, columns=names if frame.named else tuple(chosen), like=())
    pieces = [Piece(file, "text", 0, None) for file in files]
    dtype, columns = np.dtype(np.float64), tuple(frame.names)
    return Pieces(pieces, names, dtype, options, columns, weights), notes


def points_of(piece: Piece, found: Pieces) -> _Array:
    """Return the points of a piece."""
    if piece.kind == "npy":
        names = default_names(np.load(piece.path, mmap_mode="r").shape[1])
        rows = _rows_of(piece)
        if list(found.names) != names:
            rows = rows[:, [names.index(name) for name in found.names]]
        return native(np.ascontiguousarray(rows)).astype(found.dtype, copy=False)
    if piece.kind == "text":
        try:
            return np.asarray(read_table(piece.path, found.options).points, dtype=found.dtype)
        except InvalidInput as error:
            if "drop_missing" not in error.options:
                raise
            # Which is not possible here: labels would belong to other rows than those of the file.
            raise InvalidInput(
                f"{str(error).partition('; ')[0]}; leave those rows out before, or fill the values"
            ) from error
    values: _Array = _filled(piece, list(found.names)).astype(found.dtype, copy=False)
    return values


def weights_of(piece: Piece, found: Pieces) -> _Array:
    """Return what the points of a piece weigh, (M,)."""
    if piece.kind == "npy":
        rows = _rows_of(piece)
        return native(np.ascontiguousarray(rows[:, found.columns.index(found.weights)]))
    if piece.kind == "text":
        return np.asarray(read_table(piece.path, found.options).weights)
    return _filled(piece, [found.weights])[:, 0]


def _filled(piece: Piece, names: list[str]) -> _Array:
    """Return columns of a piece in which no value is missing."""
    table = _rows_of(piece, names)
    for name, column in zip(names, table.columns, strict=True):
        if column.null_count:
            row = column.is_null().index(True).as_py()
            raise InvalidInput(
                f"{piece.path}: column {name!r} has missing values, the first in row {row} of row "
                f"group {piece.start}; leave those rows out, or fill the values"
            )
    return read_sheet(table, "points").values


def _rows_of(piece: Piece, columns: list[str] | None = None) -> Any:
    """Return the rows of a piece: an array, or a table of Arrow."""
    if piece.kind == "npy":
        assert piece.rows is not None
        return np.load(piece.path, mmap_mode="r")[piece.start : piece.start + piece.rows]
    with unharmed(piece.path):
        if piece.kind == "parquet":
            from pyarrow.parquet import ParquetFile

            with ParquetFile(piece.path) as file:
                return file.read_row_group(piece.start, columns=columns)
        from pyarrow.feather import read_table as read_feather

        return read_feather(piece.path, columns=columns)


def table_of(piece: Piece, found: Pieces) -> Any:
    """Return all columns of a piece, a table of Arrow."""
    import pyarrow as pa

    if piece.kind == "npy":
        rows = _rows_of(piece)
        names = default_names(rows.shape[1])
        return pa.table({name: native(rows[:, n]) for n, name in enumerate(names)})
    if piece.kind == "text":
        table = read_table(piece.path, found.options)
        assert table.rows is not None
        return table.rows().read_all()
    return _rows_of(piece)
