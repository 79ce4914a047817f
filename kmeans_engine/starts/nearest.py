"""The distances of all points to the nearest of those that k-means++ has chosen, as weights.

In an array where this process reads the points; measured anew by visitors where it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, Rows
from kmeans_engine.kernels.initial import BATCH, potentials, tighten
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.points.visit import Visible, VisibleParts
from kmeans_engine.starts.parallel import Chosen
from kmeans_engine.starts.shares import Shares, gathered, weighed

__all__ = ["BLOCK", "Nearest", "nearest_of"]

_Array = npt.NDArray[Any]
_Weigh = Callable[[Floats], Floats]

# Rows whose weights are added up before one of them is drawn.
BLOCK = 1 << 17
# Points that are looked at as they are: to divide them takes as long as to look at 1,000 of them.
_FEW = 1 << 12


class Nearest(Protocol):
    """The distances of all points to the nearest of those that were chosen, times their shares.

    As long as nothing was chosen, they are the shares.
    """

    def approach(self, row: Floats) -> float:
        """Choose a point (1, N) as well; return the largest distance."""

    def best_of(self, candidates: Floats, scale: float) -> int:
        """Return the candidate that would leave the least."""

    def totals(self, scale: float) -> list[int]:
        """Return the weight of each block of rows: distances times `scale`, cut to integers."""

    def weights(self, block: int, scale: float) -> Integers:
        """Return the weights of the rows of a block."""


def nearest_of(points: Visible, trials: int, shares: Shares | None) -> Nearest:
    """Return the distances of all points, before any was chosen.

    Parameters
    ----------
    points : Visible
    trials : int
        The most candidates that are compared.
    shares : Shares, or None
        Of points with weights.
    """
    if isinstance(points, VisibleParts):
        return Here(points, trials, shares)
    return There(points, shares)


@dataclass(slots=True)
class _Scratch:
    """Of one worker, and what it has found."""

    x: Floats
    d: Floats
    totals: Integers
    largest: float = 0.0


class Here:
    """Distances in an array, of points that this process reads; see `Nearest`."""

    def __init__(self, points: VisibleParts, trials: int, shares: Shares | None) -> None:
        self._points, self._trials = points, trials
        self._work = 4 * points.n_features * trials
        self._shares = gathered(points, shares)
        self._nearest = points.budget.empty(points.n_points, np.float64)
        if shares is not None:
            self._nearest[:] = self._shares
        self._fresh = True
        self._few: Rows | None = None
        if len(points.parts) == 1 and points.n_points <= _FEW:
            _ = points.measure  # as in `fold`
            self._few = points.parts[0].rows(0, points.n_points, None)

    def _scratch(self, _: int) -> _Scratch:
        x = np.empty((self._points.n_features, BATCH))
        return _Scratch(x, np.empty(BATCH), np.zeros(self._trials, dtype=np.int64))

    def _fold(self, add: Callable[[_Scratch, int, Rows], None]) -> list[_Scratch]:
        if self._few is None:
            return self._points.fold(self._scratch, add, work_per_row=self._work)
        own = self._scratch(0)
        add(own, 0, self._few)
        return [own]

    def approach(self, row: Floats) -> float:
        """See `Nearest.approach`."""
        nearest, fresh = self._nearest, self._fresh

        def look(own: _Scratch, start: int, X: Rows) -> None:
            near = nearest[start : start + len(X)]
            shares = self._shares[start : start + len(X)]
            largest = tighten(X, row, shares, near, fresh, own.x, own.d)
            own.largest = max(own.largest, largest)

        self._fresh = False
        return max(part.largest for part in self._fold(look))

    def best_of(self, candidates: Floats, scale: float) -> int:
        """See `Nearest.best_of`."""
        nearest = self._nearest

        def weigh(own: _Scratch, start: int, X: Rows) -> None:
            near = nearest[start : start + len(X)]
            shares = self._shares[start : start + len(X)]
            potentials(X, candidates, shares, near, scale, own.totals, own.x, own.d)

        return int(np.argmin(np.sum([part.totals for part in self._fold(weigh)], axis=0)))

    def totals(self, scale: float) -> list[int]:
        """See `Nearest.totals`."""
        blocks = range(-(-len(self._nearest) // BLOCK))
        return [int(self.weights(block, scale).sum()) for block in blocks]

    def weights(self, block: int, scale: float) -> Integers:
        """See `Nearest.weights`."""
        some = self._nearest[block * BLOCK : (block + 1) * BLOCK]
        return (some * scale).astype(np.int64)


class _Ask:
    """A visitor that adds something up for each chunk of the points; see `Visitor`.

    Parameters
    ----------
    chosen : ndarray, (C, N)
        What distances are from.
    shares : Shares, or None
        Of points with weights.
    give : callable
        ``give(distances, rows, X, weigh)`` returns what is merged, with distances times shares;
        ``weigh(distances)`` makes others such.
    merge : callable
        Merges a list of that; None for nothing yet.
    """

    cells = 0

    def __init__(
        self,
        chosen: Floats,
        shares: Shares | None,
        give: Callable[..., Any],
        merge: Callable[..., Any],
    ) -> None:
        self._chosen, self._shares, self._give, self._merge = chosen, shares, give, merge
        self.work_per_row = 8 * chosen.shape[1]

    def begin(self) -> list[Any]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[Any],
        rows: Any,
        X: _Array,
        was: Any,
        now: Any,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""

        def weigh(far: Floats) -> Floats:
            return weighed(far, weights, self._shares)

        far = np.ones(len(X)) if now is None else squares_to_own(X, self._chosen, now)
        found[:] = [self._merge([*found, self._give(weigh(far), np.asarray(rows), X, weigh)])]

    def merge(self, found: list[list[Any]]) -> list[Any]:
        """See `Visitor.merge`."""
        pieces = [piece for some in found for piece in some]
        return [self._merge(pieces)] if pieces else []


class There:
    """Distances that are measured anew by visitors, wherever the points are; see `Nearest`."""

    def __init__(self, points: Visible, shares: Shares | None) -> None:
        self._points, self._shares = points, shares
        self._chosen = np.empty((0, points.n_features))
        self._blocks = -(-points.n_points // BLOCK)

    def _ask(self, give: Callable[..., Any], merge: Callable[..., Any]) -> Any:
        state = Chosen(self._points, self._chosen) if len(self._chosen) else None
        return self._points.visit(_Ask(self._chosen, self._shares, give, merge), state)[0]

    def approach(self, row: Floats) -> float:
        """See `Nearest.approach`."""
        self._chosen = np.concatenate([self._chosen, row])
        return float(self._ask(_largest, max))

    def best_of(self, candidates: Floats, scale: float) -> int:
        """See `Nearest.best_of`."""
        return int(np.argmin(self._ask(_Left(candidates, scale), _sum)))

    def totals(self, scale: float) -> list[int]:
        """See `Nearest.totals`."""
        found: list[int] = self._ask(_Totals(self._blocks, scale), _sum).tolist()
        return found

    def weights(self, block: int, scale: float) -> Integers:
        """See `Nearest.weights`."""
        rows, weights = self._ask(_Weights(block, scale), _join)
        ordered: Integers = weights[np.argsort(rows)]
        return ordered


def _largest(far: Floats, rows: _Array, X: _Array, weigh: _Weigh) -> float:
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

    def __call__(self, far: Floats, rows: _Array, X: _Array, weigh: _Weigh) -> Integers:
        one = np.zeros(len(X), dtype=np.uint8)
        new = (weigh(squares_to_own(X, row[None], one)) for row in self.candidates)
        left = [np.minimum(some, far) for some in new]
        return np.array([(some * self.scale).astype(np.int64).sum() for some in left])


@dataclass
class _Totals:
    """The weight of each block."""

    blocks: int
    scale: float

    def __call__(self, far: Floats, rows: _Array, X: _Array, weigh: _Weigh) -> Integers:
        totals = np.zeros(self.blocks, dtype=np.int64)
        np.add.at(totals, rows // BLOCK, (far * self.scale).astype(np.int64))
        return totals


@dataclass
class _Weights:
    """The weights of the rows of a block, and their numbers."""

    block: int
    scale: float

    def __call__(self, far: Floats, rows: _Array, X: _Array, weigh: _Weigh) -> Any:
        mine = rows // BLOCK == self.block
        return rows[mine], (far[mine] * self.scale).astype(np.int64)
