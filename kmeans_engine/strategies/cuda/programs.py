"""A device's side of `tensor`: kernels in CUDA C++ compiled by NVRTC, and launched by the driver.

`cuda.core` compiles and loads, as a part of `numba-cuda`. A kernel's one argument is a record by
value, which only the driver's own call can pass.
"""

from __future__ import annotations

import ctypes
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy.typing as npt

from kmeans_engine.strategies.cuda.device import checked, in_one_line, queue_of
from kmeans_engine.strategies.cuda.stages import DeviceArray
from kmeans_engine.strategies.cuda.tensor import Machine, Task, are_exact_enough

__all__ = [
    "FILES",
    "LEAST_CAPABILITY",
    "Compiled",
    "Cores",
    "compile_kernels",
    "tensor_cores",
    "why_not",
]

# TF32 and copies past the registers came with it.
LEAST_CAPABILITY = (8, 0)

_SOURCES = Path(__file__).parents[2] / "kernels" / "cuda" / "tensor"
_INCLUDE = re.compile(r'#include ["<](.+)[">]')
#: The kernels that each file holds.
FILES = {
    "scores.cu": ("score_tf32", "score_split"),
    "pairs.cu": ("clear", "prepare", "tell_pairs"),
    "probe.cu": ("probe",),
}
# Two blocks a multiprocessor fit its registers, and on most devices its shared memory.
_PER_MULTIPROCESSOR = 2


def compile_kernels(file: str, definitions: dict[str, str], arch: str) -> Any:
    """Compile a file of kernels for an architecture as ``sm_90``; needs no device.

    It takes one to two seconds, or none where it has been done before: NVRTC's programs are kept
    in the user's cache folder, if that can be written to.

    Returns
    -------
    cuda.core.ObjectCode
        Machine code.
    """
    from cuda.core import Program, ProgramOptions
    from cuda.core.utils import FileStreamProgramCache

    options = ProgramOptions(
        name=file, arch=arch, std="c++17", define_macro=sorted(definitions.items())
    )
    program = Program(_source(file), "c++", options)
    try:
        return program.compile("cubin", cache=FileStreamProgramCache())
    except OSError:
        return program.compile("cubin")


def _source(file: str) -> str:
    """Return a file with all that it includes: so the text alone decides what is compiled."""
    lines: list[str] = []
    for line in (_SOURCES / file).read_text(encoding="utf-8").splitlines():
        included = _INCLUDE.match(line)
        lines += [_source(included[1])] if included else [line]
    return "\n".join(lines)


class Compiled:
    """The kernels on a device, see `tensor.Program`; a file is compiled when it is needed."""

    def __init__(self, definitions: dict[str, str], arch: str, device: int) -> None:
        self._definitions, self._arch, self._device = definitions, arch, device
        self._kernels: dict[str, Any] = {}
        self._loaded: list[Any] = []

    def launch(
        self, name: str, blocks: int, threads: int, shared: int, task: Task, stream: Any
    ) -> None:
        """See `tensor.Program.launch`."""
        from cuda.bindings import driver

        if name not in self._kernels:
            self._load(name, shared)
        # The driver copies the record before it returns.
        arguments = (ctypes.c_void_p * 1)(ctypes.addressof(task))
        queue = queue_of(stream)
        size = (blocks, 1, 1, threads, 1, 1)
        function = self._kernels[name]
        checked(
            driver.cuLaunchKernel(function, *size, shared, queue, ctypes.addressof(arguments), 0)
        )

    def _load(self, name: str, shared: int) -> None:
        from cuda.bindings import driver

        file = next(file for file, names in FILES.items() if name in names)
        kernel = compile_kernels(file, self._definitions, self._arch).get_kernel(name)
        handle = int(kernel.handle)
        checked(
            driver.cuKernelSetAttribute(
                driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                shared,
                driver.CUkernel(handle),
                driver.CUdevice(self._device),
            )
        )
        self._loaded.append(kernel)  # keeps the machine code on the device
        self._kernels[name] = driver.CUfunction(handle)


class Cores:
    """The tensor cores of the current device, see `tensor.Machine`."""

    def __init__(self) -> None:
        from numba import cuda

        device = cuda.get_current_device()
        found = device.compute_capability
        self.device = int(device.id)
        self._arch = "sm_{}{}".format(*found)
        self.room = int(device.MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)
        self.blocks = _PER_MULTIPROCESSOR * int(device.MULTIPROCESSOR_COUNT)

    def compile(self, definitions: dict[str, str]) -> Compiled:
        """See `tensor.Machine.compile`."""
        return _compiled(tuple(sorted(definitions.items())), self._arch, self.device)

    def empty(self, size: int, dtype: str) -> DeviceArray:
        """See `tensor.Machine.empty`."""
        from numba import cuda

        return cuda.device_array(size, dtype=dtype)

    def address(self, array: DeviceArray) -> int:
        """See `tensor.Machine.address`."""
        return int(array.__cuda_array_interface__["data"][0])

    def fetch(self, array: DeviceArray) -> npt.NDArray[Any]:
        """See `tensor.Machine.fetch`."""
        from numba import cuda

        cuda.synchronize()
        found: npt.NDArray[Any] = array.copy_to_host()
        return found


def tensor_cores() -> Machine | None:
    """Return the tensor cores of the current device, or None where there are none to trust."""
    return Cores() if why_not() is None else None


def why_not() -> str | None:
    """Return in one line why the plain kernels do all the work on the current device, or None."""
    from numba import cuda

    from kmeans_engine.kernels.cuda.compiling import SIMULATED

    device = cuda.get_current_device()
    if SIMULATED or device.compute_capability < LEAST_CAPABILITY:
        return "it has no tensor cores for TF32, which came with compute capability 8.0"
    return _why_not_trusted(int(device.id))


@lru_cache
def _why_not_trusted(device: int) -> str | None:
    from numba import cuda

    try:
        if not are_exact_enough(Cores(), cuda.stream()):
            return "its tensor cores keep fewer than 24 bits of a sum"
    except Exception as error:  # no NVRTC, or one that is too old for the device
        return f"its tensor cores cannot be used ({in_one_line(error)})"
    return None


@lru_cache(maxsize=16)
def _compiled(definitions: tuple[tuple[str, str], ...], arch: str, device: int) -> Compiled:
    return Compiled(dict(definitions), arch, device)
