"""What users give as points becomes parts that this process reads, or goes where it is stored.

Points of other machines are known by the library that their type comes from; its room stands
higher, and is imported when it is needed.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import numpy as np

from kmeans_engine.errors import InvalidType
from kmeans_engine.frames import Sheet
from kmeans_engine.points.data import Data
from kmeans_engine.points.devices import DeviceStore, is_on_device
from kmeans_engine.points.files import RowFile, file_of, open_npy
from kmeans_engine.points.sparse import SparseRows
from kmeans_engine.points.stored import ArrayStore, Store
from kmeans_engine.points.streams import is_stream, read_files, read_stream
from kmeans_engine.points.visit import Visible, VisibleParts
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.validation import check_sheet

__all__ = ["elsewhere", "open_parts", "open_store", "open_visible"]

# By the first word of the module of a type: who opens it, with `open_whole` and `open_visible`.
_ELSEWHERE = {"dask": "kmeans_engine.cluster"}


def elsewhere(points: Any) -> Any | None:
    """Return the module that opens such points where they are, or None if this process reads them.

    It has ``open_whole(points, threads, strategy)``, see `whole.open_whole`, and
    ``open_visible(points)``.
    """
    home = _ELSEWHERE.get(type(points).__module__.partition(".")[0])
    return import_module(home) if home else None


def open_parts(points: Any, threads: int, budget: Budget) -> list[Data]:
    """Return points as parts that this process can read, not measured yet.

    Parameters
    ----------
    points : array_like or sequence of array_like, or VisibleParts
        One array, table or file, or some of them, (M_i, N), that follow one another; or what was
        opened.
    threads : int
        How many may work.
    budget : Budget
        What does not fit into it is read from where it is.

    Raises
    ------
    InvalidInput, InvalidType
        If they are not tables of real numbers.
    OSError
        If a file cannot be read, or scratch has no room.
    """
    if isinstance(points, VisibleParts):
        return list(points.parts)
    parts = points if _is_in_parts(points) else [points]
    for part in parts:
        if elsewhere(part) is not None:
            kind = type(part).__module__.partition(".")[0].capitalize()
            raise InvalidType(
                f"points are a {type(points).__name__} with {kind} collections, which would be "
                f"read into this process: join them to one, such as with dask.array.concatenate"
            )
    return [_open(part, threads, budget) for part in parts]


def _open(points: Any, threads: int, budget: Budget) -> Data:
    return Data(open_store(points, budget, "points"), threads, budget)


def open_store(points: Any, budget: Budget, name: str, *, flat: bool = False) -> Store:
    """Return one table, as it is given, where it can be read; errors as for `open_parts`.

    Parameters
    ----------
    points : array_like
    budget : Budget
        See `open_parts`.
    name : str
        What messages call it, in the plural.
    flat : bool
        Whether a file of one dimension is a table of one column.
    """
    if is_on_device(points):
        return DeviceStore(points, name)
    if isinstance(points, str | os.PathLike):
        path = os.fspath(points)
        if not _is_npy(path):
            return read_files(path, None, budget)
        file: RowFile | None = open_npy(path, flat=flat)
        assert file is not None
        if not budget.fits(file.shape[0] * file.shape[1] * file.dtype.itemsize):
            return file
        whole = budget.empty(file.shape, file.dtype)
        file.fill(whole)
        return ArrayStore(Sheet(whole))
    if isinstance(points, RowFile | SparseRows):
        return points
    if is_stream(points):
        return read_stream(points, budget)
    if isinstance(points, np.memmap) and points.ndim == 2 and not budget.fits(points.nbytes):
        file = file_of(points)
        if file is not None:
            return file
    return ArrayStore(check_sheet(points, name))


def _is_npy(path: str | os.PathLike[str]) -> bool:
    return os.fspath(path).lower().endswith(".npy")


def _is_in_parts(points: Any) -> bool:
    # Rows have no shape, or one of a single number.
    return (
        isinstance(points, list | tuple)
        and len(points) > 0
        and all(
            isinstance(part, str | os.PathLike) or len(getattr(part, "shape", ())) == 2
            for part in points
        )
    )


def open_visible(points: Any) -> Visible:
    """Return points, given as for `Engine`, as whoever draws from them asks for them."""
    home = elsewhere(points)
    if home is not None:
        visible: Visible = home.open_visible(points)
        return visible
    if hasattr(points, "visit"):
        opened: Visible = points
        return opened
    if isinstance(points, str | os.PathLike) and _is_npy(points):
        points = open_npy(os.fspath(points))  # it stays there: few of its rows may be asked for
    return VisibleParts(open_parts(points, default_threads(), Budget()))
