"""One command's runs on its points: timed, the best of several, their results in files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, TypeVar

import numpy as np

from kmeans_engine.arrays import Floats
from kmeans_engine.choosing.rows import Row
from kmeans_engine.choosing.sweep import rows_of
from kmeans_engine.command.advice import advise, advise_on_result
from kmeans_engine.command.model import note
from kmeans_engine.command.source import Source
from kmeans_engine.command.warned import warned
from kmeans_engine.engine import Engine
from kmeans_engine.points.distances import squares_to_own
from kmeans_engine.runtime.progress import compiling
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.tables import Table, write_centroids, write_labels, write_rows

__all__ = ["Trial"]

Found = TypeVar("Found")


class Trial:
    """An engine on the points of a source, and how its runs start and end.

    Parameters
    ----------
    source : Source
        What is clustered.
    threads, strategy, memory, scratch, max_iterations, tolerance
        As in `Engine` and `Engine.snapshots`.
    engine : Engine, optional
        One that is prepared for the points of the source.

    Attributes
    ----------
    source : Source
        The same, its points opened: whoever uses it does not measure them again.
    start : ndarray, (K, N)
        Where `states` starts: the source's start number 0 until `choose_best` finds a better one.
    last : Snapshot or None
        The newest snapshot of `states`, or the last one of the best run.
    seconds : float
        Time spent clustering, without what became of the snapshots, and without compiling.
    record : callable or None
        What `states` goes through, to be recorded.
    advice : list of str
        What should be known of it, a line each; grows while it runs.

    Raises
    ------
    InvalidInput, InvalidType
        If anything is wrong with the points or the arguments: here, not while it runs.
    """

    def __init__(
        self,
        source: Source,
        *,
        threads: int | None = None,
        strategy: str = "auto",
        memory: str | int | None = None,
        scratch: str | None = None,
        max_iterations: int | None = None,
        tolerance: float = 0.0,
        engine: Engine | None = None,
    ) -> None:
        self.last: Snapshot | None = None
        self.seconds = 0.0
        self._settings: dict[str, Any] = {
            "threads": threads, "strategy": strategy, "memory": memory, "scratch": scratch,
        }  # fmt: skip
        self.record: Callable[[Iterator[Snapshot]], Iterator[Snapshot]] | None = None
        self._limits: dict[str, Any] = {"max_iterations": max_iterations, "tolerance": tolerance}
        self.advice: list[str] = []
        self._engine = engine or self._engine_on(source.points, source.weights)
        self.source = source = replace(source, points=self._engine.visible, weights=None)
        self.start = source.start(0)
        self.snapshots(self.start)
        self.advice += advise(source, self.start)

    def _engine_on(self, points: Any, weights: Any) -> Engine:
        """Return an engine; what it warns of becomes advice."""
        with warned(self.advice):
            return Engine(points, weights=weights, **self._settings)

    def finish(self) -> None:
        """Add what can be advised once it is over."""
        assert self.last is not None
        drawn = isinstance(self.source.init, str)
        scaled = self.source.scale is not None and not self.source.model
        self.advice += advise_on_result(self.last, self.advice, drawn=drawn, standardized=scaled)

    def snapshots(self, start: Floats) -> Iterator[Snapshot]:
        """Return the run from any start."""
        return self._engine.snapshots(start, **self._limits)

    def states(self) -> Iterator[Snapshot]:
        """Yield the run from `start`."""
        states = self._timed(self.snapshots(self.start))
        for snapshot in states if self.record is None else self.record(states):
            self.last = snapshot
            yield snapshot

    def explore(self, watch: Callable[[Snapshot], None]) -> Snapshot:
        """Compute the run from `start`, and return its last state; `states` tells it once more.

        Parameters
        ----------
        watch : callable
            Gets every snapshot.
        """
        last: Snapshot | None = None
        for last in self.snapshots(self.start):
            watch(last)
        assert last is not None
        return last

    def choose_best(self, runs: int, watch: Callable[[Snapshot], None]) -> None:
        """Set `start` and `last` to those of the run with the least inertia, the first of equals.

        Parameters
        ----------
        runs : int
            Starts 0 to runs - 1 of the source are tried.
        watch : callable
            Gets every snapshot.
        """
        best: Snapshot | None = None
        for number in range(runs):
            start, last = self.source.start(number), None
            for last in self._timed(self.snapshots(start)):
                watch(last)
            assert last is not None
            if best is None or last.inertia < best.inertia:
                best, self.start = last, start
        self.last = best

    def compare(self, ks: Sequence[int], runs: int) -> Iterator[Row]:
        """Return a generator of rows for numbers of clusters, see `choosing.sweep.rows_of`.

        Parameters
        ----------
        ks : sequence of int
        runs : int
            How many starts are drawn for each: those that the source draws for it.
        """
        rows = rows_of(self._engine, ks, seed=self.source.seed, runs=runs, **self._limits)
        return self._timed(rows)

    def settle(self, row: Row) -> None:
        """Let the best clustering of a number of clusters be that of this trial."""
        self.source, self.last = replace(self.source, k=row.k), row.last

    def remade(self, make: Callable[[int], Table], number: int) -> Trial:
        """Return the same trial on other points; see `Source.remade`."""
        return Trial(self.source.remade(make, number), **self._settings, **self._limits)

    def beside(self, source: Source) -> Trial:
        """Return a trial on the same points, with the same engine."""
        return Trial(source, **self._settings, **self._limits, engine=self._engine)

    def write(
        self,
        *,
        labels: str | None = None,
        centroids: str | None = None,
        table: str | None = None,
        label_name: str = "cluster",
        distances: bool = False,
        stdout: BinaryIO | None = None,
    ) -> None:
        """Write results of the last snapshot to the files that are named.

        Parameters
        ----------
        labels, centroids, table : str or None
            Files; ``"-"`` is standard output, for labels and the table.
        label_name : str
            Name of the column that the table has more than the input.
        distances : bool
            Whether it has another one, of the distances to the centroids.
        stdout : binary stream or None
            Standard output.

        Raises
        ------
        OSError
            If that fails; an older file is then untouched.
        """
        last, source = self.last, self.source
        assert last is not None
        if hasattr(last.labels, "dask"):
            from kmeans_engine.cluster.writing import write_folder

            if labels is not None:
                write_folder(labels, last, name="label")
            if table is not None:
                write_folder(table, last, name=label_name, rows=True)
            labels = table = None

        def place(path: str) -> str | BinaryIO:
            return stdout if path == "-" and stdout is not None else path

        path = labels
        try:
            if labels is not None:
                write_labels(place(labels), last.labels, source.table)
            path = table
            if table is not None:
                write_rows(
                    place(table),
                    source.table,
                    last.labels,
                    name=label_name,
                    distances=self._distances if distances else None,
                )
            path = centroids
            if centroids is not None:
                original = source.original(last.centroids)
                about = note(source, last.centroids)
                write_centroids(centroids, original, source.table.names, about)
        except OSError as error:
            if path == "-":
                raise
            raise OSError(f"{path} was not written: {error.strerror or error}") from error

    def _distances(self, start: int, stop: int) -> Floats:
        """Return how far some points are from their centroids, as they were clustered."""
        last = self.last
        assert last is not None
        rows = np.arange(start, stop)
        X = last.visible.take(rows)
        distance: Floats = np.sqrt(squares_to_own(X, last.centroids, last.labels[start:stop]))
        return distance

    def _timed(self, work: Iterator[Found]) -> Iterator[Found]:
        while True:
            begin, compiled = time.perf_counter(), compiling.seconds()
            found = next(work, None)
            passed = time.perf_counter() - begin
            self.seconds += max(0.0, passed - (compiling.seconds() - compiled))
            if found is None:
                return
            yield found
