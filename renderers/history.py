"""What a picture tells of the states before: where centroids were, how the inertia fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kmeans_engine import Snapshot

__all__ = ["History"]


class History:
    """The course of one run, without its labels: 8 (K N + 1) bytes a state.

    Grows while the run is computed; what it holds for an iteration never changes, so a picture of
    iteration i, which uses the first i + 1 entries, does not depend on when it is painted.

    Attributes
    ----------
    centroids : list of ndarray, (K, N), float64
        Of iterations 0, 1, 2, ...
    inertia : list of float
        Of the same iterations.
    """

    def __init__(self) -> None:
        self.centroids: list[NDArray[np.float64]] = []
        self.inertia: list[float] = []

    def add(self, snapshot: Snapshot) -> None:
        """Append the next state of the run; one that is there already changes nothing."""
        if snapshot.iteration == len(self.centroids):
            self.centroids.append(snapshot.centroids)
            self.inertia.append(snapshot.inertia)
