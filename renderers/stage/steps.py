"""Steps of any algorithm, pairs of centroids and labels, become states. Computes no clusters."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.errors import KMeansError
from kmeans_engine.labels import FixedLabels, label_dtype
from kmeans_engine.points.visit import Visible
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.validation import check_centroids
from renderers.errors import InvalidOption

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Told", "states_of"]

_NOISE = -1
_ROWS = 1 << 16  # points whose distances are added up at a time
_WANTED = "give pairs of centroids (or None) and labels, or labels alone"

Floats = npt.NDArray[np.float64]


class _Step(NamedTuple):
    """What an algorithm said: centroids, (K, N), or None, and a label for each point."""

    centroids: Floats | None
    labels: npt.NDArray[np.int64]


class Told(NamedTuple):
    """Steps as states.

    Attributes
    ----------
    states : list of Snapshot
        One for each step. Centroids that a step has not are NaN.
    k : int
        Number of clusters of all steps together, noise apart.
    noise : bool
        Whether some points are in no cluster; these have the label `k`.
    centroids : bool
        Whether the clusters of any step have centroids.
    measured : bool
        Whether those of all steps have, and so an inertia.
    """

    states: list[Snapshot]
    k: int
    noise: bool
    centroids: bool
    measured: bool


def states_of(steps: Any, visible: Visible) -> Told:
    """Return the steps of an algorithm as states of a run.

    Parameters
    ----------
    steps : iterable of (ndarray or None, ndarray), or of ndarray
        Centroids, (K, N), and labels, (M,), of each step; or labels alone. A label is the number of
        a centroid; where no step has centroids it may be any integer. -1 is noise.
    visible : Visible
        The points that the labels are of.

    Raises
    ------
    InvalidOption
        If these are not steps on those points.
    """
    if not isinstance(steps, Iterable) or isinstance(steps, str | bytes):
        raise InvalidOption(f"{type(steps).__name__!r} is not a list of steps; {_WANTED}")
    one = isinstance(steps, Sequence | np.ndarray) and len(steps) > 0 and _ndim(steps) == 1
    single = one or _is_pair(steps)
    told = [
        _checked(step, number, visible) for number, step in enumerate([steps] if single else steps)
    ]
    if not told:
        raise InvalidOption(f"there are no steps to draw; {_WANTED}")
    kinds = _Kinds.of(told)
    known = [step.centroids is not None for step in told]
    states = list(_states(told, kinds, visible))
    return Told(states, kinds.k, kinds.noise, any(known), all(known))


def _ndim(value: Any) -> int:
    """Return how many dimensions an array has; none for what is not one."""
    try:
        return np.ndim(value)
    except ValueError:  # rows of different lengths
        return 0


def _is_pair(step: Any) -> bool:
    """Return whether this is centroids, or None, and labels."""
    if not isinstance(step, tuple | list) or len(step) != 2:
        return False
    centroids, labels = step
    return _ndim(labels) == 1 and (centroids is None or _ndim(centroids) == 2)


def _checked(step: Any, number: int, visible: Visible) -> _Step:
    """Return one step; raise `InvalidOption` if it is none on these points."""
    where = f"step {number}"
    if isinstance(step, Snapshot):
        raise InvalidOption(f"{where} is a snapshot, which has its points; leave out points=")
    centroids, labels = step if _is_pair(step) else (None, step)
    if centroids is not None:
        try:
            centroids = check_centroids(centroids, visible.n_features)
        except KMeansError as error:
            raise InvalidOption(f"{where}: {error}") from None
    try:
        array = np.asarray(labels)
    except ValueError:  # rows of different lengths
        raise InvalidOption(f"{where} is not an array of labels; {_WANTED}") from None
    if array.ndim != 1 or array.dtype.kind not in "iub":
        what = f"of {array.dtype}" if array.ndim == 1 else f"in {array.ndim} dimensions"
        remedy = "convert them with .astype(int)" if array.dtype.kind == "f" else _WANTED
        raise InvalidOption(
            f"{where} has labels {what}, needs an integer for each of the {visible.n_points:,} "
            f"points; {remedy}"
        )
    if len(array) != visible.n_points:
        raise InvalidOption(
            f"{where} has {len(array):,} labels, needs one for each of the {visible.n_points:,} "
            "points; label them all, noise with -1"
        )
    labels = array.astype(np.int64)
    if centroids is not None:
        k = len(centroids)
        wrong = labels[(labels < _NOISE) | (labels >= k)]
        if len(wrong):
            raise InvalidOption(
                f"{where} has the label {wrong[0]} and {k} centroids; a label is the number of a "
                f"centroid, 0 to {k - 1}, or -1 for noise"
            )
    return _Step(centroids, labels)


class _Kinds(NamedTuple):
    """Which labels there are, in all steps together.

    Attributes
    ----------
    names : ndarray of int64, or None
        The labels in order, where they are not the numbers of centroids.
    k, noise
        As in `Told`.
    """

    names: npt.NDArray[np.int64] | None
    k: int
    noise: bool

    @classmethod
    def of(cls, steps: Sequence[_Step]) -> _Kinds:
        """Look through the steps."""
        found = np.unique(np.concatenate([np.unique(step.labels) for step in steps]))
        noise = bool(np.any(found == _NOISE))
        sizes = [len(step.centroids) for step in steps if step.centroids is not None]
        if not sizes:
            names = found[found != _NOISE]
            return cls(names, len(names), noise)
        number = next((i for i, step in enumerate(steps) if step.labels.min() < _NOISE), None)
        if number is not None:
            raise InvalidOption(
                f"step {number} has negative labels, and others have centroids; a label is the "
                "number of a centroid, or -1 for noise"
            )
        most = max(*sizes, len(steps[0].labels))  # a cluster for each point
        if found[-1] >= most:
            raise InvalidOption(
                f"there is a label {found[-1]}, and some steps have centroids; a label is the "
                f"number of a centroid, below {most:,}"
            )
        return cls(None, max(*sizes, int(found[-1]) + 1), noise)

    def numbered(self, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.unsignedinteger]:
        """Return labels as numbers of clusters; noise is the last one."""
        numbers = labels if self.names is None else np.searchsorted(self.names, labels)
        numbers = np.where(labels == _NOISE, self.k, numbers)
        return numbers.astype(label_dtype(self.k + self.noise))


def _states(steps: Sequence[_Step], kinds: _Kinds, visible: Visible) -> Iterator[Snapshot]:
    rows = kinds.k + kinds.noise
    before: Snapshot | None = None
    for number, step in enumerate(steps):
        centroids = np.full((rows, visible.n_features), np.nan)
        if step.centroids is not None:
            centroids[: len(step.centroids)] = step.centroids
        labels = kinds.numbered(step.labels)
        counts = np.bincount(labels, minlength=rows)
        changed, shift = np.arange(len(labels)), 0.0
        if before is not None:
            changed = np.flatnonzero(labels != before.labels)
            moved = np.linalg.norm(centroids - before.centroids, axis=1)
            shift = float(np.max(moved, where=np.isfinite(moved), initial=0.0))
        for array in (centroids, counts):
            array.setflags(write=False)
        known = step.centroids is not None
        measured = functools.partial(_inertia, visible, labels, centroids) if known else _none
        same = before is not None and known and np.array_equal(centroids, before.centroids, True)
        yield (
            before := Snapshot(
                iteration=number,
                centroids=centroids,
                assigned_from=centroids,
                counts=counts,
                n_changed=len(changed),
                shift=shift,
                converged=same and not len(changed),
                strategy="none",
                points=visible,
                compute_inertia=functools.cache(measured),
                _labels=FixedLabels(labels, changed),
                names=visible.names,
                _whole=visible,
            )
        )


def _none() -> float:
    return math.nan


def _inertia(visible: Visible, labels: npt.NDArray[np.unsignedinteger], centroids: Floats) -> float:
    """Return the sum of the squared distances of points to their centroids, noise apart.

    In the order of the points, so that it does not depend on threads.
    """
    sums = []
    for start in range(0, len(labels), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(labels)))
        squares = ((visible.take(rows) - centroids[labels[rows]]) ** 2).sum(axis=1)
        sums.append(float(squares[np.isfinite(squares)].sum()))
    return math.fsum(sums)
