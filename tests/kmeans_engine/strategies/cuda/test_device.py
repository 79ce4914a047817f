"""What is missing to use a device is said in one line."""

import importlib.util
import sys
from types import SimpleNamespace

import numba
import pytest

from kmeans_engine import Engine, UnsupportedStrategy
from kmeans_engine.strategies.cuda import device


@pytest.fixture
def asked(monkeypatch):
    """Ask anew, as a process in which KMEANS_ENGINE_CUDA is not set."""
    monkeypatch.delenv(device.FORBIDS, raising=False)
    device._missing.cache_clear()
    yield
    device._missing.cache_clear()


def refused():
    with pytest.raises(UnsupportedStrategy) as error:
        Engine([[1.0], [2.0]], strategy="cuda")
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith("strategy='cuda' cannot be used: ")
    assert error.value.options == ("strategy",)
    return message


def test_no_package(asked, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert refused().endswith("it needs an optional package: pip install 'kmeans-engine[cuda]'")


def test_forbidden(monkeypatch):
    monkeypatch.setenv(device.FORBIDS, "0")
    assert refused().endswith("KMEANS_ENGINE_CUDA=0 forbids it: unset it")


def test_no_driver(asked, monkeypatch):
    cuda = pytest.importorskip("numba.cuda")
    monkeypatch.setattr(cuda, "is_available", lambda: False)
    monkeypatch.setattr(cuda, "cuda_error", lambda: RuntimeError("driver not\nfound.\n"))
    assert refused().endswith("there is no NVIDIA GPU with a driver here (driver not found)")


def test_an_old_device(asked, monkeypatch):
    cuda = pytest.importorskip("numba.cuda")
    monkeypatch.setattr(device, "_is_simulated", lambda: False)
    monkeypatch.setattr(cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        cuda, "get_current_device", lambda: SimpleNamespace(compute_capability=(6, 1))
    )
    assert "compute capability 6.1, need at least 7.5" in refused()


def test_a_device_that_fails(asked, monkeypatch):
    cuda = pytest.importorskip("numba.cuda")
    monkeypatch.setattr(cuda, "is_available", lambda: True)

    def fail():
        raise RuntimeError("[999] unknown\nerror.")

    monkeypatch.setattr(cuda, "get_current_device", fail)
    assert refused().endswith("the GPU cannot be used ([999] unknown error): try nvidia-smi")


def test_a_driver_without_a_device(asked, monkeypatch):
    cuda = pytest.importorskip("numba.cuda")
    monkeypatch.setattr(cuda, "is_available", lambda: True)
    monkeypatch.setattr(cuda, "get_current_device", lambda: [][0])
    assert refused().endswith(
        "there is no NVIDIA GPU here, only a driver (see CUDA_VISIBLE_DEVICES)"
    )


def test_a_package_that_cannot_be_imported(asked, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setitem(sys.modules, "numba.cuda", None)
    monkeypatch.delattr("numba.cuda", raising=False)
    assert "the GPU cannot be used (" in refused()


def test_whose_error_it_is():
    assert device.device_reason(ZeroDivisionError("ours")) is None
    assert device.device_reason(RuntimeError("CUDA: CUDA_ERROR_ILLEGAL_ADDRESS")) is not None
    assert device.device_reason(ImportError("no\nNVRTC.")) == "no NVRTC"
    assert device.device_reason(ImportError()) == "ImportError"
    with pytest.raises(TypeError) as raised:
        numba.carray(None, "wrong")  # an error of Python's own, in Numba
    assert device.device_reason(raised.value) is not None


def test_a_forked_process(asked, monkeypatch):
    pytest.importorskip("numba_cuda")
    monkeypatch.setattr(device, "_first_process", lambda: -1)
    assert "was forked" in refused()


def test_work_for_few_blocks(monkeypatch):
    monkeypatch.setattr(device, "_is_simulated", lambda: False)
    monkeypatch.setattr(device, "_processors", lambda: 132)
    assert device.blocks_for(0, 256) == 128  # Numba warns of fewer
    assert device.blocks_for(200 * 256 + 1, 256) == 201
    assert device.blocks_for(10**9, 256) == 8 * 132
    assert device.blocks_for(10**9, 64) == 32 * 132
