"""What points weigh: one float64 for each, opened beside them in the same parts."""

from __future__ import annotations

import numbers
import os
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices
from kmeans_engine.errors import InvalidInput, InvalidType
from kmeans_engine.frames import Sheet, read_array
from kmeans_engine.points.data import Data
from kmeans_engine.points.devices import brought_here, is_on_device
from kmeans_engine.points.opening import elsewhere, open_store, open_visible
from kmeans_engine.points.stored import ArrayStore, Store
from kmeans_engine.points.streams import is_stream
from kmeans_engine.points.visit import Visible, VisibleParts, Visitor
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.validation import shown

__all__ = [
    "open_weighted",
    "read_weights",
    "refuse_twice",
    "visit_weights",
    "weigh",
    "weights_of",
    "wrong_length",
]

# Rows that are copied in one piece.
_PIECE = 1 << 17
_NO_ROWS: npt.NDArray[Any] = np.empty((0, 0))

Found = TypeVar("Found")


def open_weighted(points: Any, weights: Any) -> Visible:
    """Return points with their weights, None for none, as `opening.open_visible` does.

    Raises
    ------
    InvalidInput, InvalidType, OSError
        As for `weigh`; also if the points have been opened with weights of their own, or without.
    """
    if weights is None:
        return open_visible(points)
    home = elsewhere(points)
    if home is not None:
        there: Visible = home.open_visible(points, weights)
        return there
    if hasattr(points, "visit"):
        raise refuse_twice()
    visible = open_visible(points)
    assert isinstance(visible, VisibleParts)
    weigh(visible.parts, weights)
    return visible


