"""The chunks of a Dask collection along its rows: how many rows they have, and what is wrong."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.client import ask, submit
from kmeans_engine.errors import InvalidType
from kmeans_engine.frames import read_sheet
from kmeans_engine.validation import check_sheet

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Chunks", "chunks_of", "counted"]

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
    weights : tuple
        The keys of what weighs each chunk; empty if all points count alike.
    """

    graph: dict[Any, Any]
    keys: list[Any]
    sizes: list[int] | None
    futures: list[Future[Any]]
    names: tuple[str, ...]
    n_features: int
    dtype: np.dtype[Any]
    weights: tuple[Any, ...] = ()


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


def counted(chunks: Chunks, client: Client, token: str) -> Chunks:
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
