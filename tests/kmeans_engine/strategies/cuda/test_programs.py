"""The kernels of tensor cores are compiled for devices that are not here."""

import numpy as np
import pytest

from kmeans_engine.strategies.cuda.tensor import defines
from kmeans_engine.strategies.cuda.tiles import tiles_for

core = pytest.importorskip("cuda.core", reason="needs NVRTC: pip install 'kmeans-engine[cuda]'")


@pytest.mark.parametrize("arch", ["sm_80", "sm_90", "sm_100"])
def test_kernels_are_compiled_for_an_architecture(arch):
    from kmeans_engine.strategies.cuda.programs import FILES, compile_kernels

    definitions = defines(tiles_for(128, 1024, 227 << 10), 128, 1024, np.dtype(np.float32))
    for file, names in FILES.items():
        code = compile_kernels(file, definitions, arch)
        assert code.code_type == "cubin"
        machine = bytes(code.code)
        assert all(name.encode() in machine for name in names)
