"""k-means++: each next centroid is drawn by its squared distance from those before.

Arthur and Vassilvitskii, "k-means++: The advantages of careful seeding", SODA 2007, the greedy
variant. Weights are integers, so the parts in which they are added up do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, Rows
from kmeans_engine.kernels.initial import BATCH, potentials, tighten
from kmeans_engine.points.visit import Visible, VisibleParts
from kmeans_engine.starts.parallel import NOTHING, Chosen, any_others, distances, weight_scale

__all__ = ["plus_plus"]

# Rows whose weights are added up before one of them is drawn.
_BLOCK = 1 << 17


class _Nearest(Protocol):
    """The distances of all points to the nearest of those that were chosen."""

    def approach(self, row: Floats) -> float:
        """Choose a point (1, N) as well; return the largest distance."""

    def best_of(self, candidates: Floats, scale: float) -> int:
        """Return the candidate that would leave the least."""

    def totals(self, scale: float) -> list[int]:
        """Return the weight of each block of rows: distances times `scale`, cut to integers."""

    def weights(self, block: int, scale: float) -> Integers:
        """Return the weights of the rows of a block."""


def plus_plus(points: Visible, k: int, rng: np.random.Generator) -> Floats:
    """Return `k` different points, at different positions as far as there are that many.

    Parameters
    ----------
    points : Visible
        Measured.
    k : int
        At most as many as there are points.
    rng : Generator
    """
    trials = 2 + int(math.log(k))
    near: _Nearest
    near = _Here(points, trials) if isinstance(points, VisibleParts) else _There(points)
    chosen = [int(rng.integers(points.n_points))]
    top = near.approach(points.take(chosen))
    while len(chosen) < k:
        if top < NOTHING:
            chosen += any_others(points.n_points, chosen, k - len(chosen), rng)
            break
        scale = weight_scale(points.n_points, top)
        rows = _draw(near, scale, trials, rng)
        candidates = points.take(rows)
        best = near.best_of(candidates, scale)
        chosen.append(int(rows[best]))
        top = near.approach(candidates[best : best + 1])
    return points.take(chosen)


def _draw(
    near: _Nearest, scale: float, trials: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Draw `trials` points with probabilities proportional to their integer weights."""
    ends = np.cumsum(near.totals(scale))
    drawn = np.empty(trials, dtype=np.intp)
    for t, target in enumerate(rng.integers(0, ends[-1], size=trials).tolist()):
        block = int(np.searchsorted(ends, target, side="right"))
        inside = target - (int(ends[block - 1]) if block else 0)
        prefix = np.cumsum(near.weights(block, scale))
        drawn[t] = block * _BLOCK + int(np.searchsorted(prefix, inside, side="right"))
    return drawn


@dataclass(slots=True)
class _Scratch:
    """Of one worker, and what it has found."""

    x: Floats
    d: Floats
    totals: Integers
    largest: float = 0.0


