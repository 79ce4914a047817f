"""What a command clusters: a table, perhaps standardised, and where its runs start. No files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kmeans_engine.initial import initial_centroids
from kmeans_engine.synthetic import make_clusters
from kmeans_engine.tables import Table, standardize

__all__ = ["Source", "synthetic_table"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """Points to cluster, and where the runs on them start.

    Attributes
    ----------
    table : Table
        As it was read.
    points : ndarray, (M, N)
        What is clustered: the points of the table or their z-scores.
    k : int
        Number of clusters.
    init : str or ndarray, (K, N)
        A method of `initial_centroids`, or centroids in the units of `points`.
    seed : int
        Decides every run, together with its number.
    offset, scale : ndarray, (N,), or None
        Units of the table: value * scale + offset; None where nothing was standardised.
    """

    table: Table
    points: npt.NDArray[np.generic]
    k: int
    init: str | Floats
    seed: int
    offset: Floats | None = None
    scale: Floats | None = None

    @classmethod
    def of(
        cls, table: Table, k: int, init: str | Floats, seed: int, *, standardized: bool
    ) -> Source:
        """Return the source for a table; `init` is in its units."""
        if not standardized:
            return cls(table, table.points, k, init, seed)
        points, offset, scale = standardize(table.points)
        if not isinstance(init, str):
            init = (init - offset) / scale
        return cls(table, points, k, init, seed, offset, scale)

    def start(self, run: int) -> Floats:
        """Return the initial centroids of run number `run`."""
        seed = np.random.SeedSequence([self.seed, 1, run])
        return initial_centroids(self.points, self.k, method=self.init, seed=seed)

    def original(self, centroids: Floats) -> Floats:
        """Return centroids in the units of the table."""
        if self.offset is None or self.scale is None:
            return centroids
        return centroids * self.scale + self.offset


def synthetic_table(clusters: int, points_per_cluster: int, spread: float, seed: int) -> Table:
    """Return the tutorial's clusters as a table; independent of the starts under the same seed."""
    sequence = np.random.SeedSequence([seed, 0])
    points = make_clusters(clusters, points_per_cluster, spread=spread, seed=sequence)
    return Table(points, ("x0", "x1"), len(points))
