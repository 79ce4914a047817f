"""What a picture asks of labelled points, wherever they are: to be visited, and added up.

A visitor goes to the points, chunk by chunk, and what it has found there comes back: sums of pixels
instead of points, so that a part on another machine can paint itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices, LabelArray, Rows
from kmeans_engine.points.data import Data, measure_together
from kmeans_engine.points.fold import folding_threads
from kmeans_engine.points.measure import Measure
from kmeans_engine.points.shares import pieces_of, shares
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.runtime.threads import chunk_rows, even_rows, fold_chunks

__all__ = ["Corners", "Labelled", "Visible", "VisibleParts", "Visitor"]

Found = TypeVar("Found")
Corners = tuple[Floats, Floats]

# Points that are listed, 128 MiB of them; of more, so many labels at a time are compared.
_LISTED, _COMPARED = 1 << 24, 1 << 22


class Visitor(Protocol[Found]):
    """Something to be done with labelled points; it can be pickled, and holds no points."""

    work_per_row: int
    """Multiply-adds, as in `points.fold.Points.fold`."""
    cells: int
    """The cost of one more worker, as `cells_per_part` there; 0 if what is found is small."""

    def begin(self) -> Found:
        """Return what one worker adds to."""

    def add(
        self,
        found: Found,
        rows: range | Indices,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        """Add some points to what a worker has found.

        Parameters
        ----------
        found
            From `begin`; never used by two calls at the same time.
        rows : range or ndarray, (R,)
            Their numbers among all points.
        X : ndarray, (R, N)
            The points themselves, of any type.
        was, now : ndarray, (R,)
            Their labels in the state before and in this one; None if there is no such state.
        weights : ndarray, (R,), float64
            What each of them weighs; None if all weigh the same.
        """

    def merge(self, found: list[Found]) -> Found:
        """Return what several workers have found, one at least, as one; they may be changed.

        In any order and in any number of steps. What was found elsewhere arrives pickled.
        """


class Labelled(Protocol):
    """A state of a run, as a visit asks for it; see `Snapshot`."""

    @property
    def assigned_from(self) -> Floats:
        """The centroids that the labels refer to, (K, N)."""

    @property
    def n_changed(self) -> int:
        """How many points have another label than in the state before."""

    @property
    def labels(self) -> LabelArray:
        """The cluster of each point, (M,)."""

    @property
    def changed(self) -> npt.NDArray[np.intp]:
        """The points whose label differs from the state before, ascending."""

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of some points."""

    def follows(self, other: Any) -> bool:
        """Return whether this is the next state of the same run."""


class Visible(Protocol):
    """All points of an engine, wherever they are."""

    n_points: int
    n_features: int
    names: tuple[str, ...]
    """Of the features, empty if they have none."""

    @property
    def weighted(self) -> bool:
        """Whether the points have weights."""

    @property
    def measure(self) -> Measure:
        """That of all points; the first who asks for it may wait, or get the error of bad ones."""

    def take(self, indices: npt.ArrayLike) -> Floats:
        """Return the rows at `indices` as a new float64 array."""

    def sample(self, step: int) -> Floats:
        """Return every `step`-th row as float64."""

    def visit(
        self,
        visitor: Visitor[Found],
        now: Labelled | None = None,
        before: Labelled | None = None,
        *,
        changed: bool = False,
        within: Corners | None = None,
    ) -> Found:
        """Show a visitor all points, or those whose label differs between two states.

        Parameters
        ----------
        visitor : Visitor
        now : Labelled, optional
            A state of a run on these points. By default they are shown without labels.
        before : Labelled, optional
            Another state, of any run on these points: only points whose label differs are shown,
            with both labels. By default all points are.
        changed : bool
            Only the points are shown that `now.changed` names, without labels; not with `before`.
        within : tuple of ndarray, (N,), optional
            Least and largest values: points outside need not be shown, and are not where it is
            known which they are. Without effect on `before` and `changed`.
        """


