"""Rows in a file, read piece by piece and never mapped: a mapping of a file that shrinks kills.

Threads read chunks in turn, so that one reads while another computes, and the system reads ahead by
itself. To ask it for more (posix_fadvise) made a pass over a cold file of 200 M x 2 float32 1.3
times as long, and over a cached one 1.2 times.
"""

from __future__ import annotations

import mmap
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.frames import count_rounded

__all__ = ["RowFile", "file_of", "open_npy"]

# Rows that are picked one by one are read together if so few bytes lie between them: a call costs
# as much as copying some thousands.
_NEAR = 1 << 13
# Bytes of a piece at most.
_PIECE = 1 << 22

Row = Callable[[int], str]


class RowFile:
    """A table of numbers of one type in a file; see `points.stored.Store`.

    Parameters
    ----------
    file : int
        A descriptor that can be read anywhere; closed with the last reference to this.
    path : str
        Where the file is, or "" if it has no name and nobody else can change it.
    shape, dtype
        Of the table.
    offset : int
        The byte where it begins.
    by_columns : bool
        Whether column comes after column, as in Fortran, not row after row.
    columns : sequence of int, optional
        Those that count, in this order; by default all.
    names : tuple of str
        Of the columns that count.
    row : callable, optional
        How the table itself calls its rows.
    """

    view: npt.NDArray[Any] | None = None

    def __init__(
        self,
        file: int,
        path: str,
        shape: tuple[int, int],
        dtype: np.dtype[Any],
        *,
        offset: int = 0,
        by_columns: bool = False,
        columns: Sequence[int] | None = None,
        names: tuple[str, ...] = (),
        row: Row = lambda _: "",
        rounded: int = 0,
    ) -> None:
        weakref.finalize(self, os.close, file)
        self._file, self.path, self._lock = file, path, threading.Lock()
        self.dtype, self.names, self.row, self.rounded = dtype, names, row, rounded
        self._rows, self._width, self._offset = shape[0], shape[1], offset
        self._columns = None if columns is None else list(columns)
        self._by_columns = by_columns
        self.shape = shape[0], shape[1] if columns is None else len(columns)
        self._signature = _signature_of(os.fstat(file))
        if os.fstat(file).st_size < offset + shape[0] * shape[1] * dtype.itemsize:
            raise InvalidInput(f"{path} ends in the middle of its rows: it is not complete")

    def read(self, start: int, stop: int, out: npt.NDArray[np.floating]) -> None:
        """See `Store.read`."""
        plain = self._columns is None and not self._by_columns
        if plain and out.dtype == self.dtype and out.flags.c_contiguous and self.dtype.isnative:
            self._fill(out, self._offset + start * self._row_bytes)
            return
        with np.errstate(over="ignore"):
            out[...] = self._raw(start, stop)

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, rows: slice) -> npt.NDArray[Any]:
        start, stop, step = rows.indices(self._rows)
        return self._raw(start, max(start, stop))[::step]

    def fill(self, out: npt.NDArray[Any]) -> None:
        """Write all rows to `out` (M, N), as they are stored."""
        rows = max(_PIECE // self._row_bytes, 1)
        for start in range(0, self._rows, rows):
            out[start : start + rows] = self._raw(start, min(start + rows, self._rows))

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Store.take`."""
        rows = np.asarray(indices, dtype=np.int64)
        taken = np.empty((len(rows), self.shape[1]))
        if not len(rows):
            return taken
        order = np.argsort(rows, kind="stable")
        ascending = rows[order]
        if ascending[0] < 0 or ascending[-1] >= self._rows:
            raise IndexError(f"rows {ascending[0]} to {ascending[-1]} of {self._rows}")
        near = max(_NEAR // self._row_bytes, 1)
        longest = max(_PIECE // self._row_bytes, 1)
        starts = np.flatnonzero(np.diff(ascending, prepend=-near - 1) > near)
        for low, high in zip(starts, [*starts[1:], len(rows)], strict=True):
            at = int(low)
            while at < high:
                first = int(ascending[at])
                end = int(np.searchsorted(ascending[at:high], first + longest)) + int(at)
                raw = self._raw(first, int(ascending[end - 1]) + 1)
                taken[order[at:end]] = raw[ascending[at:end] - first]
                at = end
        return taken

    def sample(self, step: int, first: int) -> Floats:
        """See `Store.sample`."""
        return self.take(np.arange(first, self._rows, step))

    def count_rounded(self) -> int:
        """See `Store.count_rounded`."""
        if self.dtype.kind not in "iu" or self.dtype.itemsize < 8:
            return 0
        rows = max(_PIECE // self._row_bytes, 1)
        return sum(
            count_rounded(self._raw(start, min(start + rows, self._rows)))
            for start in range(0, self._rows, rows)
        )

    def vouch(self) -> None:
        """See `Store.vouch`."""
        if not self.path:
            return
        try:
            same = _signature_of(Path(self.path).stat()) == self._signature
        except OSError:
            same = False
        if not same or _signature_of(os.fstat(self._file)) != self._signature:
            raise self._changed()

    def _changed(self) -> InvalidInput:
        return InvalidInput(
            f"{self.path or 'the scratch file'} has been changed, replaced or removed since it was "
            "measured, so what was computed since is not to be trusted: leave it as it is until "
            "the run has ended, and run again"
        )

    @property
    def _row_bytes(self) -> int:
        return self._width * self.dtype.itemsize

    def _raw(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Return rows as they are stored, of the columns that count."""
        size = self.dtype.itemsize
        if not self._by_columns:
            raw = np.empty((stop - start, self._width), dtype=self.dtype)
            self._fill(raw, self._offset + start * self._row_bytes)
            return raw if self._columns is None else raw[:, self._columns]
        chosen = range(self._width) if self._columns is None else self._columns
        columns = np.empty((len(chosen), stop - start), dtype=self.dtype)
        for own, n in zip(columns, chosen, strict=True):
            self._fill(own, self._offset + (n * self._rows + start) * size)
        return columns.T

    def _fill(self, out: npt.NDArray[Any], offset: int) -> None:
        """Read the bytes from `offset` on into an array in C order."""
        memory = out.reshape(-1).view(np.uint8).data
        done = 0
        while done < len(memory):
            count = self._read_at(memory[done:], offset + done)
            if count == 0:  # the file has shrunk
                raise self._changed()
            done += count

    def _read_at(self, memory: memoryview, offset: int) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._file, [memory], offset)
        with self._lock:
            os.lseek(self._file, offset, os.SEEK_SET)
            found = os.read(self._file, len(memory))
        memory[: len(found)] = found
        return len(found)


def _signature_of(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


def open_npy(path: str, columns: Sequence[int] | None = None, *, flat: bool = False) -> RowFile:
    """Return the table in a file of NumPy; if `flat`, one dimension is a table of one column.

    Raises
    ------
    InvalidInput
        If it is not one, or not of two dimensions.
    OSError
        If the file cannot be opened.
    """
    with Path(path).open("rb") as stream:
        try:
            version = np.lib.format.read_magic(stream)
            read = np.lib.format.read_array_header_1_0
            if version != (1, 0):
                read = np.lib.format.read_array_header_2_0
            shape, by_columns, dtype = read(stream)
        except ValueError as error:
            reason = " ".join(str(error).split())
            raise InvalidInput(f"{path} is not a file of NumPy: {reason}") from None
        if flat and len(shape) == 1:
            shape = *shape, 1
        if len(shape) != 2 or 0 in shape or dtype.kind not in "fiub":
            raise InvalidInput(
                f"{path} holds an array of shape {shape} and type {dtype}, need real numbers of "
                "two dimensions (rows, features)"
            )
        offset = stream.tell()
        return RowFile(
            os.dup(stream.fileno()), str(Path(path).absolute()), (shape[0], shape[1]), dtype,
            offset=offset, by_columns=by_columns, columns=columns,
        )  # fmt: skip


def file_of(points: np.memmap[Any, Any]) -> RowFile | None:
    """Return the file that a memory map is of, or None if its rows cannot be read from there."""
    source = getattr(points, "_mmap", None)
    in_order = points.flags.c_contiguous or points.flags.f_contiguous
    if points.filename is None or source is None or not in_order or points.mode == "c":
        return None
    points.flush()  # what is written from now on changes the time of the file
    mapped = np.frombuffer(source, dtype=np.uint8)
    skipped = points.offset - points.offset % mmap.ALLOCATIONGRANULARITY
    begins = points.__array_interface__["data"][0] - mapped.__array_interface__["data"][0]
    path = str(Path(points.filename).absolute())
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    return RowFile(
        file, path, (points.shape[0], points.shape[1]), points.dtype,
        offset=skipped + begins, by_columns=not points.flags.c_contiguous,
    )  # fmt: skip
