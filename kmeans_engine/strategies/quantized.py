"""The strategy `bounds`, but a look is at points and centroids rounded to bytes.

For many features or many centroids, where real vectors use up every bound at once: products of
bytes rule out all but a few centroids at a tenth of the cost of scores. Holds a byte a value and
sixteen bytes a point. Points in C order are read where they are, also those of one byte a value,
float16 and bfloat16; others are copied as float32 or float64, once.
"""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import numpy as np

from kmeans_engine.arrays import Floats, LabelArray
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.cells import Moved
from kmeans_engine.kernels.screen import (
    GROUP,
    TILE,
    Between,
    Coded,
    Codes,
    Screening,
    Sieve,
    look,
    measure_coded,
    quantize_centroids,
    start,
)
from kmeans_engine.points.codes import CodedPoints
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.runtime.threads import chunk_rows
from kmeans_engine.strategies.bounds import Bounds, BoundsAssigner, Worker
from kmeans_engine.strategies.scores import make_batch

__all__ = ["MOST_FEATURES", "Quantized", "QuantizedAssigner"]

# Nanoseconds of a product of bytes.
_PRODUCT = 0.015
# How many products of bytes make a chunk as long as one multiply-add of a score.
_CHEAPER = 4
# A product is a sum of so many products of bytes, in 32 bits.
MOST_FEATURES = 1 << 16


class Quantized(Bounds):
    """The points, rounded by the first run.

    Parameters
    ----------
    points : Data
    """

    name: ClassVar[str] = "quantized"

    def __init__(self, points: Data) -> None:
        super().__init__(points)
        self._coded: CodedPoints | None = None
        self._lock = threading.Lock()

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Raise `UnsupportedStrategy` for 2^32 points or more, or too many features."""
        super().check(points, k)
        if points.n_features > MOST_FEATURES:
            raise UnsupportedStrategy(
                f"strategy='quantized' supports up to {MOST_FEATURES} features, got "
                f"{points.n_features}: use 'bounds'"
            )

    def begin(self) -> QuantizedAssigner:
        """Return an assigner for a new run."""
        points = self.points
        if points.narrow is None:
            points = points.compact()
        with self._lock:
            if self._coded is None:
                coded = CodedPoints(points)
                self.points.vouch()
                self._coded = coded
        return QuantizedAssigner(points, self._coded)


class QuantizedAssigner(BoundsAssigner):
    """As `BoundsAssigner`."""

    name = Quantized.name
    start_kernel = staticmethod(start)
    look_kernel = staticmethod(look)

    def __init__(self, points: Data, coded: CodedPoints) -> None:
        super().__init__(points)
        self._points = coded

    def _begin(self, centroids: Floats, labels: LabelArray) -> None:
        k, n = centroids.shape
        padded = -(-k // GROUP) * GROUP
        self._codes = np.zeros((padded, -(-n // 4) * 4), dtype=np.uint8)
        self.coded = Coded(
            words=self._codes.view(np.int32),
            base=np.zeros(padded, dtype=np.int32),
            start=np.empty(padded, dtype=np.int32),
            norms=np.zeros(padded, dtype=np.int32),
            errors=np.zeros(padded),
            error=np.zeros(1),
            unit=self._points.inverse / self.points.measure.scale,
        )
        super()._begin(centroids, labels)
        self._between = Between(coded=self.coded, D=self.distances)
        self._place()

    def _rows(self) -> tuple[Any, np.dtype[np.floating]]:
        narrow = self.points.narrow
        return super()._rows() if narrow is None else (narrow, self.points.measure.dtype)

    def _place(self) -> None:
        """Round the centroids to bytes."""
        scores, points = self.scores, self._points
        quantize_centroids(
            scores.record.C, scores.record.rows, scores.n_distinct, points.zero, points.inverse,
            self._codes, self.coded,
        )  # fmt: skip

    def _move(self) -> None:
        self._place()
        super()._move()

    def _measure(self, some: Moved, few: bool) -> None:
        k, n = self.scores.record.C.shape
        if few and len(some.rows) * _CHEAPER < k:
            super()._measure(some, few)
            return
        self._each(measure_coded, self._between, k, k * n * _PRODUCT)

    def most(self) -> int:
        """See `BoundsAssigner.most`: whole tiles."""
        work = self.points.n_features * len(self.scores.shifts)
        return -(-chunk_rows(work // _CHEAPER) // TILE) * TILE

    def _chunk(self, total: int, threads: int) -> int:
        return -(-super()._chunk(total, threads) // TILE) * TILE

    def share_left(self) -> float:
        """Return the share of all centroids that were scored in the looks of the last step."""
        return float(self.scored / max(self.looked * len(self.scores.shifts), 1))

    def _worker(self, number: int) -> Worker:
        return _Screener(self, number)

    @property
    def codes(self) -> Codes:
        """The points, rounded to bytes."""
        return self._points.record


class _Screener(Worker):
    """As `Worker`, with scratch for tiles."""

    def __init__(self, of: QuantizedAssigner, number: int) -> None:
        super().__init__(of, number)
        lanes: dict[str, Any] = {name: np.zeros(TILE, dtype=np.int32) for name in _INTEGERS}
        lanes |= {name: np.zeros(TILE, dtype=np.float32) for name in _FLOATS}
        sieve = Sieve(
            x=np.zeros((of.codes.words.shape[1], TILE), dtype=np.int32),
            masks=np.zeros(len(of.coded.base), dtype=np.uint64),
            members=np.zeros(TILE, dtype=np.uint32),
            **lanes,
        )
        screening = Screening(
            scoring=of.scores.record,
            memory=of.memory,
            due=of.due,
            changes=of.changes,
            finder=self.finder(make_batch(1, TILE)),
            codes=of.codes,
            coded=of.coded,
            sieve=sieve,
        )
        self.task = self.search = screening


_INTEGERS = ("bars", "rest", "runner", "winner", "now")
_FLOATS = ("own", "best", "second")
