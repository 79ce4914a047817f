"""The strategy `bounds`, but a look is only at the centroids near a point's own.

For many centroids or many features: where a list of neighbours is short, and sorting the points by
cluster costs less than scoring all centroids.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.neighbours import SEGMENT, TILE, Search, Tiles, look
from kmeans_engine.points.fold import Points
from kmeans_engine.strategies.bounds import MOST_CENTROIDS, Bounds, BoundsAssigner, Worker
from kmeans_engine.strategies.scores import make_batch

__all__ = ["Neighbours", "NeighboursAssigner"]


class Neighbours(Bounds):
    """As `Bounds`."""

    name: ClassVar[str] = "neighbours"

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Raise `UnsupportedStrategy` for 2^32 points or more, or too many clusters."""
        super().check(points, k)
        if k is not None and k > MOST_CENTROIDS:
            raise UnsupportedStrategy(
                f"strategy='neighbours' supports up to {MOST_CENTROIDS} clusters, got k={k}: use "
                "'bounds'"
            )

    def begin(self) -> NeighboursAssigner:
        """Return an assigner for a new run."""
        return NeighboursAssigner(self.points.compact())


class NeighboursAssigner(BoundsAssigner):
    """As `BoundsAssigner`."""

    name = Neighbours.name
    sorts: ClassVar[bool] = True
    look_kernel = staticmethod(look)

    def share_listed(self) -> float:
        """Return the share of all centroids that were scored in the looks of the last step."""
        return float(self.scored / max(self.looked * len(self.scores.shifts), 1))

    def _worker(self, number: int) -> Worker:
        return _Searcher(self, number)


class _Searcher(Worker):
    """As `Worker`, with scratch for tiles."""

    def __init__(self, of: NeighboursAssigner, number: int) -> None:
        super().__init__(of, number)
        tiles = Tiles(
            own=np.empty(SEGMENT, dtype=np.float32),
            order=np.empty(SEGMENT, dtype=np.int32),
            bins=np.empty(SEGMENT, dtype=np.int32),
            members=np.empty(TILE, dtype=np.uint32),
            times=np.empty(TILE, dtype=np.float32),
            near=np.empty(len(of.memory.spent) + 4, dtype=np.int32),
        )
        self.search = Search(
            scoring=of.scores.record,
            memory=of.memory,
            due=of.due,
            changes=of.changes,
            finder=self.finder(make_batch(of.points.n_features, TILE)),
            D=of.distances,
            tiles=tiles,
        )
