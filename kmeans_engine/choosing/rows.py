"""What a sweep over K has found: a row for each K, and a verdict. Holds no algorithm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kmeans_engine.choosing.table import spell_rows
from kmeans_engine.snapshot import Snapshot

__all__ = ["Row", "Sweep"]


@dataclass(frozen=True, eq=False)
class Row:
    """The best clustering with K clusters, and what speaks for it.

    A value is None where it is not defined, such as a silhouette of one cluster, or was not asked
    for.

    Attributes
    ----------
    k : int
        Number of clusters.
    inertia : float
        Sum of squared distances to the centroids.
    drop : float or None
        What K saves of the inertia of the row before, as a share of it; K = 2 has one always.
    simplified_silhouette : float or None
        Mean of (b - a) / max(a, b), where a and b are the distances of a point to its own centroid
        and to the nearest other one (Hruschka, Campello and de Castro 2006).
    silhouette : float or None
        Mean silhouette by squared Euclidean distances, of all pairs of points (Rousseeuw 1987).
    classical_silhouette : float or None
        Mean silhouette by Euclidean distances, on a sample of the points.
    calinski_harabasz : float or None
        Variance between clusters by that within them, by degrees of freedom (Calinski and Harabasz
        1974); larger is better.
    davies_bouldin : float or None
        How much each cluster overlaps the one it overlaps most (Davies and Bouldin 1979); smaller
        is better.
    bic, aic : float or None
        Criteria of the mixture of equal spherical normal distributions; smaller is better.
    gap, gap_error : float or None
        How much smaller the logarithm of the inertia is than that of points without clusters, and
        its standard error (Tibshirani, Walther and Hastie 2001); larger is better.
    stability : float or None
        Adjusted Rand index of the clusterings of two halves of the points, mean of several pairs.
    agreement : float or None
        Adjusted Rand index of the best run and the others with as many clusters, mean.
    last : Snapshot
        The end of the best run.
    split_from : tuple of int
        Clusters of the row before, at most one unless K jumps, whose split began the best run: the
        first child has the number of its parent, the second ones are the last clusters, in the
        order of their parents. All other clusters have the numbers that they had. Empty if the run
        began elsewhere.
    """

    k: int
    inertia: float
    drop: float | None
    simplified_silhouette: float | None
    silhouette: float | None
    classical_silhouette: float | None
    calinski_harabasz: float | None
    davies_bouldin: float | None
    bic: float | None
    aic: float | None
    gap: float | None
    gap_error: float | None
    stability: float | None
    agreement: float | None
    last: Snapshot
    split_from: tuple[int, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return the numbers, ready for JSON."""
        known = {name: value for name, value in vars(self).items() if name != "last"}
        last = self.last
        return known | {
            "split_from": list(self.split_from),
            "iterations": last.iteration,
            "converged": bool(last.converged),
            "counts": last.counts.tolist(),
        }


@dataclass(frozen=True, eq=False)
class Sweep(Mapping[int, Row]):
    """Clusterings with several numbers of clusters, by that number; as text, a table.

    Attributes
    ----------
    rows : tuple of Row
        By ascending K.
    one : Row
        That of K = 1, whether it was asked for or not.
    best : int or None
        The K that stands out, None if none does.
    verdict : str
        The same in one line.
    """

    rows: tuple[Row, ...]
    one: Row
    best: int | None
    verdict: str

    def __getitem__(self, k: int) -> Row:
        for row in self.rows:
            if row.k == k:
                return row
        raise KeyError(k)

    def __iter__(self) -> Iterator[int]:
        return (row.k for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        return f"{spell_rows(self.rows, self.best)}\n{self.verdict}"

    def __repr__(self) -> str:
        return f"Sweep(K={', '.join(map(str, self))}, best={self.best})"
