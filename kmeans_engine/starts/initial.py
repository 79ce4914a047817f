"""Where a run starts: random points, or k-means++."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Visible
from kmeans_engine.points.weights import open_weighted
from kmeans_engine.runtime.progress import doing
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.starts.parallel import scalable
from kmeans_engine.starts.plus_plus import drawing, plus_plus
from kmeans_engine.starts.shares import rows_of_weight, shares_of
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
    points: Any,
    k: int,
    *,
    weights: Any = None,
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
        At least 1; at most M where points are drawn, and as many as have a positive weight.
    weights : array_like, (M,), optional
        As for `Engine`: a point of weight 2 is drawn as if it were there twice, one of weight 0
        never. What an engine has read has its weights already.
    method : {"random", "k-means++", "k-means||"} or array_like, (K, N)
        ``random`` draws k different points, at different positions where the points have that many.
        ``k-means++`` draws each next point with a probability proportional to its squared distance
        from those drawn before, and takes the best of 2 + ln k such draws (Arthur and
        Vassilvitskii 2007, the greedy variant). ``k-means||`` takes a dozen passes over the points
        instead of two for each centroid, for files and clusters (Bahmani et al. 2012). An array is
        checked and returned as float64. With weights all three draw by them.
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
    visible = open_weighted(points, weights)
    k = check_k(k, visible.n_points)
    shares = shares_of(visible)
    if shares is not None and k > shares.positive:
        raise InvalidInput(
            f"k={k} needs at least {k} points of positive weight, got {shares.positive}: choose k "
            f"between 1 and {shares.positive}",
            options=("k",),
        )
    if method == "random":
        draw = drawing(visible, rng, shares)
        chosen = visible.take(_random_rows(visible, k, rng, draw))
        if not np.isfinite(chosen).all():
            visible.measure.check()
        return chosen
    visible.measure.check()
    with doing(f"drawing {k:,} centroids"):
        if method == "k-means||":
            return scalable(visible, k, rng, drawing(visible, rng, shares)(1)[0], shares)
        return plus_plus(visible, k, rng, shares)


def _random_rows(
    points: Visible, k: int, rng: np.random.Generator, draw: Callable[[int], list[int]]
) -> list[int]:
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
        if choose(draw(count)):
            return chosen
    spare.clear()
    order = rng.permutation(rows_of_weight(points))
    for start in range(0, len(order), _BATCH):
        if choose(order[start : start + _BATCH].tolist()):
            return chosen
    return chosen + spare[: k - len(chosen)]
