"""One assigner for all parts: what `loop.iterate` asks of it, it asks of the workers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from kmeans_engine.arrays import Clusters, Floats, LabelArray
from kmeans_engine.cluster import tasks
from kmeans_engine.cluster.client import ask, submit
from kmeans_engine.cluster.labels import ClusterLabels
from kmeans_engine.cluster.part import Run, Setting, Turn, Worked
from kmeans_engine.cluster.parts import Parts
from kmeans_engine.errors import ClusterError
from kmeans_engine.strategies.base import Assigned
from kmeans_engine.sums import ExactSums

if TYPE_CHECKING:
    from distributed import Future

__all__ = ["ClusterAssigner", "tree"]

# What is added up in one task.
_FAN = 16
# Bytes per iteration that may be sent several times over to save a message there and back: 5 ms.
_CHEAP = 1 << 20


class Stepped:
    """What one assignment led to; see `strategies.base.Stepped`."""

    def __init__(self, sums: ExactSums, n_changed: int) -> None:
        self.sums, self.n_changed = sums, n_changed


class ClusterAssigner:
    """See `strategies.base.Assigner`.

    Parameters
    ----------
    parts : Parts
    setting : Setting
    """

    in_place = False

    def __init__(self, parts: Parts, setting: Setting) -> None:
        self._parts, self._setting = parts, setting
        self.n_points, self.name = parts.n_points, ""
        self._run = Run(uuid.uuid4().hex[:12], setting)
        self._iteration = 0
        self._now: Turn | None = None
        self._before: Turn | None = None
        # What workers store for as long as it is here: the run, and centroids that are large.
        self._stored: dict[str, Future[Any]] = {}
        parts.find()

    def first(self, centroids: Floats) -> ExactSums:
        """See `Assigner.first`."""
        return self._ask(tasks.first, Turn(centroids)).sums

    def adopt(self, centroids: Floats, labels: LabelArray | Assigned | None = None) -> ExactSums:
        """See `Assigner.adopt`; labels are not needed, and not looked at."""
        return self.first(centroids)

    def step(self, centroids: Floats, moved: Clusters | None = None) -> Stepped:
        """See `Assigner.step`."""
        return self._ask(tasks.step, Turn(centroids, moved))

    def labels(self) -> ClusterLabels:
        """See `Assigner.labels`."""
        assert self._now is not None, "first or adopt comes first"
        return ClusterLabels(self._parts, self._setting, self._now, self._before)

    def finish(self) -> None:
        """See `Assigner.finish`: workers stop, and forget the run."""
        self._stored.clear()

    def _ask(self, function: Any, turn: Turn) -> Stepped:
        """Return what all parts give for the centroids of a state, which are those of now then."""
        from dask._task_spec import Task, TaskRef

        parts, run, number = self._parts, self._run, self._iteration
        setting, form = self._setting, self._setting.measure.sum_format
        stem = f"-{run.name}-{number}"
        graph: dict[Any, Any] = {}
        asked: list[Any] = []

        def store(key: str, value: Any) -> TaskRef:
            if key not in self._stored:
                graph[key] = Task(key, tasks.same, value)
                asked.append(key)
            return TaskRef(key)

        begun: list[Any] = [turn] if self._now is None else [self._now, turn]
        arguments: list[Any] = [store(f"kmeans-run-{run.name}", run)]
        cheap = turn.values.nbytes * len(parts.keys) <= _CHEAP
        for place, one in enumerate(begun, number - len(begun) + 1):
            arguments.append(one if cheap else store(f"kmeans-turn-{run.name}-{place}", one))
        homes, steps = {}, []
        for part, (key, home) in enumerate(zip(parts.keys, parts.homes, strict=True)):
            name = (f"kmeans-{function.__name__}{stem}", part)
            graph[name] = Task(name, function, TaskRef(key), *arguments)
            homes[name] = home
            steps.append(name)
        size = form.levels * turn.values.nbytes
        if len(steps) > _FAN or size * len(steps) > _CHEAP:
            steps = tree(graph, steps, tasks.add_up, f"kmeans-total{stem}")
        futures = submit(parts.client, graph, [*asked, *steps], homes)
        self._stored.update(zip(asked, futures, strict=False))
        found = ask(parts.client, futures[len(asked) :])
        self._drop(f"kmeans-turn-{run.name}-{number - 1}")
        total: Worked = tasks.add_up(*found)
        if total.counts.sum() != self.n_points:
            raise ClusterError(
                f"parts of the points have {int(total.counts.sum()):,} rows, not "
                f"{self.n_points:,} as before: their source has changed"
            )
        self.name = " and ".join(total.names)
        self._before, self._now, self._iteration = self._now, turn, number + 1
        sums = ExactSums(setting.measure.sum_format, total.sums, total.counts)
        return Stepped(sums.counted(), total.n_changed)

    def _drop(self, key: str) -> None:
        self._stored.pop(key, None)


def tree(
    graph: dict[Any, Any], keys: list[Any], function: Any, name: str, *first: Any
) -> list[Any]:
    """Add tasks that merge the results of others in a tree; return the key of the last one.

    Parameters
    ----------
    graph : dict
        The tasks, which grow.
    keys : list
        What is merged.
    function : callable
        ``function(*first, *results)``.
    name : str
        Begins the keys of the new tasks.
    """
    from dask._task_spec import Task, TaskRef

    level = 0
    while len(keys) > 1 or level == 0:
        level += 1
        above = []
        for place in range(0, len(keys), _FAN):
            key = (f"{name}-{level}", place // _FAN)
            refs = [TaskRef(below) for below in keys[place : place + _FAN]]
            graph[key] = Task(key, function, *first, *refs)
            above.append(key)
        keys = above
    return keys
