"""New runs for the window: from other centroids, or on other points as well."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from renderers.contract import Renderer
from renderers.live.commands import ChoiceUnavailable, Job, Start

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kmeans_engine import Engine, Snapshot
    from kmeans_engine.command.trial import Run
    from kmeans_engine.tables import Table

__all__ = ["Again", "Restarts"]


class Restarts:
    """Makes the jobs for `Commands.restart` from a command's run.

    Parameters
    ----------
    run : Run
        What is on display first.
    play : callable
        ``play(run, start, renderer)`` plays one run.
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
        play: Callable[[Run, npt.NDArray[np.float64], Renderer], None],
        *,
        make: Callable[[int], Table] | str,
        first: int,
        centroids_from: str,
    ) -> None:
        self._run, self._play, self._make = run, play, make
        self._number = first - 1
        self._centroids_from = centroids_from
        self._latest: Callable[[], Run] = lambda: run

    def job(self, start: Start) -> Job:
        """Return the job of a new run, which makes new points itself if they are asked for.

        Raises
        ------
        ChoiceUnavailable
            If points or centroids come from a file.
        """
        init = start.init or self._run.source.init
        if start.centroids is None and not isinstance(init, str):
            raise ChoiceUnavailable(
                f"the centroids come from {self._centroids_from}; i draws them at random, or leave "
                "out --init"
            )
        self._number += 1
        number, make = self._number, self._make
        if start.new_points:
            if isinstance(make, str):
                raise ChoiceUnavailable(
                    f"the points come from {make}; choose new centroids only, or leave out DATA"
                )
            # Computed by the first job that needs it; jobs asked for later use the same points.
            self._latest = functools.cache(functools.partial(self._run.remade, make, number))
        latest = self._latest

        def job(seat: Renderer) -> None:
            run, centroids = latest(), start.centroids
            if centroids is None:
                source = run.source
                centroids = replace(source, k=start.k or source.k, init=init).start(number)
            self._play(run, centroids, seat)

        return job


class Again:
    """Makes the jobs for `Commands.restart` from the points that snapshots refer to.

    Parameters
    ----------
    play : callable
        ``play(snapshots, renderer)`` plays one run.
    """

    def __init__(self, play: Callable[[Iterator[Snapshot], Renderer], None]) -> None:
        self._play = play
        self._first: Snapshot | None = None
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def watch(self, snapshots: Iterator[Snapshot]) -> Iterator[Snapshot]:
        """Yield the run that was given, and keep its first state for its points."""
        for snapshot in snapshots:
            self._first = self._first or snapshot
            yield snapshot

    def job(self, start: Start) -> Job:
        """Return the job of a new run on the same points.

        Raises
        ------
        ChoiceUnavailable
            If other points are asked for, or none are there yet.
        """
        first = self._first
        if first is None:
            raise ChoiceUnavailable("the run has not begun; ask again when its points are shown")
        if start.new_points:
            raise ChoiceUnavailable("these points were given; c draws new centroids on them")
        number = next(self._numbers)

        def job(seat: Renderer) -> None:
            from kmeans_engine import Engine, initial_centroids

            with self._lock:  # prepared once, for all runs from here on
                self._engine = self._engine or Engine(first.points)
            centroids = start.centroids
            if centroids is None:
                centroids = initial_centroids(
                    first.points,
                    start.k or len(first.centroids),
                    method=start.init or "random",
                    seed=number,
                )
            self._play(self._engine.snapshots(centroids), seat)

        return job
