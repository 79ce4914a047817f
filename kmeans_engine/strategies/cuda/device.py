"""Whether there is a device, and what it has: memory and processors. Knows no points."""

from __future__ import annotations

import functools
import importlib.util
import os
from traceback import walk_tb
from typing import Any

__all__ = [
    "FORBIDS",
    "blocks_for",
    "checked",
    "device_reason",
    "free_bytes",
    "in_one_line",
    "is_out_of_memory",
    "is_shared_memory_enough",
    "missing",
    "queue_of",
]

#: The variable that forbids to use a device, with the value 0.
FORBIDS = "KMEANS_ENGINE_CUDA"

# Compute capability from which on the compiler has everything that the kernels need.
_OLDEST = (7, 5)
# Threads that a processor of the device runs at a time, and bytes of shared memory that a block has
# on any device without asking for more.
_THREADS, _SHARED = 2048, 48 << 10
# How an error begins that the driver has told us without Numba.
_DRIVER = "CUDA: "
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
    try:
        from numba import cuda

        if not cuda.is_available():
            reason = in_one_line(cuda.cuda_error() or "no device was found")
            return f"there is no NVIDIA GPU with a driver here ({reason})"
        found = tuple(cuda.get_current_device().compute_capability)
    except IndexError:
        return "there is no NVIDIA GPU here, only a driver (see CUDA_VISIBLE_DEVICES)"
    except Exception as error:  # whatever the driver has to say
        return f"the GPU cannot be used ({in_one_line(error)}): try nvidia-smi"
    if not _is_simulated() and found < _OLDEST:
        return (
            f"the GPU has compute capability {found[0]}.{found[1]}, need at least "
            f"{_OLDEST[0]}.{_OLDEST[1]}: use another strategy"
        )
    return None


def in_one_line(reason: object) -> str:
    """Return what an error says without breaks, or what it is."""
    return " ".join(str(reason).split()).rstrip(".: ") or type(reason).__name__


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


def is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether an error says that the device, or what is pinned, has no room."""
    return isinstance(error, MemoryError) or "OUT_OF_MEMORY" in str(error)


def device_reason(error: Exception) -> str | None:
    """Return in one line what the device, its driver or a compiler for it said, or None.

    None: the error is not one of theirs.
    """
    told = isinstance(error, ImportError) or str(error).startswith(_DRIVER)
    return in_one_line(error) if told or _is_raised_there(error) else None


def checked(result: tuple[Any, ...]) -> Any:
    """Return what a call of the driver itself has returned, or raise what it said."""
    if int(result[0]) != 0:
        raise RuntimeError(f"{_DRIVER}{result[0].name}")
    return result[1] if len(result) > 1 else None


def queue_of(stream: Any) -> Any:
    """Return a stream of `numba.cuda` as the driver's own calls take it."""
    from cuda.bindings import driver

    return driver.CUstream(int(stream.__cuda_stream__()[1]))


def _is_raised_there(error: Exception) -> bool:
    frames = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    names = type(error).__module__, frames[-1] if frames else ""
    return any(name.partition(".")[0] in ("numba", "cuda") for name in names)


def is_shared_memory_enough(size: int) -> bool:
    """Return whether each of several blocks on a processor may have so many bytes of its own."""
    return size <= _SHARED // 2
