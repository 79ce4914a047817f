"""Numbers in binary files: NumPy arrays, Parquet and images. Raises one line for a damaged file."""

import warnings
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.tables.columns import Columns, choose, default_names, spell

__all__ = ["read_image", "read_npy", "read_npz", "read_parquet"]

Points = npt.NDArray[Any]


def read_npy(path: Path, where: str, columns: Columns) -> tuple[Points, list[str]]:
    """Map a ``.npy`` file; only chosen columns, where not all are taken, are copied."""
    try:
        array = np.lib.format.open_memmap(path, mode="r")  # It never unpickles.
    except (ValueError, EOFError, SyntaxError) as error:
        if "Python objects" in str(error):
            raise _objects(where) from error
        raise _damaged(where, "NumPy array", error) from error
    return _columns_of(array, where, columns)


def read_npz(path: Path, where: str, columns: Columns) -> tuple[Points, list[str]]:
    """Read the one array of an ``.npz`` file."""
    try:
        # NumPy leaves a file open that it opened itself and found damaged.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            names = archive.files
            if len(names) != 1:
                raise InvalidInput(
                    f"{where} holds {len(names)} arrays ({', '.join(names) or 'none'}), one is "
                    "needed; save the one to cluster as .npy"
                )
            array = archive[names[0]]
    except InvalidInput:
        raise
    except (ValueError, EOFError, SyntaxError, KeyError, AttributeError, TypeError) as error:
        if "Object arrays" in str(error):
            raise _objects(where) from error
        raise _damaged(where, "NumPy archive", error) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise _damaged(where, "NumPy archive", error) from error
    return _columns_of(array, where, columns)


def read_parquet(path: Path, where: str, columns: Columns) -> tuple[Points, list[str]]:
    """Read chosen columns of Parquet in the type that holds them all; missing cells are NaN."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with path.open("rb") as stream:
        try:
            file = pq.ParquetFile(stream)
            names, types = file.schema_arrow.names, file.schema_arrow.types
            chosen = choose(columns, names, where)
            numeric = [index for index, kind in enumerate(types) if _is_numeric(kind)]
            for index in chosen:
                if index not in numeric:
                    raise _not_numeric(file, where, names, index, numeric)
            taken = [names[index] for index in chosen]
            for name in taken:
                if names.count(name) > 1:
                    raise InvalidInput(f"{where} has several columns named {name!r}; rename them")
            if not file.metadata.num_rows:
                raise InvalidInput(f"{where} holds no rows; at least one is needed")
            parts = [_numbers(file.read([name]).column(0)) for name in taken]
        except (pa.ArrowException, OSError) as error:
            raise _damaged(where, "Parquet file", error) from error
    points = np.empty((len(parts[0]), len(parts)), dtype=np.result_type(*parts))
    for index, part in enumerate(parts):
        points[:, index] = part
    return points, taken


def read_image(
    path: Path, where: str, columns: Columns
) -> tuple[Points, list[str], tuple[int, int]]:
    """Read the pixels of an image, row after row, as points in RGB; return its (h, w) as well."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            # Pillow warns at its limit and raises at twice of it; both are an error here.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip to white.
                    grey = np.asarray(image).astype(np.int64).clip(0, 0xFFFF) >> 8
                    pixels = np.repeat(grey.astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
                else:
                    pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise InvalidInput(
            f"{where} has more pixels than Pillow's limit of {Image.MAX_IMAGE_PIXELS}; "
            "make it smaller"
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, zlib.error) as error:
        raise _damaged(where, "image", error) from error
    height, width, _ = pixels.shape
    names = ["r", "g", "b"]
    chosen = choose(columns, names, where)
    points = _take(pixels.reshape(-1, 3), chosen)
    return points, [names[index] for index in chosen], (height, width)


def _columns_of(array: Points, where: str, columns: Columns) -> tuple[Points, list[str]]:
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
    names = default_names(array.shape[1])
    chosen = choose(columns, names, where)
    return _take(array, chosen), [names[index] for index in chosen]


def _take(array: Points, chosen: list[int]) -> Points:
    if chosen == list(range(array.shape[1])):
        return array
    return np.take(array, chosen, axis=1)


def _is_numeric(kind: Any) -> bool:
    import pyarrow.types as pt

    return bool(
        pt.is_integer(kind) or pt.is_floating(kind) or pt.is_boolean(kind) or pt.is_decimal(kind)
    )


def _numbers(column: Any) -> Points:
    import pyarrow as pa
    import pyarrow.types as pt

    kind = column.type
    if pt.is_boolean(kind):
        column = column.cast(pa.uint8())
    elif pt.is_decimal(kind):
        column = column.cast(pa.float64())
    if column.null_count and pt.is_integer(column.type):
        column = column.cast(pa.float64(), safe=False)
    array: Points = column.to_numpy()
    return array


def _not_numeric(
    file: Any, where: str, names: Sequence[str], index: int, numeric: Sequence[int]
) -> InvalidInput:
    kind = file.schema_arrow.types[index]
    value, row = None, 0
    for batch in file.iter_batches(batch_size=1024, columns=[names[index]]):
        cells = batch.column(0).to_pylist()
        value = next((cell for cell in cells if cell is not None), None)
        if value is not None:
            row += cells.index(value) + 1
            break
        row += len(cells)
    shown = str(value) if len(str(value)) <= 40 else str(value)[:37] + "..."
    example = f" ({shown!r} in row {row})" if value is not None else ""
    remedy = "no column is numeric"
    if numeric:
        words = spell(numeric, names)
        remedy = f"choose numeric columns (columns={words!r})"
    return InvalidInput(
        f"{where}: column {names[index]!r} holds {kind}{example}, needs numbers; {remedy}",
        options=("columns",),
    )


def _objects(where: str) -> InvalidType:
    return InvalidType(f"{where} holds Python objects, needs real numbers; convert it first")


def _damaged(where: str, what: str, error: BaseException) -> InvalidInput:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "pickle" in reason or "magic string is" in reason:
        reason = "it does not start like one"
    return InvalidInput(f"{where} is not a complete {what} ({reason}); create or copy it again")
