"""Points sorted into blocks of neighbours. Made once per engine, shared by its runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, Rows
from kmeans_engine.kernels.blocks import FAN, Sorted
from kmeans_engine.kernels.sorting import (
    Grid,
    Spare,
    count_buckets,
    measure_blocks,
    scatter_rows,
    sort_buckets,
)
from kmeans_engine.points.data import Data
from kmeans_engine.points.moves import Mover
from kmeans_engine.points.seal import add_digest, no_digest, sum_digests
from kmeans_engine.runtime.progress import doing
from kmeans_engine.runtime.threads import chunk_rows, fold_chunks, run_chunks
from kmeans_engine.sums import SumFormat

__all__ = ["SortedPoints", "block_rows"]

Codes = npt.NDArray[np.uint32]
Words = npt.NDArray[np.unsignedinteger]

# Multiply-adds that a row counts for: chunks of 2^17 rows.
_CHUNK_WORK = 1 << 9
# Pieces of a thread: each has a table of where its rows go.
_PIECES = 16
# Chunks of a piece that are sorted without a look whether Ctrl-C was pressed: a piece of 10^9
# points in scratch takes seconds.
_TURN = 2
_SAMPLE = 1 << 14
# The share of the blocks up to which it pays to list their points, one by one.
_MOST_LISTED = 0.2


# Rows from, to, and how many of them are in each bucket.
_Chunk = tuple[int, int, npt.NDArray[np.uint32]]


def _no_chunks(_: int) -> list[_Chunk]:
    return []


class SortedPoints:
    """A sorted copy of the points, cut into blocks, with a box and exact sums for each.

    The order is along a Hilbert curve over a grid on the bulk of the points: neighbours on the
    curve are neighbours in space. A Morton curve is simpler, but jumps, and the blocks across a
    jump are mixed for nothing (344 in place of 285 in docs/blocks.png).

    Parameters
    ----------
    data : Data
        The points, fewer than 2^32.

    Attributes
    ----------
    block : int
        Rows of a block; the last one may have fewer.
    rows : ndarray, (M, N)
        The sorted points, float32 if that holds them exactly, else float64; read-only.
    order : ndarray, (M,), uint32
        The row of the input that each sorted row is.
    record : Sorted
        These, with boxes and sums, as kernels read them.
    """

    def __init__(self, data: Data) -> None:
        m, n, form = data.n_points, data.n_features, data.measure.sum_format
        self.block = block = block_rows(m)
        budget = data.budget
        # What is looked at most comes first, while there is memory.
        blocks = -(-m // block)
        low, high = budget.empty((blocks, n), np.float64), budget.empty((blocks, n), np.float64)
        sums = budget.empty((blocks, form.levels, len(form.exponents)), np.int64)
        self.order = budget.empty(m, np.uint32)
        self.rows = budget.empty((m, n), data.measure.dtype)
        with doing(f"sorting {m:,} points"):
            self._sort(data)
        self.rows.flags.writeable = False

        weights = None if data.weights is None else self._sorted(data.weights, data)

        def measure(start: int, stop: int) -> None:
            some = slice(start * block, stop * block)
            rows, boxes, own = (
                self.rows[some],
                (low[start:stop], high[start:stop]),
                sums[start:stop],
            )
            if weights is None:
                measure_blocks(rows, block, form.down, form.up, *boxes, own)
                return
            plain = data.measure.plain_format  # of which the sums are for nothing
            unused = np.empty((stop - start, plain.levels, n), dtype=np.int64)
            measure_blocks(rows, block, plain.down, plain.up, *boxes, unused)
            _sum_blocks(rows, weights[some], block, form, own)

        run_chunks(measure, blocks, max(chunk_rows(8 * n) // block, 1), data.threads)
        edges = np.arange(0, blocks, FAN)
        self.record = Sorted(
            rows=self.rows, order=self.order, parent_low=np.minimum.reduceat(low, edges),
            parent_high=np.maximum.reduceat(high, edges), low=low, high=high, sums=sums,
            down=form.down, up=form.up, exponents=form.exponents, width=form.width, block=block,
            weights=None if weights is None else weights.view(np.int64),
        )  # fmt: skip

    def _sorted(self, weights: Floats, data: Data) -> Floats:
        """Return the weights of the sorted rows."""
        found = data.budget.empty(len(weights), np.float64)

        def pick(start: int, stop: int) -> None:
            np.take(weights, self.order[start:stop], out=found[start:stop], mode="clip")

        run_chunks(pick, len(weights), chunk_rows(_CHUNK_WORK), data.threads)
        data.vouch_weights()
        found.flags.writeable = False
        return found

    def rows_within(self, low: Floats, high: Floats) -> npt.NDArray[np.intp] | None:
        """Return the points of the blocks that reach into a box, ascending; None if most do.

        Parameters
        ----------
        low, high : ndarray, (N,)
            Its corners.
        """
        record = self.record
        hit = np.flatnonzero(((record.high >= low) & (record.low <= high)).all(axis=1))
        if len(hit) > _MOST_LISTED * len(record.low):
            return None
        places = (hit[:, None] * self.block + np.arange(self.block)).reshape(-1)
        return np.sort(self.order[places[places < len(self.order)]]).astype(np.intp)

    def _sort(self, data: Data) -> None:
        """Fill `rows` and `order`: first into buckets, then each bucket by itself."""
        grid = _make_grid(data)
        buckets = len(grid.coarse)

        def count(chunks: list[_Chunk], start: int, X: Rows) -> None:
            counts = np.zeros(buckets, dtype=np.uint32)
            count_buckets(X, grid, counts)
            chunks.append((start, start + len(X), counts))

        counted = data.fold(_no_chunks, count, work_per_row=_CHUNK_WORK)
        chunks = sorted((chunk for part in counted for chunk in part), key=lambda chunk: chunk[0])
        size = -(-len(chunks) // (_PIECES * data.threads))
        pieces = [chunks[i : i + size] for i in range(0, len(chunks), size)]
        counts = np.stack([np.sum([counts for *_, counts in piece], axis=0) for piece in pieces])
        # Where the rows of each piece begin in each bucket: bucket by bucket, piece after piece.
        ends = np.cumsum(counts.T, dtype=np.uint32).reshape(buckets, -1).T
        positions = np.ascontiguousarray(ends - counts)
        digests = [no_digest() for _ in pieces]
        words = _as_words(self.rows)

        def scatter(piece: int, some: slice) -> None:
            for start, stop, _ in pieces[piece][some]:
                X = data.rows(start, stop, None)
                add_digest(digests[piece], start, X)
                if X.dtype != self.rows.dtype:
                    X = X.astype(self.rows.dtype)
                    X.flags.writeable = False
                order = self.order[:, None]
                scatter_rows(X, _as_words(X), start, grid, positions[piece], order, words)

        for turn in range(0, size, _TURN):

            def part(piece: int, _: int, some: slice = slice(turn, turn + _TURN)) -> None:
                scatter(piece, some)

            run_chunks(part, len(pieces), 1, data.threads)
        data.vouch(sum_digests(digests))
        starts = np.concatenate([[0], ends[-1]]).astype(np.int64)
        largest = int(np.diff(starts).max())

        def spare() -> Spare:
            return Spare(
                words=data.budget.empty((largest, words.shape[1]), words.dtype),
                order=data.budget.empty(largest, np.uint32),
                codes=data.budget.empty(largest, np.uint32),
                positions=np.empty(len(grid.fine) // buckets, dtype=np.uint32),
            )

        view = self.rows.view()
        view.flags.writeable = False

        def sort(spare: Spare, start: int, stop: int) -> None:
            sort_buckets(view, words, self.order, starts[start : stop + 1], grid, spare)

        fold_chunks(spare, sort, buckets, 4, data.threads)


def _sum_blocks(rows: Rows, weights: Floats, block: int, form: SumFormat, sums: Integers) -> None:
    """Write the exact sums of each block of weighted rows to `sums` (blocks, L, N + 1)."""
    sums[:] = 0
    counts = np.zeros(len(sums), dtype=np.int64)
    # One type of labels for all: that of up to 256 clusters.
    labels = (np.arange(256 * block) // block).astype(np.uint8)
    for first in range(0, len(sums), 256):
        own, some = slice(first, first + 256), slice(first * block, (first + 256) * block)
        part, zero = rows[some], np.zeros(1, dtype=np.int64)
        mover = Mover(part, zero, form, sums[own], counts[own], weights[some])
        mover.add(mover.adding(labels), 0, len(part))


def _as_words(X: Rows) -> Words:
    """Return rows as words, the longest that fit: what is only copied has no other meaning."""
    wide = X.shape[1] * X.itemsize % 8 == 0
    return X.view(np.uint64 if wide else np.uint32)


def _make_grid(data: Data) -> Grid:
    m, n = data.n_points, data.n_features
    # A few rows to a cell, since points crowd in some of them: the blocks there are as wide as a
    # cell (1 M x 2: a third fewer of mixed ones than with 64). And a table that stays in the cache.
    bits = max(min((m // 4).bit_length(), 18) // n, 1)
    drop = bits // 2
    low, inverse = _bulk(data, 1 << bits)
    return Grid(
        low=low, inverse=inverse, bits=bits, drop=drop, coarse=_hilbert(n, bits - drop),
        fine=_hilbert(n, bits),
    )  # fmt: skip


def _hilbert(n: int, bits: int) -> Codes:
    """Return the place on the Hilbert curve of each cell of a grid with 2^bits cells along n axes.

    Cells are numbered with the last axis running fastest. The curve visits the halves of all axes
    in the order of a Gray code, and in each part it is the next smaller curve, turned and
    mirrored: as whole tables, 0.4 ms for 2^18 cells, where cell by cell takes 11. After Hamilton,
    "Compact Hilbert Indices", Dalhousie University CS-2006-07 (2006), chapter 2.
    """
    table = np.zeros((1,) * n, dtype=np.uint32)
    for bit in range(bits):
        side = 1 << bit
        larger = np.empty((2, side) * n, dtype=np.uint32)
        for i in range(1 << n):
            # Where the curve enters the part, a bit for each axis, and along which axis it leaves.
            entry = _gray((i - 1) & -2) if i else 0
            ones = i if i % 2 else max(i - 1, 0)
            leaves = (~ones & (ones + 1)).bit_length() - 1
            part = table.transpose([(axis - leaves - 1) % n for axis in range(n)])
            part = np.flip(part, tuple(axis for axis in range(n) if entry >> axis & 1))
            halves = [(_gray(i) >> axis & 1, slice(None)) for axis in range(n)]
            larger[sum(halves, ())] = part + np.uint32(i << (n * bit))
        table = larger.reshape((2 * side,) * n)
    return table.reshape(-1)


def _gray(i: int) -> int:
    return i ^ (i >> 1)


def _bulk(data: Data, cells: int) -> tuple[Floats, Floats]:
    """Return origin and cells per unit of a grid over the bulk of the points, from a sample."""
    sample = data.sample(-(-data.n_points // _SAMPLE))
    low, high = np.quantile(sample, [0.005, 0.995], axis=0)
    margin = 0.1 * (high - low)
    measure = data.measure
    low, high = np.maximum(low - margin, measure.low), np.minimum(high + margin, measure.high)
    with np.errstate(divide="ignore", over="ignore"):
        inverse = np.where(high > low, cells / (high - low), 0.0)
    return low, np.where(np.isfinite(inverse), inverse, 0.0)


def block_rows(n_points: int) -> int:
    """Return the rows of a block: small ones have shorter borders, large ones cost less each."""
    rows = 64 if n_points < 1 << 22 else 128 if n_points < 1 << 25 else 256
    return rows if n_points < 1 << 29 else 512  # the boxes of 2^30 x 2 take 134 MB
