"""Other starts for a window: from other centroids, or on other points as well."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from renderers.stage.window import ChoiceUnavailable, Job, Start

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kmeans_engine.command.source import Source
    from kmeans_engine.command.trial import Trial
    from kmeans_engine.tables import Table
    from renderers.contract import Renderer

    Play = Callable[[Trial, npt.NDArray[np.float64], Renderer], None]

__all__ = ["Restarts"]


class Restarts:
    """Makes the jobs for `Commands.restart`.

    Parameters
    ----------
    play : callable
        ``play(trial, centroids, renderer)`` plays the run from these centroids to a renderer.
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

        def job(renderer: Renderer) -> None:
            trial, centroids = latest(), start.centroids
            if centroids is None:
                source = trial.source
                centroids = replace(source, k=start.k or source.k, init=init).start(number)
            self._play(trial, centroids, renderer)

        return job


def _once(make: Callable[[], Trial]) -> Callable[[], Trial]:
    """Return what makes a trial when it is first called, whichever thread calls first."""
    made, lock = functools.cache(make), threading.Lock()

    def get() -> Trial:
        with lock:
            return made()

    return get
