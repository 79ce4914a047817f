"""Results to files: labels and centroids, complete or not at all. Reads nothing."""

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.atomic import AtomicFile, check_writable
from kmeans_engine.tables.kinds import ABOUT, WRITABLE, WRITABLE_CENTROIDS
from kmeans_engine.tables.table import Table

__all__ = ["check_result", "row_labels", "suffix_of", "write_centroids", "write_labels"]

_CHUNK = 1 << 20


def check_result(
    path: str | os.PathLike[str], *, overwrite: bool, known: Sequence[str] = WRITABLE
) -> None:
    """Raise now what would otherwise stop the run when results are written to `path`.

    Parameters
    ----------
    path : str or path-like
        A file of results.
    overwrite : bool
        Whether it may be there already.
    known : sequence of str
        The suffixes that it may have: `WRITABLE`, `WRITABLE_CENTROIDS` or `WRITABLE_ROWS`.

    Raises
    ------
    InvalidInput
        If the suffix is none of them, or for a reason of `check_writable`.
    """
    suffix_of(path, known)
    check_writable(path, overwrite=overwrite)


def write_labels(
    path: str | os.PathLike[str] | BinaryIO,
    labels: npt.NDArray[np.integer[Any]],
    table: Table,
    *,
    name: str = "label",
) -> None:
    """Write one label per row of the input, in its order, as one column.

    A row that was left out as incomplete has no label: an empty cell in CSV (written ``""``, since
    a reader would skip a blank line and shift the rows below), null in Parquet, -1 in ``.npy``
    (whose integers are then signed).

    Parameters
    ----------
    path : str, path-like or binary stream
        Ends in one of `WRITABLE`. An older file is replaced. A stream gets CSV.
    labels : ndarray of int, (M,)
        One label for each of ``table.points``.
    table : Table
        What was read.
    name : str
        Name of the column.

    Raises
    ------
    InvalidInput
        If the suffix is another, or the number of labels differs from that of the points.
    OSError
        If writing fails; an older file is then untouched.
    """
    numbers, absent = row_labels(labels, table)
    if not isinstance(path, str | os.PathLike):
        _write_label_lines(path, numbers, name)
        return
    suffix = suffix_of(path, WRITABLE)
    with AtomicFile(path) as target:
        if suffix == ".npy":
            _write_npy(target.temporary, numbers)
        elif suffix == ".parquet":
            import pyarrow as pa

            _write_parquet(target.temporary, pa.table({name: pa.array(numbers, mask=absent)}))
        else:
            with target.temporary.open("wb") as file:
                _write_label_lines(file, numbers, name)


def row_labels(
    labels: npt.NDArray[np.integer[Any]], table: Table
) -> tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.bool_] | None]:
    """Return one label for each row of the input, -1 where it has none, and which those are.

    Raises
    ------
    InvalidInput
        If the number of labels differs from that of the points.
    """
    if labels.shape != (len(table.points),):
        raise InvalidInput(
            f"labels have shape {labels.shape}, one for each of {len(table.points)} points is "
            "needed"
        )
    if table.kept is None:
        return labels, None
    signed = np.full(table.rows_read, -1, dtype=np.promote_types(labels.dtype, np.int8))
    signed[table.kept] = labels
    return signed, ~table.kept


def write_centroids(
    path: str | os.PathLike[str],
    centroids: npt.NDArray[np.float64],
    names: Sequence[str],
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write one row per centroid under the input's column names; read back, it has the same bits.

    Parameters
    ----------
    path : str or path-like
        Ends in one of `WRITABLE_CENTROIDS`; ``.npy`` holds no names. An older file is replaced.
    centroids : ndarray, (K, N), float64
        In the input's units.
    names : sequence of str
        Names of the N features.
    about : mapping of str, optional
        What should be known of them, ready for JSON: `.json` and `.parquet` hold it.

    Raises
    ------
    InvalidInput
        If the suffix is another, or the number of names is not N.
    OSError
        If writing fails; an older file is then untouched.
    """
    suffix = suffix_of(path, WRITABLE_CENTROIDS)
    if len(names) != centroids.shape[1]:
        raise InvalidInput(
            f"{len(names)} names do not fit centroids of shape {centroids.shape}, "
            "one for each feature is needed"
        )
    with AtomicFile(path) as target:
        if suffix == ".npy":
            _write_npy(target.temporary, centroids)
        elif suffix == ".parquet":
            import pyarrow as pa

            noted = {ABOUT: json.dumps(about or {})}
            table = pa.table(list(centroids.T), names=list(names), metadata=noted)
            _write_parquet(target.temporary, table)
        elif suffix == ".json":
            target.temporary.write_text(
                _spell_json(centroids, names, about or {}), encoding="utf-8"
            )
        else:
            with target.temporary.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(names)
                writer.writerows(centroids.tolist())  # repr: the shortest text with these bits


def _spell_json(
    centroids: npt.NDArray[np.float64], names: Sequence[str], about: Mapping[str, Any]
) -> str:
    """Return centroids by their names and rows, and what is known of them, a line each.

    The shortest text of a float64 has its bits.
    """
    rows = ",\n  ".join(json.dumps(row) for row in centroids.tolist())
    noted = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(v)}" for name, v in about.items())
    columns = json.dumps(list(names), ensure_ascii=False)
    return (
        f'{{\n"columns": {columns},\n"data": [\n  {rows}\n],\n'
        f"{json.dumps(ABOUT)}: {{\n  {noted}\n}}\n}}\n"
    )


def suffix_of(path: str | os.PathLike[str], known: Sequence[str]) -> str:
    """Return the suffix of a file of results; raise `InvalidInput` if it is not a known one."""
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        what = f"results are not written as {suffix}" if suffix else "results need a suffix"
        raise InvalidInput(f"{path}: {what}; use one of {', '.join(known)}")
    return suffix


def _write_npy(path: Path, array: npt.NDArray[Any]) -> None:
    array = np.ascontiguousarray(array)
    header = np.lib.format.header_data_from_array_1_0(array)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(array.data)  # np.save would not say why a disk refuses.


def _write_parquet(path: Path, table: Any) -> None:
    import pyarrow.parquet as pq

    with path.open("wb") as file:
        pq.write_table(table, file)


def _write_label_lines(file: BinaryIO, labels: npt.NDArray[np.integer[Any]], name: str) -> None:
    """Write CSV; a label below 0 is an empty cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow([name])
    file.write(head.getvalue().encode())
    for start in range(0, len(labels), _CHUNK):
        numbers = labels[start : start + _CHUNK]
        cells = pa.array(numbers, mask=numbers < 0).cast(pa.string()).fill_null('""')
        lines = pc.binary_join_element_wise(cells, "", "\n")
        # The characters of all lines lie one after another in the array's last buffer.
        size = pc.sum(pc.binary_length(lines)).as_py()
        file.write(memoryview(lines.buffers()[2])[:size])
