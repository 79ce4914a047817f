"""The strategy `bounds`, but a look is only at the centroids near a point's own.

For many centroids or many features: where a list of neighbours is short, and sorting the points by
cluster costs less than scoring all centroids.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.neighbours import SEGMENT, TILE, look
from kmeans_engine.strategies.base import Floats, Labels
from kmeans_engine.strategies.bounds import MOST_CENTROIDS, Bounds, BoundsRun
from kmeans_engine.sums import ExactSums

__all__ = ["Neighbours", "NeighboursRun"]


class Neighbours(Bounds):
    """As `Bounds`.

    Raises
    ------
    UnsupportedStrategy
        With 2^32 points or more; with more than `MOST_CENTROIDS` clusters, when a run begins.
    """

    name = "neighbours"

    def begin(self) -> NeighboursRun:
        """Return a new run."""
        return NeighboursRun(self.data, self.rows())


class NeighboursRun(BoundsRun):
    """As `BoundsRun`."""

    name = "neighbours"
    sorts = True
    _search = staticmethod(look)

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        _check(len(centroids))
        return super().first(centroids, labels)

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Take over a run at a state whose labels another strategy found: nothing is known yet."""
        _check(len(centroids))
        super().adopt(centroids, labels)

    def share_listed(self) -> float:
        """Return the share of all centroids that were scored in the looks of the last step."""
        return float(self.scored / max(self.looked * len(self._spent), 1))

    def _tools(self) -> tuple[npt.NDArray[Any], ...]:
        return (self._distances,)

    def _new_scratch(self, k: int, rows: int, dtype: np.dtype[Any]) -> tuple[npt.NDArray[Any], ...]:
        return (
            *super()._new_scratch(k, rows, dtype)[:4],
            *self._scores(TILE),
            np.empty(SEGMENT, dtype=np.float32),  # own
            np.empty(SEGMENT, dtype=np.int32),  # order
            np.empty(SEGMENT, dtype=np.int32),  # bins
            np.empty(TILE, dtype=np.uint32),  # members
            np.empty(TILE, dtype=np.float32),  # times
            np.empty(k + 4, dtype=np.int32),  # near
        )


def _check(k: int) -> None:
    if k > MOST_CENTROIDS:
        raise UnsupportedStrategy(
            f"strategy='neighbours' serves at most {MOST_CENTROIDS} clusters, got k={k}: "
            "use 'bounds'"
        )
