"""The points of a recording: named by a digest, found again when they are looked at."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Indices, LabelArray
from kmeans_engine.points.seal import Digest, add_digest, no_digest, sum_digests
from kmeans_engine.points.visit import Visible
from kmeans_engine.points.weights import visit_weights

__all__ = ["LazyPoints", "digest_of", "file_of", "find_file"]


class _Digesting:
    """Digests points as float64, which is how they count: any type and any parts give the same.

    Parameters
    ----------
    n_features : int
    weights : bool
        Digest what they weigh instead.
    """

    cells = 0

    def __init__(self, n_features: int, *, weights: bool = False) -> None:
        self.work_per_row, self._weights = 8 * n_features, weights

    def begin(self) -> Digest:
        """See `Visitor.begin`."""
        return no_digest()

    def add(
        self,
        found: Digest,
        rows: range | Indices,
        X: npt.NDArray[Any],
        was: LabelArray | None,
        now: LabelArray | None,
        weights: Floats | None,
    ) -> None:
        """See `Visitor.add`."""
        given = weights[:, None] if self._weights and weights is not None else X
        values = np.ascontiguousarray(given, dtype=np.float64)
        if isinstance(rows, range):  # as an array it would take 50 ns a row
            add_digest(found, rows.start, values)
            return
        places = np.asarray(rows)
        breaks = np.flatnonzero(np.diff(places) != 1) + 1
        for start, stop in itertools.pairwise([0, *breaks.tolist(), len(values)]):
            add_digest(found, int(places[start]), values[start:stop])

    def merge(self, found: list[Digest]) -> Digest:
        """See `Visitor.merge`."""
        return np.frombuffer(sum_digests(found), dtype=np.uint64)


def digest_of(points: Visible, *, weights: bool = False) -> str:
    """Return a digest of all points, or of what they weigh, in hexadecimal digits."""
    if weights:  # whose points need not be read for that
        digest = visit_weights(points, _Digesting(1, weights=True))
    else:
        digest = points.visit(_Digesting(points.n_features))
    return digest.astype("<u8").tobytes().hex()


def file_of(source: str | os.PathLike[str] | None, points: Any, place: Path) -> dict[str, str]:
    """Return where points come from, for the facts of a recording at some place.

    Parameters
    ----------
    source : path-like or None
        As the caller names it; of a memory map, its own file otherwise.
    points : object
        The points of a snapshot.
    place : Path
        Of the recording.
    """
    if source is None and isinstance(points, np.memmap) and points.filename is not None:
        source = points.filename
    if source is None and isinstance(points, str | os.PathLike):
        source = points
    if source is None:
        return {}
    path = Path(source).absolute()
    known = {"path": str(path)}
    with contextlib.suppress(ValueError):  # on another drive
        known["relative"] = os.path.relpath(path, place.absolute().parent)
    return known


def find_file(points: dict[str, Any], place: Path) -> Path | None:
    """Return the file of the points of a recording that is at some place now, None without one."""
    named = [place.absolute().parent / points["relative"]] if "relative" in points else []
    named += [Path(points["path"])] if "path" in points else []
    there = [path for path in named if path.exists()]
    return Path(os.path.normpath((there or named)[0])) if named else None


class LazyPoints:
    """An array that is read when somebody looks into it.

    Parameters
    ----------
    shape : tuple of int
    dtype : dtype
    read : callable
        Returns the array; called once. What it raises, all raise that look into it.
    """

    ndim = 2

    def __init__(
        self, shape: tuple[int, int], dtype: np.dtype[Any], read: Callable[[], npt.NDArray[Any]]
    ) -> None:
        self.shape, self.dtype, self._read = shape, dtype, read

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        return self.array[key]

    def __reduce__(self) -> tuple[Any, ...]:
        return np.asarray, (self.array,)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.array, dtype=dtype, copy=copy)

    @functools.cached_property
    def array(self) -> npt.NDArray[Any]:
        """The array itself."""
        return self._read()
