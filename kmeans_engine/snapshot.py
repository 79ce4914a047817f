"""The state of the algorithm after one iteration: what an engine yields and a renderer draws."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats, Integers, LabelArray
from kmeans_engine.labels import FixedLabels, Labels
from kmeans_engine.points.visit import Visible, Visitor
from kmeans_engine.points.weights import open_weighted

__all__ = ["Snapshot", "sizes_of"]

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot:
    """One state of a run. Frozen, and valid for as long as it is kept.

    All arrays are read-only, but for `points`, which are the caller's own.

    Snapshot 0 holds the initial centroids and the labels with respect to them. Snapshot i >= 1
    holds the labels with respect to the centroids of snapshot i - 1, and the centroids
    recalculated from those labels; so snapshots 0 and 1 have the same labels. A kept snapshot
    holds no more than one array of labels and one bit per point for `changed`; most hold far less.

    Attributes
    ----------
    iteration : int
        0 for the initial state.
    centroids : ndarray, (K, N), float64
        Means of the clusters, exact but for one rounding; an empty cluster keeps its centroid.
    assigned_from : ndarray, (K, N), float64
        The centroids that `labels` refers to.
    counts : ndarray, (K,), int64
        Points in each cluster.
    n_changed : int
        Points whose label differs from the snapshot before; all of them for snapshot 0.
    shift : float
        Largest Euclidean distance that a centroid moved since the snapshot before; 0 for snapshot
        0.
    converged : bool
        Whether the centroids equal those of the snapshot before, which ends the run.
    strategy : str
        The strategy that found the labels; it has no influence on them.
    points : ndarray, (M, N)
        The points of the engine, not a copy: its array, or what it was given in place of one.
    compute_inertia : callable
        Returns `inertia`. It does not keep the labels, so it may outlive the snapshot.
    names : tuple of str
        Of the features, if the points had any: the columns of a DataFrame.
    weights : ndarray, (K,), float64, or None
        The total weight of each cluster, exact but for one rounding; None if points have no
        weights. A cluster without weight keeps its centroid.

    Notes
    -----
    A snapshot can be pickled and copied: it then holds its points, all its labels and its inertia.
    Snapshots that are pickled together still `follow` each other; one that leaves alone follows
    none. Where the points are on a cluster, `labels` and `changed` are Dask arrays.
    """

    iteration: int
    centroids: Floats
    assigned_from: Floats
    counts: Integers
    n_changed: int
    shift: float
    converged: bool
    strategy: str
    points: Any
    compute_inertia: Callable[[], float]
    _labels: Labels
    names: tuple[str, ...] = ()
    _whole: Visible | Callable[[], Visible] | None = None
    weights: Floats | None = None
    _given_weights: Any = None

    def __repr__(self) -> str:
        k, n = self.centroids.shape
        return (
            f"Snapshot(iteration={self.iteration}, K={k}, N={n}, M={self.n_points}, "
            f"n_changed={self.n_changed}, converged={self.converged})"
        )

    def __copy__(self) -> Snapshot:
        return self  # nothing in it changes

    def __getstate__(self) -> dict[str, Any]:
        # What leaves the run must not need it: the labels of now, and the inertia as a number.
        labels, array = self._labels, self._labels.all()
        if isinstance(array, np.ndarray):  # those of a cluster stay there
            labels = FixedLabels(array.copy(), labels.changed())
        known: dict[str, Any] = {"_labels": labels, "_whole": None}
        known["compute_inertia"] = functools.partial(float, self.inertia)
        state = self.__dict__ | known
        state.pop("visible", None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name in ("centroids", "assigned_from", "counts", "weights", "points"):
            if isinstance(state[name], np.ndarray):
                state[name].setflags(write=False)
        self.__dict__.update(state)

    @property
    def n_points(self) -> int:
        """How many points there are."""
        return int(self.counts.sum())

    @property
    def labels(self) -> LabelArray:
        """The cluster of each point, (M,), in the smallest unsigned integer that holds K - 1.

        Made when first asked for: a copy of the newest labels with the later changes undone.
        """
        return self._labels.all()

    def labels_at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """Return the labels of some points, at a cost that follows their number and the changes.

        Parameters
        ----------
        indices : ndarray, (R,), intp
            Ascending and different, as `changed` is.

        Returns
        -------
        ndarray, (R,)
            ``labels[indices]``, without making `labels`.
        """
        return self._labels.at(indices)

    @property
    def changed(self) -> npt.NDArray[np.intp]:
        """Points whose label differs from the snapshot before, ascending indices, (n_changed,)."""
        indices = self._labels.changed()
        if isinstance(indices, np.ndarray):
            indices.setflags(write=False)
        return indices

    @property
    def inertia(self) -> float:
        """Sum of squared distances from each point to ``centroids[labels]`` of this snapshot.

        Computed from exact sums and rounded once; 0 exactly if every point lies on its centroid.
        The first call of an engine looks at every point for the sum of squares, later ones cost K
        N, and for states before the last one of a run also a quick look at every point.

        Raises
        ------
        InvalidInput
            If the points have been changed since they were measured, and this needs them.
        """
        return self.compute_inertia()

    @functools.cached_property
    def visible(self) -> Visible:
        """The points as a picture asks for them: counted, measured, visited where they are."""
        if callable(self._whole):
            return self._whole()
        if self._whole is not None:
            return self._whole
        return open_weighted(self.points, self._given_weights)

    def visit(
        self, visitor: Visitor[Found], before: Snapshot | None = None, *, changed: bool = False
    ) -> Found:
        """Show a visitor all points, or those whose label differs from another state.

        Parameters
        ----------
        visitor : Visitor
            What is done with them, chunk by chunk.
        before : Snapshot, optional
            Any state of any run on the same points. By default all points are visited.
        changed : bool
            Only those of `changed` are, without labels; not with `before`.

        Returns
        -------
        object
            What the visitor has found.
        """
        return self.visible.visit(visitor, self, before, changed=changed)

    def follows(self, other: Snapshot) -> bool:
        """Return whether this is the next state of the same run, so that `changed` leads here.

        Parameters
        ----------
        other : Snapshot
            Any state of any run.
        """
        # The same array, not an equal one: that proves that both are states of one run.
        same = self.assigned_from is other.centroids
        return same and self.iteration == other.iteration + 1


def sizes_of(state: Snapshot) -> Floats:
    """Return the size of each cluster, (K,): how much its points weigh, or how many they are."""
    return np.array(state.counts if state.weights is None else state.weights, dtype=np.float64)
