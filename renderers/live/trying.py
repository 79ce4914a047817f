"""What the picture would be with a centroid elsewhere, while it is dragged. Paints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from renderers.live.frame import Frame
from renderers.live.hand import Hand
from renderers.live.newest import Newest
from renderers.live.showings import Showing, Showings
from renderers.scene import History, Moment

if TYPE_CHECKING:
    from renderers.plane.view import View

__all__ = ["AT_ONCE", "REST", "Trial", "Tries"]

AT_ONCE = 1 << 20  # points that are labelled while the hand moves: 3 ms of 1 M x 2, and 6 to paint
REST = 0.15  # seconds without a move, after which more points are labelled


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Centroids to try on the points of a view, and since when they are wanted."""

    on: Showing  # the run whose centroids are tried elsewhere
    view: View
    centroids: NDArray[np.float64]
    since: float
    run: History | None  # where the centroids come from; its clusters keep their colours


class Tries:
    """Label the points by centroids that are tried, in a thread; the newest ones count.

    A state is the initial one of a run from there: what the window shows when they are let go.
    Belongs to the window's thread, but for that one.

    Parameters
    ----------
    showings : Showings
        What is shown.
    hand : Hand
        While it holds a centroid, and until the run from there has come, the newest try is shown.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(self, showings: Showings, hand: Hand, clock: Callable[[], float]) -> None:
        self._showings = showings
        self._hand = hand
        self._clock = clock
        self._newest: Newest[Trial, tuple[Trial, Moment]]
        self._newest = Newest("live-trier", self._label)
        self._engine: tuple[View, Any] | None = None
        self._trial: Trial | None = None

    @property
    def moment(self) -> Moment | None:
        """The newest state that is known of what is tried; None if there is none."""
        found = self._newest.result
        if found is None or self._trial is None or found[0].on is not self._trial.on:
            return None
        return found[1]  # of the newest place, or of one that the hand was at just before

    def want(self, centroids: NDArray[np.float64], frame: Frame) -> None:
        """Try these centroids from now on, in place of those of the frame on the screen."""
        scene, histories = self._showings.scene, frame.moment.histories
        # A frame may still be that of the run before, and the hand may have come from there.
        shown = self._showings.shown
        if shown is None or scene is None or frame.asked is not scene:
            return
        if len(centroids) == scene.panels[0].k:
            run, view = histories[0] if histories else None, scene.panels[0].view
            self._trial = Trial(shown, view, centroids, self._clock(), run)

    def look_after(self) -> None:
        """Have labelled what is due, and forget what the window has gone beyond."""
        showings, trial = self._showings, self._trial
        coming = showings.waiting is not None or showings.coming is not None
        if trial is None:
            return
        if not (self._hand.holding or coming) or trial.on is not showings.shown:
            self.forget()
            return
        if self._newest.wanted is trial or not _is_here(trial.view):
            return
        if trial.view.points.n_points <= AT_ONCE or self._clock() - trial.since >= REST:
            self._newest.ask(trial)

    def forget(self) -> None:
        """Nothing is tried any more."""
        if self._trial is not None:
            self._trial = None
            self._newest.withdraw()

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for it."""
        self._newest.stop(seconds)
        self._engine = None

    def _label(self, trial: Trial) -> Iterator[tuple[Trial, Moment]]:
        from kmeans_engine import Engine, KMeansError

        if self._engine is None or self._engine[0] is not trial.view:
            self._engine = trial.view, Engine(trial.view.points)
        try:
            snapshot = next(self._engine[1].snapshots(trial.centroids, max_iterations=0))
        except KMeansError:  # so far away that squares overflow: the run from there will say so
            return
        history = History(trial.run)
        history.add(snapshot)
        yield trial, Moment((snapshot,), 0.0, histories=(history,))


def _is_here(view: View) -> bool:
    """Return whether the points are in the memory of this process."""
    parts = getattr(view.points, "parts", None)
    return parts is not None and all(part.in_memory for part in parts)
