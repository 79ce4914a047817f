"""Chunks of a Dask collection grouped to parts, each on one worker. Knows no clustering."""

from __future__ import annotations

import itertools
import uuid
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.client import Held, ask, find, hold, submit
from kmeans_engine.errors import InvalidType
from kmeans_engine.frames import read_sheet
from kmeans_engine.points.measure import Measure, merge
from kmeans_engine.runtime.progress import doing
from kmeans_engine.validation import bad_values, check_sheet

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Chunks", "Parts", "chunks_of", "open_parts"]

# Parts for each thread of the workers: more would even out their loads, and cost more messages.
PER_THREAD = 1
# But no more parts than the scheduler hands out in half a second; they have several threads each.
_MOST = 1 << 11
# Values of a part, at least: 5 ms of a first assignment, which a message costs as well.
LEAST = 1 << 20
# Chunks that are smaller on average are joined with their neighbours, wherever these are: a
# strategy needs 40 us for each piece that it gets (5,000 pieces of 400 rows: 110 ms an iteration).
SMALL = 1 << 22
# Bytes from which on joining features that lie in several chunks is worth a warning.
_DEAR = 1 << 28


class Chunks(NamedTuple):
    """The chunks of a collection, along its rows.

    Attributes
    ----------
    graph : dict
        What makes them.
    keys : list
        In the order of their rows.
    sizes : list of int, or None
        Their rows, if they are known.
    futures : list of Future
        Theirs, if they are on the workers already.
    names : tuple of str
        Of the features.
    """

    graph: dict[Any, Any]
    keys: list[Any]
    sizes: list[int] | None
    futures: list[Future[Any]]
    names: tuple[str, ...]
    n_features: int
    dtype: np.dtype[Any]


