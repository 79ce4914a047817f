"""Numba's compiler, as `kernel` uses it."""

import gc
import os
import signal

import numpy as np
import pytest
from numba.core.caching import NullCache
from numba.core.compiler import Flags
from numba.core.cpu import CPUContext

from kmeans_engine.runtime.compiler import _Flags
from kmeans_engine.runtime.jit import kernel


@kernel(inner=True)
def double(x):
    return 2 * x


@kernel()
def quadruple(x):
    return double(double(x))


@kernel()
def octuple(x):
    return double(quadruple(x))


def test_a_kernel_calls_inner_kernels():
    assert quadruple(3) == 12
    assert octuple(1.5) == 12.0  # compiles quadruple for it, which is not inner
    assert quadruple(1.5) == 6.0


@pytest.mark.parametrize("value", [3, 1.5, np.float32(1)])
def test_python_cannot_call_an_inner_kernel(value):
    quadruple(value)  # which is compiled now
    with pytest.raises(TypeError, match="double can only be called by other kernels"):
        double(value)


def test_an_inner_kernel_has_no_machine_code():
    @kernel(inner=True)
    def triple(x):
        return 3 * x

    @kernel()
    def ninefold(x):
        return triple(triple(x))

    ninefold._cache.disable()  # from a cache it would come without compiling the other one
    assert ninefold(3) == 27
    (made,) = triple.overloads.values()
    assert made.library.get_pointer_to_function(made.fndesc.llvm_func_name) == 0


@pytest.mark.parametrize("collecting", [True, False])
def test_python_collects_garbage_again_after_it(collecting):
    seen = []

    class Fails(kernel()(lambda x: x)._compiler.pipeline_class):
        def define_pipelines(self):
            seen.append(gc.isenabled())
            raise RuntimeError

    compiled = kernel()(lambda x: x + 1)
    compiled._compiler.pipeline_class = Fails
    compiled._cache.disable()
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        with pytest.raises(RuntimeError):
            compiled(1)
        assert gc.isenabled() == collecting
    finally:
        (gc.enable if before else gc.disable)()
    assert seen == [False]


def test_flags_are_equal_if_all_of_them_are():
    plain = Flags()
    plain.fastmath = {"contract"}
    ours, other = _Flags(plain), _Flags(plain)
    assert ours == other == plain
    assert hash(ours) == hash(other)
    other.nrt = not other.nrt
    assert ours != other
    other.nrt = not other.nrt  # set, to what it is by default
    assert ours == other
    assert hash(ours) == hash(other)
    other.error_model = "numpy"
    assert ours != other
    assert {ours, other, _Flags(plain)} == {ours, other}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no way to send Ctrl-C to one process")
def test_numba_learns_its_functions_to_the_end_before_ctrl_c_is_seen(monkeypatch):
    refresh, learned = CPUContext.refresh, []

    def interrupted(self):
        signal.raise_signal(signal.SIGINT)
        refresh(self)
        learned.append(True)

    compiled = kernel()(lambda x: x + 2)
    compiled._cache = NullCache()
    with monkeypatch.context() as changed, pytest.raises(KeyboardInterrupt):
        changed.setattr(CPUContext, "refresh", interrupted)
        compiled(1)
    assert learned
    assert compiled(1) == 3
