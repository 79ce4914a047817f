"""What a renderer is told: the scene once, then moments. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from kmeans_engine.choosing.rows import Sweep
    from renderers.plane.view import View

__all__ = ["History", "Moment", "Panel", "Phase", "Scene"]

Phase = Literal["points", "start", "state", "assignment", "update"]


class _Inertias(Sequence[float]):
    """Inertias that are computed when first looked at."""

    def __init__(self) -> None:
        self._known: list[float | Callable[[], float]] = []

    def add(self, snapshot: Snapshot) -> None:
        # Not the snapshot itself, which would keep its labels.
        self._known.append(snapshot.compute_inertia)

    def __len__(self) -> int:
        return len(self._known)

    @overload
    def __getitem__(self, at: int) -> float: ...

    @overload
    def __getitem__(self, at: slice) -> list[float]: ...

    def __getitem__(self, at: int | slice) -> float | list[float]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self._known)))]
        value = self._known[at]
        if callable(value):
            value = self._known[at] = value()
        return value


class History:
    """The course of one run, without its labels.

    A state takes 8 K N bytes for its centroids. Until a curve asks for its inertia, it also keeps
    the exact sums that this is computed from: 8 K N L bytes with L limbs, one or two for ordinary
    data.

    Grows while the run is computed; what it holds for an iteration never changes, so a picture of
    iteration i, which uses the first i + 1 entries, does not depend on when it is painted.

    Parameters
    ----------
    like : History, optional
        Of a run on the same points whose colours this one keeps.

    Attributes
    ----------
    centroids : list of ndarray, (K, N), float64
        Of iterations 0, 1, 2, ...
    inertia : sequence of float
        Of the same iterations. The first look costs a pass over all points, so only a picture with
        a curve takes one.
    changed : list of int
        Points that changed cluster in each: all of them in iteration 0, none in 1.
    """

    def __init__(self, like: History | None = None) -> None:
        self._like = like
        self.centroids: list[NDArray[np.float64]] = []
        self.changed: list[int] = []
        self.inertia = _Inertias()

    def add(self, snapshot: Snapshot) -> None:
        """Append the next state of the run; one that is there already changes nothing."""
        if snapshot.iteration == len(self.centroids):
            self.inertia.add(snapshot)
            self.changed.append(snapshot.n_changed)
            self.centroids.append(snapshot.centroids)

    @property
    def coloured_from(self) -> NDArray[np.float64] | None:
        """The centroids that decide which cluster has which colour: the initial ones."""
        if self._like is not None:
            return self._like.coloured_from
        return self.centroids[0] if self.centroids else None


@dataclass(frozen=True, slots=True)
class Panel:
    """One run on the picture.

    Attributes
    ----------
    k : int
        Number of clusters.
    view : View
        The points, how they are laid on the plane, the limits of the axes and their labels.
    title : str
        What tells this run from its neighbours; empty if it is alone.
    image : tuple of int or None
        Height and width of the image whose pixels, row by row, are the points; None for a table.
    alpha : ndarray of uint8, (height * width,), or None
        Opacity of its pixels; those of 0 are no points. None if all are opaque.
    white : float
        The value of a channel at its brightest.
    order : ndarray of int, (k,), or None
        Which colour of the palette each cluster has; None to have neighbours look different
        (`renderers.picture.arrange`).
    noise : bool
        Whether the last cluster are the points that belong to none, which are grey.
    centroids : bool
        Whether any clusters have centroids; those without are NaN.
    measured : bool
        Whether all states have an inertia; without centroids it is NaN.
    steps : bool
        Whether the states are steps of any algorithm, of which nothing is known but these.
    """

    k: int
    view: View
    title: str = ""
    image: tuple[int, int] | None = None
    alpha: NDArray[np.uint8] | None = field(default=None, compare=False)
    white: float = 255.0
    order: NDArray[np.intp] | None = field(default=None, compare=False)
    noise: bool = False
    centroids: bool = True
    measured: bool = True
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What stays the same from the first moment to the last.

    Attributes
    ----------
    panels : tuple of Panel
        One unless several runs are shown side by side.
    title : str
        Title of the whole picture; may be empty.
    facts : mapping of str to str
        Where the picture comes from, for the metadata of a file: seed, k, init, version, command
        (which lacks the file's own name).
    sweep : Sweep or None
        What was found for each K, if the states are the solutions for one K after the other: then
        the iteration of a snapshot is its K. A still shows this, and not a state.
    """

    panels: tuple[Panel, ...]
    title: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    sweep: Sweep | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What is on screen for a time.

    Attributes
    ----------
    snapshots : tuple of Snapshot
        One per panel. A run that ended before its neighbours stays at its last snapshot. May be
        empty while there are only points.
    seconds : float
        How long it lasts.
    phase : {"points", "start", "state", "assignment", "update"}
        The points alone, uncoloured; these with the initial centroids; a whole state; or the step
        towards it that is shown.
    progress : float
        Position 0..1 within the motion from the state before; 1 is the snapshot itself. The first
        state comes from bare points, and the initial centroids from nothing.
    last : bool
        Whether no other moment follows.
    histories : tuple of History
        One per panel, of the states up to this one at least; empty if nobody recorded them.
    before : tuple of Snapshot
        The state before, one per panel, from which colours fade and borders move while `progress`
        is less than 1; empty for the first state, or where nothing moves.
    at : float
        Seconds from the beginning of the film to this moment.
    legend : float
        How much is seen of a legend that nobody asked for: 1 in the first seconds of a film in
        which things move, then less, and 0 ever after.
    """

    snapshots: tuple[Snapshot, ...]
    seconds: float
    phase: Phase = "state"
    progress: float = 1.0
    last: bool = False
    histories: tuple[History, ...] = ()
    before: tuple[Snapshot, ...] = ()
    at: float = 0.0
    legend: float = 0.0

    @property
    def opening(self) -> bool:
        """Whether the points have no colours yet."""
        return self.phase in ("points", "start")

    @property
    def arrived(self) -> bool:
        """Whether the centroids are where the snapshots have them, and not on their way."""
        return self.phase == "start" or (self.phase != "assignment" and self.progress >= 1)

    @property
    def faded(self) -> float:
        """How far colours and borders are on their way from the state before, 0..1."""
        return 1.0 if self.phase == "update" else self.progress

    def colours_of(self, panel: int) -> tuple[Snapshot | None, Snapshot | None, float]:
        """Return the states whose colours the points of a panel have, and how much of the first.

        None stands for bare points. Where nothing fades both are the same, and the share is 0.
        """
        now = None if self.opening else self.snapshots[panel]
        was = self.before[panel] if self.before else None
        if now is None or now is was or self.faded >= 1:
            return now, now, 0.0
        return was, now, 1.0 - self.faded

    def is_over(self, snapshot: Snapshot) -> bool:
        """Return whether this run has ended before one of its neighbours."""
        return any(other.iteration > snapshot.iteration for other in self.snapshots)

    def left_by(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """Return where the centroids of one of the snapshots come from, (K, N).

        Those of the state before. In a run of the engine, these are what the labels refer to.
        """
        for known, history in zip(self.snapshots, self.histories, strict=False):
            if known is snapshot and 0 < snapshot.iteration <= len(history.centroids):
                return history.centroids[snapshot.iteration - 1]
        for known, was in zip(self.snapshots, self.before, strict=False):
            if known is snapshot and was is not snapshot:
                return was.centroids
        return snapshot.assigned_from

    def centroids_of(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """Return where the centroids of one of the snapshots are at this moment, (K, N)."""
        old, new = self.left_by(snapshot), snapshot.centroids
        if self.arrived or self.is_over(snapshot):
            return new
        if self.phase == "assignment":
            return old
        return old * (1 - self.progress) + new * self.progress
