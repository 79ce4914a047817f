"""Recordings of runs: written while they are computed, read as states, gone on with.

>>> from kmeans_engine import Engine, make_clusters, recording
>>> points = make_clusters(12, 100, seed=1)
>>> states = Engine(points).snapshots(points[:12])
>>> last = [*recording.record(states, "run.arrows")][-1]  # doctest: +SKIP
>>> recording.open("run.arrows", points=points)[-1].inertia  # doctest: +SKIP

A recording is an Arrow IPC stream, compressed: any Arrow reader opens it, it grows by appending,
and a process that is killed leaves whole states. Its columns are explained in `recording.format`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmeans_engine.recording.reader import Recording, open
    from kmeans_engine.recording.writer import record

__all__ = ["Recording", "open", "record"]

_HOMES = {"Recording": "reader", "open": "reader", "record": "writer"}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
