"""Tables of other libraries as one array with names: pandas, polars, Arrow, whatever hands it out.

Knows their protocols, and imports none of them. What is wrong with the values is told elsewhere:
missing ones are NaN here.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType

__all__ = ["Sheet", "count_rounded", "read_array", "read_sheet"]

# From here on float64 skips whole numbers.
_WHOLE = 2.0**53
_NAMED = 8  # columns that a message names, of those that are not numbers

_Array = npt.NDArray[Any]


class Sheet(NamedTuple):
    """What somebody gave, as one array.

    Attributes
    ----------
    values : ndarray
        Not copied where it was an array, or the library holds one.
    names : tuple of str
        Of the columns; empty if they have none.
    rounded : int
        Whole numbers beyond 2^53 that became another float64 here.
    row : callable
        ``row(i)`` is how the index of the table calls row `i`, or "" if there is none.
    """

    values: _Array
    names: tuple[str, ...] = ()
    rounded: int = 0
    row: Callable[[int], str] = lambda _: ""


def read_sheet(value: Any, name: str) -> Sheet:
    """Return any table as one array.

    Parameters
    ----------
    value : array_like or table
        An array, a DataFrame of pandas, an object with the Arrow stream or the dataframe
        interchange protocol, with ``__array__`` or ``__dlpack__``, or rows of numbers.
    name : str
        What messages call it, in the plural.

    Raises
    ------
    InvalidInput, InvalidType
        If it is not a table, or has columns that are not numbers.
    """
    if isinstance(value, np.ndarray):
        return Sheet(value)
    if isinstance(value, dict) or (isinstance(value, list) and value and type(value[0]) is dict):
        what = "of type dict" if isinstance(value, dict) else "a list of dicts"
        raise InvalidType(
            f"{name} are {what}, need a table of numbers (rows, features), such as "
            f"pandas.DataFrame({name})"
        )
    if isinstance(value, list | tuple):
        return Sheet(read_array(value, name))
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise InvalidType(f"{name} are a sparse matrix, must be a dense array: call .toarray()")
    kind = _kind(value)
    if hasattr(value, "__array__") and hasattr(value, "ndim") and not hasattr(value, "iloc"):
        return Sheet(read_array(value, name), _labels_of(value))
    if hasattr(value, "to_dataframe") and hasattr(value, "data_vars"):
        raise InvalidInput(f"{name} are of type {kind}, several variables: call .to_dataframe()")
    if hasattr(value, "to_frame"):
        raise InvalidInput(f"{name} are of type {kind}, a single column: call .to_frame()")
    lazy = "collect" if hasattr(value, "collect") else "compute"
    framed = hasattr(value, "iloc") and hasattr(value, "dtypes")
    if hasattr(value, lazy) and (framed or lazy == "collect"):
        raise InvalidType(f"{name} are of type {kind}, not computed yet: call .{lazy}()")
    if framed:
        return _of_pandas(value, name)
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"):
        return _of_arrow(value, name, kind)
    if hasattr(value, "__array__"):
        return Sheet(read_array(value, name))
    if hasattr(value, "__dataframe__"):
        return _of_arrow(value, name, kind)
    if hasattr(value, "__dlpack__"):
        return Sheet(_handed(lambda: np.from_dlpack(value), value, name))
    if isinstance(value, str | os.PathLike):
        raise InvalidType(
            f"{name} are of type {kind}, need a table of numbers: read the file first, as with "
            "pandas.read_csv"
        )
    array = read_array(value, name)
    if array.ndim == 0:
        raise InvalidType(
            f"{name} are of type {kind}, need a table of numbers (rows, features): an array, a "
            "DataFrame or a list of rows"
        )
    return Sheet(array)


def count_rounded(values: _Array) -> int:
    """Return how many whole numbers float64 rounds to another one, in chunks."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8:
        return 0
    total, rows = 0, max((1 << 17) // max(values.shape[-1], 1), 1)
    for start in range(0, len(values), rows):
        chunk = values[start : start + rows]
        near = chunk.astype(np.float64)
        # 2^63 and 2^64 are float64, but not integers of these types: such values were rounded up.
        over = near >= 2.0 ** (64 - (chunk.dtype.kind == "i"))
        back = np.where(over, 0.0, near).astype(chunk.dtype)
        total += int(np.count_nonzero(over | (back != chunk)))
    return total


def read_array(value: Any, name: str) -> _Array:
    """Return what NumPy makes of a value, or its error in one line of ours; see `read_sheet`."""
    if hasattr(value, "__array__"):
        return _handed(lambda: np.asarray(value), value, name)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise InvalidInput(
            f"{name} are not a table: the rows have different lengths; "
            "give every row the same number of features"
        ) from error


def _handed(give: Callable[[], _Array], value: Any, name: str) -> _Array:
    """Return the array that an object of another library gives, or say in one line why not."""
    try:
        return give()
    except Exception as error:  # whatever that library raises
        kind, reason = _kind(value), " ".join(str(error).split())
        if getattr(value, "requires_grad", False):
            remedy = "call .detach()"
        elif "bfloat16" in str(getattr(value, "dtype", "")):
            remedy = "NumPy has no bfloat16: call .float()"
        elif str(getattr(value, "device", "cpu")) not in ("cpu", "None"):
            remedy = "copy it to main memory: call .cpu()"
        else:
            remedy = f"give a NumPy array ({reason})"
        raise InvalidType(
            f"{name} are of type {kind}, which cannot be read as an array: {remedy}"
        ) from error


def _kind(value: object) -> str:
    """Return what the type of an object is called: ``polars.DataFrame``, ``dict``."""
    home = type(value).__module__.partition(".")[0]
    return f"{home}.{type(value).__name__}".removeprefix("builtins.")


def _labels_of(array: Any) -> tuple[str, ...]:
    """Return the labels of the columns of a labelled array, as xarray has them."""
    indexes, dims = getattr(array, "indexes", None), list(getattr(array, "dims", ()))
    if indexes is None or len(dims) != 2 or dims[1] not in indexes:
        return ()
    return tuple(map(str, indexes[dims[1]]))


def _refuse(
    name: str, columns: Sequence[tuple[object, object]], drop: str, total: int
) -> InvalidType:
    """Return the error for columns, (name, type), that are not numbers, among so many in all."""
    shown = ", ".join(f"{column!r} ({kind})" for column, kind in columns[:_NAMED])
    more = f" and {len(columns) - _NAMED} more" if len(columns) > _NAMED else ""
    what = "a column that is not a number" if len(columns) == 1 else "columns that are not numbers"
    listed = ", ".join(repr(column) for column, _ in columns)
    remedy = f"convert what is a feature, and leave out the rest, {drop}[{listed}])"
    if len(columns) == total:  # nothing would be left
        remedy = "convert it to numbers" if total == 1 else "convert them to numbers"
    return InvalidType(f"{name} have {what}, {shown}{more}: {remedy}")


def _of_pandas(frame: Any, name: str) -> Sheet:
    columns, types, index = frame.columns, list(frame.dtypes), frame.index
    texts = [
        (column, kind)
        for column, kind in zip(columns, types, strict=True)
        if getattr(kind, "kind", "O") not in "fiub" and not str(kind).startswith("decimal")
    ]
    if texts:
        raise _refuse(name, texts, ".drop(columns=", len(types))
    names = () if type(columns).__name__ == "RangeIndex" else tuple(map(str, columns))
    numbered = type(index).__name__ == "RangeIndex"
    sheet = Sheet(np.empty((0, 0)), names, 0, lambda i: "" if numbered else str(index[i]))
    if len(set(types)) == 1 and isinstance(types[0], np.dtype):
        return sheet._replace(values=np.asarray(frame))
    plain = [_numpy_type(kind) for kind in types]
    dtype = _common(plain)
    if dtype.kind in "iu" and bool(frame.isna().to_numpy().any()):
        dtype = np.dtype(np.float64)
    missing = {"na_value": np.nan} if dtype.kind == "f" else {}
    values = frame.to_numpy(dtype=dtype, **missing)
    rounded = 0
    for i, kind in enumerate(plain):
        if dtype.kind == "f" and kind.kind in "iu" and _reaches(values[:, i]):
            rounded += count_rounded(frame.iloc[:, i].dropna().to_numpy(dtype=kind)[:, None])
    return sheet._replace(values=values, rounded=rounded)


def _numpy_type(kind: Any) -> np.dtype[Any]:
    """Return the type of an array that holds a column of a type of pandas."""
    plain = getattr(kind, "numpy_dtype", kind)
    numeric = isinstance(plain, np.dtype) and plain.kind in "fiub"
    return plain if numeric else np.dtype(np.float64)  # decimals, sparse columns


def _common(types: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """Return the type of an array that holds columns of all these types."""
    numbers = [np.dtype(np.uint8) if kind.kind == "b" else kind for kind in types]
    return np.result_type(*numbers) if numbers else np.dtype(np.float64)


def _reaches(values: _Array) -> bool:
    """Return whether any value is so large that float64 skips whole numbers around it."""
    return bool((np.abs(values) >= _WHOLE).any())


def _of_arrow(value: Any, name: str, kind: str) -> Sheet:
    import pyarrow as pa
    from pyarrow import types

    try:
        if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"):
            table = value if isinstance(value, pa.Table) else pa.table(value)
        else:
            from pyarrow.interchange import from_dataframe

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pandas deprecates it, and offers Arrow
                table = from_dataframe(value)
    except Exception as error:  # whatever that library raises
        reason = " ".join(str(error).split())
        raise InvalidType(
            f"{name} are of type {kind}, which cannot be read as a table of columns: give an "
            f"array, or a DataFrame of float64 or int64 ({reason})"
        ) from error

    def numpy_type(column: Any) -> Any:
        of, whole = column.type, not column.null_count
        if types.is_floating(of) or (types.is_integer(of) and whole):
            return np.dtype(of.to_pandas_dtype())
        if types.is_boolean(of) and whole:
            return np.dtype(np.uint8)
        tests = types.is_integer, types.is_boolean, types.is_decimal, types.is_null
        return np.dtype(np.float64) if any(test(of) for test in tests) else None

    names = tuple(table.schema.names)
    found = [numpy_type(column) for column in table.columns]
    texts = [(names[i], table.schema.types[i]) for i, of in enumerate(found) if of is None]
    if texts:
        drop = ".drop(" if hasattr(value, "with_columns") else ".drop_columns("
        raise _refuse(name, texts, drop, len(names))
    plain = [of for of in found if of is not None]
    values = np.empty((table.num_rows, len(names)), dtype=_common(plain))
    rounded = 0
    for i, (column, of) in enumerate(zip(table.columns, plain, strict=True)):
        start = 0
        for chunk in column.chunks:
            # Missing values become NaN, since only numbers that may be NaN have any.
            part = chunk.cast(pa.from_numpy_dtype(of), safe=False).to_numpy(zero_copy_only=False)
            values[start : start + len(part), i] = part
            start += len(part)
        if values.dtype.kind == "f" and types.is_integer(column.type) and _reaches(values[:, i]):
            rounded += count_rounded(column.drop_null().to_numpy()[:, None])
    return Sheet(values, names, rounded)
