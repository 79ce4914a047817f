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
from kmeans_engine.strategies.cuda import cascade, programs
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
    if not SIMULATED:
        if cuda.get_current_device().compute_capability < programs.LEAST_CAPABILITY:
            pytest.skip("the GPU has no tensor cores for TF32: it is older than 8.0")
        assert programs.why_not() is None
    for n, expected in ((8, cascade.Float32), (9, TensorScores)):
        assert isinstance(cascade.stages_for(n, 3, np.dtype(np.float32))[0], expected)


@pytest.mark.parametrize("kind", ["clustered", "lattice", "offset", "outlier"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_snapshot_equals_the_oracle(kind, dtype):
    rng = np.random.default_rng(problems.KINDS.index(kind))
    points = problems.make_points(kind, rng, 40, 20).astype(dtype)
    centroids = problems.make_centroids(points.astype(np.float64), rng, 5)
    assert check.like_oracle(Engine(points, strategy="cuda"), centroids, max_iterations=4) > 1


# Points, features, clusters: every kind of tile, and of labels. The simulator takes its time.
LARGER = (
    [(80, 33, 70, "float32")]
    if SIMULATED
    else [
        (20_000, 128, 1000, "float32"),
        (20_000, 128, 1000, "float64"),
        (50_000, 16, 256, "float32"),
        (20_000, 9, 40, "float64"),
        (5_000, 300, 70, "float32"),
        (3_000, 1500, 20, "float32"),
    ]
)


@pytest.mark.parametrize(("m", "n", "k", "dtype"), LARGER)
@pytest.mark.parametrize("kind", ["clustered", "random"])
def test_larger_runs_equal_those_of_the_cpu(m, n, k, dtype, kind):
    rng = np.random.default_rng(m)
    points = problems.make_points(kind, rng, m, n).astype(dtype)
    start = points[rng.choice(m, k, replace=False)].astype(np.float64)
    got, want = (
        Engine(points, strategy=strategy).snapshots(start, max_iterations=6)
        for strategy in ("cuda", "brute")
    )
    for mine, other in zip(got, want, strict=True):
        check.same_snapshot(mine, other)
