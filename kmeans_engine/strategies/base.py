"""What the engine asks of a strategy, and what strategies on points in memory share."""

from __future__ import annotations

import abc
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from kmeans_engine.arrays import Clusters, Floats, Indices, LabelArray
from kmeans_engine.errors import UnsupportedStrategy
from kmeans_engine.kernels.changes import Changes, Draft
from kmeans_engine.label_history import LabelHistory
from kmeans_engine.label_order import SortedLabels
from kmeans_engine.labels import Labels, label_dtype
from kmeans_engine.points.data import Data
from kmeans_engine.points.fold import Points
from kmeans_engine.points.moves import move_points, sum_points
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.sums import ExactSums

__all__ = [
    "Assigned",
    "Assigner",
    "MemoryAssigner",
    "OwningAssigner",
    "Step",
    "Stepped",
    "Strategy",
    "check_numbers",
    "make_changes",
    "make_draft",
]


class Stepped(Protocol):
    """What one assignment led to."""

    @property
    def sums(self) -> ExactSums:
        """Of the clusters after the change."""

    @property
    def n_changed(self) -> int:
        """How many points changed their label."""


class Step(NamedTuple):
    """What one assignment changed.

    Attributes
    ----------
    sums : ExactSums
        Of the clusters after the change.
    indices : ndarray of integers, (n_changed,)
        The points whose label changed, in any order, each once.
    labels : ndarray, (n_changed,)
        Their new labels.
    """

    sums: ExactSums
    indices: Indices
    labels: LabelArray

    @property
    def n_changed(self) -> int:
        """How many points changed their label."""
        return len(self.indices)


class Assigner(Protocol):
    """A strategy at work on one part of the points, for one run; it owns the labels.

    `first` or `adopt` once, then `step` for each new set of centroids, then `finish`.
    """

    name: str
    """The strategy that ran last."""
    n_points: int
    in_place: bool
    """Whether it has read the points where the caller may change them, not a copy of its own."""

    def first(self, centroids: Floats) -> ExactSums:
        """Label every point; return the sums of the clusters."""

    def adopt(self, centroids: Floats, labels: LabelArray | Assigned | None = None) -> ExactSums:
        """Begin in the middle of a run; return the sums of the clusters.

        Parameters
        ----------
        centroids : ndarray, (K, N)
            What the labels refer to.
        labels : ndarray, (M,), or Assigned, optional
            The labels, copied; or all that another assigner owned, taken over. Without them they
            are found from the centroids alone: they are a function of them and the points.
        """

    def step(self, centroids: Floats, moved: Clusters | None = None) -> Stepped:
        """Move on to other centroids: find what changes, and change it.

        Parameters
        ----------
        centroids : ndarray, (K, N)
        moved : ndarray of int32, optional
            Which of them differ from those before, ascending, if that is known.
        """

    def labels(self) -> Labels:
        """Return the labels of now, which stay the same for their holder; see `Labels`."""

    def finish(self) -> None:
        """End the run; labels that somebody holds stay."""


class Strategy(Protocol):
    """Prepared for one part of the points, and shared by the runs on it."""

    name: ClassVar[str]

    @classmethod
    def check(cls, points: Points, k: int | None = None) -> None:
        """Raise `UnsupportedStrategy` if it cannot serve these points on this machine.

        Or so many clusters, once their number is known.
        """

    def begin(self) -> Assigner:
        """Return an assigner for a new run."""


def check_numbers(name: str, points: Points) -> None:
    """Raise `UnsupportedStrategy` if the numbers of the points do not fit 32 bits."""
    if points.n_points >= 1 << 32:
        raise UnsupportedStrategy(
            f"strategy={name!r} supports fewer than 2^32 points, got {points.n_points}: use 'brute'"
        )


def make_changes(n_points: int, dtype: np.dtype[np.unsignedinteger], budget: Budget) -> Changes:
    """Return room for changes of so many points, with labels of a type."""
    return Changes(
        total=np.zeros(1, dtype=np.int64),
        points=budget.empty(n_points, np.uint32 if n_points < 1 << 32 else np.int64),
        labels=budget.empty(n_points, dtype),
        before=budget.empty(n_points, dtype),
    )


