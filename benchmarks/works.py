"""The data sets and settings that are timed, each made from a seed; the tests take a few rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Work:
    """One row of the table."""

    name: str
    rows: int
    make: Callable[[int], np.ndarray]  # so many rows, or as many as there are
    k: int
    iterations: int | None  # None: to convergence
    target: float | None = None  # best peer's time / ours
    peers: bool = True  # False where a peer would take hours or more memory than there is

    def points(self, rows: int | None = None) -> np.ndarray:
        """Return the points, or fewer of the same kind: the tests take a few of each."""
        return self.make(self.rows if rows is None else min(rows, self.rows))


def blobs(m: int, n: int, k: int, dtype: str, *, seed: int = 0) -> np.ndarray:
    """Return normal clusters around centres that are uniform in [-4, 4]^N."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-4, 4, (k, n)).astype(dtype)
    points = rng.standard_normal((m, n), dtype=np.float32).astype(dtype, copy=False)
    points *= 0.28
    for start in range(0, m, 1 << 20):
        part = points[start : start + (1 << 20)]
        part += centres[rng.integers(0, k, len(part))]
    return points


def uniform(m: int, n: int, dtype: str) -> np.ndarray:
    """Return data without structure."""
    return np.random.default_rng(0).random((m, n), dtype=np.float32).astype(dtype, copy=False)


def subspace(m: int) -> np.ndarray:
    """Return ten blobs on a 30-dimensional subspace of 784 features, plus noise."""
    rng = np.random.default_rng(0)
    inner = blobs(m, 30, 10, "float32")
    basis = rng.standard_normal((30, 784), dtype=np.float32) / np.float32(np.sqrt(30))
    return inner @ basis + 0.1 * rng.standard_normal((m, 784), dtype=np.float32)


def text(name: str, m: int) -> np.ndarray:
    """Return the first rows of a published data set."""
    return np.loadtxt(SHARED / name, max_rows=m)


def china(m: int) -> np.ndarray:
    """Return the first pixels of a photograph."""
    from sklearn.datasets import load_sample_image

    return load_sample_image("china.jpg").reshape(-1, 3)[:m].astype(np.float32)


# fmt: off
WORKS = (
    Work("10 M x 2, f32, K=12, 20 it", 10**7, lambda m: blobs(m, 2, 12, "float32"), 12, 20, 20),
    Work("10 M x 2, f64, K=12, 20 it", 10**7, lambda m: blobs(m, 2, 12, "float64"), 12, 20, 15),
    Work("1 M x 2, f32, K=100, 50 it", 10**6, lambda m: blobs(m, 2, 100, "float32"), 100, 50, 30),
    Work("1 M x 3, f32, K=64, 50 it", 10**6, lambda m: blobs(m, 3, 64, "float32"), 64, 50, 15),
    Work("birch1, K=100", 100_000, lambda m: text("birch1.txt", m), 100, None, 10),
    Work("europe, K=50", 169_308, lambda m: text("europe.txt", m), 50, None, 10),
    Work("china.jpg, K=64", 273_280, china, 64, None, 10),
    Work("1 M x 8, f32, K=64, 30 it", 10**6, lambda m: blobs(m, 8, 64, "float32"), 64, 30, 6),
    Work("1 M x 16, f32, K=256, 20 it", 10**6, lambda m: blobs(m, 16, 256, "float32"), 256, 20, 4),
    Work("500 k x 16 uniform, K=256, 20 it", 500_000,
         lambda m: uniform(m, 16, "float32"), 256, 20, 1.3),
    Work("200 k x 128, f32, K=1000", 200_000,
         lambda m: blobs(m, 128, 1000, "float32"), 1000, None, 5),
    Work("50 k x 784, f32, K=10", 50_000, subspace, 10, None, 1.5),
    Work("1,200 x 2, f64, K=12", 1200, lambda m: blobs(m, 2, 12, "float64"), 12, None, 2),
    Work("100 M x 2, f32, K=12, 60 it", 10**8,
         lambda m: blobs(m, 2, 12, "float32"), 12, 60, None, False),
)
# fmt: on
