"""Files larger than memory to points, part by part: by the same rules, as far as a part can tell.

A frame of the first rows says which columns there are. Where only all rows could say whether a
column is clustered, whoever reads by parts has to name the columns.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.stored import ArrayStore, Store
from kmeans_engine.points.streams import RowWriter, files_in, read_dataset
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.progress import doing
from kmeans_engine.runtime.sizes import shown_bytes
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.damage import unharmed
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import STDIN, Input, open_input
from kmeans_engine.tables.kinds import kind_of_file
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.reading import chosen_of
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.usable import NUMERIC, kind_of, left_out, reasons
from kmeans_engine.tables.weights import check_kind, check_signs, features_of, find_weights

__all__ = ["choose_by_head", "names_by_head", "read_parts"]

# Rows that the columns are chosen by.
_HEAD = 1 << 16
# Bytes of memory for a byte of text, and of compressed text: its columns, and the points.
_TEXT, _PACKED = 2, 10


def read_parts(
    source: str | os.PathLike[str], options: ReadOptions, budget: Budget
) -> Table | None:
    """Return the points of a file that would not fit half of the memory there is.

    Parameters
    ----------
    source : str or path-like
        Text, Parquet (also a folder) or Arrow IPC; anything else is left to `read_table`.
    options : ReadOptions
        What its user says of it.
    budget : Budget
        What the points may take; if they do not fit, `Table.points` is a `RowFile` in scratch.

    Returns
    -------
    Table or None
        None if the file is to be read as a whole.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As `read_table`; also if an option needs the whole file, or there is no room in scratch.
    """
    path = Path(source)
    if os.fspath(source) in STDIN or not path.exists():
        return None
    if path.is_dir():
        return _of_dataset(path, "parquet", options, budget)
    if not path.is_file():
        return None
    given = open_input(source, member=options.array)
    kind, _ = kind_of_file(given.head, given.suffix, given.where, given.kind)
    if kind == "parquet" or (kind == "arrow" and given.head.startswith(b"ARROW1")):
        return _of_dataset(path, kind, options, budget) if given.path is not None else None
    if kind == "text":
        size = path.stat().st_size * (_TEXT if given.path is not None else _PACKED)
        if size > budget.limit // 2:
            return _of_text(given, options, budget)
    return None


def _of_dataset(path: Path, kind: str, options: ReadOptions, budget: Budget) -> Table | None:
    import pyarrow.dataset as ds

    where, folder = str(path), path.is_dir()
    shown = files_in(path, (".parquet", ".pq")) if folder else []
    if folder and not shown:
        return None
    what = "folder" if folder else {"parquet": "Parquet file", "arrow": "Arrow file"}[kind]
    with unharmed(where, what):
        data = ds.dataset(
            [str(file) for file in shown] if folder else where,
            format="ipc" if kind == "arrow" else kind,
            partitioning="hive" if folder else None,
            partition_base_dir=where if folder else None,
        )
        size = data.count_rows() * len(data.schema.names) * 8 * 2
        if size <= budget.limit // 2:
            return None
        names, weigher, notes = names_by_head(data, where, options)
        store = read_dataset(data, names, where, budget)
        weights = read_dataset(data, [weigher], where, budget) if weigher else None
    table = _table(where, store, names, notes, weights, weigher)
    return replace(table, rows=lambda: _all_of(data, where, what))


def _all_of(data: Any, where: str, what: str) -> Any:
    """Return a `pyarrow.RecordBatchReader` of all columns of a dataset."""
    import pyarrow as pa

    def batches() -> Iterator[Any]:
        with unharmed(where, what):
            yield from data.to_batches(batch_size=_HEAD)

    return pa.RecordBatchReader.from_batches(data.schema, batches())


def _of_text(given: Input, options: ReadOptions, budget: Budget) -> Table:
    from kmeans_engine.tables.text.frame import begin_text

    frame, reader = begin_text(given.opener, given.where, given.suffix, options)
    features, weigher, notes = choose_by_head(frame, given.where, options)
    chosen = features if weigher is None else [*features, weigher]
    names = [frame.names[index] for index in chosen]
    rows = RowWriter(len(features), np.dtype(np.float64), None, budget)
    weights = None if weigher is None else RowWriter(1, np.dtype(np.float64), None, budget)
    try:
        with doing(f"reading {given.where}"):
            for piece in reader.pieces(chosen):
                values = np.empty((len(next(iter(piece.values()), ())), len(chosen)))
                for place, index in enumerate(chosen):
                    if index not in piece:
                        raise InvalidInput(
                            f"{given.where}: column {names[place]!r} holds numbers, but not only, "
                            f"after row {rows.count}; if it is a missing value, say so (missing=), "
                            "or leave the column out (columns=)",
                            options=("missing", "columns"),
                        )
                    column = piece[index]
                    if column.null_count:
                        row = rows.count + column.is_null().index(True).as_py()
                        raise InvalidInput(
                            f"{given.where}: column {names[place]!r} has missing values, the first "
                            f"in row {row + 1}; leave those rows out, or fill the values"
                        )
                    values[:, place] = column.to_numpy(zero_copy_only=False)
                rows.add(values[:, : len(features)])
                if weights is not None:
                    weights.add(values[:, len(features) :])
        store = rows.store(tuple(names[: len(features)]), 0, lambda _: "")
        weighed = None if weights is None else weights.store((names[-1],), 0, lambda _: "")
    finally:
        rows.close()
        if weights is not None:
            weights.close()
    notes = [*notes, reader.rounded]
    name = "" if weighed is None else names[-1]
    table = _table(given.where, store, names[: len(features)], notes, weighed, name)
    return replace(table, rows=lambda: _all_of_text(given, options))


def _all_of_text(given: Input, options: ReadOptions) -> Any:
    """Return a `pyarrow.RecordBatchReader` of all columns of a text."""
    from kmeans_engine.tables.text.frame import begin_text
    from kmeans_engine.tables.whole import whole_text

    frame, reader = begin_text(given.opener, given.where, given.suffix, options)
    return whole_text(reader, frame.names)


def names_by_head(data: Any, where: str, options: ReadOptions) -> tuple[list[str], str, list[str]]:
    """Return the columns of a dataset that are clustered by its first rows, and what to say.

    Between these, the column of the weights, or "".
    """
    from kmeans_engine.tables.arrow import frame_of_table

    frame = frame_of_table(data.head(_HEAD), where)
    chosen, weigher, notes = choose_by_head(frame, where, options)
    name = "" if weigher is None else frame.names[weigher]
    return [frame.names[index] for index in chosen], name, notes


def choose_by_head(
    frame: Frame, where: str, options: ReadOptions
) -> tuple[list[int], int | None, list[str]]:
    """Return the columns that are clustered by the first rows, and what to say of them.

    Between these, the column of the weights, or None.
    """
    if options.drop_missing:
        raise InvalidInput(
            f"{where} is read by parts, so rows with a missing value cannot be left out "
            "(drop_missing=); leave them out before, or allow more memory (memory=)",
            options=("drop_missing", "memory"),
        )
    said = list(frame.notes)
    weigher = find_weights(frame.names, where, options)
    if weigher is not None:
        check_kind(frame, weigher, where)

    def default() -> list[int]:
        if options.like and all(frame.names.count(name) == 1 for name in options.like):
            return [frame.names.index(name) for name in options.like]
        why = reasons(frame)
        if weigher is not None:
            why[weigher] = ""  # see `features_of`
        doubtful = [
            frame.names[index]
            for index, reason in enumerate(why)
            if reason and reason != "row index" and kind_of(frame.types[index]) in NUMERIC
        ]
        usable = [index for index, reason in enumerate(why) if not reason]
        if doubtful or not usable:
            raise InvalidInput(
                f"{where} is read by parts, and its first rows do not tell whether "
                f"{some_of(doubtful or list(frame.names))} should be clustered: choose the columns "
                "(columns=), or allow more memory (memory=)",
                options=("columns", "memory"),
            )
        said.append(left_out(frame, why))
        return usable

    chosen = chosen_of(frame, where, options, default)
    return features_of(chosen, weigher, frame.names), weigher, said


def _table(
    where: str, store: Store, names: list[str], notes: list[str], weighed: Store | None, name: str
) -> Table:
    in_memory = isinstance(store, ArrayStore)
    count, width = store.shape
    size = shown_bytes(count * width * store.dtype.itemsize)
    weights = None if weighed is None else _given(weighed)
    if weights is not None:
        for start in range(0, count, _HEAD):
            check_signs(weights[start : start + _HEAD][:, 0], name, where, start)
    said = [*notes, "" if in_memory else f"the points take {size} of scratch while this runs"]
    return Table(
        _given(store),
        tuple(names),
        count,
        notes=tuple(note for note in said if note),
        weights=weights,
        weighed_by=name,
    )


def _given(store: Store) -> Any:
    """Return what an `Engine` takes: an array, or the rows in a file."""
    return store.values if isinstance(store, ArrayStore) else store
