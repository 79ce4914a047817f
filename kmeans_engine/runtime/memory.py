"""How much memory there is, and a budget that gives out arrays: in memory, or in scratch files."""

from __future__ import annotations

import functools
import math
import os
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.groups import folders_of
from kmeans_engine.runtime.pages import sparse_empty
from kmeans_engine.runtime.scratch import check_folder, default_folder, map_empty
from kmeans_engine.runtime.sizes import parse_bytes

__all__ = ["Budget", "free_memory"]

# Smaller arrays are not counted: there are few, and none grows with the points.
SMALL = 1 << 20


class Budget:
    """Gives out arrays: in memory while they fit, else mapped from scratch files.

    What fits is decided when an array is made; its memory comes back when the array dies. Pages of
    a scratch file are the system's own cache: it writes them to the disk and takes them away
    whenever it wants memory.

    Parameters
    ----------
    memory : str or int, optional
        Bytes, such as ``"2GB"``. By default half of what is free when that is first asked for.
    scratch : path, optional
        Folder of the scratch files. By default ``$TMPDIR``, or that of the system.

    Raises
    ------
    InvalidInput
        If `memory` is not a number of bytes, or `scratch` is not a folder that can be written to.
    """

    def __init__(
        self, memory: str | int | None = None, scratch: str | os.PathLike[str] | None = None
    ) -> None:
        self._asked = None if memory is None else _checked(memory)
        self._scratch = None if scratch is None else check_folder(scratch)
        # A finalizer may run anywhere, also while the lock is held.
        self._lock = threading.RLock()
        self._used = 0

    def __reduce__(self) -> tuple[Any, ...]:
        # A folder of another machine may not be there.
        return Budget, (self._asked,)

    @functools.cached_property
    def limit(self) -> int:
        """Bytes that arrays in memory may have together."""
        return _free_lately(int(time.monotonic())) // 2 if self._asked is None else self._asked

    @property
    def scratch(self) -> str:
        """The folder of scratch files."""
        return self._scratch or default_folder()

    def fits(self, size: int) -> bool:
        """Return whether so many bytes more can be had in memory."""
        return size < SMALL or self._used + size <= self.limit

    def empty(
        self, shape: int | Sequence[int], dtype: npt.DTypeLike, *, sparse: bool = False
    ) -> npt.NDArray[Any]:
        """Return a new array, of any content.

        Parameters
        ----------
        shape, dtype
            As for `numpy.empty`.
        sparse : bool
            Most of it will never be touched.

        Raises
        ------
        OSError
            If it needs scratch, and there is no room for it.
        """
        kind = np.dtype(dtype)
        lengths = (shape,) if isinstance(shape, int) else tuple(shape)
        size = math.prod(lengths) * kind.itemsize
        if size >= SMALL and not self._take(size):
            return map_empty(self.scratch, size).view(kind).reshape(lengths)
        try:
            count = math.prod(lengths)
            made = sparse_empty(count, kind).reshape(lengths) if sparse else np.empty(lengths, kind)
        except BaseException:
            self._give_back(size)
            raise
        if size >= SMALL:
            owner = made.base if isinstance(made.base, np.ndarray) else made
            weakref.finalize(owner, self._give_back, size).atexit = False
        return made

    def zeros(self, shape: int | Sequence[int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return a new array of zeros; as `empty`."""
        made = self.empty(shape, dtype)
        made[...] = 0
        return made

    def copy(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return a copy of an array; as `empty`."""
        made = self.empty(array.shape, array.dtype)
        made[...] = array
        return made

    def _take(self, size: int) -> bool:
        with self._lock:
            fits = self.fits(size)
            self._used += size if fits else 0
            return fits

    def _give_back(self, size: int) -> None:
        if size >= SMALL:
            with self._lock:
                self._used -= size


def _checked(memory: str | int) -> int:
    try:
        size = parse_bytes(memory)
    except ValueError:
        raise InvalidInput(
            f"memory={memory!r} is not an amount of memory: give bytes, such as 2GB or 500MB",
            options=("memory",),
        ) from None
    if size < 1:
        raise InvalidInput(
            f"memory={memory!r} is too little: give bytes, such as 2GB or 500MB",
            options=("memory",),
        )
    return size


def free_memory(root: Path = Path("/")) -> int:
    """Return how many bytes this process may still use, as its container and the system have it.

    Parameters
    ----------
    root : Path
        Where ``proc`` and the mounted control groups are.
    """
    left = [_system_free(root)]
    left += [_group_free(folder) for folder in folders_of("memory", root)]
    return max(int(min(left)), 0)


@functools.lru_cache(maxsize=1)
def _free_lately(_: int) -> int:
    """Return `free_memory`, looked up once a second: it takes half a millisecond."""
    return free_memory()


def _system_free(root: Path) -> float:
    try:
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
    except (OSError, ValueError):
        pass
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return 0.5 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return float(1 << 32)  # Windows: every machine of today has that


# The limit, what is used of it, and the words for pages of files, which can be taken away.
_FILES = (
    ("memory.max", "memory.current", ("inactive_file", "active_file")),
    (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
)


def _group_free(folder: Path) -> float:
    """Return what a control group still grants; infinite without a limit."""
    for limit, usage, words in _FILES:
        try:
            most = float((folder / limit).read_text())  # "max" is not a number
            used = float((folder / usage).read_text())
            lines = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
            cached = sum(float(line[1]) for line in lines if line[0] in words)
            return most - used + cached
        except (OSError, ValueError, IndexError):
            pass
    return math.inf
