"""Memory that costs only where it is touched."""

from __future__ import annotations

import contextlib
import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["sparse_empty"]


def sparse_empty(n: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array, (n,), of which most is never touched, and takes no memory then.

    NumPy asks for huge pages, of which the first touch anywhere clears two megabytes.
    """
    size = n * np.dtype(dtype).itemsize
    if size < mmap.PAGESIZE or not hasattr(mmap, "MAP_PRIVATE"):  # Windows
        return np.empty(n, dtype=dtype)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with contextlib.suppress(AttributeError, OSError):  # a system without huge pages
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype=dtype)
