"""A device's side of `tensor`: kernels in CUDA C++ compiled by NVRTC, and launched by the driver.

`cuda.core` compiles and loads, as a part of `numba-cuda`. A kernel's one argument is a record by
value, which only the driver's own call can pass.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from kmeans_engine.strategies.cuda.stages import DeviceArray
from kmeans_engine.strategies.cuda.tensor import Task

__all__ = ["LEAST_CAPABILITY", "Cores", "compile_kernels"]

# TF32 and copies past the registers came with it.
LEAST_CAPABILITY = (8, 0)

_SOURCES = Path(__file__).parents[2] / "kernels" / "cuda" / "tensor"
# Of a file in the folder of sources: kernels by the file that holds them.
_FILES = {
    "scores.cu": ("score_tf32", "score_split"),
    "pairs.cu": ("clear", "prepare", "tell_pairs"),
}
# Two blocks a multiprocessor fit its registers, and on most devices its shared memory.
_PER_MULTIPROCESSOR = 2


def compile_kernels(file: str, definitions: dict[str, str], arch: str) -> Any:
    """Compile a file of kernels for an architecture as ``sm_90``; needs no device.

    Returns
    -------
    cuda.core.ObjectCode
        Machine code.
    """
    from cuda.core import Program, ProgramOptions

    options = ProgramOptions(
        name=file, arch=arch, std="c++17", include_path=[str(_SOURCES)],
        define_macro=list(definitions.items()),
    )  # fmt: skip
    return Program((_SOURCES / file).read_text(), "c++", options).compile("cubin")


class _Compiled:
    """The kernels on a device, see `tensor.Program`."""

    def __init__(self, definitions: dict[str, str], arch: str, device: int) -> None:
        self._device = device
        self._kernels: dict[str, Any] = {}
        for file, names in _FILES.items():
            code = compile_kernels(file, definitions, arch)
            self._kernels |= {name: code.get_kernel(name) for name in names}

    def launch(
        self, name: str, blocks: int, threads: int, shared: int, task: Task, stream: Any
    ) -> None:
        """See `tensor.Program.launch`."""
        from cuda.bindings import driver

        handle = int(self._kernels[name].handle)
        if shared:
            _check(
                driver.cuKernelSetAttribute(
                    driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    shared, driver.CUkernel(handle), driver.CUdevice(self._device),
                )
            )  # fmt: skip
        # The driver copies the record before it returns.
        arguments = (ctypes.c_void_p * 1)(ctypes.addressof(task))
        _check(
            driver.cuLaunchKernel(
                driver.CUfunction(handle), blocks, 1, 1, threads, 1, 1, shared,
                driver.CUstream(stream.__cuda_stream__()[1]), ctypes.addressof(arguments), 0,
            )
        )  # fmt: skip


def _check(result: tuple[Any, ...]) -> None:
    if int(result[0]) != 0:
        raise RuntimeError(f"CUDA: {result[0].name}")


class Cores:
    """The tensor cores of the current device, see `tensor.Machine`."""

    def __init__(self) -> None:
        from numba import cuda

        device = cuda.get_current_device()
        self._device = int(device.id)
        self._arch = "sm_{}{}".format(*device.compute_capability)
        self.room = int(device.MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)
        self.blocks = _PER_MULTIPROCESSOR * int(device.MULTIPROCESSOR_COUNT)

    def compile(self, definitions: dict[str, str]) -> _Compiled:
        """See `tensor.Machine.compile`."""
        return _compiled(tuple(sorted(definitions.items())), self._arch, self._device)

    def empty(self, size: int, dtype: str) -> DeviceArray:
        """See `tensor.Machine.empty`."""
        from numba import cuda

        return cuda.device_array(size, dtype=dtype)


@lru_cache(maxsize=16)
def _compiled(definitions: tuple[tuple[str, str], ...], arch: str, device: int) -> _Compiled:
    return _Compiled(dict(definitions), arch, device)
