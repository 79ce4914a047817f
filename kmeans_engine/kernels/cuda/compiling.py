"""The one place that sets Numba's options for a device."""

import contextlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from numba import config, cuda

from kmeans_engine.runtime.cache import check_files

__all__ = ["SIMULATED", "THREADS", "device_function", "kernel"]

#: Whether kernels run in Numba's simulator, as threads of Python.
SIMULATED = bool(getattr(config, "ENABLE_CUDASIM", False))

_COMPILER = f"numba-cuda {version('numba-cuda')}"

#: Threads of a block. The simulator starts a thread of Python for each.
THREADS = 8 if SIMULATED else 256


def kernel(function: Callable[..., None]) -> Any:
    """Compile a function for the device on its first launch, and keep the machine code on disk.

    Products and sums may be contracted to FMAs, as Numba has it: what must not be goes through
    `arithmetic`.
    """
    if not SIMULATED:
        with contextlib.suppress(RuntimeError):  # no folder for a cache at all
            compiled = cuda.jit(function, cache=True)
            # Numba looks at the file of a kernel only, and kernels call what is in others.
            check_files(compiled._cache, Path(__file__).parent.glob("*.py"), _COMPILER)
            return compiled
    return cuda.jit(function)


def device_function(function: Callable[..., Any]) -> Any:
    """Compile a function that kernels call."""
    return cuda.jit(function, device=True)
