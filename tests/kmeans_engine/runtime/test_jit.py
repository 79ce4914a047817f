"""What `kernel` makes of a function; its cache is in `test_cache.py`."""

import signal

import numpy as np
import pytest
from numba.core.codegen import JitEngine

from kmeans_engine.runtime.jit import kernel


def double(x):
    return 2 * x


def test_a_kernel_runs():
    assert kernel()(double)(np.float64(2.0)) == 4.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_llvm_works_is_not_lost(number, monkeypatch):
    # In LLVM's callback the exception of a handler would be swallowed, and the machine code missed.
    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    def work(self):
        signal.raise_signal(number)
        steps.append("worked")
        finalize(self)

    steps, finalize = [], JitEngine.finalize_object
    monkeypatch.setattr(JitEngine, "finalize_object", work)
    compiled = kernel()(double)
    compiled._cache.disable()
    before = signal.signal(number, stop)
    try:
        with pytest.raises(Stopped):
            compiled(3)
    finally:
        signal.signal(number, before)
    assert steps
