"""One run on a device that has its limits."""

import gc
import weakref

import check
import numpy as np
import pytest

from kmeans_engine import Engine, UnsupportedStrategy
from kmeans_engine.points.data import prepare
from kmeans_engine.strategies import auto, make_strategy
from kmeans_engine.strategies.cuda import device
from kmeans_engine.strategies.cuda.strategy import Cuda

pytestmark = pytest.mark.cuda


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(30, 2))


@pytest.fixture
def full(monkeypatch):
    """A device without room for the lists of points; returns how to make room."""
    from numba import cuda

    make = cuda.device_array

    def device_array(shape, dtype, **options):
        if dtype == np.uint32:
            raise RuntimeError("[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY")
        return make(shape, dtype=dtype, **options)

    monkeypatch.setattr(cuda, "device_array", device_array)
    return lambda: monkeypatch.setattr(cuda, "device_array", make)


def test_out_of_memory_is_said_in_one_line(points, full):
    engine = Engine(points, strategy="cuda")
    with pytest.raises(UnsupportedStrategy) as error:
        engine.fit(points[:3])
    message = str(error.value)
    assert message.startswith("strategy='cuda' needs more memory on the device than the ")
    assert message.endswith(
        " that are free, for 30 points and 3 clusters: end what else runs there, or use "
        "strategy='auto'"
    )
    full()
    check.like_oracle(engine, points[:3])  # nothing is locked, nothing half done


def test_auto_takes_a_device_that_pays_and_says_so(points, monkeypatch):
    monkeypatch.setattr(auto, "_is_worth_a_device", lambda points, k: k > 2)
    monkeypatch.setattr("kmeans_engine.whole._PLAIN", ())
    engine = Engine(points, strategy="auto")
    states = list(engine.snapshots(points[:3]))
    assert {state.strategy for state in states} == {"cuda"}
    check.like_oracle(engine, points[:3])
    assert engine.fit(points[:2]).strategy != "cuda"


def test_auto_goes_on_here_if_the_device_has_no_room(points, monkeypatch, full):
    monkeypatch.setattr(auto, "_is_worth_a_device", lambda points, k: True)
    monkeypatch.setattr("kmeans_engine.whole._PLAIN", ())
    engine = Engine(points, strategy="auto")
    check.like_oracle(engine, points[:3])
    assert engine.fit(points[:3]).strategy == "brute"


class DriverError(Exception):
    """As a driver's."""


DriverError.__module__ = "numba.cuda.cudadrv.driver"


@pytest.fixture
def broken(monkeypatch):
    """A device that fails whatever is launched; returns how often it was tried."""
    tried = []

    def fail(*_):
        tried.append(1)
        raise DriverError("[700] CUDA_ERROR\nILLEGAL_ADDRESS.")

    from kmeans_engine.strategies.cuda.assigner import CudaAssigner

    monkeypatch.setattr(CudaAssigner, "_label_all", fail)
    return tried


def test_what_a_device_says_is_told_in_one_line(points, broken):
    with pytest.raises(UnsupportedStrategy) as error:
        Engine(points, strategy="cuda").fit(points[:3])
    assert str(error.value) == (
        "strategy='cuda' failed on the GPU ([700] CUDA_ERROR ILLEGAL_ADDRESS): try nvidia-smi, or "
        "use strategy='auto'"
    )


def test_auto_goes_on_here_if_the_device_fails_and_asks_it_once(points, monkeypatch, broken):
    monkeypatch.setattr(auto, "_is_worth_a_device", lambda points, k: True)
    monkeypatch.setattr("kmeans_engine.whole._PLAIN", ())
    engine = Engine(points, strategy="auto")
    check.like_oracle(engine, points[:3])
    assert engine.fit(points[:3]).strategy == "brute"
    assert len(broken) == 1


@pytest.mark.parametrize("error", [ZeroDivisionError, ImportError, OSError, SystemError])
def test_auto_goes_on_here_whatever_fails(points, monkeypatch, error):
    monkeypatch.setattr(auto, "_is_worth_a_device", lambda points, k: True)
    monkeypatch.setattr("kmeans_engine.whole._PLAIN", ())

    def begin(strategy):
        raise error

    monkeypatch.setattr(Cuda, "begin", begin)
    assert Engine(points, strategy="auto").fit(points[:3]).strategy == "brute"


def test_a_process_that_was_forked_cannot_go_on_with_the_device(points, monkeypatch):
    engine = Engine(points, strategy="cuda")
    engine.fit(points[:3])
    monkeypatch.setattr(device, "_first_process", lambda: -1)
    device._missing.cache_clear()
    try:
        with pytest.raises(UnsupportedStrategy, match="this process was forked"):
            engine.fit(points[:3])
    finally:
        device._missing.cache_clear()


def test_what_fails_otherwise_is_told_as_it_is(points, monkeypatch):
    assigner = make_strategy("cuda", prepare(points, 1)).begin()
    monkeypatch.setattr(assigner, "_label_all", lambda centroids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assigner.first(points[:3])
    assigner.finish()


def test_what_is_on_the_device_goes_with_the_run(points):
    strategy = make_strategy("cuda", prepare(points, 2))
    gc.collect()
    gc.disable()
    try:
        assigner = strategy.begin()
        assigner.first(points[:3].copy())
        kept = assigner.labels()
        assigner.step(points[3:6].copy())
        memory = weakref.ref(assigner._memory)
        gone = weakref.ref(assigner)
        assigner.finish()
        assert memory() is None
        del assigner
        assert gone() is None
    finally:
        gc.enable()
    assert len(kept.all()) == 30
