"""Results to files: labels and centroids, complete or not at all. Reads nothing."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.atomic import AtomicFile, check_writable
from kmeans_engine.tables.reading import Table

__all__ = ["WRITABLE", "check_result", "write_centroids", "write_labels"]

WRITABLE = (".csv", ".npy", ".parquet")
"""Suffixes of the files that results can be written to."""

_CHUNK = 1 << 20


def check_result(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Raise now what would otherwise stop the run when labels or centroids are written to `path`.

    Raises
    ------
    InvalidInput
        If the suffix is none of `WRITABLE`, or for a reason of `check_writable`.
    """
    _suffix(path)
    check_writable(path, overwrite=overwrite)


def write_labels(
    path: str | os.PathLike[str], labels: npt.NDArray[np.integer[Any]], table: Table
) -> None:
    """Write one label per row of the input, in its order, as the column ``label``.

    A row that was left out as incomplete has no label: an empty cell in CSV (written ``""``, since
    a reader would skip a blank line and shift the rows below), null in Parquet, -1 in ``.npy``
    (whose integers are then signed).

    Parameters
    ----------
    path : str or path-like
        Ends in one of `WRITABLE`. An older file is replaced.
    labels : ndarray of int, (M,)
        One label for each of ``table.points``.
    table : Table
        What was read.

    Raises
    ------
    InvalidInput
        If the suffix is another, or the number of labels differs from that of the points.
    OSError
        If writing fails; an older file is then untouched.
    """
    suffix = _suffix(path)
    if labels.shape != (len(table.points),):
        raise InvalidInput(
            f"labels have shape {labels.shape}, one for each of {len(table.points)} points is "
            "needed"
        )
    kept = table.kept
    if kept is not None:
        signed = np.full(table.rows_read, -1, dtype=np.promote_types(labels.dtype, np.int8))
        signed[kept] = labels
        labels = signed
    with AtomicFile(path) as target:
        if suffix == ".npy":
            _write_npy(target.temporary, labels)
        elif suffix == ".parquet":
            import pyarrow as pa

            column = pa.array(labels, mask=None if kept is None else ~kept)
            _write_parquet(target.temporary, pa.table({"label": column}))
        else:
            _write_label_lines(target.temporary, labels)


def write_centroids(
    path: str | os.PathLike[str], centroids: npt.NDArray[np.float64], names: Sequence[str]
) -> None:
    """Write one row per centroid under the input's column names; read back, it has the same bits.

    Parameters
    ----------
    path : str or path-like
        Ends in one of `WRITABLE`; ``.npy`` holds no names. An older file is replaced.
    centroids : ndarray, (K, N), float64
        In the input's units.
    names : sequence of str
        Names of the N features.

    Raises
    ------
    InvalidInput
        If the suffix is another, or the number of names is not N.
    OSError
        If writing fails; an older file is then untouched.
    """
    suffix = _suffix(path)
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

            _write_parquet(target.temporary, pa.table(list(centroids.T), names=list(names)))
        else:
            with target.temporary.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(names)
                writer.writerows(centroids.tolist())  # repr: the shortest text with these bits


def _suffix(path: str | os.PathLike[str]) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in WRITABLE:
        raise InvalidInput(
            f"{path}: results are not written as {suffix or 'a file without a suffix'!r}; "
            f"use one of {', '.join(WRITABLE)}"
        )
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


def _write_label_lines(path: Path, labels: npt.NDArray[np.integer[Any]]) -> None:
    """Write CSV; a label below 0 is an empty cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    with path.open("wb") as file:
        file.write(b"label\n")
        for start in range(0, len(labels), _CHUNK):
            numbers = labels[start : start + _CHUNK]
            cells = pa.array(numbers, mask=numbers < 0).cast(pa.string()).fill_null('""')
            lines = pc.binary_join_element_wise(cells, "", "\n")
            # The characters of all lines lie one after another in the array's last buffer.
            size = pc.sum(pc.binary_length(lines)).as_py()
            file.write(memoryview(lines.buffers()[2])[:size])
