"""What a command clusters: a table, perhaps standardised, and where its runs start. No files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.command.scaling import Scaling, standardize
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.starts.initial import initial_centroids
from kmeans_engine.starts.synthetic import make_clusters
from kmeans_engine.tables import Table
from kmeans_engine.validation import check_centroids

__all__ = ["Source", "synthetic_table"]


@dataclass(frozen=True, eq=False)
class Source:
    """Points to cluster, and where the runs on them start.

    Attributes
    ----------
    table : Table
        As it was read.
    points : array_like, (M, N), or Visible
        What is clustered, the points of the table or their z-scores: as an `Engine` takes them, or
        as one has opened them.
    k : int
        Number of clusters.
    init : str or ndarray, (K, N)
        A method of `initial_centroids`, or centroids in the units of `points`.
    seed : int
        Decides every run, together with its number.
    offset, scale : ndarray, (N,), or None
        Units of the table: value * scale + offset; None where nothing was standardised.
    first : int
        Number of the first run.
    weights : array_like, (M,), or None
        What the points weigh; None as well where an engine has opened both.
    scaling : Scaling or None
        How the points were standardised, step by step, if that is known.
    model : str
        The file that centroids and scaling come from, if they are those of other points.
    """

    table: Table
    points: Any
    k: int
    init: str | Floats
    seed: int
    offset: Floats | None = None
    scale: Floats | None = None
    first: int = 0
    weights: Any = None
    scaling: Scaling | None = None
    model: str = ""

    @classmethod
    def of(
        cls,
        table: Table,
        k: int,
        init: str | Floats,
        seed: int,
        *,
        standardized: bool,
        budget: Budget | None = None,
    ) -> Source:
        """Return the source for a table.

        Parameters
        ----------
        table : Table
            The points.
        k : int
            Number of clusters.
        init : str or ndarray, (K, N)
            A method of `initial_centroids`, or centroids in the units of the table.
        seed : int
            Decides every run, together with its number.
        standardized : bool
            Cluster z-scores.
        budget : Budget, optional
            Of the z-scores.

        Raises
        ------
        InvalidInput, InvalidType
            If the centroids do not suit the points.
        """
        if not isinstance(init, str):
            # Before any arithmetic: one column would silently serve as many.
            init = check_centroids(init, table.points.shape[1])
        if not standardized:
            return cls(table, table.points, k, init, seed, weights=table.weights)
        points, scaling = standardize(table.points, budget, table.weights)
        units = scaling.mean, scaling.scale
        own = cls(table, points, k, "", seed, *units, weights=table.weights, scaling=scaling)
        return own.started(init)

    def start(self, run: int) -> Floats:
        """Return the initial centroids of run number `run`, from 0."""
        seed = np.random.SeedSequence([self.seed, 1, self.first + run])
        return initial_centroids(
            self.points, self.k, weights=self.weights, method=self.init, seed=seed
        )

    def started(self, init: str | Floats, first: int = 0) -> Source:
        """Return the same points with other starts.

        Parameters
        ----------
        init : str or ndarray, (K, N)
            A method of `initial_centroids`, or centroids in the units of the table.
        first : int
            Number of the first run.

        Raises
        ------
        InvalidInput, InvalidType
            If the centroids do not suit the points.
        """
        if not isinstance(init, str):
            init = check_centroids(init, self.table.points.shape[1])
            if self.offset is not None and self.scale is not None:
                init = (init - self.offset) / self.scale
        return replace(self, init=init, first=first)

    def original(self, centroids: Floats) -> Floats:
        """Return centroids in the units of the table."""
        if self.offset is None or self.scale is None:
            return centroids
        return centroids * self.scale + self.offset

    def remade(self, make: Callable[[int], Table], number: int) -> Source:
        """Return the same source on other points, those that ``make(seed)`` returns."""
        seed = (self.seed << 16) + number
        return Source.of(make(seed), self.k, self.init, seed, standardized=self.scale is not None)


def synthetic_table(clusters: int, points_per_cluster: int, spread: float, seed: int) -> Table:
    """Return the classic demo as a table; independent of the starts under the same seed.

    Raises
    ------
    InvalidInput
        If an argument is out of range.
    """
    sequence = np.random.SeedSequence([seed, 0])
    points = make_clusters(clusters, points_per_cluster, spread=spread, seed=sequence)
    return Table(points, ("x0", "x1"), len(points))
