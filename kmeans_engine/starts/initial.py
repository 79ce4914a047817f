"""Where a run starts: random points, or k-means++."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, Rows
from kmeans_engine.errors import InvalidInput
from kmeans_engine.kernels.initial import BATCH, potentials, tighten
from kmeans_engine.points.opening import open_visible
from kmeans_engine.points.visit import Visible, VisibleParts
from kmeans_engine.runtime.progress import doing
from kmeans_engine.starts.methods import METHODS
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
        Anything that an `Engine` takes.
    k : int
        At least 1; at most M where points are drawn.
    method : {"random", "k-means++"} or array_like, (K, N)
        ``random`` draws k different points, at different positions where the points have that many.
        ``k-means++`` draws each next point with a probability proportional to its squared distance
        from those drawn before, and takes the best of 2 + ln k such draws (Arthur and
        Vassilvitskii 2007, the greedy variant). An array is checked and returned as float64.
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
    assert isinstance(visible, VisibleParts)
    visible.measure.check()
    with doing(f"drawing {k:,} centroids"):
        return _plus_plus(visible, k, rng)


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


def _plus_plus(points: VisibleParts, k: int, rng: np.random.Generator) -> Floats:
    trials = 2 + int(math.log(k))
    work = 4 * points.n_features * trials
    nearest = points.budget.empty(points.n_points, np.float64)

    def scratch(_: int) -> _Scratch:
        return _Scratch(
            np.empty((points.n_features, BATCH)), np.empty(BATCH), np.zeros(trials, dtype=np.int64)
        )

    def approach(row: Floats, *, fresh: bool = False) -> float:
        """Lower `nearest` to the distances from a point (1, N); return the largest."""

        def look(own: _Scratch, start: int, X: Rows) -> None:
            near = nearest[start : start + len(X)]
            own.largest = max(own.largest, tighten(X, row, near, fresh, own.x, own.d))

        parts = points.fold(scratch, look, work_per_row=work)
        return max(part.largest for part in parts)

    def best_of(candidates: Floats, scale: float) -> int:
        """Return the candidate that would leave the least."""

        def weigh(own: _Scratch, start: int, X: Rows) -> None:
            near = nearest[start : start + len(X)]
            potentials(X, candidates, near, scale, own.totals, own.x, own.d)

        parts = points.fold(scratch, weigh, work_per_row=work)
        return int(np.argmin(np.sum([part.totals for part in parts], axis=0)))

    chosen = [int(rng.integers(points.n_points))]
    top = approach(points.take(chosen), fresh=True)
    while len(chosen) < k:
        if top < 2.0**-900:  # every position is taken, or as good as: any other points will do
            free = np.setdiff1d(np.arange(points.n_points), chosen)
            chosen += rng.choice(free, k - len(chosen), replace=False).tolist()
            break
        # Integer weights whose total fits 63 bits: sums of them do not depend on their order.
        exponent = 62 - points.n_points.bit_length() - math.frexp(top)[1]
        scale = math.ldexp(1.0, min(exponent, 1023))
        rows = _draw(nearest, scale, trials, rng)
        candidates = points.take(rows)
        best = best_of(candidates, scale)
        chosen.append(int(rows[best]))
        top = approach(candidates[best : best + 1])
    return points.take(chosen)


@dataclass(slots=True)
class _Scratch:
    """Of one worker, and what it has found."""

    x: Floats
    d: Floats
    totals: Integers
    largest: float = 0.0


def _draw(
    nearest: Floats, scale: float, trials: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Draw `trials` points with probabilities proportional to their integer weights."""
    rows = 1 << 17
    starts = range(0, len(nearest), rows)
    ends = np.cumsum([int((nearest[s : s + rows] * scale).astype(np.int64).sum()) for s in starts])
    drawn = np.empty(trials, dtype=np.intp)
    for t, target in enumerate(rng.integers(0, ends[-1], size=trials).tolist()):
        chunk = int(np.searchsorted(ends, target, side="right"))
        start = chunk * rows
        inside = target - (int(ends[chunk - 1]) if chunk else 0)
        prefix = np.cumsum((nearest[start : start + rows] * scale).astype(np.int64))
        drawn[t] = start + int(np.searchsorted(prefix, inside, side="right"))
    return drawn