def make_draft(rows: int, changes: Changes) -> Draft:
    """Return room for the changes of a chunk of so many rows."""
    return Draft(
        points=np.empty_like(changes.points, shape=rows),
        labels=np.empty_like(changes.labels, shape=rows),
        before=np.empty_like(changes.labels, shape=rows),
    )


class Assigned:
    """What an assigner on points in memory owns: the labels of all states, and the sums of now.

    Parameters
    ----------
    history : LabelHistory or SortedLabels
        The labels.
    sums : ExactSums
        Of the clusters, by these labels.
    """

    def __init__(self, history: LabelHistory | SortedLabels, sums: ExactSums) -> None:
        self.history = history
        self.sums = sums

    @property
    def labels(self) -> LabelArray:
        """The labels of now, (M,): one array for the whole run, changed by `commit` only."""
        return self.plain().newest

    def commit(self, step: Step) -> None:
        """Make the changes of a step."""
        self.plain().commit(step.indices, step.labels)
        self.sums = step.sums

    def plain(self) -> LabelHistory:
        """Return the labels by points, as they are kept from now on."""
        if isinstance(self.history, SortedLabels):
            self.history = self.history.plain()
        return self.history


class OwningAssigner(abc.ABC):
    """An `Assigner` whose points and labels are in memory.

    Parameters
    ----------
    points : Data
        Its part.
    """

    name: str
    in_place = True
    assigned: Assigned

    def __init__(self, points: Data) -> None:
        self.points = points
        self.n_points = points.n_points

    @abc.abstractmethod
    def _resume(self, centroids: Floats) -> None:
        """Begin from the labels in `assigned`, which are those for these centroids."""

    @abc.abstractmethod
    def first(self, centroids: Floats) -> ExactSums:
        """See `Assigner.first`."""

    @abc.abstractmethod
    def step(self, centroids: Floats, moved: Clusters | None = None) -> Stepped:
        """See `Assigner.step`."""

    def adopt(self, centroids: Floats, labels: LabelArray | Assigned | None = None) -> ExactSums:
        """See `Assigner.adopt`."""
        if labels is None:
            return self.first(centroids)
        if not isinstance(labels, Assigned):
            k = len(centroids)
            budget = self.points.budget
            own = budget.empty(self.n_points, label_dtype(k))
            own[:] = labels
            history = LabelHistory(own, budget=budget)
            labels = Assigned(history, sum_points(self.points, own, k))
        self.assigned = labels
        self._resume(centroids)
        return labels.sums

    def labels(self) -> Labels:
        """See `Assigner.labels`."""
        return self.assigned.history.now()

    def finish(self) -> None:
        """See `Assigner.finish`."""
        if hasattr(self, "assigned"):
            self.assigned.history.finish()


class MemoryAssigner(OwningAssigner):
    """One that lists the points that change; a subclass finds the labels."""

    @abc.abstractmethod
    def _start(self, centroids: Floats, labels: LabelArray) -> ExactSums | None:
        """Write the label of every point to `labels`; return the sums if they are at hand."""

    @abc.abstractmethod
    def _find(self, centroids: Floats, moved: Clusters | None) -> Step:
        """Find what changes with respect to `assigned`, which is left as it is."""

    def first(self, centroids: Floats) -> ExactSums:
        """See `Assigner.first`."""
        k = len(centroids)
        budget = self.points.budget
        labels = budget.empty(self.n_points, label_dtype(k))
        sums = self._start(centroids, labels) or sum_points(self.points, labels, k)
        self.assigned = Assigned(LabelHistory(labels, budget=budget), sums)
        return sums

    def step(self, centroids: Floats, moved: Clusters | None = None) -> Step:
        """See `Assigner.step`."""
        step = self._find(centroids, moved)
        self.assigned.commit(step)
        return step

    def _changed(self, changes: Changes, sums: ExactSums | None = None) -> Step:
        """Return the step that makes these changes, with its sums if they are known; clear them."""
        total, budget = int(changes.total[0]), self.points.budget
        changes.total[0] = 0
        points = budget.copy(changes.points[:total])
        labels, before = budget.copy(changes.labels[:total]), changes.before[:total]
        if sums is None:
            sums = move_points(self.points, self.assigned.sums, points, before, labels)
        return Step(sums if total else self.assigned.sums, points, labels)
