"""What the engine asks of points, wherever they are stored: to be folded, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy.typing as npt

from kmeans_engine.arrays import Floats, Rows
from kmeans_engine.points.measure import Measure
from kmeans_engine.runtime.threads import threads_for

__all__ = ["Points", "folding_threads"]

Part = TypeVar("Part")


class Points(Protocol):
    """Points in memory, in files or on a cluster, or a part of them."""

    n_points: int
    n_features: int

    @property
    def measure(self) -> Measure:
        """That of all parts together, of which these points are one."""

    @property
    def weights(self) -> Floats | None:
        """What each point weighs, (M,); None if all weigh the same."""

    def fold(
        self,
        make: Callable[[int], Part],
        add: Callable[[Part, int, Rows], None],
        *,
        work_per_row: int,
        cells_per_part: int = 0,
    ) -> list[Part]:
        """Call ``add(part, start, rows)`` for every chunk of the points, on the threads there are.

        Parameters
        ----------
        make : callable
            ``make(most)`` returns what belongs to one worker: its scratch, for chunks of at most
            `most` rows, and its part of the result.
        add : callable
            Gets the worker's part, the number of the first row, and the rows as kernels read
            them, valid until it returns. Never called twice at the same time with the same part.
        work_per_row : int
            Multiply-adds, from which follow the length of a chunk, and whether more than one
            thread pays.
        cells_per_part : int
            Numbers in the part of a worker, if they may be more than there are values: then there
            are so few workers that merging their parts costs no more than the work, on 64
            processors as well.

        Returns
        -------
        list
            The parts, in no order: what is merged from them must not depend on it.
        """

    def take(self, indices: npt.ArrayLike) -> Floats:
        """Return the rows at `indices` as a new float64 array."""

    def sample(self, step: int, first: int = 0) -> Floats:
        """Return every `step`-th row from `first` on as float64."""


def folding_threads(
    rows: int, n_features: int, work_per_row: int, cells_per_part: int, threads: int
) -> int:
    """Return how many threads a fold over so many rows is worth; see `Points.fold`."""
    # Nanoseconds: of a row, and of a multiply-add in registers.
    worth = threads_for(rows * (3 + 0.06 * work_per_row), threads)
    if cells_per_part:
        worth = max(1, min(worth, rows * n_features // cells_per_part))
    return worth
