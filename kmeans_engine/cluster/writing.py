"""A folder of Parquet files made on the workers: labels, or rows with their labels. No engine."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmeans_engine.arrays import LabelArray
from kmeans_engine.cluster.client import ask, submit
from kmeans_engine.cluster.reading import Pieces, table_of
from kmeans_engine.cluster.whole import PartsThere
from kmeans_engine.errors import InvalidInput

if TYPE_CHECKING:
    from kmeans_engine.snapshot import Snapshot

__all__ = ["check_folder", "write_folder"]


def check_folder(path: str, *, overwrite: bool) -> None:
    """Raise `InvalidInput` if no folder can be written at `path`."""
    place = Path(path)
    if path == "-":
        raise InvalidInput("a cluster writes a folder of Parquet files, not standard output")
    if place.exists() and not (overwrite and _is_ours(place)):
        remedy = "choose another path"
        if _is_ours(place):
            remedy = "allow replacing it (overwrite=True) or choose another path"
        raise InvalidInput(f"{path} exists; {remedy}", options=("overwrite",))
    if not place.absolute().parent.is_dir():
        raise InvalidInput(f"{path}: the folder {place.parent} does not exist; create it first")
    if place.suffix in (".csv", ".npy", ".tsv", ".jsonl"):
        raise InvalidInput(
            f"{path}: a cluster writes a folder of Parquet files; give the name of a folder"
        )


def _is_ours(place: Path) -> bool:
    """Return whether a folder holds nothing but what `write_folder` writes."""
    return place.is_dir() and all(file.match("part-*.parquet") for file in place.iterdir())


def write_folder(path: str, last: Snapshot, *, name: str, rows: bool = False) -> None:
    """Write one Parquet file for each chunk of the points, in their order, all or nothing.

    Parameters
    ----------
    path : str
        The folder, which all workers see. An older one of this kind is replaced.
    last : Snapshot
        Of a run on a cluster.
    name : str
        Of the column of labels.
    rows : bool
        Write the columns of the files that the points come from as well.

    Raises
    ------
    OSError
        If that fails; an older folder is then untouched.
    """
    from dask._task_spec import Task, TaskRef

    whole, labels = last.visible, last.labels
    assert isinstance(whole, PartsThere)
    source: Pieces = whole.source
    plain = source._replace(pieces=[]) if rows else None
    final = Path(path).absolute()
    temporary = final.with_name(f".kmeans-{secrets.token_hex(8)}")
    temporary.mkdir()
    try:
        parts = whole.parts
        graph: dict[Any, Any] = dict(labels.__dask_graph__())  # type: ignore[attr-defined]
        for key in parts.keys:
            graph.pop(key, None)
        stem, keys = f"kmeans-write-{secrets.token_hex(6)}", []
        for number in range(len(parts.sizes)):
            chunk = TaskRef((labels.name, number))  # type: ignore[attr-defined]
            piece = source.pieces[number] if rows else None
            file = str(temporary / f"part-{number:06}.parquet")
            key = (stem, number)
            graph[key] = Task(key, _write_piece, chunk, file, name, piece, plain)
            keys.append(key)
        ask(parts.client, submit(parts.client, graph, keys))
        if final.exists():
            older = final.with_name(f".kmeans-{secrets.token_hex(8)}")
            final.replace(older)
            temporary.replace(final)
            shutil.rmtree(older)
        else:
            temporary.replace(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_piece(labels: LabelArray, file: str, name: str, piece: Any, rows: Pieces | None) -> int:
    """Write a chunk to a file; a worker that does it again writes the same."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    table = pa.table({name: labels})
    if piece is not None and rows is not None:
        given = table_of(piece, rows)
        if len(given) != len(labels):
            raise InvalidInput(
                f"{piece.path} has been changed since it was read: it has {len(given)} rows, not "
                f"{len(labels)}"
            )
        table = given.append_column(name, table.column(0))
    unfinished = f"{file}.{os.getpid()}"
    write_table(table, unfinished)
    Path(unfinished).replace(file)
    return len(labels)
