"""The kernels as PTX, without a device: they compile for each generation, and nothing is merged."""

from types import SimpleNamespace

import pytest

pytest.importorskip("numba_cuda")

from numba import types
from numba.cuda import compile_ptx, dispatcher

from kmeans_engine.kernels.cuda import define, lists, look, rows, sums
from kmeans_engine.kernels.cuda.compiling import SIMULATED

DEVICES = {"Ampere": (8, 0), "Hopper": (9, 0), "Blackwell": (10, 0)}
F4, F8, U1, U4, I8 = types.float32, types.float64, types.uint8, types.uint32, types.int64


def array(of, ndim=1):
    return types.Array(of, ndim, "C")


def arguments(points, label):
    """Return the kernels with the types of their arguments, for these types of points, labels."""
    X, labels, listed = array(points, 2), array(label), (array(U4), array(U4))
    piece = (X, labels, array(F4), labels, *listed, types.boolean)
    stage = (*listed, types.boolean, *listed)
    placed = (array(points), points, array(F4, 2), array(F4), array(F8), F4, F4, F4, F4)
    form = (array(F8, 3), array(F8, 2), array(I8), array(I8), I8, I8, types.boolean, array(I8))
    return {
        "look, 2 features": (look.look_kernel(2), (*piece, *placed, *stage)),
        "look, 50 features": (look.look_kernel(50), (*piece, *placed, *stage)),
        "define": (define.define, (*piece, array(F8, 2), array(F8), *listed, types.boolean)),
        "accumulate": (sums.accumulate, (X, labels, *form)),
        "move": (sums.move, (X, labels, array(U4), labels, array(U4), array(U1), *form)),
        "digest": (rows.digest, (array(types.uint64), array(types.uint64, 2))),
        "gather": (rows.gather, (X, array(I8), X)),
        "sift": (lists.sift, (labels, array(F4), array(F4), *listed)),
    }


@pytest.mark.skipif(SIMULATED, reason="the simulator compiles nothing")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("device", "points", "label"),
    [("Ampere", F8, types.uint16), ("Hopper", F4, types.uint8), ("Blackwell", F4, types.uint32)],
    ids=DEVICES,
)
def test_the_kernels_compile_and_merge_no_float64(device, points, label, monkeypatch):
    cc = DEVICES[device]
    # Functions that kernels call are compiled for the device that is there.
    monkeypatch.setattr(
        dispatcher, "get_current_device", lambda: SimpleNamespace(compute_capability=cc)
    )
    look.look_kernel.cache_clear()
    for name, (kernel, signature) in arguments(points, label).items():
        ptx, _ = compile_ptx(kernel.py_func, signature, device=False, cc=cc, abi="numba")
        assert f".target sm_{cc[0]}{cc[1]}" in ptx, name
        assert "fma.rn.f64" not in ptx, name
        assert (".rn.f64" in ptx) == (name in ("define", "accumulate", "move")), name
        # No integer becomes a float64 by the promotion of a signed and an unsigned one.
        assert "cvt.rn.f64.u" not in ptx, name
        assert ("cvt.rn.f64.s64" in ptx) == (name in ("accumulate", "move")), name
        assert ".local" not in ptx, name  # everything that a thread keeps is in registers
    look.look_kernel.cache_clear()
