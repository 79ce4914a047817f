"""Anybody's result, held against the definition: nearest centroids, exact means, exact inertia."""

from __future__ import annotations

import contextlib
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers
from kmeans_engine.auditor import Auditor, Nearest
from kmeans_engine.labels import label_dtype
from kmeans_engine.loop import iterate
from kmeans_engine.points.precision import warn_of_rounding, warn_of_vanishing
from kmeans_engine.points.squares import exact_inertia
from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.runtime.progress import doing
from kmeans_engine.sums import ExactSums
from kmeans_engine.validation import check_centroids, check_count, check_labels
from kmeans_engine.whole import open_whole

__all__ = ["Audit", "verify"]


@dataclass(frozen=True, eq=False)
class Audit:
    """What `verify` has found. ``print(audit)`` tells it in a few lines.

    Attributes
    ----------
    n_points, n_features, k : int
        Of the problem.
    n_wrong : int
        Points that are nearer to another centroid than to that of their label.
    n_tied : int
        Points whose label is not the lowest of several centroids that are exactly as near. They
        count as right.
    worst_point : int or None
        The one among the wrong points that loses most, or None if there are none.
    worst_square, worst_distance : float
        By how much the squared distance, and the distance, to the centroid of its label is larger
        at most than that to the nearest; 0 if no point is wrong. Each is the largest of its kind.
    counts : ndarray, (K,), int64
        Points of each label.
    weights : ndarray, (K,), float64, or None
        The total weight of these, exact but for one rounding; None without weights.
    means : ndarray, (K, N), float64
        The exact mean of the points of each label, by their weights, rounded once. Without points,
        or weight: the centroid.
    offsets : ndarray, (K,), float64
        How far each centroid lies from that mean.
    n_off : int
        Centroids that are not equal to it, in every bit.
    inertia : float
        The sum of the squared distances from each point to the centroid of its label, exact but for
        one rounding.
    nearest_inertia : float
        The same with each point at its nearest centroid.
    """

    n_points: int
    n_features: int
    k: int
    n_wrong: int
    n_tied: int
    worst_point: int | None
    worst_square: float
    worst_distance: float
    counts: Integers
    weights: Floats | None
    means: Floats
    offsets: Floats
    n_off: int
    inertia: float
    nearest_inertia: float

    @property
    def fixed_point(self) -> bool:
        """Whether an iteration of K-means would leave all as it is, but for points that tie.

        Every point is at a nearest centroid, and every centroid is the mean of its points.
        """
        return not (self.n_wrong or self.n_off)

    @property
    def worst_offset(self) -> float:
        """The largest of `offsets`."""
        return float(self.offsets.max())

    def __repr__(self) -> str:
        return (
            f"Audit(n_wrong={self.n_wrong}, n_tied={self.n_tied}, n_off={self.n_off}, "
            f"fixed_point={self.fixed_point})"
        )

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        empty = int(np.count_nonzero(self.counts == 0))
        lines = [
            f"{_counted(self.n_points, 'point')}, {_counted(self.n_features, 'feature')}, "
            f"k = {self.k}" + (f", {empty} without points" if empty else "")
        ]
        if self.n_wrong:
            lines.append(
                f"{_counted(self.n_wrong, 'point')} ({100 * self.n_wrong / self.n_points:.2g}%) "
                f"{'is' if self.n_wrong == 1 else 'are'} nearer to another centroid, by "
                f"{self.worst_distance:.3g} at most ({self.worst_square:.3g} squared, "
                f"row {self.worst_point})"
            )
        else:
            lines.append("every point is at its nearest centroid")
        if self.n_tied:
            one = self.n_tied == 1
            lines.append(
                f"{_counted(self.n_tied, 'point')} {'has' if one else 'have'} another centroid, of "
                "a lower number, exactly as near"
            )
        if self.n_off:
            farthest = int(self.offsets.argmax())
            lines.append(
                f"{self.n_off:,} of {self.k:,} centroids {'is' if self.n_off == 1 else 'are'} not "
                f"the exact mean of {'its' if self.n_off == 1 else 'their'} points: off by "
                f"{self.worst_offset:.3g} at most (cluster {farthest})"
            )
        else:
            lines.append("every centroid is the exact mean of its points")
        moved = f", {self.nearest_inertia!r} with nearest centroids" if self.n_wrong else ""
        lines.append(f"inertia {self.inertia!r}{moved}")
        lines.append("a fixed point" if self.fixed_point else "not a fixed point")
        return lines


