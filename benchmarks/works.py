"""The data sets and settings that are timed, each made from a seed."""

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
    points: Callable[[], np.ndarray]
    k: int
    iterations: int | None  # None: to convergence
    target: float | None = None  # best peer's time / ours
    peers: bool = True  # False where a peer would take hours or more memory than there is


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


def subspace() -> np.ndarray:
    """Return ten blobs on a 30-dimensional subspace of 784 features, plus noise."""
    rng = np.random.default_rng(0)
    inner = blobs(50_000, 30, 10, "float32")
    basis = rng.standard_normal((30, 784), dtype=np.float32) / np.float32(np.sqrt(30))
    return inner @ basis + 0.1 * rng.standard_normal((50_000, 784), dtype=np.float32)


def text(name: str) -> np.ndarray:
    """Return a published data set."""
    return np.loadtxt(SHARED / name)


def china() -> np.ndarray:
    """Return the pixels of a photograph."""
    from sklearn.datasets import load_sample_image

    return load_sample_image("china.jpg").reshape(-1, 3).astype(np.float32)


WORKS = (
    Work("10 M x 2, f32, K=12, 20 it", lambda: blobs(10**7, 2, 12, "float32"), 12, 20, 20),
    Work("10 M x 2, f64, K=12, 20 it", lambda: blobs(10**7, 2, 12, "float64"), 12, 20, 15),
    Work("1 M x 2, f32, K=100, 50 it", lambda: blobs(10**6, 2, 100, "float32"), 100, 50, 30),
    Work("1 M x 3, f32, K=64, 50 it", lambda: blobs(10**6, 3, 64, "float32"), 64, 50, 15),
    Work("birch1, K=100", lambda: text("birch1.txt"), 100, None, 10),
    Work("europe, K=50", lambda: text("europe.txt"), 50, None, 10),
    Work("china.jpg, K=64", china, 64, None, 10),
    Work("1 M x 8, f32, K=64, 30 it", lambda: blobs(10**6, 8, 64, "float32"), 64, 30, 6),
    Work("1 M x 16, f32, K=256, 20 it", lambda: blobs(10**6, 16, 256, "float32"), 256, 20, 4),
    Work("500 k x 16 uniform, K=256, 20 it", lambda: uniform(500_000, 16, "float32"), 256, 20, 1.3),
    Work("200 k x 128, f32, K=1000", lambda: blobs(200_000, 128, 1000, "float32"), 1000, None, 5),
    Work("50 k x 784, f32, K=10", subspace, 10, None, 1.5),
    Work("1,200 x 2, f64, K=12", lambda: blobs(1200, 2, 12, "float64"), 12, None, 2),
    Work(
        "100 M x 2, f32, K=12, 60 it", lambda: blobs(10**8, 2, 12, "float32"), 12, 60, None, False
    ),
)
