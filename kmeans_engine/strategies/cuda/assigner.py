"""One run on the device: see the package for how a step goes."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

from numba import cuda

from kmeans_engine.arrays import Clusters, Floats, LabelArray
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.cuda.compiling import THREADS
from kmeans_engine.kernels.cuda.lists import sift
from kmeans_engine.labels import Labels, label_dtype
from kmeans_engine.points.data import Data
from kmeans_engine.runtime.sizes import shown_bytes
from kmeans_engine.strategies.brute import BruteAssigner
from kmeans_engine.strategies.cuda.cascade import stages_for
from kmeans_engine.strategies.cuda.centroids import Centroids
from kmeans_engine.strategies.cuda.device import (
    blocks_for,
    device_reason,
    free_bytes,
    is_out_of_memory,
)
from kmeans_engine.strategies.cuda.labels import DeviceHistory, Found
from kmeans_engine.strategies.cuda.memory import CHANGED, DUE, Memory, Section
from kmeans_engine.strategies.cuda.points import DevicePoints, Feed, Range
from kmeans_engine.strategies.cuda.repeated import Repeated
from kmeans_engine.strategies.cuda.stages import List, Piece, Placed
from kmeans_engine.strategies.cuda.sums import DeviceSums
from kmeans_engine.sums import ExactSums

__all__ = ["CudaAssigner"]


class _Stepped(NamedTuple):
    """See `strategies.base.Stepped`."""

    sums: ExactSums
    n_changed: int


def _told(error: Exception) -> Exception:
    """Return the error in one line if it is the device's, and as it is otherwise."""
    reason = device_reason(error)
    if reason is None:
        return error
    return UnsupportedStrategy(
        f"strategy='cuda' failed on the GPU ({reason}): try nvidia-smi, or use strategy='auto'",
        options=("strategy",),
    )


