"""The kernels of tensor cores are compiled for devices that are not here."""

import ctypes
from types import SimpleNamespace

import numpy as np
import pytest

from kmeans_engine.strategies.cuda import programs
from kmeans_engine.strategies.cuda.programs import FILES, compile_kernels
from kmeans_engine.strategies.cuda.tensor import Task, defines
from kmeans_engine.strategies.cuda.tiles import tiles_for

pytest.importorskip("cuda.core", reason="needs NVRTC: pip install 'kmeans-engine[cuda]'")

DEFINITIONS = defines(tiles_for(128, 1024, 227 << 10), 128, 1024, np.dtype(np.float32))


@pytest.mark.slow
@pytest.mark.parametrize("arch", ["sm_80", "sm_90", "sm_100"])
def test_kernels_are_compiled_for_an_architecture(arch, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for file, names in FILES.items():
        code = bytes(compile_kernels(file, DEFINITIONS, arch).code)
        assert code.startswith(b"\x7fELF")
        assert all(name.encode() in code for name in names)


def test_machine_code_is_kept_where_it_can_be(tmp_path, monkeypatch):
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    codes = []
    for folder in (tmp_path / "kept", tmp_path / "kept", nowhere):
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
        codes.append(bytes(compile_kernels("probe.cu", DEFINITIONS, "sm_90").code))
    assert codes[0] == codes[1] == codes[2]
    assert any(path.is_file() for path in (tmp_path / "kept").rglob("*"))


class Code:
    def get_kernel(self, name):
        return SimpleNamespace(handle=len(name))


def test_a_record_is_passed_by_value(monkeypatch):
    from cuda.bindings import driver

    calls = []

    def launch(function, *size_and_shared_and_stream):
        *size, shared, stream, parameters, extra = size_and_shared_and_stream
        record = ctypes.cast(parameters, ctypes.POINTER(ctypes.c_void_p))[0]
        task = ctypes.cast(record, ctypes.POINTER(Task))[0]
        calls.append((int(function), size, shared, int(stream), task.X, task.K, extra))
        return (driver.CUresult.CUDA_SUCCESS,)

    def allow(attribute, value, kernel, device):
        calls.append((attribute.name.rpartition("MAX_")[2], value, int(kernel), int(device)))
        return (driver.CUresult.CUDA_SUCCESS,)

    monkeypatch.setattr(programs, "compile_kernels", lambda file, definitions, arch: Code())
    monkeypatch.setattr(driver, "cuLaunchKernel", launch)
    monkeypatch.setattr(driver, "cuKernelSetAttribute", allow)
    program = programs.Compiled(DEFINITIONS, "sm_90", 3)
    stream = SimpleNamespace(__cuda_stream__=lambda: (0, 77))
    for _ in range(2):
        program.launch("score_tf32", 9, 128, 70_000, Task(X=4660, K=30), stream)
    started = (10, [9, 1, 1, 128, 1, 1], 70_000, 77, 4660, 30, 0)
    assert calls == [("DYNAMIC_SHARED_SIZE_BYTES", 70_000, 10, 3), started, started]

    monkeypatch.setattr(driver, "cuLaunchKernel", lambda *_: (driver.CUresult(1),))
    with pytest.raises(RuntimeError, match="CUDA_ERROR_INVALID_VALUE"):
        program.launch("clear", 1, 1, 0, Task(), stream)
