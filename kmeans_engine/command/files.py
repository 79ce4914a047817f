"""The files of one command: what its runs start from, and that no file is used twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kmeans_engine.command.source import Source
from kmeans_engine.command.usage import Entrant
from kmeans_engine.errors import InvalidInput
from kmeans_engine.runtime.memory import Budget
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.tables import Table, read_centroids

__all__ = ["read_sources", "refuse_shared_files"]


def read_sources(
    table: Table,
    runs: Sequence[Entrant],
    *,
    k: int | None,
    default_k: int,
    seed: int,
    standardized: bool,
    budget: Budget | None = None,
) -> dict[str, Source]:
    """Return what each run clusters, by the run's name.

    Parameters
    ----------
    table : Table
        The points of all runs.
    runs : sequence of Entrant
        Their methods, and files of centroids, which are read.
    k : int or None
        Number of clusters that was asked for.
    default_k : int
        Number of clusters if nothing tells another one.
    seed : int
        Decides every run, together with its number.
    standardized : bool
        Cluster z-scores.
    budget : Budget, optional
        Of the z-scores.

    Raises
    ------
    InvalidInput, InvalidType
        If a file cannot be read, or holds another number of centroids.
    """
    asked, starts = k, dict[str, str | npt.NDArray[np.float64]]()
    for name, init, _ in runs:
        if init in METHODS:
            starts[name] = init
            continue
        starts[name] = centroids = read_centroids(init, names=table.names)
        if k not in (None, len(centroids)):
            held = f"{init} holds {len(centroids)} centroids"
            if asked:
                raise InvalidInput(f"-k {asked} but {held}; leave out -k")
            raise InvalidInput(f"{k} clusters but {held}; race starts of as many centroids")
        k = len(centroids)
    first, *_ = starts.values()
    source = Source.of(table, k or default_k, first, seed, standardized=standardized, budget=budget)
    return {one.name: source.started(starts[one.name], one.number) for one in runs}


def refuse_shared_files(read: Iterable[str], written: Iterable[str]) -> None:
    """Raise `InvalidInput` if a file would be written over another one of the same command."""
    taken = {_place(path) for path in read}
    for path in written:
        if _place(path) in taken:
            raise InvalidInput(f"{path} is used twice in this command; choose another file")
        taken.add(_place(path))


def _place(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))
