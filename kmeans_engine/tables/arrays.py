"""Arrays in NumPy's formats: mapped where they can be, never unpickled."""

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.tables.columns import some_of
from kmeans_engine.tables.damage import unharmed
from kmeans_engine.tables.frame import Frame
from kmeans_engine.tables.inputs import Input
from kmeans_engine.tables.options import ReadOptions

__all__ = ["frame_of_array", "read_npy", "read_npz"]

Array = npt.NDArray[Any]


def read_npy(given: Input, options: ReadOptions) -> Array | Frame:
    """Map a ``.npy`` file; a structured one is a frame of its fields."""
    where = given.where
    with unharmed(where, "NumPy array"):
        array: Array
        if given.path is not None:
            array = np.lib.format.open_memmap(given.path, mode="r")  # It never unpickles.
        else:
            with given.opener() as stream:
                array = np.lib.format.read_array(stream, allow_pickle=False)
    if array.dtype.names is not None:
        return _fields(array, where, options.array)
    if options.array is not None:
        raise InvalidInput(
            f"{where} holds one array without fields; leave out array={options.array!r}",
            options=("array",),
        )
    return _checked(array, where)


def read_npz(given: Input, options: ReadOptions) -> Array | Frame:
    """Read one array of an ``.npz`` file."""
    where, name = given.where, options.array
    with (
        unharmed(where, "NumPy archive"),
        given.seekable() as stream,  # NumPy leaves open what it opens and finds damaged.
        np.load(stream, allow_pickle=False) as archive,
    ):
        names = archive.files
        if name is None and len(names) != 1:
            raise _several(archive, where)
        if name is not None and name not in names:
            raise InvalidInput(
                f"{where} holds no array {name!r}; choose from {some_of(names) or 'none'}"
            )
        array = archive[names[0] if name is None else name]
    return _fields(array, where, None) if array.dtype.names is not None else _checked(array, where)


def frame_of_array(array: Array, names: tuple[str, ...], *, named: bool = False) -> Frame:
    """Return the columns of an array, (M, N), as a frame; they are copied when they are asked for.

    Parameters
    ----------
    array : ndarray, (M, N)
        Numbers.
    names : tuple of str
        Of the N columns.
    named : bool
        Whether these names come from the file.
    """
    import pyarrow as pa

    def column(index: int) -> Any:
        values = array[:, index]
        return pa.chunked_array([pa.array(np.ascontiguousarray(values.astype(_little(values))))])

    kind = pa.from_numpy_dtype(_little(array))
    return Frame(names, (kind,) * len(names), len(array), column, named=named)


def _little(array: Array) -> np.dtype[Any]:
    dtype = array.dtype.newbyteorder("=")
    return np.dtype(np.float64) if dtype.kind == "f" and dtype.itemsize > 8 else dtype


def _several(archive: Any, where: str) -> InvalidInput:
    """Return the error for an archive of none or several arrays."""
    names = archive.files
    if not names:
        return InvalidInput(f"{where} holds no arrays; save one with numpy.savez")
    shapes, tables = [], []
    for name in names:
        array = archive[name]
        shapes.append(f"{name} {'x'.join(map(str, array.shape)) or 'a single value'}")
        if array.ndim == 2 and array.dtype.kind in "fiub":
            tables.append(name)
    return InvalidInput(
        f"{where} holds {len(names)} arrays ({some_of(shapes)}); "
        f"choose one (array={(tables or names)[0]!r})",
        options=("array",),
    )


def _fields(array: Array, where: str, name: str | None) -> Array | Frame:
    """Return one field of a structured array, or a frame of those that hold one value a row."""
    import pyarrow as pa

    assert array.dtype.names is not None and array.dtype.fields is not None
    fields = array.dtype.names
    if name is not None:
        if name not in fields:
            raise InvalidInput(f"{where} has no field {name!r}; choose from {some_of(fields)}")
        return _checked(array[name], where)
    if array.ndim != 1 or not len(array):
        raise InvalidInput(
            f"{where} has shape {array.shape}, needs one dimension of at least one structured row"
        )
    single = [field for field in fields if array.dtype.fields[field][0].kind in "fiubSUMm"]
    if not single:
        raise InvalidInput(
            f"{where} holds fields of arrays ({some_of(fields)}); choose one (array={fields[0]!r})",
            options=("array",),
        )
    others = [field for field in fields if field not in single]
    note = f"left out: {some_of(others)} (arrays); choose one with array=" if others else ""

    def column(index: int) -> Any:
        values = array[single[index]]
        if values.dtype.kind == "S":
            values = np.char.decode(values, "utf-8", "replace")
        values = np.ascontiguousarray(values.astype(_little(values)))
        return pa.chunked_array([pa.array(values)])

    types = tuple(column(index).type for index in range(len(single)))
    return Frame(tuple(single), types, len(array), column, notes=(note,) if note else ())


def _checked(array: Array, where: str) -> Array:
    """Return an array of two dimensions and real numbers."""
    if array.ndim == 1 and array.dtype.names is None:
        array = array.reshape(-1, 1)
    if array.dtype.kind not in "fiub":
        raise InvalidType(
            f"{where} has dtype {array.dtype}, needs real numbers (float32, float64 or integers); "
            "convert it first"
        )
    if array.ndim != 2:
        raise InvalidInput(
            f"{where} has shape {array.shape}, needs 2 dimensions (rows, features); "
            "reshape it first"
        )
    if not array.shape[0] or not array.shape[1]:
        raise InvalidInput(
            f"{where} has shape {array.shape}, needs at least one row and one column"
        )
    return array
