"""k-means++: each next centroid is drawn by its squared distance from those before.

Arthur and Vassilvitskii, "k-means++: The advantages of careful seeding", SODA 2007, the greedy
variant. Weights are integers, so the parts in which they are added up do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.points.visit import Visible
from kmeans_engine.starts.nearest import BLOCK, Nearest, nearest_of
from kmeans_engine.starts.parallel import NOTHING, any_others, weight_scale
from kmeans_engine.starts.shares import Shares, rows_of_weight

__all__ = ["drawing", "plus_plus"]


def plus_plus(
    points: Visible, k: int, rng: np.random.Generator, shares: Shares | None = None
) -> Floats:
    """Return `k` different points, at different positions as far as there are that many.

    Parameters
    ----------
    points : Visible
        Measured.
    k : int
        At most as many as there are points of positive weight.
    rng : Generator
    shares : Shares, optional
        Of the points, if they have weights.
    """
    trials = 2 + int(math.log(k))
    near = nearest_of(points, trials, shares)
    chosen = drawing(points, rng, shares, near)(1)
    top = near.approach(points.take(chosen))
    while len(chosen) < k:
        if top < NOTHING:
            chosen += any_others(rows_of_weight(points), chosen, k - len(chosen), rng)
            break
        scale = weight_scale(points.n_points, top)
        rows = _draw(near, scale, trials, rng)
        candidates = points.take(rows)
        best = near.best_of(candidates, scale)
        chosen.append(int(rows[best]))
        top = near.approach(candidates[best : best + 1])
    return points.take(chosen)


def drawing(
    points: Visible, rng: np.random.Generator, shares: Shares | None, near: Nearest | None = None
) -> Callable[[int], list[int]]:
    """Return a function that draws so many points, with replacement: by weight, if they have any.

    Parameters
    ----------
    points : Visible
    rng : Generator
    shares : Shares, or None
    near : Nearest, optional
        That of the points, before any was chosen; it is made where it is needed.
    """
    if shares is None:
        return lambda count: [int(rng.integers(points.n_points)) for _ in range(count)]
    held, scale = near or nearest_of(points, 1, shares), weight_scale(points.n_points, 1.0)
    return lambda count: _draw(held, scale, count, rng).tolist()


def _draw(
    near: Nearest, scale: float, trials: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Draw `trials` points with probabilities proportional to their integer weights."""
    ends = np.cumsum(near.totals(scale))
    targets = rng.integers(0, ends[-1], size=trials)
    blocks = np.searchsorted(ends, targets, side="right")
    drawn = np.empty(trials, dtype=np.intp)
    for block in set(blocks.tolist()):
        mine = blocks == block
        inside = targets[mine] - (ends[block - 1] if block else 0)
        prefix = np.cumsum(near.weights(block, scale))
        drawn[mine] = block * BLOCK + np.searchsorted(prefix, inside, side="right")
    return drawn
