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
    peers: tuple[str, ...] | None = None  # where others would take too long, or more memory
    vectors: bool = False  # whether it is one of the table of real vectors

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


def descriptors(m: int) -> np.ndarray:
    """Return vectors like SIFT descriptors: 128 features, whole numbers 0 to 218, heavy tails.

    A histogram is exp of 24 latent directions, blurred around 2,000 modes, times gamma noise of
    shape 1.2 in each feature; it is scaled to the length 512, cut off at 218 and rounded down. Half
    of the variance lies in 32 directions, and 2.4 times the distance to the nearest of 1,000
    centroids reaches nearly all others: hardly any bound lasts for an iteration.
    """
    rng = np.random.default_rng(0)
    loadings = rng.gamma(0.5, 1.0, (24, 128)).astype(np.float32)
    loadings *= 0.9 / np.sqrt(np.square(loadings).sum(axis=0))
    modes = rng.standard_normal((2000, 24)).astype(np.float32)
    points = np.empty((m, 128), dtype=np.float32)
    for part in np.array_split(points, -(-m // (1 << 16))):
        latent = 0.8 * rng.standard_normal((len(part), 24), dtype=np.float32)
        latent += modes[rng.integers(0, len(modes), len(part))]
        noise = rng.standard_gamma(1.2, (len(part), 128), dtype=np.float32)
        part[:] = np.exp(latent @ loadings) * noise
        part *= 512 / np.linalg.norm(part, axis=1, keepdims=True)
    return np.minimum(np.floor(points), 218, out=points)


def embeddings(m: int, n: int) -> np.ndarray:
    """Return vectors like those of a language model: unit length, in 30 directions but for noise.

    Latent vectors are normal with deviation 0.8 around 200 topics that are standard normal, so the
    topics overlap; noise of 0.02 goes to each of `n` features.
    """
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((30, n)).astype(np.float32) / np.float32(np.sqrt(n))
    topics = rng.standard_normal((200, 30)).astype(np.float32)
    points = np.empty((m, n), dtype=np.float32)
    for part in np.array_split(points, -(-m // (1 << 14))):
        latent = 0.8 * rng.standard_normal((len(part), 30), dtype=np.float32)
        latent += topics[rng.integers(0, len(topics), len(part))]
        part[:] = latent @ basis
        part += 0.02 * rng.standard_normal(part.shape, dtype=np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return points


def text(name: str, m: int) -> np.ndarray:
    """Return the first rows of a published data set."""
    return np.loadtxt(SHARED / name, max_rows=m)


def china(m: int) -> np.ndarray:
    """Return the first pixels of a photograph."""
    from sklearn.datasets import load_sample_image

    return load_sample_image("china.jpg").reshape(-1, 3)[:m].astype(np.float32)


_SOME = ("ours", "sklearn-lloyd", "faiss", "superkmeans")
_FEW = ("ours", "sklearn-lloyd", "superkmeans")


def _vectors(name: str, m: int, n: int, k: int, peers: tuple[str, ...] = _FEW) -> Work:
    """Return a row of the table of real vectors; its target is 3 times the best exact peer."""
    size = f"{m // 10**6} M" if m >= 10**6 else f"{m // 1000} k"
    make = descriptors if name == "SIFT" else lambda m: embeddings(m, n)
    what = f"{size} x {n} like {name}, K={k:,}, 10 it"
    return Work(what, m, make, k, 10, 3, peers, vectors=True)


# fmt: off
WORKS = (
    Work("10 M x 2, f32, K=12, 20 it", 10**7, lambda m: blobs(m, 2, 12, "float32"), 12, 20, 15),
    Work("10 M x 2, f64, K=12, 20 it", 10**7, lambda m: blobs(m, 2, 12, "float64"), 12, 20, 15),
    Work("1 M x 2, f32, K=100, 50 it", 10**6, lambda m: blobs(m, 2, 100, "float32"), 100, 50, 35),
    Work("1 M x 3, f32, K=64, 50 it", 10**6, lambda m: blobs(m, 3, 64, "float32"), 64, 50, 15),
    Work("birch1, K=100", 100_000, lambda m: text("birch1.txt", m), 100, None, 10),
    Work("europe, K=50", 169_308, lambda m: text("europe.txt", m), 50, None, 10),
    Work("china.jpg, K=64", 273_280, china, 64, None, 10),
    Work("1 M x 8, f32, K=64, 30 it", 10**6, lambda m: blobs(m, 8, 64, "float32"), 64, 30, 6),
    Work("1 M x 16, f32, K=256, 20 it", 10**6, lambda m: blobs(m, 16, 256, "float32"), 256, 20, 8),
    Work("500 k x 16 uniform, K=256, 20 it", 500_000,
         lambda m: uniform(m, 16, "float32"), 256, 20, 1.6),
    Work("200 k x 128, f32, K=1000", 200_000,
         lambda m: blobs(m, 128, 1000, "float32"), 1000, None, 6),
    Work("50 k x 784, f32, K=10", 50_000, subspace, 10, None, 1.5),
    Work("1,200 x 2, f64, K=12", 1200, lambda m: blobs(m, 2, 12, "float64"), 12, None, 1.5),
    Work("100 M x 2, f32, K=12, 60 it", 10**8,
         lambda m: blobs(m, 2, 12, "float32"), 12, 60, None, ("ours", "brute")),
    _vectors("SIFT", 200_000, 128, 1000, _SOME),
    _vectors("SIFT", 200_000, 128, 4000, _SOME),
    _vectors("embeddings", 50_000, 768, 1000, _SOME),
    _vectors("SIFT", 10**6, 128, 1000),
    _vectors("SIFT", 10**6, 128, 4000),
    _vectors("SIFT", 10**6, 128, 10_000, ("ours", "superkmeans")),
    _vectors("embeddings", 500_000, 768, 1000),
    _vectors("embeddings", 200_000, 1024, 1000),
)
# fmt: on
