"""What a run has on the device for each point: its label, its time, its places in lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numba import cuda

from kmeans_engine.label_history import Part
from kmeans_engine.labels import label_dtype
from kmeans_engine.strategies.cuda.points import Range
from kmeans_engine.strategies.cuda.stages import DeviceArray, List, Piece

__all__ = ["CHANGED", "DUE", "Memory", "Section"]

#: Where the totals of a piece are: of what is due, of what changed.
DUE, CHANGED = 0, 1
# Those of what each stage leaves come next.
_LEFT = 2


class Section(NamedTuple):
    """What a run has on the device for some points that follow one another."""

    labels: DeviceArray
    expiry: DeviceArray
    before: DeviceArray
    changed: List
    due: List
    left: list[List]

    def piece(self, X: DeviceArray, *, first_look: bool) -> Piece:
        """Return these points as stages see them; see there."""
        return Piece(X, self.labels, self.expiry, self.before, self.changed, first_look)


class Memory:
    """What a run has on the device for each point, and the totals of each piece.

    Parameters
    ----------
    n_points, pieces, stages, k : int

    Attributes
    ----------
    labels : device array, (M,)
    found : ndarray, (pieces, 2 + stages), uint32
        The totals, once `send` has brought them and the stream has been waited for.
    """

    def __init__(self, n_points: int, pieces: int, stages: int, k: int) -> None:
        def make(dtype: Any) -> DeviceArray:
            return cuda.device_array(n_points, dtype=dtype)

        self.labels, self._before = make(label_dtype(k)), make(label_dtype(k))
        self._changed = make(np.uint32)
        self._expiry = make(np.float32)
        # Each stage reads the list in one of them, and writes to the other.
        self._listed = make(np.uint32), make(np.uint32)
        self._totals = cuda.device_array((pieces, _LEFT + stages), dtype=np.uint32)
        self.found = cuda.pinned_array(self._totals.shape, dtype=np.uint32)
        self._zeros = cuda.pinned_array(self._totals.shape, dtype=np.uint32)
        self._zeros[:] = 0
        self._sections: dict[tuple[int, Range], Section] = {}

    def clear(self, stream: Any) -> None:
        """Set all totals to 0."""
        self._totals.copy_to_device(self._zeros, stream=stream)

    def send(self, stream: Any) -> None:
        """Begin to copy all totals to the host."""
        self._totals.copy_to_host(self.found, stream=stream)

    def section(self, p: int, span: Range) -> Section:
        """Return what belongs to the points of a piece; a view takes longer to make than a step."""
        if (p, span) not in self._sections:
            some, totals = slice(*span), self._totals[p]
            total = [totals[which : which + 1] for which in range(totals.shape[0])]
            listed = [array[some] for array in self._listed]
            self._sections[p, span] = Section(
                labels=self.labels[some],
                expiry=self._expiry[some],
                before=self._before[some],
                changed=List(self._changed[some], total[CHANGED]),
                due=List(listed[0], total[DUE]),
                left=[List(listed[1 - s % 2], place) for s, place in enumerate(total[_LEFT:])],
            )
        return self._sections[p, span]

    def changes(self, spans: Iterable[Range], counts: Iterable[int]) -> Part:
        """Return the points of some pieces that changed, so many of each, and their labels before.

        They are copied, so this waits for the device.
        """
        points, before = [], []
        for (start, _), count in zip(spans, counts, strict=True):
            if not count:
                continue
            some = slice(start, start + count)
            points.append(self._changed[some].copy_to_host() + np.uint32(start))
            before.append(self._before[some].copy_to_host())
        if not points:
            return np.empty(0, dtype=np.uint32), np.empty(0, dtype=self._before.dtype)
        return np.concatenate(points), np.concatenate(before)
