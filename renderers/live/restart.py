"""New runs for the window: from other centroids, or on other points as well."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from renderers.live.commands import ChoiceUnavailable, Job

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kmeans_engine.run import Run
    from kmeans_engine.tables import Table

__all__ = ["Restarts"]


class Restarts:
    """Makes the jobs for `Commands.randomise`.

    Parameters
    ----------
    run : Run
        What is on display first.
    play : callable
        ``play(run, start)`` plays one run to the window.
    make : callable or str
        ``make(seed)`` returns other points; or the name of the file that they come from.
    first : int
        Number of the first start of the source that was not used yet.
    centroids_from : str
        How the centroids were asked for, if they are fixed.
    """

    def __init__(
        self,
        run: Run,
        play: Callable[[Run, npt.NDArray[np.float64]], None],
        *,
        make: Callable[[int], Table] | str,
        first: int,
        centroids_from: str,
    ) -> None:
        self._run, self._play, self._make = run, play, make
        self._number = first - 1
        self._centroids_from = centroids_from
        self._latest: Callable[[], Run] = lambda: run

    def job(self, new_clusters: bool) -> Job:
        """Return the job of a new run, which makes new points itself if they are asked for.

        Raises
        ------
        ChoiceUnavailable
            If points or centroids come from a file.
        """
        if not isinstance(self._run.source.init, str):
            raise ChoiceUnavailable(
                f"the centroids come from {self._centroids_from}; leave out --init to draw them at "
                "random"
            )
        self._number += 1
        number, make = self._number, self._make
        if new_clusters:
            if isinstance(make, str):
                raise ChoiceUnavailable(
                    f"the points come from {make}; choose new centroids only, or leave out DATA"
                )
            # Computed by the first job that needs it; jobs asked for later use the same points.
            self._latest = functools.cache(functools.partial(self._run.remade, make, number))
        latest = self._latest

        def job() -> None:
            run = latest()
            self._play(run, run.source.start(number))

        return job
