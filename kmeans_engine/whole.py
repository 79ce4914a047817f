"""All points of an engine: what it asks of them, and those that this process can read.

The points come in parts, and everything the engine needs of a part can be added up; so the parts
may as well be elsewhere (`Whole`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.data import Data
from kmeans_engine.points.opening import elsewhere, open_parts
from kmeans_engine.points.precision import rounded_in
from kmeans_engine.points.seal import Seal
from kmeans_engine.points.squares import square_totals
from kmeans_engine.points.visit import Corners, Visible, VisibleParts
from kmeans_engine.points.weights import refuse_twice, weigh
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.strategies import make_strategy
from kmeans_engine.strategies.base import Assigner

__all__ = ["PartsHere", "Whole", "open_whole"]

# The strategies that score every centroid when there are few points.
_PLAIN = ("auto", "brute")


class Whole(Visible, Protocol):
    """All points of an engine, measured, with the strategy that clusters them."""

    given: Any
    """What the caller gave, or the same as one array if it was a table in memory."""
    given_weights: Any
    """What the caller gave as weights, or None."""
    threads: int
    """That may work at the centroids."""
    sprintable: Data | None
    """The points as one part in memory, if a short run may be one piece of machine code."""
    seal: Seal
    """Whether the points are still those that were measured."""

    @property
    def budget(self) -> Budget | None:
        """Of what becomes as long as the points in this process, if something does."""

    def check(self, k: int) -> None:
        """Raise `UnsupportedStrategy` if the strategy cannot serve so many clusters."""

    def begin(self) -> Sequence[Assigner]:
        """Return assigners for a new run, one for each part of the points."""

    def squares(self) -> list[int]:
        """Return the exact sums of the squares; see `points.squares.square_totals`."""

    def count_rounded(self) -> int:
        """Return how many whole numbers beyond 2^53 were rounded when they became float64."""

    def count_rounded_weights(self) -> int:
        """Return how many of the weights were."""


class PartsHere(VisibleParts):
    """Points in parts that this process can read; see `Whole`.

    Parameters
    ----------
    parts : sequence of Data
        One after the other.
    strategy : str
        One of `STRATEGIES`.
    given
        See `Whole.given`.
    weights
        See `Whole.given_weights`; the parts have them.
    """

    def __init__(
        self, parts: Sequence[Data], strategy: str, given: Any, weights: Any = None
    ) -> None:
        super().__init__(parts)
        _ = self.measure  # or the error of bad points
        self.given, self.given_weights = given, weights
        self.seal = Seal(parts)
        plain = len(parts) == 1 and parts[0].in_memory and strategy in _PLAIN
        self.sprintable = parts[0] if plain else None
        self._strategies = [make_strategy(strategy, part) for part in parts]

    def rows_within(self, within: Corners) -> npt.NDArray[np.intp] | None:
        """See `VisibleParts.rows_within`: known where the points are sorted into blocks."""
        blocks = [getattr(strategy, "at_hand", None) for strategy in self._strategies]
        found: list[npt.NDArray[np.intp]] = []
        for made, start in zip(blocks, self._starts.tolist(), strict=False):
            rows = None if made is None else made.rows_within(*within)
            if rows is None:
                return None
            found.append(rows + start)
        return np.concatenate(found)

    def check(self, k: int) -> None:
        """See `Whole.check`."""
        for part, strategy in zip(self.parts, self._strategies, strict=True):
            strategy.check(part, k)

    def begin(self) -> list[Assigner]:
        """See `Whole.begin`."""
        return [strategy.begin() for strategy in self._strategies]

    def squares(self) -> list[int]:
        """See `Whole.squares`."""
        return square_totals(self.parts)

    def count_rounded(self) -> int:
        """See `Whole.count_rounded`."""
        return rounded_in(self.parts)

    def count_rounded_weights(self) -> int:
        """See `Whole.count_rounded_weights`."""
        return sum(part.rounded_weights for part in self.parts)


def open_whole(
    points: Any,
    threads: int,
    strategy: str,
    memory: str | int | None = None,
    scratch: str | os.PathLike[str] | None = None,
    weights: Any = None,
) -> Whole:
    """Return points, given as for `Engine`, measured and ready to be clustered where they are.

    Those that another engine has opened keep its threads and its strategy.
    """
    home = elsewhere(points)
    if home is not None:
        for name, value in (("memory", memory), ("scratch", scratch)):
            if value is not None:
                raise InvalidInput(
                    f"{name}={value!r} has no effect on points that are not in this process: the "
                    "limits of the workers count; leave it out",
                    options=(name,),
                )
        whole: Whole = home.open_whole(points, threads, strategy, weights)
        return whole
    if hasattr(points, "begin"):
        opened: Whole = points
        if weights is not None:
            raise refuse_twice()
        return opened
    parts = open_parts(points, threads, Budget(memory, scratch))
    if weights is not None:
        weigh(parts, weights)
    given = points
    if len(parts) == 1 and parts[0].in_memory and not isinstance(points, str | os.PathLike):
        given = parts[0].points
    return PartsHere(parts, strategy, given, weights)