def verify(
    points: Any,
    labels: npt.ArrayLike,
    centroids: npt.ArrayLike,
    *,
    weights: Any = None,
    threads: int | None = None,
    memory: str | int | None = None,
    scratch: str | os.PathLike[str] | None = None,
) -> Audit:
    """Hold the result of any K-means, from whatever library, against the definition.

    Distances are those of float64, feature by feature, see `Engine`; sums, means and inertia are
    exact but for one rounding. So the audit is the same on every machine.

    Parameters
    ----------
    points : array_like, (M, N), or whatever `Engine` takes
        What was clustered.
    labels : array_like of int, (M,)
        The cluster of each point, 0 to K-1. Where the points are on a cluster of machines, they are
        sent there.
    centroids : array_like, (K, N)
        What the labels refer to. Columns with names are taken by name.
    weights, threads, memory, scratch
        As for `Engine`.

    Returns
    -------
    Audit

    Raises
    ------
    InvalidInput, InvalidType
        If an array cannot be used, or they do not fit each other.
    OSError
        If a file cannot be read, or there is no room in `scratch`.

    Warns
    -----
    PrecisionWarning
        If whole numbers beyond 2^53 are rounded, or all squared distances vanish.

    Examples
    --------
    >>> last = Engine(points).fit(centroids)
    >>> verify(points, last.labels, last.centroids).fixed_point
    True
    """
    count = default_threads() if threads is None else check_count(threads, "threads", minimum=1)
    whole = open_whole(points, count, "auto", memory, scratch, weights)
    measure = whole.measure
    warn_of_rounding(whole.count_rounded())
    warn_of_rounding(whole.count_rounded_weights(), "weights")
    warn_of_vanishing(measure)
    checked = check_centroids(centroids, whole.n_features, whole.names)
    measure.check_with(checked)
    k = len(checked)
    given = check_labels(labels, whole.n_points, k).astype(label_dtype(k))
    form = measure.sum_format
    run = iterate(
        whole.begin(), checked, limit=0, tolerance=0.0, threads=count, budget=whole.budget
    )
    with doing("auditing"), contextlib.closing(run):
        near = next(run)
        found = whole.visit(Auditor(given, checked, form), Nearest(near))
        squares = whole.squares()
        whole.seal.check()
    nearest = near.sums.copy()
    theirs = ExactSums(form, nearest.sums + found.sums, nearest.counts + found.counts)
    means = checked.copy()
    theirs.update_means(means)
    off = np.flatnonzero((means != checked).any(axis=1)).tolist()
    offsets = np.zeros(k)
    for cluster in off:  # squares of small differences would vanish
        offsets[cluster] = math.hypot(*(checked[cluster] - means[cluster]).tolist())
    for array in (theirs.counts, means, offsets):
        array.setflags(write=False)
    return Audit(
        n_points=whole.n_points,
        n_features=whole.n_features,
        k=k,
        n_wrong=found.n_wrong,
        n_tied=found.n_tied,
        worst_point=found.worst_point if found.n_wrong else None,
        worst_square=found.worst_square,
        worst_distance=found.worst_distance,
        counts=theirs.counts,
        weights=theirs.weights(),
        means=means,
        offsets=offsets,
        n_off=len(off),
        inertia=exact_inertia(theirs, squares, checked),
        nearest_inertia=exact_inertia(nearest, squares, checked),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
