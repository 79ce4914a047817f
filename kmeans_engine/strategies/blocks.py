"""Sorted blocks of neighbours, assigned as a whole wherever one centroid wins everywhere.

Where a block is small against the cells of the centroids, the cost of an iteration grows like the
borders between clusters, not like the number of points. Holds a sorted copy of the points and eight
bytes a point besides.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.blocks import FAN, LISTED, sweep
from kmeans_engine.kernels.labels import scatter_labels
from kmeans_engine.kernels.vector import WIDTH
from kmeans_engine.points.blocks import Layout
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.threads import (
    WORTH_A_THREAD,
    Stock,
    chunk_rows,
    even_rows,
    fold_chunks,
    run_chunks,
)
from kmeans_engine.strategies.base import Floats, Labels, Step
from kmeans_engine.strategies.brute import distinct, pack, root_margin, score_margin
from kmeans_engine.sums import ExactSums

__all__ = ["MOST_FEATURES", "Blocks", "BlocksRun"]

# With more features a grid has but one or two cells along each, and most blocks are mixed.
MOST_FEATURES = 8


class Blocks:
    """The layout, made by the first run.

    Parameters
    ----------
    data : Data
        The points.

    Raises
    ------
    UnsupportedStrategy
        With 2^32 points or more, or more than `MOST_FEATURES` features.
    """

    def __init__(self, data: Data) -> None:
        if data.n_points >= 1 << 32:
            raise UnsupportedStrategy(
                f"strategy='blocks' serves fewer than 2^32 points, got {data.n_points}: use 'brute'"
            )
        if data.n_features > MOST_FEATURES:
            raise UnsupportedStrategy(
                f"strategy='blocks' serves up to {MOST_FEATURES} features, got {data.n_features}: "
                "use 'bounds' or 'neighbours'"
            )
        self.data = data
        self._layout: Layout | None = None
        self._lock = threading.Lock()

    def begin(self) -> BlocksRun:
        """Return a new run."""
        return BlocksRun(self)

    @property
    def layout(self) -> Layout:
        """The sorted points; the first caller makes it."""
        with self._lock:
            if self._layout is None:
                self._layout = Layout(self.data)
            return self._layout


class BlocksRun:
    """What is known of each block from the iterations before.

    Parameters
    ----------
    strategy : Blocks
    """

    name = "blocks"

    def __init__(self, strategy: Blocks) -> None:
        self._strategy, self._data = strategy, strategy.data
        self._spent, self.turn = 0.0, 0
        self._before: Floats | None = None
        self.seen = np.zeros(4, dtype=np.int64)
        # Kept from turn to turn: fresh pages cost more than the work of a late iteration.
        self._scratch: Stock[tuple[npt.NDArray[Any], ...]] | None = None

    def first(self, centroids: Floats, labels: Labels) -> ExactSums:
        """Write the label of every point to `labels` (M,); return the sums of the clusters."""
        data = self._data
        self._use(self._strategy.layout, labels.dtype)
        sums, _, _ = self._sweep(centroids, None)
        order = self._layout.order

        def scatter(start: int, stop: int) -> None:
            scatter_labels(self._labels, order, start, stop, labels)

        run_chunks(scatter, len(labels), chunk_rows(128), data.threads)
        return sums

    def adopt(self, centroids: Floats, labels: Labels) -> None:
        """Take over a run at a state whose labels another strategy found."""
        layout = self._strategy.layout
        self._use(layout, labels.dtype)
        self._labels[:] = labels[layout.order]

    def _use(self, layout: Layout, dtype: np.dtype[Any]) -> None:
        self._layout = layout
        blocks = len(layout.low)
        parents = len(layout.parent_low)
        self._whole = np.full(blocks, -1, dtype=np.int32)
        self._expiry = np.empty(blocks, dtype=np.float32)
        self._times = np.empty(self._data.n_points, dtype=np.float32)
        self._visited = np.full(parents, -2, dtype=np.int64)
        self._listed = np.empty((parents, LISTED + 1), dtype=np.int32)
        self._clock, self._ceiling = np.empty(parents), np.empty(parents)
        self._parent_expiry, self._remaining = np.full(parents, -np.inf), np.empty(parents)
        self._labels = np.empty(self._data.n_points, dtype=dtype)

    def step(self, centroids: Floats, labels: Labels, sums: ExactSums) -> Step:
        """Find what changes with respect to `labels` and `sums`, both left as they are."""
        total, indices, new = self._sweep(centroids, sums)
        return Step(indices, new, total)

    def _sweep(
        self, centroids: Floats, before: ExactSums | None
    ) -> tuple[ExactSums, npt.NDArray[np.uint32], Labels]:
        data, layout, form = self._data, self._layout, self._data.sums
        k, n = centroids.shape
        shifts = np.zeros(k)
        if self._before is not None:
            shifts = data.scaled_shifts(self._before, centroids) * (1.0 + 1e-9)
            # One centroid comes nearer, another one goes away.
            self._spent += float(np.sort(shifts)[-2:].sum()) * (1.0 + 1e-9)
        self._before = centroids
        self.turn += 1
        # The lowest of several equal centroids wins always; only while there are such must blocks
        # not remember their winner, since the others may part from it.
        lines = distinct(centroids)
        roots = lines[: np.count_nonzero(lines < k)]
        if len(roots) < k:
            self._forget()
        dtype = layout.rows.dtype
        center, scale = data.center.astype(dtype), dtype.type(data.scale)
        margin = (center, scale, *score_margin(n, data.scale), root_margin(n))
        points = (
            layout.rows, layout.order, layout.parent_low, layout.parent_high, layout.low,
            layout.high, layout.sums,
        )  # fmt: skip
        memory = (
            self._visited, self._listed, self._clock, self._ceiling, self._remaining, self._expiry,
            self._whole, self._times, self._labels,
        )  # fmt: skip
        problem = (centroids, roots, pack(data, centroids), shifts)
        active = np.flatnonzero(self._parent_expiry <= self._spent)
        threads = data.threads
        if before is not None and self._nanoseconds(len(active) * k * n) < WORTH_A_THREAD:
            threads = 1
        self.seen[:] = 0
        most = max(chunk_rows(k * n) // (FAN * layout.block), 1)
        per_chunk = even_rows(len(active), most, threads, 16)
        if self._scratch is None:
            largest = min(most, len(layout.parent_low))
            self._scratch = Stock(lambda: self._new_scratch(k, n, largest))
        stock, share = self._scratch, (before or form.empty(k)).share()
        pieces: list[tuple[npt.NDArray[np.uint32], Labels]] = []

        def make() -> tuple[ExactSums, tuple[npt.NDArray[Any], ...]]:
            return share(), stock.take()

        def work(
            own: tuple[ExactSums, tuple[npt.NDArray[Any], ...]], start: int, stop: int
        ) -> None:
            part, (changed, new, seen, *rest) = own
            total = sweep(
                active[start:stop], layout.block, self.turn, before is None, points, problem,
                (form.down, form.up), margin, memory,
                (changed, new, part.sums, part.counts, seen), tuple(rest),
            )  # fmt: skip
            if before is not None and total:
                pieces.append((changed[:total].copy(), new[:total].copy()))

        owned = fold_chunks(make, work, len(active), per_chunk, threads)
        parts = [part for part, _ in owned] or [share()]
        # Those with a mixed block have nothing remaining, and are looked at in every turn.
        self._parent_expiry[active] = self._spent + self._remaining[active] * (1.0 - 1e-9)
        for _, tools in owned:
            self.seen += tools[2]
            tools[2][:] = 0
            stock.give_back(tools)
        if len(roots) < k:
            self._forget()
        indices = [piece[0] for piece in pieces] or [np.empty(0, dtype=np.uint32)]
        new = [piece[1] for piece in pieces] or [self._labels[:0]]
        return ExactSums.total(parts), np.concatenate(indices), np.concatenate(new)

    def _nanoseconds(self, contests: int) -> float:
        """Return about how long the next sweep will take on one thread, with so many distances."""
        _, whole, mixed, scored = self.seen.tolist()
        return float(2.0 * contests + 100.0 * whole + 250.0 * mixed + 6.0 * scored)

    def _forget(self) -> None:
        self._visited[:] = -2
        self._parent_expiry[:] = -np.inf

    def _new_scratch(self, k: int, n: int, parents: int) -> tuple[npt.NDArray[Any], ...]:
        block = self._layout.block
        rows = parents * FAN * block
        block += -block % WIDTH  # whole vectors
        return (
            np.empty(rows, dtype=np.uint32),  # changed
            np.empty(rows, dtype=self._labels.dtype),  # new_labels
            np.zeros(4, dtype=np.int64),  # seen
            np.empty((n, k)),  # exact
            np.empty(k),  # d
            np.empty(k, dtype=np.int32),  # keep
            np.empty(k + 3, dtype=np.int32),  # keep2
            np.empty(k, dtype=np.int32),  # ids
            np.empty((n, k)),  # few
            np.zeros((n, block), dtype=np.float32),  # x
            np.empty(block, dtype=np.float32),  # best
            np.empty(block, dtype=np.float32),  # second
            np.empty(block, dtype=np.int32),  # winner
            np.empty(block, dtype=np.uint32),  # members
        )
