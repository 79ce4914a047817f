"""Recordings of runs: written while they are computed, read as states, gone on with.

>>> from kmeans_engine import Engine, make_clusters, recording
>>> points = make_clusters(12, 100, seed=1)
>>> states = Engine(points).snapshots(points[:12])
>>> last = [*recording.record(states, "run.arrows")][-1]  # doctest: +SKIP
>>> recording.open("run.arrows", points=points)[-1].inertia  # doctest: +SKIP

A recording is an Arrow IPC stream, compressed: any Arrow reader opens it, it grows by appending,
and a process that is killed leaves whole states. Its columns are explained in `recording.format`.
"""

from typing import TYPE_CHECKING

from kmeans_engine.runtime.lazy import lazily

if TYPE_CHECKING:
    from kmeans_engine.recording.reader import Recording, open
    from kmeans_engine.recording.writer import record

__all__ = ["Recording", "open", "record"]

_HOMES = {"Recording": ".reader", "open": ".reader", "record": ".writer"}


__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
