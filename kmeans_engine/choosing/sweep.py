"""Several numbers of clusters on the same points: each clustered, measured, and compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.choosing.agreement import adjusted_rand
from kmeans_engine.choosing.climb import Climb, Step, below
from kmeans_engine.choosing.indices import calinski_harabasz, criteria, davies_bouldin
from kmeans_engine.choosing.reference import Gap, Halves
from kmeans_engine.choosing.rows import Row, Sweep
from kmeans_engine.choosing.sample import Some, engine_on, some_points
from kmeans_engine.choosing.silhouettes import classical, mean_silhouettes
from kmeans_engine.choosing.verdict import judge
from kmeans_engine.engine import Engine
from kmeans_engine.errors import InvalidInput
from kmeans_engine.points.visit import VisibleParts
from kmeans_engine.race import overlap
from kmeans_engine.validation import check_count, check_k, check_seed, check_tolerance

__all__ = ["rows_of", "sweep", "sweep_of"]

# Points of a reference of the gap, at least and at most; in between, all references together have
# as many points as there are.
_FEW, _MANY = 1000, 5000
# And at least so many for each cluster.
_PER_CLUSTER = 20
_PAIRS = 5  # of halves


def sweep(
    points: Any,
    ks: Iterable[int],
    *,
    weights: npt.ArrayLike | None = None,
    seed: int | np.random.SeedSequence | None = None,
    runs: int = 1,
    references: int = 10,
    silhouette_sample: int = 0,
    max_iterations: int | None = None,
    tolerance: float = 0.0,
) -> Sweep:
    """Return clusterings with several numbers of clusters, compared.

    Each K is clustered from `runs` starts by k-means++, and from the clustering with the K before,
    whose cluster with the most inertia is split in two by k-means++ and Lloyd's algorithm among its
    own points (or several, if K grows by more than one). The best of these is measured.

    No index knows what the clusters are for, and the elbow of the inertia is the weakest of them:
    whether a curve bends depends on how it is drawn (Schubert 2023). The verdict is that of
    `choosing.verdict.judge`, and says so if no K stands out.

    Parameters
    ----------
    points : array_like, (M, N), or Engine
        Anything that an `Engine` takes, or one that is prepared.
    ks : iterable of int
        Numbers of clusters, such as ``range(2, 11)``; each counts once.
    weights : array_like, (M,), optional
        As for `Engine`. A weight counts as a number of points, but for `Row.stability` and
        `Row.agreement`, which compare points whatever their weights.
    seed : int or SeedSequence, optional
        The same seed gives the same clusterings for any number of threads and parts, on the same
        version of NumPy. On a cluster, whose starts are drawn by k-means||, it does so for any
        number of machines.
    runs : int
        How many starts are drawn for each K.
    references : int
        Of the gap statistic; 0 leaves it out.
    silhouette_sample : int
        How many points the classical silhouette compares pair by pair; 0 leaves it out.
    max_iterations, tolerance
        Of each run, as for `Engine.snapshots`.

    Returns
    -------
    Sweep
        A mapping of K to `Row`.

    Raises
    ------
    InvalidInput, InvalidType
        If an argument cannot be used.

    References
    ----------
    Schubert, "Stop using the elbow criterion for k-means and how to choose the number of clusters
    instead", SIGKDD Explor. 25 (2023).
    """
    engine = points if isinstance(points, Engine) else Engine(points, weights=weights)
    if engine is points and weights is not None:
        raise InvalidInput(
            "weights have no effect on an Engine, which has its own; give Engine(points, "
            "weights=weights)",
            options=("weights",),
        )
    wanted = check_ks(ks, engine.visible.n_points)
    rows = rows_of(
        engine, wanted, seed=seed, runs=runs, references=references,
        silhouette_sample=silhouette_sample, max_iterations=max_iterations, tolerance=tolerance,
    )  # fmt: skip
    return sweep_of(rows, wanted)


def sweep_of(rows: Iterable[Row], ks: Sequence[int]) -> Sweep:
    """Return what `rows_of` has found for `ks`, with the verdict."""
    one, *others = rows
    return judge(tuple(row for row in (one, *others) if row.k in ks), one)


def rows_of(
    engine: Engine,
    ks: Iterable[int],
    *,
    seed: int | np.random.SeedSequence | None = None,
    runs: int = 1,
    references: int = 10,
    silhouette_sample: int = 0,
    max_iterations: int | None = None,
    tolerance: float = 0.0,
) -> Iterator[Row]:
    """Return a generator of the rows of a sweep, after that of K = 1.

    Parameters and errors are those of `sweep`.
    """
    wanted = sorted({1, *check_ks(ks, engine.visible.n_points)})
    runs = check_count(runs, "runs", minimum=1)
    references = check_count(references, "references", minimum=0)
    silhouette_sample = check_count(silhouette_sample, "silhouette_sample", minimum=0)
    limits: dict[str, Any] = {"tolerance": check_tolerance(tolerance)}
    if max_iterations is not None:
        limits["max_iterations"] = check_count(max_iterations, "max_iterations", minimum=1)
    return _rows(engine, wanted, _root(seed), runs, references, silhouette_sample, limits)


def _root(seed: Any) -> np.random.SeedSequence:
    """Return what all draws of a sweep come from; a generator gives a new one each time."""
    if isinstance(seed, np.random.SeedSequence):
        return seed
    rng = check_seed(seed)
    if isinstance(seed, (np.random.Generator, np.random.BitGenerator, np.random.RandomState)):
        return np.random.SeedSequence(int(rng.integers(2**63)))
    return np.random.SeedSequence(seed)


def check_ks(ks: Any, n_points: int) -> list[int]:
    """Return numbers of clusters, ascending and different."""
    try:
        values = list(ks)
    except TypeError:
        values = [ks]
    found = sorted({check_k(k, n_points) for k in values})
    if not found:
        raise InvalidInput(
            "ks are empty, need at least one number of clusters, such as range(2, 11)",
            options=("ks",),
        )
    return found


def _rows(
    engine: Engine,
    ks: list[int],
    seed: np.random.SeedSequence,
    runs: int,
    references: int,
    silhouette_sample: int,
    limits: dict[str, Any],
) -> Iterator[Row]:
    visible = engine.visible
    # Drawing from points of a cluster one by one takes a pass over them for each.
    method = "k-means++" if isinstance(visible, VisibleParts) else "k-means||"
    climb = Climb(engine, method, runs, seed, limits)
    count = min(max(_FEW, visible.n_points // max(references, 1)), _MANY)
    count = max(count, _PER_CLUSTER * ks[-1])
    some = some_points(visible, count, below(seed, 3))

    def other(kind: int, runs: int) -> Callable[[Some, int], Climb]:
        return lambda some, number: Climb(
            engine_on(some), "k-means++", runs, below(seed, kind, number + 1), limits
        )

    # Where there are no clusters, splits alone find as much as k-means++ does, in half the time.
    gap = Gap(some, references, other(4, 0), below(seed, 5))
    halves = Halves(some, _PAIRS, other(6, 1), below(seed, 7))
    pairs = some_points(visible, silhouette_sample, below(seed, 8)) if silhouette_sample else None
    total = before = climb.last.inertia
    for k in ks:
        step = climb.to(k)
        row = _measured(step, climb, total)
        drop = None
        if before > 0.0 and (ks.index(k) > 1 or k == 2):
            drop = 1.0 - row["inertia"] / before
        gap_of_k, error = gap.at(k)
        yield Row(
            **row,
            k=k,
            drop=drop,
            classical_silhouette=_classical(step, pairs),
            gap=gap_of_k,
            gap_error=error,
            stability=halves.at(k),
        )
        before = row["inertia"]


def _measured(step: Step, climb: Climb, total: float) -> dict[str, Any]:
    """Return what follows from a clustering alone."""
    best, spread = step.best, climb.spread
    simplified, squared = mean_silhouettes(best, spread)
    bic, aic = criteria(spread)
    found = [adjusted_rand(overlap(best, end)) for end in step.others]
    return {
        "inertia": best.inertia,
        "simplified_silhouette": simplified,
        "silhouette": squared,
        "calinski_harabasz": calinski_harabasz(spread, total),
        "davies_bouldin": davies_bouldin(spread),
        "bic": bic,
        "aic": aic,
        "agreement": math.fsum(found) / len(found) if found else None,
        "last": best,
        "split_from": step.parents,
    }


def _classical(step: Step, pairs: Some | None) -> float | None:
    if pairs is None:
        return None
    labels = step.best.labels_at(pairs.rows.astype(np.intp))
    return classical(pairs.points, np.asarray(labels), pairs.weights)