class CudaAssigner:
    """See `Assigner`.

    Parameters
    ----------
    held : DevicePoints
    """

    name = "cuda"

    def __init__(self, held: DevicePoints) -> None:
        self.points: Data = held.points
        self.n_points = held.points.n_points
        # A copy that was once compared with what was measured does not change.
        self.in_place = held.is_borrowed or not held.is_whole
        self._held = held
        self._history: DeviceHistory | None = None
        self._repeated: Repeated | None = None

    def first(self, centroids: Floats) -> ExactSums:
        """See `Assigner.first`."""
        try:
            self._begin(*centroids.shape)
            self._label_all(centroids)
        except Exception as error:
            self._release()
            if not is_out_of_memory(error):
                raise _told(error) from error
            raise UnsupportedStrategy(
                f"strategy={self.name!r} needs more memory on the device than the "
                f"{shown_bytes(free_bytes())} that are free, for {self.n_points:,} points and "
                f"{len(centroids):,} clusters: end what else runs there, or use strategy='auto'",
                options=("strategy",),
            ) from error
        return self._total

    def _begin(self, k: int, n_features: int) -> None:
        held, stream = self._held, cuda.stream()
        self._stream, self._feed = stream, Feed(held, stream)
        self._centroids = Centroids(self.points, k, stream)
        self._stages = stages_for(n_features, k, self.points.measure.dtype)
        pieces = len(held.pieces(0, held.resident)) + len(held.ranges())
        self._memory = Memory(self.n_points, pieces, len(self._stages), k)
        self._sums = DeviceSums(self.points.measure.sum_format, k, held.weights(), stream)
        self._history = DeviceHistory(
            self.n_points, label_dtype(k), self._memory.labels.copy_to_host, self.points.budget
        )

    def adopt(self, centroids: Floats, labels: LabelArray | Any | None = None) -> ExactSums:
        """See `Assigner.adopt`: to find the labels costs no more than to send them."""
        return self.first(centroids)

    def step(self, centroids: Floats, moved: Clusters | None = None) -> _Stepped:
        """See `Assigner.step`."""
        history = self._at_work
        with history.lock:
            history.begin()
            try:
                spans = self._find(centroids, moved)
            except BaseException:
                self._go_back()
                raise
            counts = self._memory.found[: len(spans), CHANGED].tolist()
            total = sum(counts)
            found = Found(
                total,
                self.n_points,
                lambda: self._memory.changes(spans, counts),
                self.points.budget,
            )
            history.note(found)
            self._assigned_from = centroids
        return _Stepped(self._total, total)

    def labels(self) -> Labels:
        """See `Assigner.labels`."""
        return self._at_work.now()

    def finish(self) -> None:
        """See `Assigner.finish`."""
        if self._history is not None:
            self._history.finish()
            self._release()

    def _release(self) -> None:
        """Let go of what is on the device now, not when the last snapshot does."""
        if self._repeated is not None:
            self._repeated.close()
            self._repeated = None  # it knows this run
        for name in ("_memory", "_feed"):
            self.__dict__.pop(name, None)

    @property
    def _at_work(self) -> DeviceHistory:
        assert self._history is not None, "first or adopt comes first"
        return self._history

    def _label_all(self, centroids: Floats) -> None:
        """Label all points from nothing, and add up their sums."""
        memory, sums, stream = self._memory, self._sums, self._stream
        placed = self._centroids.place(centroids)
        self._centroids.send(stream)
        memory.clear(stream)
        sums.clear()
        with closing(self._feed.first()) as pieces:
            for p, (span, X) in enumerate(pieces):
                section = memory.section(p, span)
                piece = section.piece(X, first_look=True)
                self._look(section, piece, placed, section.due._replace(whole=True), stream)
                sums.add(piece, span)
        self._total = sums.after(None)
        self._assigned_from = centroids

    def _find(self, centroids: Floats, moved: Clusters | None) -> list[Range]:
        """Find what changes, and change it; return the pieces that were looked at."""
        spans = self._held.ranges()
        placed = self._centroids.place(centroids, moved)
        if not self._held.is_whole:
            self._go_through(spans, placed)
        else:  # all constants of a run are the same in each step, and all arrays
            if self._repeated is None:
                self._repeated = Repeated(self._stream, partial(self._go_at_once, spans[0], placed))
            self._repeated.run()
        self._stream.synchronize()
        self._total = self._sums.after(self._total)
        return spans

    def _begin_step(self, stream: Any) -> None:
        self._centroids.send(stream)
        self._memory.clear(stream)
        self._sums.begin(stream)

    def _sift(self, section: Section, span: Range, placed: Placed, stream: Any) -> None:
        """List the points whose time has come."""
        sift[blocks_for(span[1] - span[0], THREADS), THREADS, stream](
            section.labels, section.expiry, placed.threshold, section.due.points, section.due.total
        )

    def _end_step(self, stream: Any) -> None:
        self._memory.send(stream)
        self._sums.send(stream)

    def _go_at_once(self, span: Range, placed: Placed, stream: Any) -> None:
        """Launch a step for points that are all on the device."""
        self._begin_step(stream)
        section = self._memory.section(0, span)
        self._sift(section, span, placed, stream)
        piece = section.piece(self._held.X, first_look=False)
        self._look(section, piece, placed, section.due, stream)
        self._sums.move(piece, span, stream)
        self._end_step(stream)

    def _go_through(self, spans: list[Range], placed: Placed) -> None:
        """Launch a step for points that go to the device where some of them are due."""
        memory, stream = self._memory, self._stream
        self._begin_step(stream)
        for p, span in enumerate(spans):
            self._sift(memory.section(p, span), span, placed, stream)
        memory.send(stream)
        stream.synchronize()
        wanted = (memory.found[: len(spans), DUE] > 0).tolist()
        numbers = [p for p, want in enumerate(wanted) if want]
        with closing(self._feed.some(wanted)) as pieces:
            for p, (span, X) in zip(numbers, pieces, strict=True):
                section = memory.section(p, span)
                piece = section.piece(X, first_look=False)
                self._look(section, piece, placed, section.due, stream)
                self._sums.move(piece, span, stream)
        self._end_step(stream)

    def _look(
        self, section: Section, piece: Piece, placed: Placed, todo: List, stream: Any
    ) -> None:
        """Let all stages look at points, one after the other."""
        for stage, left in zip(self._stages, section.left, strict=True):
            stage.look(piece, placed, todo, left, stream)
            todo = left

    def _go_back(self) -> None:
        """Find the labels before a step that was interrupted: snapshots may need them."""
        labels = self.points.budget.empty(self.n_points, self._memory.labels.dtype)
        BruteAssigner(self.points).assign(self._assigned_from, labels)
        self._at_work.replace(labels)
