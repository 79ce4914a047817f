"""Numba's cache of machine code, as `kernel` uses it."""

import signal
from pathlib import Path

import numpy as np
import pytest
from numba.core.caching import FunctionCache

from kmeans_engine.runtime import jit as jit


def double(x):
    return 2 * x


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_code_is_loaded_is_not_lost(number, monkeypatch):
    # In LLVM's callbacks the exception of a handler would be swallowed.
    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    steps = []

    def load(self, sig, context):
        signal.raise_signal(number)
        steps.append("loaded")

    monkeypatch.setattr(FunctionCache, "load_overload", load)
    before = signal.signal(number, stop)
    try:
        with pytest.raises(Stopped):
            jit._OptionalCache(double).load_overload(None, None)
        assert steps == ["loaded"]
        assert signal.getsignal(number) is stop
    finally:
        signal.signal(number, before)


def test_a_disk_that_cannot_be_read_means_compiling_again(monkeypatch):
    def load(self, sig, context):
        raise OSError

    monkeypatch.setattr(FunctionCache, "load_overload", load)
    assert jit._OptionalCache(double).load_overload(None, None) is None


def test_a_change_in_any_kernel_outdates_them_all(monkeypatch):
    before = jit._stamp()
    assert {"assign.py", "vector.py", "llvm.py", "jit.py"} <= {name for name, _, _ in before}
    cache = jit._OptionalCache(double)
    stamp = cache._cache_file._source_stamp
    assert stamp[:-1] == before
    assert stamp[-1][0] == Path(__file__).name  # its own file, which may be a renderer's


def test_a_kernel_runs():
    assert jit.kernel()(double)(np.float64(2.0)) == 4.0