class VisibleParts:
    """Points in parts that this process can read; see `Visible`.

    Parameters
    ----------
    parts : sequence of Data
        Measured when somebody first asks for that.
    """

    def __init__(self, parts: Sequence[Data]) -> None:
        self.parts = parts
        self.n_features = parts[0].n_features
        self.names = parts[0].names
        self.threads = parts[0].threads
        self.budget: Budget = parts[0].budget
        self._starts = np.cumsum([0, *(part.n_points for part in parts)])
        self.n_points = int(self._starts[-1])

    @property
    def weighted(self) -> bool:
        """See `Visible.weighted`."""
        return self.parts[0].weights is not None

    @functools.cached_property
    def measure(self) -> Measure:
        """See `Visible.measure`; errors as for `measure_together`."""
        measure_together(self.parts)
        return self.parts[0].measure

    def fold(
        self,
        make: Callable[[int], Found],
        add: Callable[[Found, int, Rows], None],
        *,
        work_per_row: int,
        cells_per_part: int = 0,
    ) -> list[Found]:
        """See `points.fold.Points.fold`."""
        _ = self.measure  # which rows kernels see depends on that of all parts
        found: list[Found] = []
        for data, first in zip(self.parts, self._starts.tolist(), strict=False):

            def shifted(part: Found, start: int, X: Rows, first: int = first) -> None:
                add(part, first + start, X)

            found += data.fold(
                make, shifted, work_per_row=work_per_row, cells_per_part=cells_per_part
            )
        return found

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Visible.take`."""
        if len(self.parts) == 1:
            return self.parts[0].take(indices)
        rows = np.asarray(indices)
        taken = np.empty((len(rows), self.n_features))
        for number, mine in shares(pieces_of(self._starts, rows)):
            taken[mine] = self.parts[number].take(rows[mine] - self._starts[number])
        return taken

    def _weights_at(self, rows: Indices) -> Floats | None:
        if not self.weighted:
            return None
        taken = np.empty(len(rows))
        for number, mine in shares(pieces_of(self._starts, rows)):
            weights = self.parts[number].weights
            assert weights is not None
            taken[mine] = weights[rows[mine] - self._starts[number]]
        return taken

    def sample(self, step: int, first: int = 0) -> Floats:
        """See `Visible.sample`."""
        starts = self._starts.tolist()
        return np.concatenate(
            [
                part.sample(step, first - start if start < first else (first - start) % step)
                for part, start in zip(self.parts, starts, strict=False)
            ]
        )

    def visit(
        self,
        visitor: Visitor[Found],
        now: Labelled | None = None,
        before: Labelled | None = None,
        *,
        changed: bool = False,
        within: Corners | None = None,
    ) -> Found:
        """See `Visible.visit`."""
        _ = self.measure  # as in `fold`
        free: list[Found] = []

        def begin() -> Found:
            try:
                return free.pop()
            except IndexError:
                return visitor.begin()

        if now is not None and (changed or before is not None):
            batches = _differing(now, before) if before else [(now.changed, None, None)]
            for rows, was, new in batches:
                free += self._some(visitor, begin, rows, was, new)
        elif within is not None and (near := self.rows_within(within)) is not None:
            labels = None if now is None else now.labels_at(near)
            free += self._some(visitor, begin, near, None, labels)
        else:
            labels = None if now is None else now.labels
            for data, start in zip(self.parts, self._starts.tolist(), strict=False):
                some = None if labels is None else labels[start : start + data.n_points]
                free += self._all(visitor, begin, data, start, some)
        return visitor.merge(free or [visitor.begin()])

    def rows_within(self, within: Corners) -> npt.NDArray[np.intp] | None:
        """Return the points that may lie between these corners, ascending; None for all of them.

        Parameters
        ----------
        within : tuple of ndarray, (N,)
            Least and largest values.
        """
        return None

    def _all(
        self,
        visitor: Visitor[Found],
        begin: Callable[[], Found],
        data: Data,
        first: int,
        labels: LabelArray | None,
    ) -> list[Found]:
        """Show a visitor a part of the points, and its labels."""
        beside: tuple[LabelArray | None, Floats | None] = labels, data.weights

        def add(found: Found, start: int, X: npt.NDArray[Any]) -> None:
            stop = start + len(X)
            now, weights = (None if each is None else each[start:stop] for each in beside)
            visitor.add(found, range(first + start, first + stop), X, None, now, weights)

        return data.fold(
            lambda _: begin(),
            add,
            work_per_row=visitor.work_per_row,
            cells_per_part=visitor.cells,
        )

    def _some(
        self,
        visitor: Visitor[Found],
        begin: Callable[[], Found],
        rows: npt.NDArray[np.intp],
        was: LabelArray | None,
        now: LabelArray | None,
    ) -> list[Found]:
        """Show a visitor some points, and their labels."""

        def add(found: Found, start: int, stop: int) -> None:
            some = rows[start:stop]
            old, new = (None if side is None else side[start:stop] for side in (was, now))
            visitor.add(found, some, self.take(some), old, new, self._weights_at(some))

        threads = folding_threads(
            len(rows), self.n_features, visitor.work_per_row, visitor.cells, self.threads
        )
        most = even_rows(len(rows), chunk_rows(visitor.work_per_row), threads)
        return fold_chunks(begin, add, len(rows), most, threads)


def _differing(
    now: Labelled, before: Labelled
) -> Iterator[tuple[npt.NDArray[np.intp], LabelArray, LabelArray]]:
    """Yield the points whose labels differ, and their labels before and now, in batches."""
    if now is before:
        return
    for one, other in ((now, before), (before, now)):
        if one.follows(other) and one.n_changed <= _LISTED:
            rows = one.changed
            yield rows, before.labels_at(rows), now.labels_at(rows)
            return
    was, new = before.labels, now.labels
    for start in range(0, len(new), _COMPARED):
        rows = start + np.flatnonzero(
            was[start : start + _COMPARED] != new[start : start + _COMPARED]
        )
        yield rows, was[rows], new[rows]
