"""Tensor cores for tests: the kernels of kernels/cuda/tensor/, compiled for this processor."""

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest

from kmeans_engine.strategies.cuda import tensor

SIMULATOR = Path(__file__).parent / "kmeans_engine" / "strategies" / "cuda" / "simulator"
KERNELS = Path(tensor.__file__).parents[2] / "kernels" / "cuda" / "tensor"
COMPILER = shutil.which("g++")
NO_COMPILER = "needs a C++ compiler (g++)"

needs_compiler = pytest.mark.skipif(COMPILER is None, reason=NO_COMPILER)

# How tensor cores add up, as in simulator/device.h: any of these is allowed.
ROUNDINGS = {"nearest": 0, "cut 8": 1, "cut 4": 2, "cut 1": 3, "reversed": 4}
# What isn't: 23 bits.
SHORT = {"short": 5}


class Held:
    """An array of the host in the place of one of a device."""

    def __init__(self, array):
        self.array = array
        self.shape = array.shape

    def __len__(self):
        return len(self.array)


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="simulated-cores-")


@functools.cache
def library(definitions):
    """Return the kernels with these macros, a tuple of pairs, as a library."""
    macros = [f"-D{name}={value}" for name, value in definitions]
    path = Path(_folder().name) / f"{abs(hash(definitions))}.so"
    subprocess.run(
        [
            COMPILER, "-std=c++17", "-O1", "-shared", "-fPIC", "-ffp-contract=off", "-w",
            "-U_FORTIFY_SOURCE", f"-I{SIMULATOR}", f"-I{KERNELS}", *macros,
            str(SIMULATOR / "run.cpp"), "-o", str(path),
        ],
        check=True,
    )  # fmt: skip
    return ctypes.CDLL(str(path))


class SimulatedCores:
    """A `tensor.Machine` without a device.

    Parameters
    ----------
    room : int
        Bytes of shared memory that a block may have.
    rounding : str
        One of `ROUNDINGS`.
    margins : float
        All margins are multiplied by it.
    """

    def __init__(self, room=160 << 10, rounding="nearest", margins=1.0, blocks=2):
        self.room, self.blocks = room, blocks
        self.rounding, self.margins = (ROUNDINGS | SHORT)[rounding], margins
        self.launched = []

    def compile(self, definitions):
        self.library = library(tuple(sorted(definitions.items())))
        return self

    def empty(self, size, dtype):
        array = np.empty(size, dtype=dtype)
        array.view(np.uint8)[:] = 0xAB
        return Held(array)

    def address(self, array):
        return array.array.ctypes.data

    def fetch(self, array):
        return array.array

    def launch(self, name, blocks, threads, shared, task, stream):
        own = tensor.Task.from_buffer_copy(task)
        for trust in own.trust:
            for field, _ in trust._fields_:
                setattr(trust, field, getattr(trust, field) * self.margins)
        at = ctypes.addressof(own)
        status = self.library.launch(
            name.encode(), blocks, threads, shared, ctypes.c_void_p(at), self.rounding
        )
        assert status == 0
        self.launched.append(name)
