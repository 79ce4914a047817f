"""Where a run starts: random points, or k-means++."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Visible
from kmeans_engine.runtime.progress import doing
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.starts.parallel import scalable
from kmeans_engine.starts.plus_plus import plus_plus
from kmeans_engine.validation import (
    check_centroids,
    check_choice,
    check_count,
    check_k,
    check_seed,
)

__all__ = ["initial_centroids"]

# Rows that are looked up at once.
_BATCH = 1 << 16


def initial_centroids(
    points: npt.ArrayLike,
    k: int,
    *,
    method: str | npt.ArrayLike = "random",
    seed: int | np.random.SeedSequence | None = None,
) -> Floats:
    """Return `k` initial centroids.

    Parameters
    ----------
    points : array_like, (M, N)
        Anything that an `Engine` takes, or `Engine.visible`: what an engine has read, such as a
        Parquet file or a stream, is not read again then.
    k : int
        At least 1; at most M where points are drawn.
    method : {"random", "k-means++", "k-means||"} or array_like, (K, N)
        ``random`` draws k different points, at different positions where the points have that many.
        ``k-means++`` draws each next point with a probability proportional to its squared distance
        from those drawn before, and takes the best of 2 + ln k such draws (Arthur and
        Vassilvitskii 2007, the greedy variant). ``k-means||`` takes a dozen passes over the points
        instead of two for each centroid, for files and clusters (Bahmani et al. 2012). An array is
        checked and returned as float64.
    seed : int or SeedSequence, optional
        The same seed gives the same bits for any number of threads, on the same version of NumPy.

    Returns
    -------
    ndarray, (K, N), float64

    Raises
    ------
    InvalidInput, InvalidType
        If an argument cannot be used.
    """
    if not isinstance(method, str):
        visible = open_visible(points)
        centroids = check_centroids(method, visible.n_features, visible.names)
        if len(centroids) != check_count(k, "k", minimum=1):
            raise InvalidInput(
                f"k={k} but method holds {len(centroids)} centroids: give {k} rows, "
                f"or k={len(centroids)}"
            )
        return centroids.copy()
    check_choice(method, "method", METHODS, ", or an array")
    rng = check_seed(seed)
    visible = open_visible(points)
    k = check_k(k, visible.n_points)
    if method == "random":
        chosen = visible.take(_random_rows(visible, k, rng))
        if not np.isfinite(chosen).all():
            visible.measure.check()
        return chosen
    visible.measure.check()
    with doing(f"drawing {k:,} centroids"):
        if method == "k-means||":
            return scalable(visible, k, rng)
        return plus_plus(visible, k, rng)


def _random_rows(points: Visible, k: int, rng: np.random.Generator) -> list[int]:
    """Return `k` different rows, at different positions as far as there are that many."""
    chosen: list[int] = []
    rows: set[int] = set()
    positions: set[bytes] = set()
    spare: list[int] = []

    def choose(some: list[int]) -> bool:
        """Choose what is new among some rows; return whether there are enough."""
        for row, values in zip(some, points.take(some) + 0.0, strict=True):
            position = values.tobytes()
            if row not in rows and position not in positions:
                chosen.append(row)
                rows.add(row)
                positions.add(position)
                if len(chosen) == k:
                    return True
            elif row not in rows:
                spare.append(row)
        return False

    # Drawing costs K, not M. Data that keeps repeating itself is looked at as a whole below.
    left = 20 * k + 100
    while left:
        count = min(k - len(chosen), left)
        left -= count
        if choose([int(rng.integers(points.n_points)) for _ in range(count)]):
            return chosen
    spare.clear()
    order = rng.permutation(points.n_points)
    for start in range(0, len(order), _BATCH):
        if choose(order[start : start + _BATCH].tolist()):
            return chosen
    return chosen + spare[: k - len(chosen)]
