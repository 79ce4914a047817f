"""Small problems of every unpleasant kind, from a seed: points, initial centroids."""

import numpy as np

from kmeans_engine import STRATEGIES
from kmeans_engine.strategies.blocks import MOST_FEATURES
from kmeans_engine.strategies.cuda.device import missing

KINDS = (
    "random",
    "clustered",
    "lattice",
    "duplicated",
    "collinear",
    "offset",
    "outlier",
    "denormal",
    "signed_zero",
    "constant_column",
    "wide_exponents",
    "huge",
)


# Those that this machine can use.
USABLE = [s for s in STRATEGIES if s != "cuda" or missing() is None]


def strategies(n_features: int) -> list[str]:
    """Return the strategies that this machine can use and that serve so many features."""
    return [s for s in USABLE if s != "blocks" or n_features <= MOST_FEATURES]


def make_points(kind: str, rng: np.random.Generator, m: int, n: int) -> np.ndarray:
    normal = rng.normal(size=(m, n))
    match kind:
        case "random":
            return rng.uniform(-4, 4, (m, n))
        case "clustered":
            return rng.uniform(-4, 4, (5, n))[rng.integers(0, 5, m)] + 0.1 * normal
        case "lattice":
            return rng.integers(-3, 4, (m, n)) * 0.5
        case "duplicated":
            return rng.normal(size=(3, n))[rng.integers(0, 3, m)]
        case "collinear":
            return rng.integers(-9, 10, (m, 1)) * rng.normal(size=(1, n))
        case "offset":
            return 1e6 + normal
        case "outlier":
            normal[rng.integers(m), rng.integers(n)] = 1e36
            return normal
        case "denormal":
            return rng.integers(-40, 41, (m, n)) * 5e-324
        case "signed_zero":
            return rng.choice([-0.0, 0.0, 1.0, -1.0], (m, n))
        case "constant_column":
            normal[:, rng.integers(n)] = 0.1
            return normal
        case "wide_exponents":
            return normal * 2.0 ** rng.integers(-200, 200, (m, n))
        case "huge":
            return normal * 1e150
    raise AssertionError(kind)


def make_layout(points: np.ndarray, dtype: str, layout: str) -> np.ndarray:
    """Return the points as another type and memory layout."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.dtype(dtype).kind in "iu":
            points = np.round(np.clip(points, -1000, 1000) * 10)
            if np.dtype(dtype).kind == "u":
                points = np.abs(points) % 256
        array = points.astype(dtype)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        array = np.clip(points, -6e4, 6e4).astype(dtype)
    match layout:
        case "C":
            return np.ascontiguousarray(array)
        case "F":
            return np.asfortranarray(array)
        case "reversed":
            return np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1]
        case "strided":
            wide = np.zeros((len(array) * 2, array.shape[1] * 3), dtype=array.dtype)
            wide[::2, ::3] = array
            return wide[::2, ::3]
        case "read_only":
            array = array.copy()
            array.setflags(write=False)
            return array
        case "swapped":
            return array.astype(array.dtype.newbyteorder())
    raise AssertionError(layout)


def make_centroids(points: np.ndarray, rng: np.random.Generator, k: int) -> np.ndarray:
    """Return points, or points with noise, or points with far and equal rows among them."""
    more = k > len(points)
    centroids = points[rng.choice(len(points), k, replace=more)].astype(np.float64)
    how = rng.integers(4)
    if how == 1:
        centroids = centroids + rng.normal(size=centroids.shape) * np.abs(centroids).max() * 0.1
    if how == 2 and k > 1:
        centroids[-1] = centroids[0]
    if how == 3:
        centroids[rng.integers(k)] *= 50.0
    return centroids


def near_ties(m: int) -> tuple[np.ndarray, np.ndarray]:
    """Points so close to the border of two cells that float32 scores cannot tell the sides."""
    rng = np.random.default_rng(1)
    centroids = np.array([[0.1, 0.2], [0.9, 0.7], [-3.0, 5.0]])
    border = np.array([-0.5, 0.8]) / np.hypot(0.5, 0.8)
    middle = centroids[:2].mean(axis=0)
    points = middle + rng.uniform(-1, 1, (m, 1)) * border + rng.normal(0, 1e-9, (m, 2))
    return points, centroids
