"""Points that are on a GPU already: arrays of CuPy, torch, Numba, JAX and others, not copied.

They hand out where their memory is (the CUDA array interface). Strategies of the processor read
them chunk by chunk, as they read a file.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidType
from kmeans_engine.frames import count_rounded
from kmeans_engine.points.seal import changed_error, sum_digests
from kmeans_engine.validation import check_sheet

__all__ = ["DeviceStore", "brought_here", "is_on_device"]

# Values that are read at a time where all of them are looked at.
_CHUNK = 1 << 20


def is_on_device(value: Any) -> bool:
    """Return whether something is an array on a GPU."""
    # A tensor of torch in main memory has the attribute, and raises when asked for it.
    if type(value).__module__.partition(".")[0] == "torch":
        return bool(getattr(value, "is_cuda", False))
    # Those of Numba's simulator have the second one alone.
    return hasattr(value, "__cuda_array_interface__") or hasattr(value, "__cuda_ndarray__")


def brought_here(array: Any, name: str) -> npt.NDArray[Any]:
    """Return a copy in main memory of an array on a GPU."""
    copied: npt.NDArray[Any] = _opened(array, name).copy_to_host()
    return copied


def _opened(array: Any, name: str) -> Any:
    """Return the same memory as `numba.cuda` has it."""
    if importlib.util.find_spec("numba_cuda") is None:
        raise InvalidType(
            f"{name} are on a GPU, which needs an optional package: pip install "
            "'kmeans-engine[cuda]', or copy them to main memory"
        )
    from numba import cuda

    if getattr(array, "requires_grad", False):
        array = array.detach()
    return array if hasattr(array, "__cuda_ndarray__") else cuda.as_cuda_array(array)


class DeviceStore:
    """An array on a GPU; see `Store`.

    Parameters
    ----------
    array
        With the CUDA array interface, (M, N).
    name : str
        What messages call it, in the plural.

    Attributes
    ----------
    X : device array, (M, N)
        The same memory, as `numba.cuda` has it.
    """

    names: tuple[str, ...] = ()
    rounded = 0
    view: npt.NDArray[Any] | None = None

    def __init__(self, array: Any, name: str) -> None:
        self.X = _opened(array, name)
        # What is checked are the type and the shape.
        empty = np.broadcast_to(np.zeros((), dtype=self.X.dtype), self.X.shape)
        check_sheet(empty, name)
        self.shape = int(self.X.shape[0]), int(self.X.shape[1])
        self.dtype = np.dtype(self.X.dtype)
        if not self.X.is_c_contiguous():
            raise InvalidType(
                f"{name} on a GPU must be in C order: give a contiguous copy, such as "
                f"{name}.copy(order='C') of CuPy or {name}.contiguous() of torch"
            )
        self._digest = self._digested()

    def read(self, start: int, stop: int, out: npt.NDArray[np.floating]) -> None:
        """See `Store.read`."""
        if stop > start:
            with np.errstate(over="ignore"):
                out[...] = self.X[start:stop].copy_to_host()

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Store.take`."""
        from numba import cuda

        from kmeans_engine.kernels.cuda.compiling import THREADS
        from kmeans_engine.kernels.cuda.rows import gather

        chosen = np.asarray(indices, dtype=np.int64).reshape(-1)
        if not len(chosen):
            return np.empty((0, self.shape[1]))
        rows = cuda.device_array((len(chosen), self.shape[1]), dtype=self.dtype)
        gather[_blocks(rows.size), THREADS](self.X, cuda.to_device(chosen), rows)
        return np.asarray(rows.copy_to_host(), dtype=np.float64)

    def sample(self, step: int, first: int) -> Floats:
        """See `Store.sample`."""
        return self.take(np.arange(first, self.shape[0], step))

    def row(self, i: int) -> str:
        """See `Store.row`."""
        return ""

    def count_rounded(self) -> int:
        """See `Store.count_rounded`."""
        if self.dtype.kind not in "iu" or self.dtype.itemsize < 8:
            return 0
        rows = max(_CHUNK // self.shape[1], 1)
        starts = range(0, self.shape[0], rows)
        return sum(count_rounded(self.X[s : s + rows].copy_to_host()) for s in starts)

    def vouch(self) -> None:
        """Raise `InvalidInput` if any bit has changed, which the device tells in a pass."""
        if self._digested() != self._digest:
            raise changed_error("points")

    def _digested(self) -> bytes:
        from numba import cuda

        from kmeans_engine.kernels.cuda.compiling import THREADS
        from kmeans_engine.kernels.cuda.rows import digest

        blocks = _blocks(1)
        found = cuda.device_array((blocks * THREADS, 2), dtype=np.uint64)
        flat = self.X.reshape(self.shape[0] * self.shape[1])
        words = flat.view(np.dtype(f"u{self.dtype.itemsize}"))
        digest[blocks, THREADS](words, found)
        return sum_digests(list(found.copy_to_host()))


def _blocks(work: int) -> int:
    from kmeans_engine.kernels.cuda.compiling import SIMULATED, THREADS

    # Numba warns of fewer than 128.
    return 2 if SIMULATED else max(min(-(-work // THREADS), 1 << 10), 1 << 7)
