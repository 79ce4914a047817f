"""What the engine asks of a strategy, and the steps that strategies share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kmeans_engine.kernels.sums import accumulate, move
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.threads import chunk_rows, even_rows, fold_chunks
from kmeans_engine.sums import ExactSums

__all__ = ["Run", "Step", "Strategy", "move_points", "sum_points", "twins"]

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]


@dataclass(frozen=True)
class Step:
    """What one assignment changed.

    Attributes
    ----------
    indices : ndarray of integers, (R,)
        The points whose label changed, in any order, each once.
    labels : ndarray, (R,)
        Their new labels.
    sums : ExactSums
        Of the clusters after the change.
    """

    indices: npt.NDArray[np.integer]
    labels: Labels
    sums: ExactSums


class Run(Protocol):
    """The assignments of one run; `first` once, then `step` for each new set of centroids."""

    name: str
    """The strategy that ran last."""

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Begin here instead of with `first`: `labels` are those for these centroids."""

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""


class Strategy(Protocol):
    """Prepared for the points of one engine, and shared by its runs."""

    def begin(self) -> Run:
        """Return a new run."""


def sum_points(data: Data, labels: Labels, k: int) -> ExactSums:
    """Return the exact sums of the points of each of `k` clusters."""
    form = data.sums
    rows = chunk_rows(16 * data.n_features * form.levels)
    rows = even_rows(data.n_points, rows, data.threads)

    def make() -> tuple[ExactSums, Floats | None]:
        return form.empty(k), data.rows_buffer(rows)

    def add(part: tuple[ExactSums, Floats | None], start: int, stop: int) -> None:
        total, buffer = part
        X = data.rows(start, stop, buffer)
        accumulate(X, labels[start:stop], form.down, form.up, total.sums, total.counts)

    parts = fold_chunks(make, add, data.n_points, rows, data.threads)
    return ExactSums.total([total for total, _ in parts])


def move_points(
    data: Data, sums: ExactSums, indices: npt.NDArray[np.integer], old: Labels, new: Labels
) -> Step:
    """Return the step that takes the points `indices` from their old to their new clusters."""
    if not len(indices):
        return Step(indices, new, sums)
    form = data.sums
    # A worker of its own costs K N L additions in the end.
    rows = max(len(indices) // data.threads + 1, 1 << 12, sums.sums.size // (4 * data.n_features))
    rows = min(rows, chunk_rows(64 * data.n_features * form.levels))

    def shift(part: ExactSums, start: int, stop: int) -> None:
        X, which = data.gather(indices[start:stop])
        labels = old[start:stop], new[start:stop]
        move(X, which, *labels, form.down, form.up, part.sums, part.counts)

    parts = fold_chunks(sums.share(), shift, len(indices), rows, data.threads)
    return Step(indices, new, ExactSums.total(parts))


def twins(centroids: Floats) -> npt.NDArray[np.intp]:
    """Return the centroids that equal a lower one: they win no point as long as they do."""
    # A glance at one feature costs a tenth of the rest, and there are hardly ever any.
    if len(set(centroids[:, 0].tolist())) == len(centroids):
        return np.empty(0, dtype=np.intp)
    lowest = np.unique(centroids, axis=0, return_index=True)[1]
    return np.setdiff1d(np.arange(len(centroids)), lowest)
