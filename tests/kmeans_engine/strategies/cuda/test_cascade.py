"""Tensor cores in whole runs: every field of every snapshot has the CPU's bits.

On a device its own; in Numba's simulator those of tests/simulated_cores.py, so that both kinds of
kernels work at the same arrays.
"""

import check
import numpy as np
import problems
import pytest

pytest.importorskip("numba_cuda")

from numba import cuda
from simulated_cores import COMPILER, NO_COMPILER, SimulatedCores

from kmeans_engine import Engine
from kmeans_engine.kernels.cuda.compiling import SIMULATED
from kmeans_engine.strategies.cuda import cascade
from kmeans_engine.strategies.cuda.tensor import TensorScores

pytestmark = pytest.mark.cuda


class Cores(SimulatedCores):
    """Cores that read the arrays of Numba's simulator."""

    def address(self, array):
        return array._ary.ctypes.data

    def empty(self, size, dtype):
        return cuda.device_array(size, dtype=dtype)


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    if SIMULATED:
        if COMPILER is None:
            pytest.skip(NO_COMPILER)
        monkeypatch.setattr(cascade, "tensor_cores", Cores)


def test_tensor_cores_are_chosen_by_the_number_of_features():
    if not SIMULATED and cascade.tensor_cores() is None:
        pytest.skip("the GPU has no tensor cores for TF32: it is older than 8.0")
    for n, expected in ((8, cascade.Float32), (9, TensorScores)):
        assert isinstance(cascade.stages_for(n, 3, np.dtype(np.float32))[0], expected)


@pytest.mark.parametrize("kind", ["clustered", "lattice", "offset", "outlier"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_snapshot_equals_the_oracle(kind, dtype):
    rng = np.random.default_rng(problems.KINDS.index(kind))
    points = problems.make_points(kind, rng, 40, 20).astype(dtype)
    centroids = problems.make_centroids(points.astype(np.float64), rng, 5)
    assert check.like_oracle(Engine(points, strategy="cuda"), centroids, max_iterations=4) > 1
