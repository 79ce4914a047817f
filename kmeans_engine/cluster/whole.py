"""All points of an engine, in a Dask collection; see `whole.Whole`."""

from __future__ import annotations

import functools
import uuid
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.assigner import ClusterAssigner, tree
from kmeans_engine.cluster.chunks import Chunks, chunks_of
from kmeans_engine.cluster.client import Held, ask, hold, submit
from kmeans_engine.cluster.labels import chunked
from kmeans_engine.cluster.part import Setting, Turn
from kmeans_engine.cluster.parts import Parts, open_parts
from kmeans_engine.points.measure import Measure
from kmeans_engine.points.seal import Seal
from kmeans_engine.points.shares import pieces_of, shares
from kmeans_engine.points.visit import Corners, Labelled, Visitor
from kmeans_engine.strategies import check_strategy

__all__ = ["PartsThere", "open_visible", "open_whole"]

Found = TypeVar("Found")


class PartsThere:
    """Points in parts on the workers of a cluster; see `whole.Whole` and `visit.Visible`.

    Parameters
    ----------
    parts : Parts
    given : Any
        What the user gave.
    threads : int
        That may work at the centroids, here.
    strategy : str
    weights : Any
        What the user gave as such, or None; the parts have them.
    """

    sprintable = budget = None

    source: Any = None
    """The files that they come from, as `reading` has them."""

    def __init__(
        self, parts: Parts, given: Any, threads: int, strategy: str, weights: Any = None
    ) -> None:
        self.parts, self.threads = parts, threads
        self.n_points, self.n_features = parts.n_points, parts.n_features
        self.names, self.measure = parts.names, parts.measure
        self.seal = Seal([])  # chunks are values, which nobody changes
        self._setting = Setting(parts.measure, strategy)
        self.given, self.given_weights, self.weighted = given, weights, weights is not None
        if not hasattr(given, "numblocks") or np.isnan(given.shape[0]):
            name = f"kmeans-points-{parts.token}"
            self.given = chunked(
                parts, name, tasks.given, (), parts.dtype, columns=parts.n_features
            )
        self.check(None)

    @property
    def shape(self) -> tuple[int, int]:
        """(M, N)."""
        return self.n_points, self.n_features

    def __len__(self) -> int:
        return self.n_points

    def check(self, k: int | None) -> None:
        """See `Whole.check`."""
        like = SimpleNamespace(
            n_points=self.n_points, n_features=self.n_features, measure=self.measure
        )
        check_strategy(self._setting.strategy, like, k)

    def begin(self) -> list[ClusterAssigner]:
        """See `Whole.begin`."""
        return [ClusterAssigner(self.parts, self._setting)]

    def squares(self) -> list[int]:
        """See `Whole.squares`."""
        found = self.parts.each(tasks.square, self._setting)
        return [sum(feature) for feature in zip(*found, strict=True)]

    def count_rounded(self) -> int:
        """See `Whole.count_rounded`."""
        return self.parts.rounded

    def count_rounded_weights(self) -> int:
        """See `Whole.count_rounded_weights`."""
        return self.parts.rounded_weights

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Visible.take`."""
        rows = np.asarray(indices)
        taken = np.empty((len(rows), self.n_features))
        asked = self.parts.owners_of(rows)
        found = self.parts.each(
            tasks.take, only=[part for part, _ in asked], own=[(rows[mine],) for _, mine in asked]
        )
        for (_, mine), values in zip(asked, found, strict=True):
            taken[mine] = values
        return taken

    def sample(self, step: int, first: int = 0) -> Floats:
        """See `Visible.sample`."""
        found = [piece for part in self.parts.each(tasks.sample, step, first) for piece in part]
        return np.concatenate([rows for _, rows in sorted(found, key=lambda piece: piece[0])])

    def visit(
        self,
        visitor: Visitor[Found],
        now: Labelled | None = None,
        before: Labelled | None = None,
        *,
        changed: bool = False,
        within: Corners | None = None,
    ) -> Found:
        """See `Visible.visit`: the visitor goes to the workers."""
        from dask._task_spec import Task, TaskRef

        parts, stem = self.parts, f"kmeans-visit-{uuid.uuid4().hex[:12]}"
        graph: dict[Any, Any] = {}

        def store(name: str, value: Any) -> Any:
            if value is None:
                return None
            key = f"{stem}-{name}"
            graph[key] = Task(key, tasks.same, value)
            return TaskRef(key)

        rows: list[list[Any]] | None = None
        if changed and now is not None:
            rows, now = self._rows_of(now, graph), None
        who = store("visitor", visitor)
        turns = [
            store(name, None if state is None else Turn(state.assigned_from))
            for name, state in (("now", now), ("before", before))
        ]
        setting, homes = store("setting", self._setting), {}
        for number, (part, home) in enumerate(zip(parts.keys, parts.homes, strict=True)):
            key, shown = (stem, number), TaskRef(part)
            if rows is None:
                graph[key] = Task(key, tasks.visit, shown, setting, who, *turns)
            elif rows[number]:
                graph[key] = Task(key, tasks.visit_rows, shown, setting, who, *rows[number])
            else:
                continue
            homes[key] = home
        if not homes:
            return visitor.merge([visitor.begin()])
        last = tree(graph, list(homes), tasks.merge_found, f"{stem}-merged", who)
        found: Found = ask(parts.client, submit(parts.client, graph, last, homes))[0]
        return found

    def _rows_of(self, state: Labelled, graph: dict[Any, Any]) -> list[list[Any]] | None:
        """Return the rows of each part that a state names as changed, None for all of them.

        They may be arrays, or what tasks will give that are added to `graph`.
        """
        from dask._task_spec import TaskRef

        parts, changed = self.parts, cast(Any, state.changed)
        if changed.shape[0] == self.n_points:
            return None
        rows: list[list[Any]] = [[] for _ in parts.keys]
        if isinstance(changed, np.ndarray):
            for part, mine in parts.owners_of(changed):
                rows[part].append(changed[mine])
        elif changed.shape[0] != 0:
            more = dict(changed.__dask_graph__())
            for key in parts.keys:
                more.pop(key, None)
            graph.update(more)
            for chunk, part in enumerate(parts.owners.tolist()):
                rows[part].append(TaskRef((changed.name, chunk)))
        return rows


def open_whole(points: Any, threads: int, strategy: str, weights: Any = None) -> PartsThere:
    """Return the points of a Dask collection, measured on the workers; see `whole.open_whole`."""
    return PartsThere(open_parts(points, weights), points, threads, strategy, weights)


def open_visible(points: Any, weights: Any = None) -> PartsThere | Unopened:
    """Return the points of a Dask collection, as whoever draws from them asks for them."""
    if weights is not None:
        return open_whole(points, 1, "auto", weights)
    held = hold()
    chunks = chunks_of(points)
    if chunks.sizes is None or not sum(chunks.sizes):
        return PartsThere(open_parts(points), points, 1, "auto")
    return Unopened(points, chunks, held)


class Unopened:
    """Points of which a few rows may be all that is asked for; see `Visible`.

    Parameters
    ----------
    points : dask.array.Array
    chunks : Chunks
        Of known sizes.
    held : Held
        The client.
    """

    def __init__(self, points: Any, chunks: Chunks, held: Held) -> None:
        assert chunks.sizes is not None
        self._points, self._chunks, self._held = points, chunks, held
        self._starts = np.cumsum([0, *chunks.sizes])
        self.n_points, self.n_features = int(self._starts[-1]), chunks.n_features
        self.names, self.weighted = chunks.names, False

    @functools.cached_property
    def _opened(self) -> PartsThere:
        return PartsThere(open_parts(self._points), self._points, 1, "auto")

    @property
    def measure(self) -> Measure:
        """See `Visible.measure`."""
        return self._opened.measure

    def take(self, indices: npt.ArrayLike) -> Floats:
        """See `Visible.take`: only chunks that have some of the rows are computed."""
        from dask._task_spec import Task, TaskRef, cull

        rows = np.asarray(indices)
        taken = np.empty((len(rows), self.n_features))
        graph, name = dict(self._chunks.graph), f"kmeans-rows-{uuid.uuid4().hex[:12]}"
        asked = shares(pieces_of(self._starts[:-1], rows))
        for chunk, mine in asked:
            key, some = (name, chunk), rows[mine] - self._starts[chunk]
            graph[key] = Task(key, tasks.take_rows, TaskRef(self._chunks.keys[chunk]), some)
        keys = [(name, chunk) for chunk, _ in asked]
        found = ask(self._held.client, submit(self._held.client, cull(graph, set(keys)), keys))
        for (_, mine), values in zip(asked, found, strict=True):
            taken[mine] = values
        return taken

    def sample(self, step: int, first: int = 0) -> Floats:
        """See `Visible.sample`."""
        return self._opened.sample(step, first)

    def visit(
        self,
        visitor: Visitor[Found],
        now: Labelled | None = None,
        before: Labelled | None = None,
        *,
        changed: bool = False,
        within: Corners | None = None,
    ) -> Found:
        """See `Visible.visit`."""
        return self._opened.visit(visitor, now, before, changed=changed, within=within)