class _Here:
    """Distances in an array, of points that this process reads; see `_Nearest`."""

    def __init__(self, points: VisibleParts, trials: int) -> None:
        self._points, self._trials = points, trials
        self._work = 4 * points.n_features * trials
        self._nearest = points.budget.empty(points.n_points, np.float64)
        self._fresh = True

    def _scratch(self, _: int) -> _Scratch:
        x = np.empty((self._points.n_features, BATCH))
        return _Scratch(x, np.empty(BATCH), np.zeros(self._trials, dtype=np.int64))

    def approach(self, row: Floats) -> float:
        """See `_Nearest.approach`."""
        nearest, fresh = self._nearest, self._fresh

        def look(own: _Scratch, start: int, X: Rows) -> None:
            near = nearest[start : start + len(X)]
            own.largest = max(own.largest, tighten(X, row, near, fresh, own.x, own.d))

        self._fresh = False
        parts = self._points.fold(self._scratch, look, work_per_row=self._work)
        return max(part.largest for part in parts)

    def best_of(self, candidates: Floats, scale: float) -> int:
        """See `_Nearest.best_of`."""
        nearest = self._nearest

        def weigh(own: _Scratch, start: int, X: Rows) -> None:
            near = nearest[start : start + len(X)]
            potentials(X, candidates, near, scale, own.totals, own.x, own.d)

        parts = self._points.fold(self._scratch, weigh, work_per_row=self._work)
        return int(np.argmin(np.sum([part.totals for part in parts], axis=0)))

    def totals(self, scale: float) -> list[int]:
        """See `_Nearest.totals`."""
        blocks = range(-(-len(self._nearest) // _BLOCK))
        return [int(self.weights(block, scale).sum()) for block in blocks]

    def weights(self, block: int, scale: float) -> Integers:
        """See `_Nearest.weights`."""
        some = self._nearest[block * _BLOCK : (block + 1) * _BLOCK]
        return (some * scale).astype(np.int64)


class _Ask:
    """A visitor that adds something up for each chunk of the points; see `Visitor`.

    Parameters
    ----------
    chosen : ndarray, (C, N)
        What distances are from.
    give : callable
        ``give(distances, rows, X)`` returns what is merged.
    merge : callable
        Merges a list of that; None for nothing yet.
    """

    cells = 0

    def __init__(self, chosen: Floats, give: Callable[..., Any], merge: Callable[..., Any]) -> None:
        self._chosen, self._give, self._merge = chosen, give, merge
        self.work_per_row = 8 * chosen.shape[1]

    def begin(self) -> list[Any]:
        """See `Visitor.begin`."""
        return []

    def add(
        self, found: list[Any], rows: Any, X: npt.NDArray[Any], was: Any, now: Any, weights: Any
    ) -> None:
        """See `Visitor.add`."""
        far = distances(X, self._chosen, now)
        found[:] = [self._merge([*found, self._give(far, np.asarray(rows), X)])]

    def merge(self, found: list[list[Any]]) -> list[Any]:
        """See `Visitor.merge`."""
        pieces = [piece for some in found for piece in some]
        return [self._merge(pieces)] if pieces else []


class _There:
    """Distances that are measured anew by visitors, wherever the points are; see `_Nearest`."""

    def __init__(self, points: Visible) -> None:
        self._points = points
        self._chosen = np.empty((0, points.n_features))
        self._blocks = -(-points.n_points // _BLOCK)

    def _ask(self, give: Callable[..., Any], merge: Callable[..., Any]) -> Any:
        state = Chosen(self._points, self._chosen)
        return self._points.visit(_Ask(self._chosen, give, merge), state)[0]

    def approach(self, row: Floats) -> float:
        """See `_Nearest.approach`."""
        self._chosen = np.concatenate([self._chosen, row])
        return float(self._ask(_largest, max))

    def best_of(self, candidates: Floats, scale: float) -> int:
        """See `_Nearest.best_of`."""
        return int(np.argmin(self._ask(_Left(candidates, scale), _sum)))

    def totals(self, scale: float) -> list[int]:
        """See `_Nearest.totals`."""
        found: list[int] = self._ask(_Totals(self._blocks, scale), _sum).tolist()
        return found

    def weights(self, block: int, scale: float) -> Integers:
        """See `_Nearest.weights`."""
        rows, weights = self._ask(_Weights(block, scale), _join)
        ordered: Integers = weights[np.argsort(rows)]
        return ordered


def _largest(far: Floats, rows: npt.NDArray[Any], X: npt.NDArray[Any]) -> float:
    return float(far.max())


def _sum(pieces: list[Integers]) -> Integers:
    total: Integers = np.sum(pieces, axis=0)
    return total


def _join(pieces: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    rows, weights = zip(*pieces, strict=True)
    return np.concatenate(rows), np.concatenate(weights)


@dataclass
class _Left:
    """What would remain with each candidate."""

    candidates: Floats
    scale: float

    def __call__(self, far: Floats, rows: npt.NDArray[Any], X: npt.NDArray[Any]) -> Integers:
        one = np.zeros(len(X), dtype=np.uint8)
        left = [np.minimum(distances(X, row[None], one), far) for row in self.candidates]
        return np.array([(some * self.scale).astype(np.int64).sum() for some in left])


@dataclass
class _Totals:
    """The weight of each block."""

    blocks: int
    scale: float

    def __call__(self, far: Floats, rows: npt.NDArray[Any], X: npt.NDArray[Any]) -> Integers:
        totals = np.zeros(self.blocks, dtype=np.int64)
        np.add.at(totals, rows // _BLOCK, (far * self.scale).astype(np.int64))
        return totals


@dataclass
class _Weights:
    """The weights of the rows of a block, and their numbers."""

    block: int
    scale: float

    def __call__(self, far: Floats, rows: npt.NDArray[Any], X: npt.NDArray[Any]) -> Any:
        mine = rows // _BLOCK == self.block
        return rows[mine], (far[mine] * self.scale).astype(np.int64)
