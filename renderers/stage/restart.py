"""Other starts for a window: from other centroids, or on other points as well."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from renderers.stage.window import ChoiceUnavailable, Job, Start

if TYPE_CHECKING:
    from kmeans_engine.command.source import Source
    from kmeans_engine.command.trial import Trial
    from kmeans_engine.tables import Table
    from renderers.contract import Renderer
    from renderers.scene import History

    Play = Callable[[Trial, Renderer, History | None], None]

__all__ = ["Restart", "Restarts"]


class Restart:
    """The job of one further run; see `window.Job`.

    Parameters
    ----------
    make : callable
        Returns the trial whose run it is.
    play : callable
        ``play(trial, renderer, like)`` plays it.
    like : History or None
        Of the run whose colours it keeps.

    Attributes
    ----------
    run : Trial or None
        That trial, once the job has begun.
    """

    def __init__(self, make: Callable[[], Trial], play: Play, like: History | None = None) -> None:
        self.run: Trial | None = None
        self._make, self._play, self._like = make, play, like

    def __call__(self, renderer: Renderer) -> None:
        """Play the run to a renderer."""
        self.run = self._make()
        self._play(self.run, renderer, self._like)


class Restarts:
    """Makes the jobs for `Commands.restart`.

    Parameters
    ----------
    play : callable
        ``play(trial, renderer, like)`` plays the run of a trial to a renderer.
    make : callable or str
        ``make(seed)`` returns other points; or why there are none, and what can be chosen.
    first : int
        Number of the first start of the source that was not used yet.
    centroids_from : str
        Where the centroids came from, if they are fixed.
    """

    def __init__(
        self,
        play: Play,
        *,
        make: Callable[[int], Table] | str,
        first: int = 1,
        centroids_from: str = "",
    ) -> None:
        self._play, self._make = play, make
        self._number = first - 1
        self._centroids_from = centroids_from
        self._source: Source | None = None
        self._first: Callable[[], Trial]
        self._latest: Callable[[], Trial]

    def begin(self, source: Source, trial: Callable[[], Trial]) -> None:
        """Take what is on display first.

        Parameters
        ----------
        source : Source
            What is clustered.
        trial : callable
            Returns its trial; called by the first job, and not again.
        """
        self._first = self._latest = _once(trial)
        self._source = source

    def job(self, start: Start) -> Job:
        """Return the job of a new run, which makes new points itself if they are asked for.

        Raises
        ------
        ChoiceUnavailable
            If nothing has begun, or points or centroids are fixed.
        """
        if self._source is None:
            raise ChoiceUnavailable("the run has not begun; ask again when its points are shown")
        init = start.init or self._source.init
        if start.centroids is None and not isinstance(init, str):
            raise ChoiceUnavailable(
                f"the centroids come from {self._centroids_from}; i draws them at random, or leave "
                "out --init"
            )
        number = self._number + 1
        if start.new_points:
            make, first = self._make, self._first
            if isinstance(make, str):
                raise ChoiceUnavailable(make)
            # Computed by the first job that needs it; jobs asked for later use the same points.
            self._latest = _once(lambda: first().remade(make, number))
        self._number, latest = number, self._latest

        def run() -> Trial:
            trial = latest()
            source, centroids = trial.source, start.centroids
            if centroids is not None:
                source = replace(source, k=len(centroids), init=centroids)
            else:
                first = source.first + number
                source = replace(source, k=start.k or source.k, init=init, first=first)
            return trial.beside(source)

        return Restart(run, self._play, start.like)


def _once(make: Callable[[], Trial]) -> Callable[[], Trial]:
    """Return what makes a trial when it is first called, whichever thread calls first."""
    made, lock = functools.cache(make), threading.Lock()

    def get() -> Trial:
        with lock:
            return made()

    return get
