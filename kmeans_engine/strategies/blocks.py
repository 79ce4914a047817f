"""Sorted blocks of neighbours, assigned as a whole wherever one centroid wins everywhere.

For few features, where a block is small against the cells of the centroids: then the cost of an iteration grows
like the borders between clusters, not like the number of points. Holds a sorted copy of the points and eight
bytes a point besides.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.data import Data
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.exact import ExactSums
from kmeans_engine.kernels.blocks import FAN, scatter_labels, sweep
from kmeans_engine.layout import Layout
from kmeans_engine.strategies.base import Floats, Labels, Step
from kmeans_engine.strategies.brute import score_margin
from kmeans_engine.threads import run_chunks

__all__ = ["MAX_FEATURES", "Blocks"]

MAX_FEATURES = 12

# Rows of the blocks that one call of the kernel looks at.
_CHUNK = 1 << 17


class Blocks:
    """The layout, made when the first run begins.

    Parameters
    ----------
    data : Data
        The points.

    Raises
    ------
    UnsupportedStrategy
        With more than `MAX_FEATURES` features, or 2^32 points.
    """

    def __init__(self, data: Data) -> None:
        if data.n_features > MAX_FEATURES or data.n_points >= 1 << 32:
            raise UnsupportedStrategy(
                f"strategy='blocks' serves up to {MAX_FEATURES} features and 2^32 points, got "
                f"{data.n_features} and {data.n_points}: use 'auto'"
            )
        self.data = data
        self._layout: Layout | None = None
        self._lock = threading.Lock()

    def begin(self) -> BlocksRun:
        """Return a new run."""
        with self._lock:
            if self._layout is None:
                self._layout = Layout(self.data)
        return BlocksRun(self.data, self._layout)


class BlocksRun:
    """What is known of each block from the iterations before.

    Parameters
    ----------
    data : Data
    layout : Layout
    """

    def __init__(self, data: Data, layout: Layout) -> None:
        self._data, self._layout = data, layout
        blocks = len(layout.low)
        self._whole = np.full(blocks, -1, dtype=np.int32)
        self._expiry = np.full(blocks, -np.inf)
        self._parent_expiry = np.full(len(layout.parent_low), -np.inf)
        self._spent = 0.0
        self._before: Floats | None = None
        self._labels: npt.NDArray[Any] = np.empty(0)
        self.seen = np.zeros(3, dtype=np.int64)

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        self._labels = np.empty(len(labels), dtype=labels.dtype)
        sums, _, _ = self._sweep(centroids, None)
        order = self._layout.order

        def scatter(worker: int, start: int, stop: int) -> None:
            scatter_labels(self._labels, order, start, stop, labels)

        run_chunks(scatter, len(labels), _CHUNK * 4, self._data.threads)
        return sums

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        total, indices, new = self._sweep(centroids, sums)
        which = np.flatnonzero(
            (total.sums != sums.sums).any(axis=(1, 2)) | (total.counts != sums.counts)
        )
        return Step(indices, new, total, which)

    def _sweep(
        self, centroids: Floats, before: ExactSums | None
    ) -> tuple[ExactSums, npt.NDArray[np.uint32], Labels]:
        data, layout, form = self._data, self._layout, self._data.sums
        k, n = centroids.shape
        if self._before is not None:
            step = np.sqrt(np.square(centroids - self._before).sum(axis=1).max())
            self._spent += 2.0 * float(step) * (1.0 + 1e-9)
        self._before = centroids
        # The lowest of several equal centroids wins always; only while there are such must blocks
        # not remember their winner, since the others may part from it.
        roots = np.unique(centroids, axis=0, return_index=True)[1]
        roots.sort()
        if len(roots) < k:
            self._forget()
        dtype = layout.rows.dtype
        with np.errstate(over="ignore"):
            scaled = data.scaled(centroids).astype(np.float32)
        rho, kappa, delta_unit = score_margin(n, data.scale)
        active = np.flatnonzero(self._parent_expiry <= self._spent).astype(np.int32)
        self.seen[:] = 0
        per_chunk = max(_CHUNK // (FAN * layout.block), 1)
        workers = max(min(data.threads, -(-len(active) // per_chunk)), 1)
        parts = [form.empty(k) if i or before is None else before.copy() for i in range(workers)]
        scratch = [self._scratch(k, n, min(per_chunk, len(active))) for _ in range(workers)]
        pieces: list[tuple[npt.NDArray[np.uint32], Labels]] = []
        center, scale = data.center.astype(dtype), dtype.type(data.scale)

        def work(worker: int, start: int, stop: int) -> None:
            changed, seen, *rest = scratch[worker]
            part = parts[worker]
            total = sweep(
                active[start:stop], layout.rows, layout.block, layout.parent_low, layout.parent_high,
                layout.low, layout.high, layout.sums, centroids, roots, scaled, center, scale,
                rho, kappa, delta_unit, form.down, form.up, self._spent, before is None,
                self._parent_expiry, self._expiry, self._whole, self._labels, changed,
                part.sums, part.counts, seen, *rest,
            )  # fmt: skip
            if before is not None and total:
                found = changed[:total]
                pieces.append((layout.order[found], self._labels[found]))

        run_chunks(work, len(active), per_chunk, data.threads)
        for _, seen, *_ in scratch:
            self.seen += seen
        if len(roots) < k:
            self._forget()
        indices = [piece[0] for piece in pieces] or [np.empty(0, dtype=np.uint32)]
        new = [piece[1] for piece in pieces] or [self._labels[:0]]
        return ExactSums.total(parts), np.concatenate(indices), np.concatenate(new)

    def _forget(self) -> None:
        self._expiry[:] = -np.inf
        self._parent_expiry[:] = -np.inf

    def _scratch(self, k: int, n: int, parents: int) -> tuple[npt.NDArray[Any], ...]:
        block = self._layout.block
        return (
            np.empty(max(parents, 1) * FAN * block, dtype=np.uint32),  # changed
            np.zeros(3, dtype=np.int64),  # seen
            np.empty((n, k)),  # exact
            np.empty(k),  # d
            np.empty(k, dtype=np.int32),  # keep
            np.empty(k + 3, dtype=np.int32),  # keep2
            np.empty(k, dtype=np.int32),  # ids
            np.empty((n, k)),  # few
            np.zeros((k + 3, n + n % 2), dtype=np.float32),  # P
            np.zeros((n + n % 2, block), dtype=np.float32),  # x
            np.empty((6, block), dtype=np.float32),  # scores
            np.empty(block, dtype=np.int32),  # winner
        )