class Parts:
    """All points, in parts that live on workers for as long as somebody holds this.

    Parameters
    ----------
    points : dask.array.Array or dask.dataframe.DataFrame

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

    def __init__(self, points: Any) -> None:
        self.held: Held = hold()
        client = self.client
        self.token = uuid.uuid4().hex[:12]
        with doing("loading points on the workers"):
            chunks = chunks_of(points)
            self.names, self.n_features, self.dtype = chunks.names, chunks.n_features, chunks.dtype
            if chunks.sizes is None:
                chunks = _counted(chunks, client, self.token)
            assert chunks.sizes is not None
            self.sizes = chunks.sizes
            self.starts = [0, *itertools.accumulate(chunks.sizes)]
            self.n_points = self.starts[-1]
            if not self.n_points:
                check_sheet(np.empty((0, self.n_features)), "points")
            self._make(chunks)
            self.measure, self.rounded = self._measured()
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
            places = [(self.starts[chunk], self.sizes[chunk]) for chunk in group]
            graph[key] = Task(key, tasks.make_part, places, per_task, self.n_features, *refs)
        known = {key: home for key, home in zip(self.keys, homes, strict=True) if home}
        self.homes = homes
        self.futures = submit(self.client, graph, self.keys, known)

    def find(self) -> None:
        """Look where the parts are now."""
        places = find(self.client, self.futures)
        self.homes = [next(iter(places.get(key) or ()), "") for key in self.keys]

    def owners_of(self, rows: npt.NDArray[Any]) -> list[tuple[int, npt.NDArray[np.bool_]]]:
        """Return the parts that have some of these rows, and which of the rows they have."""
        chunks = np.searchsorted(np.array(self.starts[1:]), rows, side="right")
        owners = self.owners[chunks]
        return [(int(owner), owners == owner) for owner in np.unique(owners)]

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

    def _measured(self) -> tuple[Measure, int]:
        """Return the measure of all points, and how many were rounded; errors as for `Data`."""
        found = self.each(tasks.measure)
        whole = merge(part for part, _ in found)
        if whole.n_bad:
            raise bad_values("points", whole.n_bad, whole.first_bad)
        whole.check()
        return whole, sum(rounded for _, rounded in found)


def open_parts(points: Any) -> Parts:
    """Return the points of a Dask collection as parts; errors as for `Engine`."""
    return Parts(points)


def chunks_of(points: Any) -> Chunks:
    """Return the chunks of a collection, checked as far as it says what is in it."""
    import dask.array
    from dask.core import flatten
    from distributed import futures_of

    kind = type(points).__name__
    names: tuple[str, ...] = ()
    if kind == "DataFrame":
        points = points.optimize()
        meta = read_sheet(points._meta, "points")
        names, n_features, dtype = meta.names, len(points.columns), meta.values.dtype
        keys, graph, sizes = points.__dask_keys__(), dict(points.__dask_graph__()), None
    elif isinstance(points, dask.array.Array):
        if points.ndim == 2 and points.numblocks[1] > 1:
            points = _rechunked(points)
        shape = tuple(1 if size != size else int(size) for size in points.shape)
        # Of what holds no numbers, the error looks for the first value.
        like = shape if points.dtype.kind in "fiub" else tuple(min(size, 1) for size in shape)
        check_sheet(np.broadcast_to(np.zeros((), dtype=points.dtype), like), "points")
        n_features, dtype = shape[1], points.dtype
        keys = list(flatten(points.__dask_keys__()))
        graph = dict(points.__dask_optimize__(points.__dask_graph__(), points.__dask_keys__()))
        lengths = [float(size) for size in points.chunks[0]]
        sizes = None if np.isnan(lengths).any() else [int(size) for size in lengths]
    else:
        raise InvalidType(
            f"points are of type dask.{kind}, need a dask.array of two dimensions or a "
            "dask.dataframe.DataFrame"
        )
    futures = {future.key: future for future in futures_of(points)}
    there = [futures[key] for key in keys if key in futures]
    return Chunks(
        graph, keys, sizes, there if len(there) == len(keys) else [], names, n_features, dtype
    )


def _rechunked(points: Any) -> Any:
    size = float(points.nbytes)
    if not size < _DEAR:  # or unknown
        much = f"{size / 1e9:,.1f} GB" if size == size else "all points"
        warnings.warn(
            f"the features of the points lie in {points.numblocks[1]} chunks side by side; joining "
            f"them moves {much} between workers: rechunk({{1: -1}}) and persist() once to reuse it",
            stacklevel=2,
        )
    return points.rechunk({1: -1})


def _counted(chunks: Chunks, client: Client, token: str) -> Chunks:
    """Return chunks on the workers, with their sizes."""
    from dask._task_spec import Task, TaskRef

    graph, names = dict(chunks.graph), []
    for number, key in enumerate(chunks.keys):
        name = ("kmeans-rows-" + token, number)
        graph[name] = Task(name, tasks.rows_of, TaskRef(key))
        names.append(name)
    futures = submit(client, graph, [*chunks.keys, *names])
    sizes = ask(client, futures[len(chunks.keys) :])
    return chunks._replace(graph={}, sizes=sizes, futures=futures[: len(chunks.keys)])


def _grouped(
    chunks: Chunks, starts: Sequence[int], threads: dict[str, int], client: Client, n: int
) -> tuple[list[list[int]], list[str]]:
    """Return the chunks of each part, ascending, and the worker where it is to be, or ""."""
    assert chunks.sizes is not None
    filled = [chunk for chunk, size in enumerate(chunks.sizes) if size]
    total = sum(chunks.sizes)
    large = total * n * chunks.dtype.itemsize >= SMALL * len(filled)
    places = find(client, chunks.futures) if chunks.futures and large else {}
    by_worker: dict[str, list[int]] = {}
    for chunk in filled:
        where = places.get(chunks.keys[chunk]) or ("",)
        by_worker.setdefault(sorted(where)[0], []).append(chunk)
    most = max(1, min(PER_THREAD * sum(threads.values()), total * n // LEAST, _MOST))
    free = {worker: PER_THREAD * count for worker, count in threads.items()}
    groups, homes = [], []
    for worker, mine in by_worker.items():
        rows = sum(chunks.sizes[chunk] for chunk in mine)
        for piece in _cut(mine, chunks.sizes, rows, max(1, round(most * rows / total))):
            # One that has more than its share gives the rest to whoever has least.
            home = worker if free.get(worker, 0) > 0 else max(free, key=lambda name: free[name])
            free[home] -= 1
            groups.append(piece)
            homes.append(home)
    order = sorted(range(len(groups)), key=lambda place: groups[place][0])
    return [groups[place] for place in order], [homes[place] for place in order]


def _cut(mine: list[int], sizes: list[int], rows: int, count: int) -> list[list[int]]:
    """Cut chunks into at most `count` groups of about as many rows."""
    groups: dict[int, list[int]] = {}
    before = 0
    for chunk in mine:
        middle = before + sizes[chunk] / 2
        groups.setdefault(min(int(middle * count / rows), count - 1), []).append(chunk)
        before += sizes[chunk]
    return list(groups.values())
