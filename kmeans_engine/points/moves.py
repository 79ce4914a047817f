"""Exact sums of the points of each cluster: of all points, and of those that move."""

from __future__ import annotations

import numpy as np

from kmeans_engine.arrays import Indices, LabelArray, Rows
from kmeans_engine.kernels.sums import accumulate, list_touched, move
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.threads import chunk_rows, fold_chunks
from kmeans_engine.sums import ExactSums

__all__ = ["move_points", "sum_points"]


def sum_points(points: Points, labels: LabelArray, k: int) -> ExactSums:
    """Return the exact sums of the points of each of `k` clusters, by `labels` (M,)."""
    form = points.measure.sum_format

    def make(_: int) -> ExactSums:
        return form.empty(k)

    def add(part: ExactSums, start: int, X: Rows) -> None:
        chosen = labels[start : start + len(X)]
        accumulate(X, chosen, form.down, form.up, part.sums, part.counts)

    work = 16 * points.n_features * form.levels
    cells = k * form.levels * points.n_features
    return ExactSums.total(points.fold(make, add, work_per_row=work, cells_per_part=cells))


def move_points(
    points: Data, sums: ExactSums, indices: Indices, old: LabelArray, new: LabelArray
) -> ExactSums:
    """Return `sums` once the points at `indices` have gone from their old to their new clusters."""
    if not len(indices):
        return sums
    form, n = sums.format, points.n_features
    # A worker of its own costs K N L additions in the end.
    rows = max(len(indices) // points.threads + 1, 1 << 12, sums.sums.size // (4 * n))
    rows = min(rows, chunk_rows(64 * n * form.levels))

    def shift(part: ExactSums, start: int, stop: int) -> None:
        X, which = points.gather(indices[start:stop])
        labels = old[start:stop], new[start:stop]
        move(X, which, *labels, form.down, form.up, part.sums, part.counts)

    if len(indices) <= rows:
        k = len(sums.counts)
        touched = np.empty(k, dtype=np.int32)
        total = list_touched(old, new, np.zeros(k, dtype=np.bool_), touched)
        moved = sums.changing(touched[:total])
        shift(moved, 0, len(indices))
        return moved.counted()
    parts = fold_chunks(sums.share(), shift, len(indices), rows, points.threads)
    return ExactSums.total(parts)
