"""What runs on the workers: pure functions of their arguments."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices, LabelArray
from kmeans_engine.cluster.part import Part, Run, Segment, Setting, Turn, Worked
from kmeans_engine.errors import ClusterError
from kmeans_engine.frames import count_rounded
from kmeans_engine.points.data import Data
from kmeans_engine.points.measure import Measure
from kmeans_engine.points.shares import pieces_of, shares
from kmeans_engine.points.squares import square_totals
from kmeans_engine.points.visit import VisibleParts, Visitor
from kmeans_engine.points.weights import read_weights, wrong_length
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.validation import check_sheet

__all__ = [
    "add_up",
    "changed",
    "first",
    "given",
    "labels",
    "labels_at",
    "make_part",
    "measure",
    "merge_found",
    "rows_of",
    "same",
    "sample",
    "square",
    "step",
    "take",
    "take_rows",
    "visit",
    "visit_rows",
]

Found = TypeVar("Found")
_Array = npt.NDArray[Any]

# Bytes of chunks that are joined to one segment: a strategy wants many points at once, and larger
# ones are not worth the copy.
_JOINED = 1 << 26
# From here on float64 skips whole numbers.
_WHOLE = 2.0**53


def same(value: Found) -> Found:
    """Return the value: a task that gives workers something once."""
    return value


def rows_of(chunk: Any) -> int:
    """Return the number of rows of a chunk."""
    return len(chunk)


def make_part(
    places: Sequence[tuple[int, int]], threads: int, n_features: int, *chunks: Any
) -> Part:
    """Return some chunks as a part.

    Parameters
    ----------
    places : sequence of (int, int)
        The number of the first row of each chunk, ascending, and how many it has, one at least.
    threads : int
        How many a task may use.
    n_features : int
    *chunks : array or DataFrame, (M_i, N) each
        And then, where points have weights, those of each chunk.

    Raises
    ------
    InvalidInput, InvalidType
        If weights are not numbers, or not as many as there are points.
    ClusterError
        If a chunk has another shape: its collection is wrong about it, or it has been made again
        from something else.
    """
    chunks, given = chunks[: len(places)], chunks[len(places) :]
    for (first, size), chunk in zip(places, chunks, strict=True):
        if tuple(chunk.shape) != (size, n_features) and len(np.shape(chunk)) == 2:
            raise ClusterError(
                f"the chunk of the points that begins with row {first:,} has shape {chunk.shape}, "
                f"not {(size, n_features)} as it should: its source has changed, or its collection "
                "is wrong about it"
            )
    sheets = [check_sheet(chunk, "points") for chunk in chunks]
    starts = [first for first, _ in places]
    weights, rounded = _weights_of(places, given)
    segments: list[Segment] = []
    group: list[_Array] = []
    heavy: list[Floats] = []

    def close() -> None:
        if group:
            own = _joined(heavy) if heavy else None
            segments.append(Segment(begun, _joined(group), own))
            group.clear()
            heavy.clear()

    begun = end = size = 0
    for place, (first, sheet) in enumerate(zip(starts, sheets, strict=True)):
        rows = sheet.values
        if first != end or size + rows.nbytes > _JOINED or not group:
            close()
            begun, size = first, 0
        group.append(rows)
        heavy += weights[place : place + 1]
        end, size = first + len(rows), size + rows.nbytes
    close()
    return Part(segments, threads, (sum(sheet.rounded for sheet in sheets), rounded))


def _joined(arrays: list[_Array]) -> _Array:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _weights_of(
    places: Sequence[tuple[int, int]], chunks: Sequence[Any]
) -> tuple[list[Floats], int]:
    """Return the weights of each chunk, and how many were rounded; nothing if there are none."""
    weights, rounded = list[Floats](), 0
    for (_, size), chunk in zip(places, chunks, strict=bool(chunks)):
        own, count = read_weights(chunk, Budget())
        if len(own) != size:
            raise wrong_length(len(own), size, "the weights of a chunk")
        weights.append(own)
        rounded += count
    return weights, rounded


def measure(part: Part) -> tuple[Measure, int, int]:
    """Return the measure of a part, and how many of its whole numbers and weights are rounded."""
    found, (rounded, weights) = part.measured(), part.rounded
    if max(-found.low.min(), found.high.max()) >= _WHOLE:
        rounded += sum(count_rounded(segment.rows) for segment in part.segments)
    return found, rounded, weights


def square(part: Part, setting: Setting) -> list[int]:
    """Return the exact sums of squares; see `points.squares.square_totals`."""
    return square_totals(part.data(setting))


def first(part: Part, run: Run, turn: Turn) -> Worked:
    """Return what a part gives for the initial centroids."""
    return part.kept(run).first(turn)


def step(part: Part, run: Run, before: Turn, now: Turn) -> Worked:
    """Return what a part gives for the centroids of a state, with those of the state before."""
    return part.kept(run).step(before, now)


def add_up(*found: Worked) -> Worked:
    """Return what several parts give together."""
    sums, counts = found[0].sums.copy(), found[0].counts.copy()
    for other in found[1:]:
        sums += other.sums
        counts += other.counts
    names = tuple(sorted({name for one in found for name in one.names}))
    return Worked(sums, counts, sum(one.n_changed for one in found), names)


def given(part: Part, start: int, size: int) -> _Array:
    """Return the rows of a chunk."""
    for first, rows, _ in part.segments:
        if first <= start and start + size <= first + len(rows):
            return rows[start - first : start - first + size]
    return part.segments[0].rows[:0]  # of an empty chunk


def labels(part: Part, setting: Setting, turn: Turn, start: int, size: int) -> LabelArray:
    """Return the labels of a chunk."""
    found = part.labels(setting, turn)
    for (first, rows, _), some in zip(part.segments, found, strict=True):
        if first <= start and start + size <= first + len(rows):
            return some[start - first : start - first + size]
    return found[0][:0]


def changed(
    part: Part, setting: Setting, now: Turn, before: Turn | None, start: int, size: int
) -> npt.NDArray[np.intp]:
    """Return the numbers of the rows of a chunk whose labels differ; without `before`, of all."""
    if before is None:
        return np.arange(start, start + size, dtype=np.intp)
    old, new = (labels(part, setting, turn, start, size) for turn in (before, now))
    return np.flatnonzero(old != new) + start


def _split(part: Part, rows: Indices) -> list[tuple[int, npt.NDArray[np.intp]]]:
    """Return the segments that have some of these rows, and which rows they have."""
    return shares(pieces_of([segment.first for segment in part.segments], rows))


def labels_at(part: Part, setting: Setting, turn: Turn, rows: Indices) -> LabelArray:
    """Return the labels of some rows of a part."""
    found = part.labels(setting, turn)
    some = np.empty(len(rows), dtype=found[0].dtype)
    for owner, mine in _split(part, rows):
        some[mine] = found[owner][rows[mine] - part.segments[owner].first]
    return some


def take_rows(chunk: Any, rows: Indices) -> Floats:
    """Return some rows of a chunk as float64."""
    values: Floats = check_sheet(chunk, "points").values[rows].astype(np.float64)
    return values


def take(part: Part, rows: Indices) -> Floats:
    """Return some rows of a part as float64."""
    taken = np.empty((len(rows), part.segments[0].rows.shape[1]))
    for owner, mine in _split(part, rows):
        first, values, _ = part.segments[owner]
        taken[mine] = values[rows[mine] - first]
    return taken


def sample(part: Part, step: int, first: int) -> list[tuple[int, Floats]]:
    """Return rows `first`, `first + step` and so on, as far as they are here, by segments."""
    return [
        (start, rows[(first - start if start < first else (first - start) % step) :: step].astype(
            np.float64
        ))
        for start, rows, _ in part.segments
    ]  # fmt: skip


class _Shifted:
    """A visitor that is told the numbers of rows among all points; see `Visitor`."""

    def __init__(self, visitor: Visitor[Any], first: int) -> None:
        self._visitor, self._first = visitor, first
        self.work_per_row, self.cells = visitor.work_per_row, visitor.cells
        self.begin, self.merge = visitor.begin, visitor.merge

    def add(
        self,
        found: Any,
        rows: Any,
        X: _Array,
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        first = self._first
        if isinstance(rows, range):
            rows = range(rows.start + first, rows.stop + first)
        else:
            rows = rows + first
        self._visitor.add(found, rows, X, was, now, weights)


class _State(NamedTuple):
    """The labels of one segment in one state; see `Labelled`."""

    assigned_from: Floats
    labels: LabelArray
    changed: npt.NDArray[np.intp]

    @property
    def n_changed(self) -> int:
        return len(self.changed)

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        return self.labels[indices]

    def follows(self, other: _State) -> bool:
        return other.changed is self.changed


def visit(
    part: Part, setting: Setting, visitor: Visitor[Found], now: Turn | None, before: Turn | None
) -> Found:
    """Show a visitor the rows of a part; see `Visible.visit`."""
    data, new, old = part.data(setting), None, None
    if now is not None:
        new = part.labels(setting, now)
    if now is not None and before is not None:
        old = part.labels(setting, before)
        where = part.changed(now, before) or part.changed(before, now)
    found = []
    for i, (start, *_) in enumerate(part.segments):
        states: list[_State] = []
        if now is not None and new is not None:
            states.append(_State(now.values, new[i], np.empty(0, dtype=np.intp)))
        if now is not None and before is not None and new is not None and old is not None:
            rows = where[i] if where else np.flatnonzero(new[i] != old[i])
            states = [_State(now.values, new[i], rows), _State(before.values, old[i], rows)]
        found.append(_visible(data[i]).visit(_Shifted(visitor, start), *states))
    return visitor.merge(found)


def _visible(data: Data) -> VisibleParts:
    """Return a segment alone, which keeps the measure of all."""
    visible = VisibleParts([data])
    visible.measure = data.measure
    return visible


def visit_rows(
    part: Part, setting: Setting, visitor: Visitor[Found], *rows: npt.NDArray[np.intp]
) -> Found:
    """Show a visitor the rows of a part that are among these, in pieces, without labels."""
    data, some = part.data(setting), np.concatenate(rows)
    found = []
    for i, (start, values, _) in enumerate(part.segments):
        mine = some[(some >= start) & (some < start + len(values))] - start
        state = _State(np.empty((0, 0)), np.empty(0, dtype=np.uint8), mine)
        found.append(_visible(data[i]).visit(_Shifted(visitor, start), state, changed=True))
    return visitor.merge(found)


def merge_found(visitor: Visitor[Found], *found: Found) -> Found:
    """Return what was found in several parts as one."""
    # What other tasks have given must stay as it is: they may be asked for it again.
    return visitor.merge([copy.deepcopy(one) for one in found])