class _Collect:
    """Collects weights with the numbers of their points; see `points.visit.Visitor`."""

    cells, work_per_row = 0, 1

    def begin(self) -> list[tuple[int, Floats]]:
        """See `Visitor.begin`."""
        return []

    def add(
        self,
        found: list[tuple[int, Floats]],
        rows: range | Indices,
        X: npt.NDArray[Any],
        was: object,
        now: object,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        if weights is not None and len(rows):
            found.append((int(rows[0]), weights))

    def merge(self, found: list[list[tuple[int, Floats]]]) -> list[tuple[int, Floats]]:
        """See `Visitor.merge`."""
        return [piece for some in found for piece in some]


def visit_weights(points: Visible, visitor: Visitor[Found]) -> Found:
    """Show a visitor what all points weigh, and no point where that would mean to read them.

    Parameters
    ----------
    points : Visible
        With weights.
    visitor : Visitor
        It looks at row numbers and weights only.
    """
    if not isinstance(points, VisibleParts):
        return points.visit(visitor)
    found, start = visitor.begin(), 0
    for part in points.parts:
        assert part.weights is not None
        for at in range(0, part.n_points, _PIECE):
            some = part.weights[at : at + _PIECE]
            rows = range(start + at, start + at + len(some))
            visitor.add(found, rows, _NO_ROWS, None, None, some)
        start += part.n_points
    return visitor.merge([found])


def weights_of(points: Visible) -> Floats | None:
    """Return what each point weighs, (M,), None if all weigh the same; not always a copy."""
    if not points.weighted:
        return None
    if isinstance(points, VisibleParts) and len(points.parts) == 1:
        return points.parts[0].weights
    found: list[tuple[int, Floats]] = visit_weights(points, _Collect())
    pieces = [some for _, some in sorted(found, key=itemgetter(0))]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def refuse_twice() -> InvalidInput:
    """Return the error for weights of points that have been opened already."""
    return InvalidInput(
        "weights= has no effect on points that another engine has opened: give them there",
        options=("weights",),
    )


def weigh(parts: Sequence[Data], weights: Any) -> None:
    """Give points their weights, before they are measured.

    Parameters
    ----------
    parts : sequence of Data
    weights : array_like or sequence of array_like
        Real numbers, (M,) or (M, 1): read where they are if they are float64 side by side, else
        copied as such. Or the path of a file of one column. Or a list of these, one for each part.

    Raises
    ------
    InvalidInput, InvalidType
        If there is not one real number for each point; what they are is checked with the points.
    OSError
        If a file cannot be read, or scratch has no room.
    """
    budget, sizes = parts[0].budget, [part.n_points for part in parts]
    if _is_in_parts(weights, sum(sizes), len(parts)):
        if len(weights) != len(parts):
            raise _wrong(
                f"weights are {_arrays(len(weights))} and points {_arrays(len(parts))}: give one "
                "array of weights for each array of points"
            )
        for i, (part, own) in enumerate(zip(parts, weights, strict=True)):
            store = _open(own, f"weights[{i}]", budget)
            _check_length(store, part.n_points, f"weights[{i}]")
            part.weigh(_column(store, 0, part.n_points, budget), _rounded(store))
        return
    store = _open(weights, "weights", budget)
    _check_length(store, sum(sizes), "weights")
    rounded = _rounded(store)
    for part, (start, stop) in zip(parts, pairwise(accumulate(sizes, initial=0)), strict=True):
        part.weigh(_column(store, start, stop, budget), rounded)
        rounded = 0  # which are counted once


def read_weights(weights: Any, budget: Budget) -> tuple[Floats, int]:
    """Return weights as an array in memory, (M,), and how many whole numbers were rounded.

    Parameters and errors as for `weigh`; not in parts.
    """
    store = _open(weights, "weights", budget)
    column = _column(store, 0, store.shape[0], budget)
    assert column.view is not None
    return column.view.reshape(-1), _rounded(store)


def wrong_length(count: int, n_points: int, name: str = "weights") -> InvalidInput:
    """Return the error for so many weights of so many points."""
    return _wrong(
        f"{name} have {count} value{'s' * (count != 1)}, need one for each of the {n_points} "
        "points, in their order"
    )


def _arrays(count: int) -> str:
    return f"{count} array{'s' * (count != 1)}"


def _is_in_parts(weights: Any, n_points: int, n_parts: int) -> bool:
    # Of points in one part there may be as many arrays, of one number each.
    return (
        isinstance(weights, list | tuple)
        and (n_parts > 1 or len(weights) != n_points)
        and all(
            isinstance(part, str | os.PathLike) or len(getattr(part, "shape", ())) > 0
            for part in weights
        )
    )


def _open(weights: Any, name: str, budget: Budget) -> Store:
    if elsewhere(weights) is not None:
        raise InvalidType(
            f"{name} are of type {type(weights).__name__}, and the points are in this process: "
            "call .compute()",
            options=("weights",),
        )
    if isinstance(weights, str) and not Path(weights).exists():
        raise InvalidInput(
            f"{name}={weights!r} is neither a file nor numbers: give one number for each point, "
            f"such as points[{weights!r}]",
            options=("weights",),
        )
    if is_on_device(weights):
        weights = brought_here(weights, name)
    if hasattr(weights, "to_frame"):
        weights = weights.to_frame()
    elif not isinstance(weights, np.ndarray) and not _is_table(weights):
        weights = read_array(weights, name)
    if isinstance(weights, np.ndarray):
        if weights.ndim == 0:
            raise _not_several(weights.item(), name)
        if weights.ndim == 1:
            weights = weights[:, None]
    store = open_store(weights, budget, name, flat=True)
    if store.shape[1] != 1:
        raise _wrong(
            f"{name} have {store.shape[1]} columns, need a single one, with a number for each point"
        )
    return store


def _is_table(weights: Any) -> bool:
    known = isinstance(weights, str | os.PathLike) or is_stream(weights)
    return known or len(getattr(weights, "shape", ())) == 2


def _not_several(value: object, name: str) -> InvalidType:
    """Return the error for what is no sequence of numbers."""
    what = f" are of type {type(value).__name__}"
    if isinstance(value, numbers.Real):
        what = f"={shown(value)} is a single value"
    return InvalidType(
        f"{name}{what}, need one number for each point: an array, a list or a column of a table",
        options=("weights",),
    )


def _check_length(store: Store, n_points: int, name: str) -> None:
    if store.shape[0] != n_points:
        raise wrong_length(store.shape[0], n_points, name)


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(message, options=("weights",))


def _rounded(store: Store) -> int:
    return store.rounded + store.count_rounded()


def _column(store: Store, start: int, stop: int, budget: Budget) -> Store:
    """Return some weights as a table in memory, float64 in C order: not a copy if they are that."""
    view = store.view
    if view is not None and view.dtype == np.float64 and view.dtype.isnative:
        part = view[start:stop]
        if part.flags.c_contiguous:
            return ArrayStore(Sheet(part))
    values = budget.empty((stop - start, 1), np.float64)
    for at in range(start, stop, _PIECE):
        end = min(at + _PIECE, stop)
        store.read(at, end, values[at - start : end - start])
    store.vouch()
    return ArrayStore(Sheet(values))
