"""The labels of some points, found where they are and followed by what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_engine.points.visit import Visible
from renderers.picture.recent import Recent

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["SomeLabels"]

_Found = tuple[NDArray[np.intp], NDArray[np.intp] | None]  # which of them, and their labels


class _Pick:
    """Collects the labels of some points; see `points.visit.Visitor`."""

    cells = 0
    work_per_row = 1

    def __init__(self, rows: NDArray[np.intp]) -> None:
        self._rows = rows

    def begin(self) -> list[_Found]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[_Found],
        rows: range | NDArray[np.integer],
        X: NDArray[Any],
        was: object,
        now: NDArray[np.unsignedinteger] | None,
        weights: object,
    ) -> None:
        """See `Visitor.add`."""
        numbers = np.asarray(rows)  # ascending, as ours
        if len(numbers) == 0:
            return
        first, end = np.searchsorted(self._rows, [numbers[0], numbers[-1] + 1])
        places = np.arange(first, end)
        at = np.searchsorted(numbers, self._rows[first:end])
        here = numbers[at] == self._rows[first:end]
        if here.any():
            labels = None if now is None else now[at[here]].astype(np.intp)
            found.append((places[here], labels))

    def merge(self, found: list[list[_Found]]) -> list[_Found]:
        """See `Visitor.merge`."""
        return [some for part in found for some in part]


class SomeLabels:
    """The clusters of some of the points.

    Parameters
    ----------
    points : Visible
        All of them.
    rows : ndarray of intp, (S,)
        The numbers of those that count, ascending.
    """

    def __init__(self, points: Visible, rows: NDArray[np.intp]) -> None:
        self._points, self._rows = points, rows
        self._labels = Recent[NDArray[np.intp]]()
        self._changed = Recent[NDArray[np.intp]]()

    def of(self, snapshot: Snapshot) -> NDArray[np.intp]:
        """Return the labels of those points, (S,)."""

        def find() -> NDArray[np.intp]:
            newest = self._labels.newest
            before, labels = newest or (None, np.zeros(len(self._rows), dtype=np.intp))
            labels = labels.copy()
            for places, new in self._points.visit(_Pick(self._rows), snapshot, before):
                labels[places] = np.asarray(new)
            return labels

        return self._labels.get(snapshot, find)

    def changed(self, snapshot: Snapshot) -> NDArray[np.intp]:
        """Return which of those points have another label than in the state before."""

        def find() -> NDArray[np.intp]:
            found = self._points.visit(_Pick(self._rows), snapshot, changed=True)
            return np.concatenate([np.empty(0, np.intp), *(places for places, _ in found)])

        return self._changed.get(snapshot, find)
