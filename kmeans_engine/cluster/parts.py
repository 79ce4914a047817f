"""Chunks of a Dask collection grouped to parts, each on one worker. Knows no clustering."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.chunks import Chunks, chunks_of, counted
from kmeans_engine.cluster.client import Held, ask, find, hold, submit
from kmeans_engine.cluster.weights import weighed
from kmeans_engine.points.measure import Measure, merge
from kmeans_engine.points.shares import pieces_of, shares
from kmeans_engine.runtime.progress import doing
from kmeans_engine.validation import check_sheet

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Parts", "open_parts"]

# Parts for each thread of the workers: more would even out their loads, and cost more messages.
PER_THREAD = 1
# But no more parts than the scheduler hands out in half a second; they have several threads each.
_MOST = 1 << 11
# Values of a part, at least: 5 ms of a first assignment, which a message costs as well.
LEAST = 1 << 20
# Chunks that are smaller on average are joined with their neighbours, wherever these are: a
# strategy needs 40 us for each piece that it gets (5,000 pieces of 400 rows: 110 ms an iteration).
SMALL = 1 << 22


class Parts:
    """All points, in parts that live on workers for as long as somebody holds this.

    Parameters
    ----------
    points : dask.array.Array or dask.dataframe.DataFrame
    weights : Any
        What they weigh, or None.

    Attributes
    ----------
    sizes, starts : list of int
        Rows of each chunk, and rows before it.
    futures : list of Future
        Of the parts.
    owners : ndarray of int
        The part of each chunk.
    homes : list of str
        The worker that a part was on when somebody looked last, or "".
    """

    def __init__(self, points: Any, weights: Any = None) -> None:
        self.held: Held = hold()
        client = self.client
        self.token = uuid.uuid4().hex[:12]
        with doing("loading points on the workers"):
            chunks = chunks_of(points)
            self.names, self.n_features, self.dtype = chunks.names, chunks.n_features, chunks.dtype
            if chunks.sizes is None:
                chunks = counted(chunks, client, self.token)
            assert chunks.sizes is not None
            self.sizes = chunks.sizes
            self.starts = [0, *itertools.accumulate(chunks.sizes)]
            self.n_points = self.starts[-1]
            if not self.n_points:
                check_sheet(np.empty((0, self.n_features)), "points")
            if weights is not None:
                chunks = weighed(chunks, weights)
            self._make(chunks)
            self.measure, self.rounded, self.rounded_weights = self._measured()
        self.find()

    @property
    def client(self) -> Client:
        """The client that they are asked by."""
        return self.held.client

    def _make(self, chunks: Chunks) -> None:
        from dask._task_spec import Task, TaskRef

        threads = self.client.nthreads()
        groups, homes = _grouped(chunks, self.starts, threads, self.client, self.n_features)
        per_task = max(1, sum(threads.values()) // len(groups))
        self.keys = [("kmeans-part-" + self.token, number) for number in range(len(groups))]
        self.owners = np.zeros(len(self.sizes), dtype=np.intp)
        graph = dict(chunks.graph)
        for number, (key, group) in enumerate(zip(self.keys, groups, strict=True)):
            self.owners[group] = number
            refs = [TaskRef(chunks.keys[chunk]) for chunk in group]
            refs += [TaskRef(chunks.weights[chunk]) for chunk in group if chunks.weights]
            places = [(self.starts[chunk], self.sizes[chunk]) for chunk in group]
            graph[key] = Task(key, tasks.make_part, places, per_task, self.n_features, *refs)
        known = {key: home for key, home in zip(self.keys, homes, strict=True) if home}
        self.homes = homes
        self.futures = submit(self.client, graph, self.keys, known)

    def find(self) -> None:
        """Look where the parts are now."""
        places = find(self.client, self.futures)
        self.homes = [next(iter(places.get(key) or ()), "") for key in self.keys]

    def owners_of(self, rows: npt.NDArray[Any]) -> list[tuple[int, npt.NDArray[np.intp]]]:
        """Return the parts that have some of these rows, and which of the rows they have."""
        return shares(self.owners[pieces_of(self.starts[:-1], rows)])

    def each(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        only: Sequence[int] | None = None,
        own: Sequence[tuple[Any, ...]] | None = None,
    ) -> list[Any]:
        """Return what a function gives for each part, in their order.

        Parameters
        ----------
        function : callable
            ``function(part, *arguments)``.
        *arguments
            The same for all; pickled once for each.
        only : sequence of int, optional
            The parts; by default all.
        own : sequence of tuple, optional
            More arguments for each of them.
        """  # fmt: skip
        from dask._task_spec import Task, TaskRef

        numbers = range(len(self.keys)) if only is None else only
        name = f"kmeans-{function.__name__}-{uuid.uuid4().hex[:12]}"
        graph, homes = {}, {}
        for place, number in enumerate(numbers):
            key, more = (name, number), own[place] if own is not None else ()
            graph[key] = Task(key, function, TaskRef(self.keys[number]), *arguments, *more)
            homes[key] = self.homes[number]
        return ask(self.client, submit(self.client, graph, graph, homes)) if graph else []

    def _measured(self) -> tuple[Measure, int, int]:
        """Return the measure of all points, and how many of them and of their weights were rounded.

        Errors as for `Data`.
        """
        found = self.each(tasks.measure)
        whole = merge(part for part, _, _ in found).check()
        return whole, sum(count for _, count, _ in found), sum(count for *_, count in found)


def open_parts(points: Any, weights: Any = None) -> Parts:
    """Return the points of a Dask collection as parts; errors as for `Engine`."""
    return Parts(points, weights)


def _grouped(
    chunks: Chunks, starts: Sequence[int], threads: dict[str, int], client: Client, n: int
) -> tuple[list[list[int]], list[str]]:
    """Return the chunks of each part, ascending, and the worker where it is to be, or ""."""
    assert chunks.sizes is not None
    filled = [chunk for chunk, size in enumerate(chunks.sizes) if size]
    total = sum(chunks.sizes)
    large = total * n * chunks.dtype.itemsize >= SMALL * len(filled)
    most = max(1, min(PER_THREAD * sum(threads.values()), total * n // LEAST, _MOST))
    seats = [worker for worker, count in threads.items() for _ in range(count)]
    groups: list[list[int]] = []
    homes: list[str] = []
    if chunks.futures and large:
        places = find(client, chunks.futures)
        where = {chunk: sorted(places.get(chunks.keys[chunk]) or ("",))[0] for chunk in filled}
        for worker, mine in _evened(where, chunks.sizes, threads).items():
            count = max(1, round(most * threads[worker] / len(seats)))
            groups += _cut(mine, chunks.sizes, count)
            homes += [worker] * (len(groups) - len(homes))
    else:
        groups = _cut(filled, chunks.sizes, most)
        homes = [seats[place * len(seats) // len(groups)] for place in range(len(groups))]
    order = sorted(range(len(groups)), key=lambda place: groups[place][0])
    return [groups[place] for place in order], [homes[place] for place in order]


def _evened(
    where: dict[int, str], sizes: Sequence[int], threads: dict[str, int]
) -> dict[str, list[int]]:
    """Return the chunks of each worker: where they are, as far as that is its share of all rows.

    Parameters
    ----------
    where : dict
        The worker that has each chunk.
    sizes : sequence of int
        Rows of each chunk.
    threads : dict
        Of each worker.
    """
    total = sum(sizes[chunk] for chunk in where)
    room = {worker: total * n / sum(threads.values()) for worker, n in threads.items()}
    mine: dict[str, list[int]] = {}
    left = []
    for chunk, worker in where.items():
        if room.get(worker, 0.0) >= sizes[chunk] / 2:
            mine.setdefault(worker, []).append(chunk)
            room[worker] -= sizes[chunk]
        else:
            left.append(chunk)
    for chunk in left:
        worker = max(room, key=lambda name: room[name])
        mine.setdefault(worker, []).append(chunk)
        room[worker] -= sizes[chunk]
    return {worker: sorted(chunks) for worker, chunks in mine.items()}


def _cut(mine: list[int], sizes: Sequence[int], count: int) -> list[list[int]]:
    """Cut chunks into at most `count` groups of about as many rows."""
    groups: dict[int, list[int]] = {}
    rows, before = sum(sizes[chunk] for chunk in mine), 0
    for chunk in mine:
        middle = before + sizes[chunk] / 2
        groups.setdefault(min(int(middle * count / rows), count - 1), []).append(chunk)
        before += sizes[chunk]
    return list(groups.values())
