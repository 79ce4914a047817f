"""Files for what does not fit into memory: without a name, and with their space reserved.

A file without a name is gone when its last holder is, also after SIGKILL. Space that is reserved
cannot run out later: writing to a mapping of a file on a full disk would kill the process.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.runtime.sizes import shown_bytes

__all__ = [
    "advise",
    "check_folder",
    "default_folder",
    "grow_file",
    "make_file",
    "map_empty",
    "mapping_of",
    "write_at",
]

_NO_SPACE = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def default_folder() -> str:
    """Return the folder for scratch where nobody names one.

    ``$TMPDIR`` where it is set; else /var/tmp, which is on a disk where /tmp may be in memory.
    """
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK | os.X_OK):
        return "/var/tmp"
    return tempfile.gettempdir()


def check_folder(folder: str | os.PathLike[str]) -> str:
    """Return the path of a folder for scratch, or raise an error if it cannot be one."""
    try:
        path = os.fsdecode(folder)
    except TypeError:
        raise InvalidType(
            f"scratch={folder!r} is not a path: name a folder", options=("scratch",)
        ) from None
    if not Path(path).is_dir():
        what = "is not a folder" if Path(path).exists() else "does not exist"
        raise InvalidInput(
            f"scratch={path!r} {what}: name a folder on a disk with room", options=("scratch",)
        )
    if not os.access(path, os.W_OK | os.X_OK):
        raise InvalidInput(
            f"scratch={path!r} cannot be written to: name another folder", options=("scratch",)
        )
    return path


def make_file(folder: str, size: int) -> int:
    """Return the descriptor of a new file of `size` bytes, all zero, that has no name.

    Raises
    ------
    OSError
        If there is no room, in one line that says what to do.
    """
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        _reserve(file.fileno(), folder, size)
        return os.dup(file.fileno())


def grow_file(file: int, folder: str, size: int, more: int) -> int:
    """Make a file of `size` bytes longer; return its size now. Errors as in `make_file`."""
    _reserve(file, folder, more, size)
    return size + more


def write_at(file: int, memory: memoryview, offset: int) -> None:
    """Write all of some bytes to a file, from a place on; nobody else writes to it."""
    while len(memory):
        if hasattr(os, "pwrite"):
            done = os.pwrite(file, memory, offset)
        else:
            os.lseek(file, offset, os.SEEK_SET)
            done = os.write(file, memory)
        memory, offset = memory[done:], offset + done


def map_empty(folder: str, size: int) -> npt.NDArray[np.uint8]:
    """Return `size` bytes, all zero, that live in a file of `folder`; errors as in `make_file`."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        _reserve(file.fileno(), folder, size)
        # The mapping keeps the file; without a descriptor of its own where Python offers that.
        untracked: dict[str, Any] = {"trackfd": False} if sys.version_info >= (3, 13) else {}
        return np.frombuffer(mmap.mmap(file.fileno(), size, **untracked), dtype=np.uint8)


def _reserve(file: int, folder: str, size: int, start: int = 0) -> None:
    free = shutil.disk_usage(folder).free
    try:
        if free < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, start, size)
        else:
            os.truncate(file, start + size)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise OSError(
                error.errno,
                f"scratch needs {shown_bytes(size)} more in {folder}, which has "
                f"{shown_bytes(free)} free: name a folder on a larger disk, scratch=..., or allow "
                "more memory, memory=...",
            ) from None
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):  # a file system without it
            raise
        os.truncate(file, start + size)


def advise(array: npt.NDArray[Any], advice: str, start: int = 0, length: int | None = None) -> None:
    """Tell the system how an array will be read, if it is mapped from a file: ``"RANDOM"``.

    Parameters
    ----------
    array : ndarray
    advice : str
        The last word of a flag of madvise(2).
    start, length : int, optional
        Which bytes of the mapping; by default all of them.
    """
    base, flag = mapping_of(array), getattr(mmap, f"MADV_{advice}", None)
    if base is not None and flag is not None:
        first = start - start % mmap.PAGESIZE
        size = len(base) - first if length is None else length + start - first
        with contextlib.suppress(OSError, ValueError):
            base.madvise(flag, first, size)


def mapping_of(array: npt.NDArray[Any]) -> mmap.mmap | None:
    """Return the mapping that an array lies in, if it does."""
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return base if isinstance(base, mmap.mmap) else None
