"""The labels of a state of a run on a cluster: Dask arrays, made when somebody computes them.

They are a function of the points and of the centroids, so they can be asked for at any time, also
when the run is over and when workers have been lost since.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import LabelArray
from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.part import Setting, Turn
from kmeans_engine.cluster.parts import Parts
from kmeans_engine.labels import label_dtype
from kmeans_engine.points.shares import pieces_of, shares

__all__ = ["ClusterLabels", "StoredLabels", "chunked"]


def chunked(
    parts: Parts, name: str, function: Any, arguments: tuple[Any, ...], dtype: Any, *,
    columns: int = 0, known: bool = True,
) -> Any:  # fmt: skip
    """Return a Dask array of the chunks of the points.

    Parameters
    ----------
    parts : Parts
    name : str
        Says what is in it: the same name for the same numbers.
    function : callable
        ``function(part, *arguments, start, size)`` returns a chunk.
    dtype : dtype
    columns : int
        0 for one dimension.
    known : bool
        Whether a chunk has as many rows as that of the points.
    """
    import dask.array
    from dask._task_spec import Task, TaskRef
    from dask.highlevelgraph import HighLevelGraph

    graph: dict[Any, Any] = dict(zip(parts.keys, parts.futures, strict=True))
    refs = []
    for number, value in enumerate(arguments):
        key = f"{name}-{number}"
        graph[key] = Task(key, tasks.same, value)
        refs.append(TaskRef(key))
    for chunk, (start, size) in enumerate(zip(parts.starts, parts.sizes, strict=False)):
        place = (name, chunk, 0) if columns else (name, chunk)
        part = TaskRef(parts.keys[parts.owners[chunk]])
        graph[place] = Task(place, function, part, *refs, start, size)
    sizes = tuple(parts.sizes) if known else (np.nan,) * len(parts.sizes)
    chunks = (sizes, (columns,)) if columns else (sizes,)
    whole = HighLevelGraph.from_collections(name, graph, dependencies=())
    shape = (0,) * len(chunks)
    return dask.array.Array(whole, name, chunks=chunks, meta=np.empty(shape, dtype=dtype))


class ClusterLabels:
    """See `labels.Labels`; whole arrays are Dask's.

    Parameters
    ----------
    parts : Parts
    setting : Setting
    now : Turn
        What they refer to.
    before : Turn or None
        What the labels of the state before refer to, if there is one.
    """

    def __init__(self, parts: Parts, setting: Setting, now: Turn, before: Turn | None) -> None:
        self._parts, self._setting, self._now, self._before = parts, setting, now, before

    def all(self) -> Any:
        """See `Labels.all`: a Dask array, (M,)."""
        name = f"kmeans-labels-{self._parts.token}-{self._now.digest.hex()}"
        dtype = label_dtype(len(self._now.values))
        return chunked(self._parts, name, tasks.labels, (self._setting, self._now), dtype)

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`: computed at once."""
        rows = np.asarray(indices)
        some = np.empty(len(rows), dtype=label_dtype(len(self._now.values)))
        asked = self._parts.owners_of(rows)
        found = self._parts.each(
            tasks.labels_at, self._setting, self._now, only=[part for part, _ in asked],
            own=[(rows[mine],) for _, mine in asked],
        )  # fmt: skip
        for (_, mine), labels in zip(asked, found, strict=True):
            some[mine] = labels
        return some

    def changed(self) -> Any:
        """See `Labels.changed`: a Dask array, (n_changed,), of chunks of unknown sizes."""
        before = "all" if self._before is None else self._before.digest.hex()
        name = f"kmeans-changed-{self._parts.token}-{self._now.digest.hex()}-{before}"
        arguments = self._setting, self._now, self._before
        known = self._before is None
        return chunked(self._parts, name, tasks.changed, arguments, np.intp, known=known)

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredLabels, (self.all(), self.changed())

    def nothing(self) -> Any:
        """Return what `changed` is where nothing has changed."""
        return _nothing()


class StoredLabels:
    """Labels that have left their run, as Dask arrays; see `labels.Labels`.

    Parameters
    ----------
    labels : dask.array.Array, (M,)
    changed : dask.array.Array, (n_changed,)
    """

    def __init__(self, labels: Any, changed: Any) -> None:
        self._labels, self._changed = labels, changed
        _keep(labels, changed)

    def all(self) -> Any:
        """See `Labels.all`."""
        return self._labels

    def at(self, indices: npt.NDArray[np.intp]) -> LabelArray:
        """See `Labels.at`: computed at once."""
        from dask.base import compute
        from dask.delayed import delayed

        rows, (sizes,) = np.asarray(indices), self._labels.chunks
        some = np.empty(len(rows), dtype=self._labels.dtype)
        starts = np.cumsum([0, *sizes])
        # Dask itself takes no rows of arrays whose chunks are empty on average.
        asked = shares(pieces_of(starts[:-1], rows))
        chunks, take = self._labels.to_delayed(optimize_graph=False), delayed(np.take)
        found = compute(*(take(chunks[chunk], rows[mine] - starts[chunk]) for chunk, mine in asked))
        for (_, mine), labels in zip(asked, found, strict=True):
            some[mine] = labels
        return some

    def changed(self) -> Any:
        """See `Labels.changed`."""
        return self._changed

    def nothing(self) -> Any:
        """Return what `changed` is where nothing has changed."""
        return _nothing()


def _keep(*arrays: Any) -> None:
    """Have the current client, if there is one, keep what arrays are made from.

    Futures that come from a pickle are nobody's until they are used, and may be gone by then.
    """
    from distributed import Client, futures_of

    try:
        client = Client.current()
    except ValueError:
        return
    for future in futures_of(arrays):
        future.bind_client(client)


def _nothing() -> Any:
    import dask.array

    return dask.array.empty(0, dtype=np.intp, chunks=0)
