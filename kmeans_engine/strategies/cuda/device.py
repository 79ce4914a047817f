"""Whether there is a device, and what it has: memory and processors. Knows no points."""

from __future__ import annotations

import functools
import importlib.util
import os
from typing import Any

__all__ = [
    "FORBIDS",
    "blocks_for",
    "free_bytes",
    "is_out_of_memory",
    "is_shared_memory_enough",
    "missing",
]

#: The variable that forbids to use a device, with the value 0.
FORBIDS = "KMEANS_ENGINE_CUDA"

# Compute capability from which on the compiler has everything that the kernels need.
_OLDEST = (7, 5)
# Threads that a processor of the device runs at a time, and bytes of shared memory that a block has
# on any device without asking for more.
_THREADS, _SHARED = 2048, 48 << 10
# Numba warns of fewer blocks; those without work end at once.
_LEAST_BLOCKS = 128


def missing() -> str | None:
    """Return in one line what is missing to use a device here, or None."""
    if os.environ.get(FORBIDS) == "0":
        return f"{FORBIDS}=0 forbids it: unset it"
    return _missing(os.getpid())


@functools.lru_cache(maxsize=1)
def _missing(pid: int) -> str | None:
    if importlib.util.find_spec("numba_cuda") is None:
        return "it needs an optional package: pip install 'kmeans-engine[cuda]'"
    if _first_process() != pid:
        return (
            "this process was forked from one that has used the device: start it with "
            "multiprocessing.get_context('spawn')"
        )
    from numba import cuda

    try:
        if not cuda.is_available():
            reason = " ".join(str(cuda.cuda_error() or "no device was found").split())
            return f"there is no NVIDIA GPU with a driver here ({reason.rstrip('.: ')})"
        found = tuple(cuda.get_current_device().compute_capability)
    except Exception as error:  # whatever the driver has to say
        reason = " ".join(str(error).split())
        return f"the GPU cannot be used ({reason.rstrip('.: ')}): try nvidia-smi"
    if not _is_simulated() and found < _OLDEST:
        return (
            f"the GPU has compute capability {found[0]}.{found[1]}, need at least "
            f"{_OLDEST[0]}.{_OLDEST[1]}: use another strategy"
        )
    return None


@functools.cache
def _first_process() -> int:
    """Return which process asked first: what it has set up does not survive a fork."""
    return os.getpid()


def _is_simulated() -> bool:
    from kmeans_engine.kernels.cuda.compiling import SIMULATED

    return SIMULATED


def free_bytes() -> float:
    """Return how much memory of the device is free; infinite in the simulator."""
    from numba import cuda

    return float(cuda.current_context().get_memory_info().free)


@functools.cache
def _processors() -> int:
    from numba import cuda

    count: Any = cuda.get_current_device().MULTIPROCESSOR_COUNT
    return int(count)


def blocks_for(work: int, threads: int) -> int:
    """Return how many blocks of so many threads to launch for so much work."""
    wanted = max(-(-work // threads), 1)
    if _is_simulated():
        return min(wanted, 2)  # enough to test that blocks share the work
    return max(min(wanted, _THREADS // threads * _processors()), _LEAST_BLOCKS)


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error says that the device, or what is pinned, has no room."""
    return isinstance(error, MemoryError) or "OUT_OF_MEMORY" in str(error)


def is_shared_memory_enough(size: int) -> bool:
    """Return whether each of several blocks on a processor may have so many bytes of its own."""
    return size <= _SHARED // 2
