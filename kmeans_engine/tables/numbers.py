"""Columns of Arrow to NumPy, in types that the engine reads, and the rows that are complete."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables.columns import some_of, spell
from kmeans_engine.tables.frame import Frame

__all__ = ["complete_rows", "inexact", "native", "numbers_of", "plain", "points_of"]

Points = npt.NDArray[Any]

_CHUNK = 1 << 20
_ROWS = 1 << 14
_EXACT = 1 << 53  # float64 holds every whole number up to here


def points_of(frame: Frame, chosen: Sequence[int]) -> Points:
    """Return columns side by side in the type that holds them all; missing values are NaN."""
    import pyarrow as pa

    columns = [plain(frame.column(index)) for index in chosen]
    table = pa.table(columns, names=[str(place) for place in range(len(columns))])
    points = np.empty((frame.n_rows, len(chosen)), np.result_type(*map(_dtype, columns)))
    start = 0
    for batch in table.to_batches(max_chunksize=_ROWS):  # So that rows stay in the cache.
        stop = start + batch.num_rows
        for place, column in enumerate(batch.columns):
            points[start:stop, place] = column.to_numpy(zero_copy_only=False)
        start = stop
    return points


def numbers_of(column: Any) -> Points:
    """Return one numeric column, (M,); NaN where a value is missing."""
    array: Points = plain(column).to_numpy()
    return array


def plain(column: Any) -> Any:
    """Return a numeric column as one of NumPy's types, in which missing values have a place."""
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pt.is_null(column.type) or pt.is_decimal(column.type):
        column = column.cast(pa.float64())
    elif pt.is_boolean(column.type):
        column = column.cast(pa.uint8())
    if column.null_count and pt.is_integer(column.type):
        column = column.cast(pa.float64(), safe=False)
    return column


def _dtype(column: Any) -> np.dtype[Any]:
    dtype: np.dtype[Any] = np.dtype(column.type.to_pandas_dtype())
    return dtype


def inexact(frame: Frame, chosen: Sequence[int], dtype: np.dtype[Any]) -> list[str]:
    """Return the integer columns whose values float64 rounds, where they are stored as that."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if dtype.kind != "f":
        return []
    rounded = []
    for index in chosen:
        if pt.is_integer(frame.types[index]) and frame.types[index].bit_width == 64:
            ends = pc.min_max(frame.column(index)).as_py()
            if ends["min"] is not None and max(-ends["min"], ends["max"]) > _EXACT:
                rounded.append(frame.names[index])
    return rounded


def native(points: Points) -> Points:
    """Return the points in a type that the engine reads, not copied where it is one already."""
    dtype = points.dtype.newbyteorder("=")
    if dtype.kind == "b":
        return points.view(np.uint8)
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        dtype = np.dtype(np.float32 if dtype.itemsize == 2 else np.float64)
    return points.astype(dtype, copy=False)


def complete_rows(
    points: Points, names: Sequence[str], where: str, *, drop_missing: bool
) -> npt.NDArray[np.bool_] | None:
    """Return which rows hold finite numbers only, None if all do.

    Raises
    ------
    InvalidInput
        If there are others and they may not be dropped, or if none is left.
    """
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
    if not kept.any():
        raise _nothing_left(points, names, where)
    if not drop_missing:
        row = int(np.argmin(kept))
        column = names[int(np.argmin(np.isfinite(points[row])))]
        raise InvalidInput(
            f"{where}: {len(kept) - np.count_nonzero(kept)} of {len(kept)} rows hold an empty "
            f"cell, NaN or infinity, the first is row {row + 1} (column {column!r}); "
            "leave them out (drop_missing=True) or fill them in",
            options=("drop_missing",),
        )
    return kept


def _nothing_left(points: Points, names: Sequence[str], where: str) -> InvalidInput:
    """Return the error that names the emptiest columns, without which there are complete rows."""
    finite = np.isfinite(points)
    emptiest = np.argsort(finite.sum(axis=0), kind="stable").tolist()
    for count in range(1, len(names)):
        if finite[:, emptiest[count:]].all(axis=1).any():
            bad, good = sorted(emptiest[:count]), sorted(emptiest[count:])
            held = some_of([repr(names[index]) for index in bad])
            return InvalidInput(
                f"{where}: all {len(points)} rows have an empty cell, NaN or infinity, most of "
                f"them in {held}; leave out such columns (columns={spell(good, names)!r})",
                options=("columns",),
            )
    return InvalidInput(
        f"{where}: all {len(points)} rows have an empty cell, NaN or infinity; none is left"
    )
